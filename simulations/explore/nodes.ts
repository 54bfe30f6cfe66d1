/**
 * The states of one honest participant, numbered, and what each event makes of each: tried once, then remembered. A
 * network has very many states, but its participants have few each.
 *
 * Here is the driver contract (§8.2) with its crashes. A participant's state is what is on its disk: it may crash after
 * any event and lose all else, so nothing else may matter.
 */
import type { Effect, Occurrence } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { step } from '#protocol/machine/step.ts';
import { hopsOf } from '#protocol/packet.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { EPOCH_MS } from '../scenario.ts';
import { fastSignatures, keyOf } from '../signatures.ts';
import { canonicalText } from './canonical.ts';
import { type Breach, checkState, checkStep, isKept } from './checks.ts';
import { type Items, idOf, type MessageItem, type Signed, setBit } from './items.ts';
import { NETWORK } from './opening.ts';
import type { Order } from './scenarios.ts';

/** What a participant's clock says at an event: any of these, in any order, since clocks may be wrong and step back. */
export const CLOCKS = [EPOCH_MS, EPOCH_MS + 3_600_000] as const;
export type Clock = 0 | 1;
/** The clock is past the expiry of everything. */
export const LATE: Clock = 1;

/** One way in which an event can end: the state that is left, what was let out, what is broken. */
export interface Ending {
  readonly next: number;
  /** Messages let out, by number. */
  readonly sent: readonly number[];
  readonly crashed: boolean;
  readonly breach: Breach | null;
}

/** All ways in which an event can end; the first is without a crash. */
export type Endings = readonly [Ending, ...Ending[]];

export interface NodeState {
  readonly id: number;
  readonly records: ReadonlyMap<string, DurableRecord>;
  readonly view: Records;
  /** Orders not given yet, as bits. */
  readonly pending: number;
  /** It was given an old disk. */
  readonly isRestored: boolean;
  readonly breach: Breach | null;
}

/** An ending that changes the disk, or that a crash cut off, and the clock at which it came about. */
export interface Change {
  readonly clock: Clock;
  readonly endings: Endings;
}

/** What a participant in one state makes of messages and timers, as far as it was asked. */
interface Reactions {
  /** Messages that were tried; of these, those that change its disk, and those that it only answers. */
  readonly tried: Int32Array;
  readonly changing: Int32Array;
  readonly answered: Int32Array;
  readonly changes: Change[][];
  readonly answers: (readonly number[])[];
  /** What it may do of itself. */
  own: { readonly changes: readonly Change[]; readonly answers: readonly number[] } | null;
  ordered: readonly Endings[] | null;
  letGo: readonly Endings[] | null;
  restored: Endings | null;
  /** Of what it has let out: what it still knows and holds to. */
  readonly kept: Int32Array;
}

/** What the driver does with the effects of a step, in order: a crash can only cut the end off (rule 1). */
const PHASES = ['save', 'send'] as const;

/** Keys of journal entries: they repeat, in the order in which they came, what transactions and balances say. */
const JOURNAL = 'entry/';

export class Node {
  readonly index: number;
  readonly #items: Items;
  readonly #indexes: ReadonlyMap<PublicKey, number>;
  readonly #orders: readonly Order[];
  readonly #letsGo: boolean;
  readonly #states: NodeState[] = [];
  readonly #ids = new Map<string, number>();
  readonly #recordIds = new Map<string, number>();
  /** By state, then by message and clock. */
  readonly #received: (Endings | undefined)[][] = [];
  readonly #timers: (readonly [readonly Endings[], readonly Endings[]] | undefined)[] = [];
  readonly #linkUps: (readonly Endings[] | undefined)[] = [];
  readonly #reactions: Reactions[] = [];

  constructor(
    index: number,
    items: Items,
    network: {
      opening: readonly DurableRecord[];
      participants: number;
      orders: readonly Order[];
      letsGo: boolean;
    },
  ) {
    this.index = index;
    this.#items = items;
    this.#indexes = new Map(Array.from({ length: network.participants }, (_, other) => [keyOf(other), other] as const));
    this.#orders = network.orders;
    this.#letsGo = network.letsGo;
    let pending = 0;
    for (const [number, order] of network.orders.entries()) if (order.participant === index) pending |= 1 << number;
    this.#intern(new Map(network.opening.map((record) => [recordKey(record), record])), pending, false);
  }

  state(id: number): NodeState {
    return this.#states[id] as NodeState;
  }

  /** A message arrives. */
  receive(id: number, item: MessageItem, clock: Clock): Endings {
    const known = this.#received[id] as (Endings | undefined)[];
    const at = item.id * 2 + clock;
    let endings = known[at];
    if (endings === undefined) {
      endings = this.#deliver(this.state(id), item, clock);
      known[at] = endings;
    }
    return endings;
  }

  /** What it may do of itself at this clock: start again, and every timer that it could have. */
  timers(id: number, clock: Clock): readonly Endings[] {
    let known = this.#timers[id];
    if (known === undefined) {
      const timers = this.#timersOf(this.state(id));
      const fire = (at: Clock) => timers.map((timer) => this.#try(this.state(id), timer, at));
      known = [fire(0), fire(LATE)];
      this.#timers[id] = known;
    }
    return known[clock];
  }

  /** What it does when the link to each neighbour is made anew, after expiry. */
  linkUps(id: number): readonly Endings[] {
    let known = this.#linkUps[id];
    if (known === undefined) {
      const state = this.state(id);
      known = [...state.view.neighbours()].map((neighbour) => this.#try(state, { type: 'link-up', neighbour }, LATE));
      this.#linkUps[id] = known;
    }
    return known;
  }

  /** What it makes of itself in this state, at any clock. */
  own(id: number): { readonly changes: readonly Change[]; readonly answers: readonly number[] } {
    const reactions = this.#reactions[id] as Reactions;
    reactions.own ??= sorted(id, [
      ...this.timers(id, 0).map((endings) => ({ clock: 0, endings }) as const),
      ...this.timers(id, LATE).map((endings) => ({ clock: LATE, endings }) as const),
    ]);
    return reactions.own;
  }

  /** What it makes in this state of the messages to it whose bits are set in a row. */
  reactions(id: number, row: Int32Array, offset: number): Reactions {
    const reactions = this.#reactions[id] as Reactions;
    const { tried } = reactions;
    const mine = this.#items.messagesTo(this.index);
    for (let word = 0; word < tried.length; word++) {
      const there = (row[offset + word] as number) & (mine[word] as number);
      for (let bits = there & ~(tried[word] as number); bits !== 0; bits &= bits - 1) {
        this.#meet(reactions, id, idOf(word, bits));
      }
    }
    return reactions;
  }

  #meet(reactions: Reactions, id: number, message: number): void {
    const item = this.#items.item(message) as MessageItem;
    const { changes, answers } = sorted(id, [
      { clock: 0, endings: this.receive(id, item, 0) },
      { clock: LATE, endings: this.receive(id, item, LATE) },
    ]);
    reactions.changes[message] = changes;
    reactions.answers[message] = answers;
    setBit(reactions.tried, 0, message);
    if (changes.length > 0) setBit(reactions.changing, 0, message);
    if (answers.length > 0) setBit(reactions.answered, 0, message);
  }

  /** What becomes of the orders that it was not given yet. In time: what is ordered later only meets more refusals. */
  ordered(id: number): readonly Endings[] {
    const reactions = this.#reactions[id] as Reactions;
    if (reactions.ordered === null) {
      const state = this.state(id);
      reactions.ordered = this.#orders.flatMap(({ command }, number) => {
        if ((state.pending & (1 << number)) === 0) return [];
        return [this.#try({ ...state, pending: state.pending & ~(1 << number) }, { type: 'command', command }, 0)];
      });
    }
    return reactions.ordered;
  }

  /** What becomes of letting go, in turn, of everything that it holds. */
  letGo(id: number): readonly Endings[] {
    if (!this.#letsGo) return [];
    const reactions = this.#reactions[id] as Reactions;
    if (reactions.letGo === null) {
      const state = this.state(id);
      reactions.letGo = [...state.view.unsettled()].map(({ txId, route, position }) => {
        const command = { type: 'let-go', txId, routeIndex: route.index, position } as const;
        return this.#try(state, { type: 'command', command }, 0);
      });
    }
    return reactions.letGo;
  }

  /** The disk of before everything comes back, and the participant is told so (rule 10). Null when it has been. */
  restored(id: number): Endings | null {
    const { pending, isRestored } = this.state(id);
    if (isRestored) return null;
    const reactions = this.#reactions[id] as Reactions;
    if (reactions.restored === null) {
      const old = this.state(this.#intern(this.state(0).records, pending, true));
      reactions.restored = this.#try(old, { type: 'loss' }, 0);
    }
    return reactions.restored;
  }

  /** The first thing that it has signed and let out (bits of a row) and forgotten in this state, or null. */
  forgotten(id: number, row: Int32Array, offset: number): Signed | null {
    const { kept } = this.#reactions[id] as Reactions;
    const left = this.#items.leftBy(this.index);
    const state = this.state(id);
    if (state.isRestored) return null;
    for (let word = 0; word < kept.length; word++) {
      const there = (row[offset + word] as number) & (left[word] as number);
      for (let bits = there & ~(kept[word] as number); bits !== 0; bits &= bits - 1) {
        const item = idOf(word, bits);
        for (const signed of this.#items.item(item).signed) {
          if (signed.signer === state.view.self && !isKept(state, signed)) return signed;
        }
        setBit(kept, 0, item);
      }
    }
    return null;
  }

  #timersOf({ view }: NodeState): Occurrence[] {
    const timers: Occurrence[] = [{ type: 'start' }];
    for (const { txId, position, route, state } of view.unsettled()) {
      for (let tries = 0; tries <= hopsOf(route); tries++) {
        timers.push({ type: 'timer', timer: { type: 'retry', txId, routeIndex: route.index, position, tries } });
      }
      if (state === 'held') timers.push({ type: 'timer', timer: { type: 'expiry', txId } });
    }
    for (const { neighbour, standing } of view.accounts()) {
      if (standing === 'unsure') timers.push({ type: 'timer', timer: { type: 'recover', neighbour, tries: 0 } });
    }
    return timers;
  }

  #deliver(state: NodeState, item: MessageItem, clock: Clock): Endings {
    const from = keyOf(item.from);
    const reader = { records: state.view, verify: fastSignatures.verify, nowMs: CLOCKS[clock] };
    const message = verifyMessage(reader, from, item.message);
    if (isFault(message)) return [{ next: state.id, sent: [], crashed: false, breach: null }];
    const occurrence = { type: 'message', from, message } as const;
    const endings = this.#try(state, occurrence, clock);
    const [{ next, sent, breach }] = endings;
    if (next === state.id || breach !== null) return endings;
    const [again] = this.#try(this.state(next), occurrence, clock);
    if (again.next === next) return endings;
    const what = `a repeated ${message.type} saved something again`;
    return [{ next, sent, crashed: false, breach: { invariant: 'INV-ONCE', participant: this.index, what } }];
  }

  /** One event, to its end and cut off by a crash. */
  #try(state: NodeState, occurrence: Occurrence, clock: Clock): Endings {
    const sign = fastSignatures.signAs(this.index);
    const isReminder = occurrence.type === 'message' && occurrence.message.type === 'reminder';
    const effects = step(state.view, { ...occurrence, nowMs: CLOCKS[clock] }, sign);
    const saves = effects.flatMap((effect) => (effect.type === 'save' ? [effect.record] : []));
    const ended = (phases: readonly string[], crashed: boolean): Ending => {
      const next = phases.includes('save') ? this.#save(state, saves) : state.id;
      const after = this.state(next);
      const breach = next === state.id ? null : (after.breach ?? checkStep(this.index, state, after, isReminder));
      return { next, sent: phases.includes('send') ? this.#sent(effects) : [], crashed, breach };
    };
    return [ended(PHASES, false), ...(saves.length > 0 ? [ended(PHASES.slice(0, 1), true)] : [])];
  }

  #sent(effects: readonly Effect[]): number[] {
    const sent: number[] = [];
    for (const effect of effects) {
      if (effect.type !== 'send') continue;
      const to = this.#indexes.get(effect.to);
      if (to !== undefined) sent.push(this.#items.message(this.index, to, effect.message).id);
    }
    return sent;
  }

  #save(before: NodeState, saves: readonly DurableRecord[]): number {
    if (saves.length === 0 && this.state(before.id).pending === before.pending) return before.id;
    const records = new Map(before.records);
    for (const record of saves) records.set(recordKey(record), record);
    return this.#intern(records, before.pending, before.isRestored);
  }

  #intern(records: ReadonlyMap<string, DurableRecord>, pending: number, isRestored: boolean): number {
    const parts: number[] = [pending, isRestored ? 1 : 0];
    for (const key of [...records.keys()].sort()) {
      if (!key.startsWith(JOURNAL)) parts.push(this.#recordId(records.get(key) as DurableRecord));
    }
    const text = parts.join();
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#states.length;
    const view = new Records(keyOf(this.index), NETWORK);
    for (const record of records.values()) view.apply(record);
    for (const key of this.#indexes.keys()) if (key !== view.self) view.linked.add(key);
    const opening = this.#states[0]?.records ?? records;
    this.#ids.set(text, id);
    const breach = checkState(this.index, records, opening, { isRestored, letsGo: this.#letsGo });
    this.#states.push({ id, records, view, pending, isRestored, breach });
    this.#received.push([]);
    const bits = () => new Int32Array(this.#items.words);
    const none = { own: null, ordered: null, letGo: null, restored: null, changes: [], answers: [] };
    this.#reactions.push({ ...none, tried: bits(), changing: bits(), answered: bits(), kept: bits() });
    return id;
  }

  #recordId(record: DurableRecord): number {
    const text = canonicalText(record);
    let id = this.#recordIds.get(text);
    if (id === undefined) {
      id = this.#recordIds.size;
      this.#recordIds.set(text, id);
    }
    return id;
  }
}

/** Tells changes, each once, from mere answers. */
function sorted(state: number, all: readonly Change[]): { changes: Change[]; answers: number[] } {
  const changes: Change[] = [];
  const answers = new Set<number>();
  for (const change of all) {
    const [whole, cut] = change.endings;
    if (whole.next === state && whole.breach === null) for (const id of whole.sent) answers.add(id);
    if (whole.next === state && cut === undefined) continue;
    const isSame = ({ endings: [other] }: Change) =>
      other.next === whole.next && other.breach === whole.breach && other.sent.join() === whole.sent.join();
    if (!changes.some(isSame)) changes.push(change);
  }
  return { changes, answers: [...answers] };
}
