/**
 * A network of participants that pay, large ones too: the node's own machines (`step`) under virtual time. How a payer
 * chooses its routes is the machine's affair: this hands it events, carries messages, and tells an observer what it sees.
 *
 * All participants hold one map, which is the same object, and accounts are made as records rather than by messages.
 * Disks write at once: what is lost in a crash is decided at the moment of a step (`doom`). Links and participants are
 * up unless somebody says otherwise.
 */
import type { Effect, Event, Occurrence, Timer } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { decodeMessage, encodeMessage, type Message } from '#protocol/link.ts';
import { step } from '#protocol/machine/step.ts';
import { Records } from '#protocol/records.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Sign } from '#protocol/statement.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { Agenda } from './agenda.ts';
import { CommonMap } from './common-map.ts';
import type { CreditGraph } from './graphs/credit-graph.ts';
import type { NetworkSettings, Observer } from './network-settings.ts';
import { EQUIVALENT, NETWORK, openAccounts } from './opening.ts';
import { EPOCH_MS } from './scenario.ts';
import { keyOf } from './signatures.ts';

type Happening =
  | {
      readonly type: 'deliver';
      readonly from: number;
      readonly to: number;
      readonly message: Message | Uint8Array;
      /** How often the link had been cut when the message was sent. */
      readonly cuts: number;
    }
  | { readonly type: 'timer'; readonly participant: number; readonly incarnation: number; readonly timer: Timer }
  | { readonly type: 'call'; readonly call: () => void };

/** At which moment of its next step that saves something a participant crashes. */
export type Doom = 'before-saving' | 'after-saving';

/** A link that is or was down. */
interface Cut {
  /** Reasons for which it is down now. */
  reasons: number;
  /** How often it went down: what was on its way then is lost. */
  cuts: number;
}

export class Network {
  readonly #settings: NetworkSettings;
  readonly #observer: Observer;
  readonly #records: Records[] = [];
  readonly #signs: Sign[] = [];
  readonly #indexes = new Map<PublicKey, number>();
  readonly #agenda = new Agenda<Happening>();
  readonly #incarnations: Int32Array;
  readonly #isDown: Uint8Array;
  readonly #dooms = new Map<number, Doom>();
  /** By pair: links that were ever down. */
  readonly #cuts = new Map<number, Cut>();
  #nowMs = EPOCH_MS;
  #events = 0;
  #inFlight = 0;

  constructor(graph: CreditGraph, settings: NetworkSettings, observer: Observer) {
    this.#settings = settings;
    this.#observer = observer;
    this.#incarnations = new Int32Array(graph.nodes);
    this.#isDown = new Uint8Array(graph.nodes);
    const map = new CommonMap(NETWORK, EQUIVALENT);
    for (let index = 0; index < graph.nodes; index++) {
      const key = keyOf(index);
      const records = new Records(key, NETWORK, null, map);
      records.seeking = settings.seeking;
      // Everybody agrees to be on the map, also by a line of which there is no other.
      records.apply({ ...records.node, announceAll: true });
      this.#records.push(records);
      this.#signs.push(settings.signatures.signAs(index));
      this.#indexes.set(key, index);
    }
    openAccounts(graph, settings, this.#records, this.#signs, map);
  }

  /** How often `step` was called. */
  get events(): number {
    return this.#events;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** When the next thing happens; Infinity: nothing will. */
  get nextMs(): number {
    return this.#agenda.nextMs;
  }

  /** Are no messages on their way? */
  get isQuiet(): boolean {
    return this.#inFlight === 0;
  }

  get participants(): number {
    return this.#records.length;
  }

  records(index: number): Records {
    return this.#records[index] as Records;
  }

  indexOf(key: PublicKey): number {
    return this.#indexes.get(key) as number;
  }

  isUp(index: number): boolean {
    return this.#isDown[index] === 0;
  }

  /** Something is to happen outside of the participants. */
  callAt(atMs: number, call: () => void): void {
    this.#agenda.add(Math.max(atMs, this.#nowMs), { type: 'call', call });
  }

  /** Something happens to a participant now. Nothing happens to one that is down. */
  feed(index: number, occurrence: Occurrence): void {
    if (this.#isDown[index] === 1) return;
    const records = this.#records[index] as Records;
    this.#events++;
    const event: Event = { ...occurrence, nowMs: this.#nowMs };
    const effects = step(records, event, this.#signs[index] as Sign);
    this.#observer.stepped?.(index, event, effects);
    if (this.#dooms.size > 0 && this.#isLost(index, effects)) return;
    // The disk writes at once, so all saves of the step are on it before anything is released.
    for (const effect of effects) this.#carryOut(index, records, effect);
  }

  /** Lets the next thing happen: a message that arrives, or a timer. False when there is none. */
  advance(): boolean {
    const atMs = this.#agenda.nextMs;
    const happening = this.#agenda.take();
    if (happening === undefined) return false;
    this.#nowMs = atMs;
    switch (happening.type) {
      case 'timer':
        if (happening.incarnation === this.#incarnations[happening.participant])
          this.feed(happening.participant, { type: 'timer', timer: happening.timer });
        return true;
      case 'deliver':
        this.#inFlight--;
        this.#deliver(happening);
        return true;
      case 'call':
        happening.call();
        return true;
    }
  }

  /** A message goes out in the name of a participant, whatever its machine says of it. */
  post(from: number, to: number, message: Message): void {
    const { weather, throughBytes } = this.#settings;
    const wire = throughBytes ? encodeMessage(message) : message;
    this.#observer.sent(from, message, wire instanceof Uint8Array ? wire.length : 0);
    const cut = this.#cuts.size > 0 ? this.#cuts.get(this.#pair(from, to)) : undefined;
    if (cut !== undefined && cut.reasons > 0) return;
    for (let copies = weather.copies(); copies > 0; copies--) {
      this.#inFlight++;
      this.#agenda.add(this.#nowMs + weather.delayMs(from, to), {
        type: 'deliver',
        from,
        to,
        message: wire,
        cuts: cut?.cuts ?? 0,
      });
    }
  }

  // ---- faults

  /** The participant crashes in the midst of its next step that saves something, unless it is restarted before. */
  doom(index: number, doom: Doom): void {
    this.#dooms.set(index, doom);
  }

  /** Stops a participant at once: what it learned, its timers and what its links carry are lost; what it saved is not. */
  crash(index: number): void {
    if (this.#isDown[index] === 1) return;
    this.#dooms.delete(index);
    this.#isDown[index] = 1;
    (this.#incarnations[index] as number)++;
    this.#records[index]?.forgetVolatile();
    for (const neighbour of this.neighboursOf(index)) this.cut(index, neighbour);
    this.#observer.crashed?.(index);
  }

  restart(index: number): void {
    this.#dooms.delete(index);
    if (this.#isDown[index] === 0) return;
    this.#isDown[index] = 0;
    this.#records[index]?.begin(this.#nowMs);
    this.feed(index, { type: 'start' });
    for (const neighbour of this.neighboursOf(index)) this.join(index, neighbour);
  }

  /** One more reason for which a link is down. */
  cut(a: number, b: number): void {
    const pair = this.#pair(a, b);
    const cut = this.#cuts.get(pair) ?? { reasons: 0, cuts: 0 };
    this.#cuts.set(pair, cut);
    if (cut.reasons++ > 0) return;
    cut.cuts++;
    this.#setLink(a, b, false);
  }

  /** One reason less: the link is up when none is left. */
  join(a: number, b: number): void {
    const cut = this.#cuts.get(this.#pair(a, b));
    if (cut === undefined || cut.reasons === 0 || --cut.reasons > 0) return;
    this.#setLink(a, b, true);
  }

  /** All with whom there is an account. */
  neighboursOf(index: number): number[] {
    return [...this.records(index).neighbours()].map((key) => this.indexOf(key));
  }

  #setLink(a: number, b: number, isUp: boolean): void {
    for (const [index, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const { linked } = this.records(index);
      const neighbour = keyOf(other);
      if (isUp) linked.add(neighbour);
      else linked.delete(neighbour);
      this.feed(index, { type: isUp ? 'link-up' : 'link-down', neighbour });
    }
  }

  /** Does the participant crash in this step? Some of its saves may be on disk then; nothing is released. */
  #isLost(index: number, effects: readonly Effect[]): boolean {
    const doom = this.#dooms.get(index);
    if (doom === undefined || effects[0]?.type !== 'save') return false;
    if (doom === 'after-saving') {
      for (const effect of effects) if (effect.type === 'save') this.#carryOut(index, this.records(index), effect);
    }
    this.crash(index);
    return true;
  }

  #deliver({ from, to, message, cuts }: Extract<Happening, { type: 'deliver' }>): void {
    if (this.#isDown[to] === 1) return;
    if (this.#cuts.size > 0) {
      const cut = this.#cuts.get(this.#pair(from, to));
      if (cut !== undefined && (cut.reasons > 0 || cut.cuts !== cuts)) return;
    }
    const { signatures, behaviourOf } = this.#settings;
    const received = message instanceof Uint8Array ? decodeMessage(message) : message;
    if (isRefusal(received)) throw new Error(`bug: a message does not decode: ${received.where} ${received.why}`);
    const reader = { records: this.records(to), verify: signatures.verify, nowMs: this.#nowMs };
    const verified = verifyMessage(reader, keyOf(from), received);
    if (isFault(verified)) {
      if ((behaviourOf?.(from) ?? null) === null)
        throw new Error(`bug: an honest message was refused: ${verified.what}`);
      return;
    }
    const behaviour = behaviourOf?.(to) ?? null;
    if (behaviour !== null && !behaviour.hears(to, verified, this)) return;
    this.#observer.heard?.(to, verified);
    this.feed(to, { type: 'message', from: keyOf(from), message: verified });
  }

  #carryOut(index: number, records: Records, effect: Effect): void {
    switch (effect.type) {
      case 'save': {
        const { record } = effect;
        this.#observer.saving?.(index, record);
        records.apply(record);
        if (record.type === 'account') this.#observer.changed(index, this.indexOf(record.neighbour), record);
        return;
      }
      case 'learn':
        records.knowledge.learn(effect.learned);
        return;
      case 'send': {
        const behaviour = this.#settings.behaviourOf?.(index) ?? null;
        if (behaviour !== null && !behaviour.says(effect.message)) return;
        const to = this.#indexes.get(effect.to);
        if (to !== undefined) this.post(index, to, effect.message);
        return;
      }
      case 'schedule':
        this.#agenda.add(Math.max(effect.atMs, this.#nowMs), {
          type: 'timer',
          participant: index,
          incarnation: this.#incarnations[index] as number,
          timer: effect.timer,
        });
        return;
      case 'notify':
        this.#observer.noticed(index, effect.notice);
        return;
    }
  }

  #pair(a: number, b: number): number {
    return Math.min(a, b) * this.#records.length + Math.max(a, b);
  }
}
