/**
 * A few participants on a calm network in virtual time, without chance: every message takes as long, every write as
 * long, all in order. What goes wrong is what the hooks say, so that each save and each message can be met alone.
 */
import type { Command, Effect, Event, Occurrence, Timer } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Message } from '#protocol/link.ts';
import { hopsOf, type TxId } from '#protocol/packet.ts';
import type { Transaction } from '#protocol/records.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { Agenda } from '../agenda.ts';
import { checkAtRest } from '../at-rest.ts';
import { Checkers, type Violation } from '../checkers.ts';
import { Participant, type World } from '../participant.ts';
import { EPOCH_MS } from '../scenario.ts';
import { fastSignatures, keyOf } from '../signatures.ts';
import { Holdings } from './holdings.ts';
import { People } from './people.ts';

/** A message on its way. `number` counts them from 1 since the hooks were set. */
export interface Letter {
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** What befalls a message: lost, doubled, or that many ms late. */
export type Delivery = 'lost' | 'twice' | number;

/** A crash while it writes: the batch is not on disk, or it is but nothing came of it. Null: it stays away. */
export interface Crash {
  readonly disk: 'batch lost' | 'effects lost';
  readonly restartMs: number | null;
}

export interface Hooks {
  /** A batch is about to be on disk; `number` counts those of the participant from 1 since the hooks were set. */
  onSave?(participant: Participant, number: number): Crash | null;
  onMessage?(letter: Letter): Delivery | null;
  /** A message has been handled by the one it was sent to. */
  onHandled?(letter: Letter): void;
}

/** What a dishonest participant sends instead of what its machine wants to send. */
export type Instead = (from: number, to: number, message: Message) => readonly { to: number; message: Message }[];

type Happening =
  | { readonly type: 'deliver'; readonly letter: Letter; readonly epoch: number }
  | { readonly type: 'timer'; readonly participant: number; readonly incarnation: number; readonly timer: Timer }
  | { readonly type: 'written'; readonly participant: number; readonly incarnation: number }
  | { readonly type: 'act'; readonly act: () => void };

export const NETWORK = 'geo-simulation';
const MESSAGE_MS = 10;
const DISK_MS = 1;
const REWIND_MS = 2_000;
const RELINK_MS = 10;

export class Run implements World {
  readonly participants: readonly Participant[];
  readonly checkers: Checkers;
  readonly holdings = new Holdings();
  /** Dishonest participants: not checked, and free to send what `hooks.instead` says. */
  readonly dishonest = new Set<number>();
  /** Participants that lost records: INV-LIMIT and agreement are judged apart for them. */
  readonly restored = new Set<number>();
  nowMs = EPOCH_MS;
  /** Transactions that anybody honest has had to do with since `watch`. */
  transactions: TxId[] = [];
  hooks: Hooks = {};
  #instead: Instead = (_from, to, message) => [{ to, message }];
  /** What each must have gained or lost by what it signed for as payer or receiver, since `watch`. */
  #before: ReadonlySet<string> = new Set();
  readonly #dues = new Map<string, { index: number; payer: PublicKey; amount: bigint }>();
  /** How many honest participants refused as a breach of the protocol. */
  faults = 0;
  readonly #agenda = new Agenda<Happening>();
  readonly #indexes = new Map<PublicKey, number>();
  readonly #links: readonly (readonly [number, number])[];
  /** Per pair of neighbours: odd while the link is down. */
  readonly #epochs = new Map<string, number>();
  readonly #cut = new Set<string>();
  readonly #clogs = new Set<string>();
  #isParted = false;
  readonly #gone = new Set<number>();
  readonly #clockErrors: number[];
  /** When a participant lost records: it is told at every start until it has saved that. */
  readonly #lostAtMs = new Map<number, number>();
  readonly #people = new People(this);
  #saves: number[] = [];
  /** Batches on the disk of each, and how many of them there were at `mark`. */
  readonly #batches: number[];
  #marked: readonly number[] = [];
  #letters = 0;

  constructor(size: number, links: readonly (readonly [number, number])[]) {
    this.#links = links;
    this.checkers = new Checkers(size, fastSignatures.verify);
    this.participants = Array.from(
      { length: size },
      (_, index) => new Participant(index, keyOf(index), NETWORK, fastSignatures.signAs(index), this),
    );
    this.#clockErrors = Array.from({ length: size }, () => 0);
    this.#batches = Array.from({ length: size }, () => 0);
    for (const participant of this.participants) this.#indexes.set(participant.key, participant.index);
    for (const participant of this.participants) this.#feed(participant, { type: 'start' });
    for (const [a, b] of links) this.#setLink(a, b, true);
  }

  at(index: number): Participant {
    return this.participants[index] as Participant;
  }

  /** Begins to count saves and messages, and to ask these hooks. */
  watch(hooks: Hooks): void {
    this.hooks = hooks;
    this.#saves = this.participants.map(() => 0);
    this.#letters = 0;
    this.transactions = [];
    this.#before = new Set(this.#dues.keys());
  }

  /** From now on the dishonest send what this says. */
  watchLies(instead: Instead): void {
    this.#instead = instead;
  }

  /** A backup of everybody is made now; see `rewind`. */
  mark(): void {
    this.#marked = [...this.#batches];
  }

  /** Batches that each participant wrote, and messages sent, since `watch`. */
  get counts(): { readonly saves: readonly number[]; readonly messages: number } {
    return { saves: this.#saves, messages: this.#letters };
  }

  // ---- time

  after(ms: number, act: () => void): void {
    this.#agenda.add(this.nowMs + ms, { type: 'act', act });
  }

  /** Lets so many ms pass. */
  run(ms: number): void {
    const endMs = this.nowMs + ms;
    while (this.#agenda.nextMs <= endMs) {
      this.nowMs = this.#agenda.nextMs;
      this.#happen(this.#agenda.take() as Happening);
    }
    this.nowMs = endMs;
  }

  /** A person gives a command, and again if a crash loses it. */
  command(participant: number, command: Command): void {
    this.#people.give(participant, command);
  }

  obey(index: number, command: Command): readonly Effect[] {
    return this.#feed(this.at(index), { type: 'command', command });
  }

  // ---- what goes wrong

  /** The process stops now. */
  crash(index: number, { disk, restartMs }: Crash): void {
    const participant = this.at(index);
    if (!participant.isUp) return;
    participant.crash(disk === 'effects lost');
    this.#gone.add(index);
    for (const [a, b] of this.#linksOf(index)) this.#setLink(a, b, false);
    if (restartMs !== null) this.after(restartMs, () => this.restart(index));
  }

  restart(index: number): void {
    const participant = this.at(index);
    if (participant.isUp) return;
    this.#gone.delete(index);
    participant.restart();
    const { records } = participant;
    this.checkers.afterCrash(participant, !this.restored.has(index));
    this.holdings.restarted(index, (txId) => records.positions(txId), this.nowMs);
    const lostAtMs = this.#lostAtMs.get(index);
    if (lostAtMs !== undefined && (records.node.restoredAtMs ?? 0) < lostAtMs)
      this.#feed(participant, { type: 'loss' });
    this.#feed(participant, { type: 'start' });
    this.after(RELINK_MS, () => {
      for (const [a, b] of this.#linksOf(index)) this.#setLink(a, b, true);
    });
    this.#people.started(index);
  }

  /**
   * The process stops and starts again from an old backup, made at `mark`, or from words only. Its owner says that
   * records may be missing, or does not know.
   */
  rewind(index: number, backup: 'old' | 'words only', isTold: boolean): void {
    const participant = this.at(index);
    if (!participant.isUp) return;
    this.crash(index, { disk: 'batch lost', restartMs: REWIND_MS });
    const batches = this.#batches[index] ?? 0;
    const kept = backup === 'old' ? (this.#marked[index] ?? 0) : 0;
    participant.rewind(batches - kept);
    this.#batches[index] = kept;
    if (isTold) this.#lostAtMs.set(index, this.nowMs);
    this.restored.add(index);
    this.checkers.restored(index);
  }

  /** Each node keeps house now and then: compares books with a neighbour, proposes checkpoints. */
  keepHouse(minutes: readonly number[]): void {
    for (const [round, minute] of minutes.entries()) {
      this.after(minute * 60_000, () => {
        for (const participant of this.participants)
          if (participant.isUp) this.#feed(participant, { type: 'timer', timer: { type: 'housekeeping', round } });
      });
    }
  }

  /** Cuts or joins the link of two neighbours. */
  setLink(a: number, b: number, up: boolean): void {
    if (up) this.#cut.delete(pairOf(a, b));
    else this.#cut.add(pairOf(a, b));
    this.#setLink(a, b, up);
  }

  /** Cuts these links, or joins them; whoever is not joined by the rest cannot be reached by a query either. */
  setPartition(links: readonly (readonly [number, number])[], cut: boolean): void {
    for (const [a, b] of links) this.setLink(a, b, !cut);
    this.#isParted = cut;
  }

  /** Is there a way from one to the other over links that are not cut? */
  #isJoined(from: number, to: number): boolean {
    const reached = new Set([from]);
    for (const at of reached) {
      for (const [a, b] of this.#linksOf(at)) if (!this.#cut.has(pairOf(a, b))) reached.add(a).add(b);
    }
    return reached.has(to);
  }

  /** One direction of a link swallows all messages for a while, and nobody notices. */
  clog(from: number, to: number, ms: number): void {
    this.#clogs.add(`${from}>${to}`);
    this.after(ms, () => this.#clogs.delete(`${from}>${to}`));
  }

  /** From now on the clock of a participant is wrong by this much. */
  setClock(index: number, errorMs: number): void {
    this.#clockErrors[index] = errorMs;
  }

  /** A dishonest participant sends what it likes to whom it likes. */
  forge(from: number, to: number, message: Message): void {
    this.#post(from, to, message);
  }

  #linksOf(index: number): (readonly [number, number])[] {
    return this.#links.filter((pair) => pair.includes(index));
  }

  // ---- inside

  #happen(happening: Happening): void {
    switch (happening.type) {
      case 'deliver':
        this.#deliver(happening.letter, happening.epoch);
        return;
      case 'timer': {
        const participant = this.at(happening.participant);
        if (!participant.isUp || participant.incarnation !== happening.incarnation) return;
        this.#feed(participant, { type: 'timer', timer: happening.timer });
        return;
      }
      case 'written':
        this.#written(this.at(happening.participant), happening.incarnation);
        return;
      case 'act':
        happening.act();
        return;
    }
  }

  #clockOf(index: number): number {
    return Math.max(0, this.nowMs + (this.#clockErrors[index] as number));
  }

  #feed(participant: Participant, occurrence: Occurrence): readonly Effect[] {
    const event: Event = { ...occurrence, nowMs: this.#clockOf(participant.index) };
    const effects = participant.handle(event);
    if (this.dishonest.has(participant.index)) return effects;
    this.checkers.afterStep(participant, event, effects);
    for (const effect of effects) {
      if (effect.type === 'save' && effect.record.type === 'transaction') this.#note(participant, effect.record);
    }
    if (event.type === 'message') this.checkers.checkOnce(participant, event);
    return effects;
  }

  #note({ index }: Participant, { txId, positions }: Transaction): void {
    this.holdings.changed(index, txId, positions, this.nowMs);
    if (!this.transactions.includes(txId)) this.transactions.push(txId);
    for (const { state, position, route, header } of positions) {
      if (state !== 'committed' || header.kind === 'clear') continue;
      const amount = position === 0 ? -route.amount : position === hopsOf(route) ? route.amount : 0n;
      const key = `${index}/${txId}/${route.index}/${position}`;
      if (!this.#before.has(key)) this.#dues.set(key, { index, payer: header.payer, amount });
    }
  }

  /**
   * By how much the net positions of these must have changed since `watch`, by what they paid and were paid; only by
   * payments of one payer, if it is given.
   */
  due(index: number | null, payer: PublicKey | null = null): bigint {
    let due = 0n;
    for (const [key, one] of this.#dues) {
      if (this.#before.has(key)) continue;
      if ((index === null || one.index === index) && (payer === null || one.payer === payer)) due += one.amount;
    }
    return due;
  }

  #written(participant: Participant, incarnation: number): void {
    if (!participant.isUp || participant.incarnation !== incarnation) return;
    const { index } = participant;
    const number = (this.#saves[index] ?? 0) + 1;
    this.#saves[index] = number;
    const crash = this.hooks.onSave?.(participant, number) ?? null;
    if (crash?.disk !== 'batch lost') this.#batches[index] = (this.#batches[index] ?? 0) + 1;
    if (crash === null) participant.written();
    else this.crash(index, crash);
  }

  #setLink(a: number, b: number, up: boolean): void {
    const pair = pairOf(a, b);
    const epoch = this.#epochs.get(pair) ?? 1;
    const isUp = epoch % 2 === 0;
    if (isUp === up || (up && (this.#cut.has(pair) || this.#gone.has(a) || this.#gone.has(b)))) return;
    this.#epochs.set(pair, epoch + 1);
    for (const [index, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const participant = this.at(index);
      if (!participant.isUp) continue;
      const neighbour = keyOf(other);
      if (up) participant.records.linked.add(neighbour);
      else participant.records.linked.delete(neighbour);
      this.#feed(participant, up ? { type: 'link-up', neighbour } : { type: 'link-down', neighbour });
    }
  }

  /** Strangers reach each other by a query, whatever links are up. */
  #post(from: number, to: number, message: Message): void {
    const epoch = this.#epochs.get(pairOf(from, to)) ?? 0;
    if (epoch % 2 === 1 || (this.#isParted && !this.#isJoined(from, to))) return;
    const letter = { number: ++this.#letters, from, to, message };
    const delivery = this.hooks.onMessage?.(letter) ?? null;
    if (delivery === 'lost' || this.#clogs.has(`${from}>${to}`)) return;
    const lateMs = typeof delivery === 'number' ? delivery : 0;
    // What comes late comes over whatever link there is then.
    const kept = lateMs > 0 ? -1 : epoch;
    this.#agenda.add(this.nowMs + MESSAGE_MS + lateMs, { type: 'deliver', letter, epoch: kept });
    if (delivery === 'twice') this.#agenda.add(this.nowMs + MESSAGE_MS, { type: 'deliver', letter, epoch });
  }

  #deliver(letter: Letter, epoch: number): void {
    const { from, to, message } = letter;
    const participant = this.at(to);
    const current = this.#epochs.get(pairOf(from, to)) ?? 0;
    if (!participant.isUp || (epoch === -1 ? current % 2 === 1 : current !== epoch)) return;
    const reader = { records: participant.records, verify: fastSignatures.verify, nowMs: this.#clockOf(to) };
    const verified = verifyMessage(reader, keyOf(from), message);
    if (isFault(verified)) {
      if (!this.dishonest.has(from)) throw new Error(`bug: an honest message was refused: ${verified.what}`);
      if (!this.dishonest.has(to)) this.faults++;
      const { code, what } = verified;
      this.#feed(participant, { type: 'fault', from: keyOf(from), code, what, frame: new Uint8Array(1) });
    } else {
      this.#feed(participant, { type: 'message', from: keyOf(from), message: verified });
    }
    this.hooks.onHandled?.(letter);
  }

  // ---- the world that participants see

  writing({ index, incarnation }: Participant): void {
    this.#agenda.add(this.nowMs + DISK_MS, { type: 'written', participant: index, incarnation });
  }

  released(participant: Participant, effect: Effect): void {
    const { index, incarnation } = participant;
    switch (effect.type) {
      case 'save':
      case 'learn':
        return;
      case 'send':
        this.#send(participant, effect.to, effect.message);
        return;
      case 'schedule': {
        const atMs = Math.max(this.nowMs, effect.atMs - this.#clockOf(index) + this.nowMs);
        this.#agenda.add(atMs, { type: 'timer', participant: index, incarnation, timer: effect.timer });
        return;
      }
      case 'notify':
        this.#people.told(index, effect.notice);
        return;
    }
  }

  #send(participant: Participant, key: PublicKey, message: Message): void {
    const to = this.#indexes.get(key);
    if (to === undefined) return;
    if (!this.dishonest.has(participant.index)) {
      this.checkers.sent(participant, message);
      this.#post(participant.index, to, message);
      return;
    }
    for (const letter of this.#instead(participant.index, to, message))
      this.#post(participant.index, letter.to, letter.message);
  }

  /** Broken invariants so far, and those that must hold now that nothing moves; of those who are there and honest. */
  violations(): readonly Violation[] {
    const away = this.participants.filter(({ isUp }) => !isUp).map(({ index }) => index);
    const exempt = { malicious: new Set([...this.dishonest, ...away]), restored: this.restored };
    return [...this.checkers.violations, ...checkAtRest(this.participants, exempt)];
  }
}

function pairOf(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}
