/**
 * A simulated network that is gone through one happening at a time, with all that is on its way visible: what the
 * network designer shows. The participants are the same machines as in every other run.
 */
import type { Effect, Event, Notice, PayCommand, Timer } from '#protocol/event.ts';
import type { Message } from '#protocol/link.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { type CreditGraph, stepSize } from '../graphs/credit-graph.ts';
import { Network } from '../network.ts';
import { EQUIVALENT } from '../opening.ts';
import { Random } from '../random.ts';
import { EPOCH_MS } from '../scenario.ts';
import { fastSignatures, keyOf } from '../signatures.ts';

/** A message on its way. */
export interface Flight {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
  readonly sentAtMs: number;
  readonly arrivesAtMs: number;
}

/** One thing that happened, in the order in which it did. */
export type Happened =
  | { readonly type: 'sent' | 'arrived' | 'lost'; readonly flight: Flight }
  | { readonly type: 'timer'; readonly participant: number; readonly timer: Timer }
  | { readonly type: 'told'; readonly participant: number; readonly notice: Notice };

export interface StageSettings {
  readonly graph: CreditGraph;
  /** How long every message takes. */
  readonly delayMs: number;
  /** Do participants look for circles of debt by themselves? */
  readonly clears: boolean;
  readonly isMapKnown: boolean;
}

/** So many events in a row that nobody sees would be a network that does not come to rest. */
const MOST_UNSEEN = 100_000;

export class Stage {
  readonly graph: CreditGraph;
  readonly network: Network;
  readonly #ids = new Random(1);
  readonly #delayMs: number;
  readonly #isMapKnown: boolean;
  readonly #clears: boolean;
  #flights: Flight[] = [];
  #numbered = 0;
  /** What a step is about to send, in its order: a network tells its observer not to whom. */
  #sending: Extract<Effect, { type: 'send' }>[] = [];
  #posted: { readonly from: number; readonly message: Message; readonly to: number } | null = null;
  #happened: Happened[] = [];

  constructor({ graph, delayMs, clears, isMapKnown }: StageSettings) {
    this.graph = graph;
    this.#delayMs = delayMs;
    this.#isMapKnown = isMapKnown;
    this.#clears = clears;
    this.network = this.#open();
  }

  /** Since the beginning. */
  get nowMs(): number {
    return this.network.nowMs - EPOCH_MS;
  }

  /** All that is on its way, the next to arrive first. */
  get flights(): readonly Flight[] {
    return this.#flights;
  }

  /** When the next thing happens, since the beginning; Infinity: nothing will by itself. */
  get nextMs(): number {
    return this.network.nextMs - EPOCH_MS;
  }

  /** Lets the next thing happen that anybody sees, if it is not later than this. Empty: nothing did, and the time is then. */
  step(untilMs: number): readonly Happened[] {
    for (let unseen = 0; unseen < MOST_UNSEEN; unseen++) {
      if (this.nextMs > untilMs) {
        this.network.callAt(EPOCH_MS + untilMs, () => undefined);
        this.network.advance();
        return [];
      }
      this.network.advance();
      const happened = this.#take();
      if (happened.length > 0) return happened;
    }
    throw new Error('bug: the network does not come to rest');
  }

  /** One begins to pay; the amount is in steps of the graph. The payment's id, and what happened at once. */
  pay(from: number, to: number, amount: number): { readonly id: PaymentId; readonly happened: readonly Happened[] } {
    const command = this.#payCommand(to, amount);
    this.network.feed(from, { type: 'command', command });
    return { id: command.paymentId, happened: this.#take() };
  }

  /** The same at a time since the beginning; whoever is stopped then does not pay. */
  payAt(atMs: number, from: number, to: number, amount: number): PaymentId {
    const command = this.#payCommand(to, amount);
    this.network.callAt(EPOCH_MS + atMs, () => this.network.feed(from, { type: 'command', command }));
    return command.paymentId;
  }

  /**
   * Everybody looks for circles of debt once, as `geo clear run` does, one a millisecond: those who have paid nothing
   * yet would call their searches alike at one moment.
   */
  seekRings(): void {
    const { network } = this;
    for (let index = 0; index < network.participants; index++) {
      network.callAt(network.nowMs + index, () => {
        network.feed(index, { type: 'command', command: { type: 'seek-rings', equivalent: EQUIVALENT } });
      });
    }
  }

  /** Stops a participant at once: what it saved stays. */
  crash(index: number): readonly Happened[] {
    if (this.network.isUp(index)) this.network.crash(index);
    return this.#lose(({ from, to }) => from === index || to === index);
  }

  restart(index: number): readonly Happened[] {
    this.network.restart(index);
    return this.#take();
  }

  cut(a: number, b: number): readonly Happened[] {
    this.network.cut(a, b);
    return this.#lose(({ from, to }) => (from === a && to === b) || (from === b && to === a));
  }

  join(a: number, b: number): readonly Happened[] {
    this.network.join(a, b);
    return this.#take();
  }

  #payCommand(to: number, amount: number): PayCommand {
    return {
      ...{ type: 'pay', receiver: keyOf(to), equivalent: EQUIVALENT, sealedMemo: null, routes: null },
      paymentId: this.#ids.hex(32) as PaymentId,
      amount: BigInt(amount) * stepSize(this.graph.precision),
      randomness: this.#ids.hex(32),
    };
  }

  /** Messages that were on a link when it went down do not arrive. */
  #lose(isLost: (flight: Flight) => boolean): readonly Happened[] {
    // Those that were sent after the fall, by timers of the same moment, would not be among them: none are.
    for (const flight of this.#flights.filter(isLost)) this.#happened.push({ type: 'lost', flight });
    this.#flights = this.#flights.filter((flight) => !isLost(flight));
    return this.#take();
  }

  #take(): readonly Happened[] {
    const happened = this.#happened;
    this.#happened = [];
    return happened;
  }

  #open(): Network {
    return new Network(
      this.graph,
      {
        isMapKnown: this.#isMapKnown,
        weather: { copies: () => 1, delayMs: () => this.#begin() },
        signatures: fastSignatures,
        throughBytes: false,
        // Asked to look they do, even where they do not by themselves.
        seeking: this.#clears ? 'always' : 'asked',
        signsLines: true,
        behaviourOf: null,
      },
      {
        stepped: (participant, event, effects) => this.#stepped(participant, event, effects),
        sent: (from, message) => this.#sent(from, message),
        changed: () => undefined,
        noticed: (participant, notice) => this.#happened.push({ type: 'told', participant, notice }),
      },
    );
  }

  #stepped(participant: number, event: Event, effects: readonly Effect[]): void {
    if (event.type === 'message') this.#arrive(this.network.indexOf(event.from), participant);
    if (event.type === 'timer') this.#happened.push({ type: 'timer', participant, timer: event.timer });
    for (const effect of effects) if (effect.type === 'send') this.#sending.push(effect);
  }

  #arrive(from: number, to: number): void {
    const at = this.#flights.findIndex((flight) => flight.from === from && flight.to === to);
    const [flight] = this.#flights.splice(at, 1);
    if (at < 0 || flight === undefined) throw new Error('bug: a message arrives that was not on its way');
    this.#happened.push({ type: 'arrived', flight });
  }

  #sent(from: number, message: Message): void {
    const effect = this.#sending.shift();
    if (effect?.message !== message) throw new Error('bug: another message is sent than the machine said');
    this.#posted = { from, message, to: this.network.indexOf(effect.to) };
  }

  /** A message that was sent goes onto its link, which is up: where one is down nobody asks how long it takes. */
  #begin(): number {
    if (this.#posted === null) throw new Error('bug: a message is on its way that nobody sent');
    const flight = {
      ...this.#posted,
      id: this.#numbered++,
      sentAtMs: this.nowMs,
      arrivesAtMs: this.nowMs + this.#delayMs,
    };
    this.#posted = null;
    this.#flights.push(flight);
    this.#happened.push({ type: 'sent', flight });
    return this.#delayMs;
  }
}
