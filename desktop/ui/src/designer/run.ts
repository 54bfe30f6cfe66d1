/** A drawn network that runs: the simulator's stage with names in place of numbers, and all that is shown of it. */
import { formatAmount } from '#protocol/amount.ts';
import type { Message } from '#protocol/link.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import type { Position } from '#protocol/position.ts';
import { type Flight, type Happened, Stage } from '#simulations/design/stage.ts';
import type { CreditGraph } from '#simulations/graphs/credit-graph.ts';
import { awaitedBy } from '#simulations/network-at-rest.ts';
import { EQUIVALENT } from '#simulations/opening.ts';
import { keyOf } from '#simulations/signatures.ts';
import { drawnGraph } from '#simulations/study/drawn.ts';
import type { Design, Payment } from './model.ts';

export interface RunSettings {
  readonly delayMs: number;
  readonly clears: boolean;
  readonly isMapKnown: boolean;
}

/** One message of the list, newest last. */
export interface Entry {
  readonly id: number;
  readonly sentAtMs: number;
  readonly from: string;
  readonly to: string;
  readonly what: Message['type'];
  readonly amount: string | null;
  readonly state: 'under-way' | 'arrived' | 'lost';
}

/** Both directions of what two people have with each other. Amounts are decimal text. */
export interface AccountRow {
  readonly from: string;
  readonly to: string;
  /** Most that `to` may owe `from`, and the other way. */
  readonly limit: string;
  readonly otherLimit: string;
  /** What `to` owes `from`; negative: `from` owes `to`. */
  readonly owed: string;
  /** Kept aside for payments of `to` to `from`, and of `from` to `to`. */
  readonly kept: string;
  readonly otherKept: string;
  readonly isCut: boolean;
}

/** Something that is not decided or not told everybody, at one participant. */
export interface HeldRow {
  readonly id: string;
  readonly who: string;
  readonly state: Position['state'];
  readonly isRing: boolean;
  readonly amount: string;
  readonly payer: string;
  readonly receiver: string;
  readonly waitsFor: readonly string[];
}

export interface PaymentRow {
  readonly id: PaymentId;
  readonly from: string;
  readonly to: string;
  readonly amount: string;
  readonly state: 'planned' | 'under-way' | 'paid' | 'not-paid';
  /** Code of the refusal. */
  readonly why: string | null;
}

/** Messages that carry a payment or a clearing, others that look for a way, and the rest, by which books are compared. */
export type Kind = 'payment' | 'search' | 'books';

const OF_PAYMENTS: ReadonlySet<Message['type']> = new Set([
  ...(['prepare', 'commit', 'abort', 'ack', 'cancel', 'resolve', 'decline', 'reminder'] as const),
]);
const OF_SEARCHES: ReadonlySet<Message['type']> = new Set([
  ...([
    'probe',
    'probe-answer',
    'find',
    'found',
    'ring-walk',
    'ring-found',
    'ring-none',
    'ring-probe',
    'ring-half',
  ] as const),
]);
const MOST_ENTRIES = 400;
/** So long nobody does anything: the network is at rest. */
const QUIET_MS = 5_000;
const MOST_STEPS = 200_000;

export function kindOf(what: Message['type']): Kind {
  if (OF_PAYMENTS.has(what)) return 'payment';
  return OF_SEARCHES.has(what) ? 'search' : 'books';
}

export class Run {
  readonly names: readonly string[];
  readonly delayMs: number;
  readonly #stage: Stage;
  readonly #graph: CreditGraph;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #cut = new Set<string>();
  #log: readonly Entry[] = [];
  #payments: readonly (Omit<PaymentRow, 'state' | 'why'> & { readonly atMs: number })[] = [];
  readonly #cleared = new Map<TxId, string>();

  private constructor(graph: CreditGraph, names: readonly string[], settings: RunSettings) {
    this.#graph = graph;
    this.names = names;
    this.delayMs = settings.delayMs;
    this.#numbers = new Map(names.map((name, number) => [name, number]));
    this.#stage = new Stage({ graph, ...settings });
  }

  /** Begins; words of the simulator where the drawing cannot be run. */
  static begin({ people, lines, payments, precision }: Design, settings: RunSettings): Run | string {
    const graph = drawnGraph({ participants: [...people], lines: [...lines], precision });
    if (typeof graph === 'string') return graph;
    const run = new Run(
      graph,
      people.map(({ name }) => name),
      settings,
    );
    for (const payment of payments) run.#plan(payment);
    return run;
  }

  get nowMs(): number {
    return this.#stage.nowMs;
  }

  get nextMs(): number {
    return this.#stage.nextMs;
  }

  get log(): readonly Entry[] {
    return this.#log;
  }

  /** Amounts by which circles were cleared, one for each circle. */
  get cleared(): readonly string[] {
    return [...this.#cleared.values()];
  }

  // ---- what a person does

  pay(from: string, to: string, units: number): void {
    const { id, happened } = this.#stage.pay(this.#number(from), this.#number(to), this.#steps(units));
    this.#payments = [...this.#payments, { id, from, to, amount: String(units), atMs: this.nowMs }];
    this.#take(happened);
  }

  /** A payment of the study is made at its time. */
  #plan({ at, from, to, amount }: Payment): void {
    const atMs = Math.round(at * 1_000);
    const id = this.#stage.payAt(atMs, this.#number(from), this.#number(to), this.#steps(amount));
    this.#payments = [...this.#payments, { id, from, to, amount: String(amount), atMs }];
  }

  #steps(units: number): number {
    return Math.round(units * 10 ** this.#graph.precision);
  }

  clear(): void {
    this.#stage.seekRings();
  }

  kill(name: string): void {
    this.#take(this.#stage.crash(this.#number(name)));
  }

  start(name: string): void {
    this.#take(this.#stage.restart(this.#number(name)));
  }

  isUp(name: string): boolean {
    return this.#stage.network.isUp(this.#number(name));
  }

  cut(from: string, to: string): void {
    if (this.#cut.has(pairOf(from, to))) return;
    this.#cut.add(pairOf(from, to));
    this.#take(this.#stage.cut(this.#number(from), this.#number(to)));
  }

  join(from: string, to: string): void {
    if (!this.#cut.delete(pairOf(from, to))) return;
    this.#take(this.#stage.join(this.#number(from), this.#number(to)));
  }

  // ---- how time passes

  /** Lets time pass until a message of these kinds arrives, is sent or is lost; false: all was quiet for a while. */
  step(kinds: ReadonlySet<Kind>): boolean {
    let untilMs = this.#quietAtMs();
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const happened = this.#stage.step(untilMs);
      if (happened.length === 0) return false;
      this.#take(happened);
      if (happened.some((one) => 'flight' in one && kinds.has(kindOf(one.flight.message.type)))) return true;
      if (this.#stage.flights.length > 0) untilMs = this.#quietAtMs();
    }
    throw new Error('bug: the network does not come to rest');
  }

  /** When all will have been quiet for long enough, if nothing happens any more; the payments of the study are waited for. */
  #quietAtMs(): number {
    const planned = this.#payments.find(({ atMs }) => atMs > this.nowMs)?.atMs ?? 0;
    return Math.max(planned, this.nowMs) + QUIET_MS;
  }

  /** Does nothing follow by itself? */
  get isQuiet(): boolean {
    return this.nextMs > this.#quietAtMs();
  }

  /** Lets time pass until then. */
  advance(untilMs: number): void {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const happened = this.#stage.step(untilMs);
      if (happened.length === 0) return;
      this.#take(happened);
    }
    throw new Error('bug: the network does not come to rest');
  }

  /** Lets time pass until nothing is on its way and nobody will soon do anything. */
  rest(): void {
    while (this.step(new Set(['payment', 'search', 'books'])));
  }

  // ---- what is shown

  flights(kinds: ReadonlySet<Kind>): { readonly entry: Entry; readonly share: number }[] {
    return this.#stage.flights
      .filter(({ message }) => kinds.has(kindOf(message.type)))
      .map((flight) => {
        const took = this.nowMs - flight.sentAtMs;
        return {
          entry: this.#entry(flight, 'under-way'),
          share: took / Math.max(1, flight.arrivesAtMs - flight.sentAtMs),
        };
      });
  }

  isOnItsWay(): boolean {
    return this.#stage.flights.length > 0;
  }

  accounts(): AccountRow[] {
    const { a, b, limitOfA, limitOfB } = this.#graph;
    return Array.from(a, (one, index) => {
      const other = b[index] as number;
      const [from, to] = [this.#name(one), this.#name(other)];
      const ends = [this.#account(one, other), this.#account(other, one)] as const;
      const units = (steps: number | undefined) => String((steps ?? 0) / 10 ** this.#graph.precision);
      return {
        ...{ from, to, limit: units(limitOfA[index]), otherLimit: units(limitOfB[index]) },
        owed: formatAmount(ends[0].balance),
        kept: formatAmount(larger(ends[0].reservedIn, ends[1].reservedOut)),
        otherKept: formatAmount(larger(ends[0].reservedOut, ends[1].reservedIn)),
        isCut: this.#cut.has(pairOf(from, to)),
      };
    });
  }

  held(): HeldRow[] {
    return this.names.flatMap((who, index) => {
      const positions = [...this.#stage.network.records(index).unsettled()];
      return positions.map((position): HeldRow => {
        const { header, route } = position;
        const called = (key: (typeof route.nodes)[number]) => this.#name(this.#stage.network.indexOf(key));
        return {
          ...{ id: `${who} ${position.txId} ${route.index} ${position.position}`, who, state: position.state },
          isRing: header.kind === 'clear',
          amount: formatAmount(route.amount),
          payer: called(header.payer),
          receiver: called(header.receiver),
          waitsFor: [...new Set(awaitedBy(position).map(called))].filter((name) => name !== who),
        };
      });
    });
  }

  payments(): PaymentRow[] {
    return this.#payments.map((payment) => {
      if (payment.atMs > this.nowMs) return { ...payment, state: 'planned', why: null };
      const known = this.#stage.network.records(this.#number(payment.from)).payment(payment.id);
      if (known?.state === 'COMMITTED') return { ...payment, state: 'paid', why: null };
      // Whoever was to pay was stopped then.
      if (known === undefined) return { ...payment, state: 'not-paid', why: null };
      return known.state === 'ABORTED'
        ? { ...payment, state: 'not-paid', why: known.refusal.code }
        : { ...payment, state: 'under-way', why: null };
    });
  }

  #account(index: number, other: number) {
    const account = this.#stage.network.records(index).account(keyOf(other), EQUIVALENT);
    if (account === undefined) throw new Error('bug: an account of the drawing is not there');
    return account;
  }

  #take(happened: readonly Happened[]): void {
    let log = this.#log;
    for (const one of happened) {
      if (one.type === 'told') {
        // Everybody in a circle is told of it.
        if (one.notice.type === 'cleared') this.#cleared.set(one.notice.txId, formatAmount(one.notice.amount));
      } else if (one.type === 'sent') log = [...log, this.#entry(one.flight, 'under-way')].slice(-MOST_ENTRIES);
      else if (one.type !== 'timer')
        log = log.map((entry) =>
          entry.id === one.flight.id ? this.#entry(one.flight, one.type === 'lost' ? 'lost' : 'arrived') : entry,
        );
    }
    this.#log = log;
  }

  #entry({ id, from, to, message, sentAtMs }: Flight, state: Entry['state']): Entry {
    const packet = 'certificate' in message ? message.certificate : 'packet' in message ? message.packet : null;
    return {
      ...{ id, sentAtMs, from: this.#name(from), to: this.#name(to), what: message.type, state },
      amount: packet === null ? null : formatAmount(packet.route.amount),
    };
  }

  #name(number: number): string {
    return this.names[number] as string;
  }

  #number(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) throw new Error(`bug: nobody is called ${name}`);
    return number;
  }
}

function pairOf(from: string, to: string): string {
  return JSON.stringify([from, to].sort());
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
