/**
 * One turn of the machine (§8.2): reads through to the records, remembers what this step saves, collects effects.
 */
import { type Account, emptyAccount } from '../account.ts';
import type { CheckpointRecord } from '../checkpoint.ts';
import type { ProposalRecord } from '../clearing/proposal.ts';
import type { DeadEnd, Seeking } from '../clearing/seeking.ts';
import type { Effect, Notice, Timer } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import { RETRY_FIRST_MS, RETRY_LAST_MS } from '../limits.ts';
import type { Message } from '../link.ts';
import type { NodeRecord } from '../node-record.ts';
import type { PaymentId, TxId } from '../packet.ts';
import type { Payment } from '../payment.ts';
import type { Position } from '../position.ts';
import type { DurableRecord, LineRecord, Records, Transaction } from '../records.ts';
import { type HopEstimate, unknownHop } from '../routing/estimate.ts';
import type { IndexerRecord, Learned } from '../routing/knowledge.ts';
import type { Search } from '../routing/search.ts';
import type { MaySign } from '../statement.ts';

export class Turn {
  readonly records: Records;
  readonly self: PublicKey;
  readonly nowMs: number;
  /** Null: a host that may not, or not any more; the participant signs itself, when it is there (§11.4). */
  readonly sign: MaySign;
  readonly #saves: DurableRecord[] = [];
  readonly #learned: Learned[] = [];
  readonly #others: Effect[] = [];

  constructor(records: Records, nowMs: number, sign: MaySign) {
    this.records = records;
    this.self = records.self;
    this.nowMs = nowMs;
    this.sign = sign;
  }

  /** All effects of the turn: saves first, one per record, then what was learned, then the rest in order. */
  effects(): Effect[] {
    const effects: Effect[] = [];
    for (const record of this.#saves) effects.push({ type: 'save', record });
    for (const learned of this.#learned) effects.push({ type: 'learn', learned });
    for (const effect of this.#others) effects.push(effect);
    return effects;
  }

  get node(): NodeRecord {
    for (const saved of this.#saves) if (saved.type === 'node') return saved;
    return this.records.node;
  }

  /** Time for judging expiry: never earlier than a time at which something was already declared expired (rule 8). */
  get judgedNowMs(): number {
    return Math.max(this.nowMs, this.node.clockHighMs);
  }

  account(neighbour: PublicKey, equivalent: string): Account | undefined {
    for (const saved of this.#saves) {
      if (saved.type === 'account' && saved.neighbour === neighbour && saved.equivalent === equivalent) return saved;
    }
    return this.records.account(neighbour, equivalent);
  }

  /** All accounts, as this step has left them until now. */
  *accounts(): IterableIterator<Account> {
    for (const known of this.records.accounts()) yield this.account(known.neighbour, known.equivalent) ?? known;
    for (const saved of this.#saves) {
      if (saved.type !== 'account') continue;
      if (this.records.account(saved.neighbour, saved.equivalent) === undefined) yield saved;
    }
  }

  /** The account, or a fresh one to be saved. A node that ever lost records may have lost this account. */
  accountOrNew(neighbour: PublicKey, equivalent: string): Account {
    const standing = this.node.restoredAtMs === null ? 'confirmed' : 'unsure';
    const known = this.account(neighbour, equivalent);
    if (known !== undefined) return known;
    const comparedAtMs = Math.max(this.nowMs, this.records.startedAtMs);
    return { ...emptyAccount(neighbour, equivalent, standing), comparedAtMs };
  }

  checkpoint(neighbour: PublicKey, equivalent: string): CheckpointRecord | undefined {
    for (const saved of this.#saves) {
      if (saved.type === 'checkpoint' && saved.neighbour === neighbour && saved.equivalent === equivalent) return saved;
    }
    return this.records.checkpoint(neighbour, equivalent);
  }

  proposal(neighbour: PublicKey, equivalent: string): ProposalRecord | undefined {
    for (const saved of this.#saves) {
      if (saved.type === 'proposal' && saved.neighbour === neighbour && saved.equivalent === equivalent) return saved;
    }
    return this.records.proposal(neighbour, equivalent);
  }

  line(from: PublicKey, to: PublicKey, equivalent: string): LineRecord | undefined {
    for (const saved of this.#saves) {
      if (saved.type !== 'line') continue;
      const { line } = saved.signed;
      if (line.from === from && line.to === to && line.equivalent === equivalent) return saved;
    }
    return this.records.line(from, to, equivalent);
  }

  positions(txId: TxId): readonly Position[] {
    return this.#savedTransaction(txId)?.positions ?? this.records.positions(txId);
  }

  position(txId: TxId, routeIndex: number, position: number): Position | undefined {
    for (const held of this.positions(txId)) {
      if (held.position === position && held.route.index === routeIndex) return held;
    }
    return undefined;
  }

  payment(paymentId: PaymentId): Payment | undefined {
    for (const saved of this.#saves) if (saved.type === 'payment' && saved.paymentId === paymentId) return saved;
    return this.records.payment(paymentId);
  }

  /** What is known of a hop: of one that is new, nothing. */
  hopEstimate(from: PublicKey, to: PublicKey, equivalent: string): HopEstimate {
    const isIt = (learned: Learned): learned is HopEstimate =>
      learned.type === 'hop-estimate' &&
      learned.from === from &&
      learned.to === to &&
      learned.equivalent === equivalent;
    const known = this.#learned.findLast(isIt) ?? this.records.knowledge.hop(from, to, equivalent);
    return known ?? unknownHop(from, to, equivalent);
  }

  /** All that is known of hops in one equivalent; what this turn learned comes last. */
  *hopEstimates(equivalent: string): IterableIterator<HopEstimate> {
    yield* this.records.knowledge.hops(equivalent);
    for (const learned of this.#learned) {
      if (learned.type === 'hop-estimate' && learned.equivalent === equivalent) yield learned;
    }
  }

  search(id: PaymentId): Search | undefined {
    const isIt = (learned: Learned): boolean =>
      (learned.type === 'search' || learned.type === 'ended-search') && learned.id === id;
    const learned = this.#learned.findLast(isIt);
    if (learned === undefined) return this.records.knowledge.search(id);
    return learned.type === 'search' ? learned : undefined;
  }

  /** How far the hops that an indexer named were there. */
  indexer(publicKey: PublicKey): IndexerRecord | undefined {
    const isIt = (learned: Learned): learned is IndexerRecord =>
      learned.type === 'indexer' && learned.publicKey === publicKey;
    return this.#learned.findLast(isIt) ?? this.records.knowledge.indexer(publicKey);
  }

  /** Until when no walk goes to a debtor, since one came back; in the past: one may. */
  deadUntilMs(neighbour: PublicKey, equivalent: string): number {
    const isIt = (learned: Learned): learned is DeadEnd =>
      learned.type === 'dead-end' && learned.neighbour === neighbour && learned.equivalent === equivalent;
    const known = this.#learned.findLast(isIt) ?? this.records.knowledge.deadEnd(neighbour, equivalent);
    return known?.untilMs ?? 0;
  }

  /** How often the debt of a neighbour was looked for in rings. */
  seeking(neighbour: PublicKey, equivalent: string): Seeking | undefined {
    const isIt = (learned: Learned): learned is Seeking =>
      learned.type === 'seeking' && learned.neighbour === neighbour && learned.equivalent === equivalent;
    return this.#learned.findLast(isIt) ?? this.records.knowledge.seeking(neighbour, equivalent);
  }

  /** Remembers what is not worth keeping: see `Knowledge`. */
  learn(learned: Learned): void {
    this.#learned.push(learned);
  }

  saveNode(node: NodeRecord): void {
    this.#save(node, (saved) => saved.type === 'node');
  }

  saveAccount(account: Account): void {
    const { neighbour, equivalent, standing } = account;
    // An account that turns up after a loss may be an old one: the neighbour is asked.
    const isNew = this.account(neighbour, equivalent) === undefined;
    if (isNew && standing === 'unsure') this.schedule({ type: 'recover', neighbour, tries: 0 }, this.nowMs);
    this.#save(
      account,
      (saved) => saved.type === 'account' && saved.neighbour === neighbour && saved.equivalent === equivalent,
    );
  }

  saveCheckpoint(checkpoint: CheckpointRecord): void {
    const { neighbour, equivalent } = checkpoint;
    this.#save(
      checkpoint,
      (saved) => saved.type === 'checkpoint' && saved.neighbour === neighbour && saved.equivalent === equivalent,
    );
  }

  saveProposal(proposal: ProposalRecord): void {
    const { neighbour, equivalent } = proposal;
    this.#save(
      proposal,
      (saved) => saved.type === 'proposal' && saved.neighbour === neighbour && saved.equivalent === equivalent,
    );
  }

  savePosition(position: Position): void {
    const { txId } = position;
    const same = (held: Position) => held.position === position.position && held.route.index === position.route.index;
    const before = this.positions(txId);
    const positions = before.some(same) ? before.map((held) => (same(held) ? position : held)) : [...before, position];
    const transaction: Transaction = { type: 'transaction', txId, positions };
    this.#save(transaction, (saved) => saved.type === 'transaction' && saved.txId === txId);
  }

  savePayment(payment: Payment): void {
    this.#save(payment, (saved) => saved.type === 'payment' && saved.paymentId === payment.paymentId);
  }

  /** Saves a record that no other save of this turn can concern. */
  saveOnce(record: DurableRecord): void {
    this.#saves.push(record);
  }

  send(to: PublicKey, message: Message): void {
    this.#others.push({ type: 'send', to, message });
  }

  schedule(timer: Timer, atMs: number): void {
    this.#others.push({ type: 'schedule', timer, atMs });
  }

  notify(notice: Notice): void {
    this.#others.push({ type: 'notify', notice });
  }

  #savedTransaction(txId: TxId): Transaction | undefined {
    for (const saved of this.#saves) if (saved.type === 'transaction' && saved.txId === txId) return saved;
    return undefined;
  }

  #save(record: DurableRecord, replaces: (saved: DurableRecord) => boolean): void {
    const index = this.#saves.findIndex(replaces);
    if (index < 0) this.#saves.push(record);
    else this.#saves[index] = record;
  }
}

/** Back-off of resends: 1 s, 2 s, 4 s … 10 min. */
export function retryDelayMs(tries: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.min(tries, 20), RETRY_LAST_MS);
}
