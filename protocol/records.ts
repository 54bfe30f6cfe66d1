/**
 * Records (§8.1): the durable facts of one participant, with the indexes that the machine needs.
 *
 * The machine only reads; a driver calls `apply` for each save of a step, and no other way of changing exists. All
 * indexes are derived, so records replayed from disk in any order give the same view. `linked` is the one volatile
 * part: which neighbours are connected now.
 */
import type { Account } from './account.ts';
import type { AnnouncementRecord, ForgottenAnnouncementRecord } from './announcement.ts';
import type { CheckpointRecord, PastCheckpointRecord } from './checkpoint.ts';
import type { ProposalRecord } from './clearing/proposal.ts';
import type { SeekingMode } from './clearing/seeking.ts';
import type { MandateRecord } from './delegation/mandate.ts';
import type { EvidenceRecord } from './evidence.ts';
import type { PublicKey } from './identity.ts';
import type { JournalEntry } from './journal.ts';
import { MAX_EVIDENCE_PER_PARTICIPANT, MAX_MAP_LINES, MAX_PROBES_AT_ONCE } from './limits.ts';
import { LineIndex } from './line-index.ts';
import { EMPTY_NODE, type NodeRecord } from './node-record.ts';
import type { PaymentId, TxId } from './packet.ts';
import { isFinished, type Payment } from './payment.ts';
import { downstreamOf, isUnsettled, type Position, upstreamOf } from './position.ts';
import { entryKey, paidKey, paymentKey, recordKey, transactionKey } from './record-key.ts';
import { Knowledge } from './routing/knowledge.ts';
import { Shedding } from './shedding.ts';
import { Topology } from './topology.ts';
import type { SignedTrustLine } from './trust-line.ts';

/** A trust line, given or received. */
export interface LineRecord {
  readonly type: 'line';
  readonly signed: SignedTrustLine;
  /** Own lines: the other end has this seq. */
  readonly acked: boolean;
  /** A second document with the same seq: proof of equivocation; the line is frozen until a higher seq. */
  readonly conflicting: SignedTrustLine | null;
}

/** The one transaction by which a payment id was committed to this receiver (rule 11). */
export interface PaidRecord {
  readonly type: 'paid';
  readonly payer: PublicKey;
  readonly paymentId: PaymentId;
  readonly txId: TxId;
}

/** All positions of this participant in one transaction: one record, so that they change together. */
export interface Transaction {
  readonly type: 'transaction';
  readonly txId: TxId;
  readonly positions: readonly Position[];
}

/** A sealed backup that a participant keeps: its own, to be handed out, or a neighbour's (§8.6). */
export interface BackupRecord {
  readonly type: 'backup';
  readonly owner: PublicKey;
  /** Grows with each one: its time in ms. */
  readonly seq: number;
  /** Only the owner can open it. */
  readonly sealed: Uint8Array;
}

export type DurableRecord =
  | NodeRecord
  | LineRecord
  | Account
  | JournalEntry
  | CheckpointRecord
  | ProposalRecord
  | PastCheckpointRecord
  | Transaction
  | Payment
  | PaidRecord
  | AnnouncementRecord
  | ForgottenAnnouncementRecord
  | EvidenceRecord
  | BackupRecord
  | MandateRecord;

/** Reads, by key, settled records that are no longer in memory. Synchronous, from the durable store. */
export type Archive = (key: string) => DurableRecord | undefined;

const NOTHING: readonly Position[] = [];
/** Transactions that are settled, and payments that are over, kept in memory when there is an archive. */
const SETTLED_IN_MEMORY = 4_096;
/** Journal entries kept for each of those. */
const ENTRIES_PER_SETTLED = 4;

export class Records {
  readonly self: PublicKey;
  readonly network: string;
  readonly topology: Topology;
  /** Most lines that the map is to hold. Set by a driver that has room for more, or less. */
  maxMapLines = MAX_MAP_LINES;
  /** Most settled transactions that stay in memory when they are on disk. Set by a driver that has less room. */
  maxSettled = SETTLED_IN_MEMORY;
  /** Neighbours with a live link. Volatile: a restart begins with none. */
  readonly linked = new Set<PublicKey>();
  /** Participants that answer what ways there are (§6.5), as the owner chose them. Volatile, as `linked`. */
  indexers: readonly PublicKey[] = [];
  /** Routes that a search asks along in its first round: the fewer, the less is asked, where answers come at once. */
  firstProbes = MAX_PROBES_AT_ONCE;
  /** When this participant looks for rings of debts (§5.2). A setting, set by the driver. */
  seeking: SeekingMode = 'never';
  /** Does its owner sign checkpoints elsewhere (§11.4)? Set by the driver of a hosted participant. */
  isHosted = false;
  /** Accounts on which its host lets nothing new begin (§11.4). Volatile, as `linked`; set by the driver of a hosted participant. */
  isShut: (neighbour: PublicKey, equivalent: string) => boolean = () => false;
  /** What was learned of others and is not kept. Volatile, as `linked`; a driver calls its `learn`. */
  knowledge = new Knowledge();
  /** When this process began: what was compared before may have been lost since. Volatile, as `linked`; see `begin`. */
  startedAtMs = 0;

  #node: NodeRecord = EMPTY_NODE;
  readonly #lines: LineIndex;
  readonly #accounts = new Map<PublicKey, Map<string, Account>>();
  readonly #checkpoints = new Map<string, CheckpointRecord>();
  readonly #proposals = new Map<string, ProposalRecord>();
  readonly #entries = new Map<string, JournalEntry>();
  readonly #evidence = new Map<string, EvidenceRecord>();
  readonly #backups = new Map<PublicKey, BackupRecord>();
  /** By the seq of their delegations; only of a hosted participant. */
  readonly #mandates = new Map<number, MandateRecord>();
  readonly #transactions = new Map<TxId, Transaction>();
  readonly #payments = new Map<PaymentId, Payment>();
  readonly #paid = new Map<string, PaidRecord>();
  /** Unsettled positions by neighbour: how many of each transaction. */
  readonly #open = new Map<PublicKey, Map<TxId, number>>();
  readonly #archive: Archive | null;
  readonly #shedding = {
    transactions: new Shedding(this.#transactions, (txId) => this.forgetTransaction(txId)),
    payments: new Shedding(this.#payments, (paymentId) => this.forgetPayment(paymentId)),
    entries: new Shedding(this.#entries, (key) => this.#entries.delete(key)),
  };

  /** `topology`: a map with a secret seed, or one held in common with others in one process, so that it is in memory once. */
  constructor(self: PublicKey, network: string, archive: Archive | null = null, topology = new Topology()) {
    this.self = self;
    this.#lines = new LineIndex(self);
    this.network = network;
    this.#archive = archive;
    this.topology = topology;
  }

  /** To be called by a driver before the event `start`: all accounts have to be compared again (§8.8). */
  begin(nowMs: number): void {
    let startedAtMs = nowMs;
    // A clock that stepped back does not make an old comparison a new one.
    for (const { comparedAtMs } of this.accounts()) startedAtMs = Math.max(startedAtMs, comparedAtMs + 1);
    this.startedAtMs = startedAtMs;
  }

  /** Records in memory of what grows with use: accounts, transactions, payments, journal entries. */
  get size(): number {
    return this.#accounts.size + this.#transactions.size + this.#payments.size + this.#entries.size;
  }

  /** What a process loses when it stops: after this the records are as those read from disk by a new one. */
  forgetVolatile(): void {
    this.linked.clear();
    this.knowledge = new Knowledge();
  }

  /**
   * Takes a transaction of which every position everywhere is settled out of memory for good. For a driver that keeps
   * no archive and knows that nobody can ask about it any more.
   */
  forgetTransaction(txId: TxId): void {
    const header = this.#transactions.get(txId)?.positions[0]?.header;
    this.#transactions.delete(txId);
    if (header !== undefined) this.#paid.delete(paidKey(header.payer, header.paymentId));
  }

  /** As `forgetTransaction`, for a payment that is over with all its transactions. */
  forgetPayment(paymentId: PaymentId): void {
    this.#payments.delete(paymentId);
  }

  /**
   * To be called by a driver, when records are on disk: with an archive, what is settled leaves memory, the oldest first,
   * and never what is not on disk in its latest version.
   */
  shed(written: readonly DurableRecord[]): void {
    if (this.#archive === null) return;
    const { transactions, payments, entries } = this.#shedding;
    for (const record of written) {
      if (record.type === 'entry') entries.written(recordKey(record), record, this.maxSettled * ENTRIES_PER_SETTLED);
      else if (record.type === 'transaction' && !record.positions.some(isUnsettled))
        transactions.written(record.txId, record, this.maxSettled);
      else if (record.type === 'payment' && isFinished(record))
        payments.written(record.paymentId, record, this.maxSettled);
    }
  }

  get node(): NodeRecord {
    return this.#node;
  }

  line(from: PublicKey, to: PublicKey, equivalent: string): LineRecord | undefined {
    return this.#lines.get(from, to, equivalent);
  }

  lines(): IterableIterator<LineRecord> {
    return this.#lines.all();
  }

  account(neighbour: PublicKey, equivalent: string): Account | undefined {
    return this.#accounts.get(neighbour)?.get(equivalent);
  }

  *accounts(): IterableIterator<Account> {
    for (const byEquivalent of this.#accounts.values()) yield* byEquivalent.values();
  }

  /** Accounts with one neighbour, by equivalent. */
  *accountsWith(neighbour: PublicKey): IterableIterator<Account> {
    yield* this.#accounts.get(neighbour)?.values() ?? [];
  }

  checkpoint(neighbour: PublicKey, equivalent: string): CheckpointRecord | undefined {
    return this.#checkpoints.get(`${neighbour}/${equivalent}`);
  }

  /** The latest clearing over this debt that the owner was asked about. */
  proposal(neighbour: PublicKey, equivalent: string): ProposalRecord | undefined {
    return this.#proposals.get(`${neighbour}/${equivalent}`);
  }

  proposals(): IterableIterator<ProposalRecord> {
    return this.#proposals.values();
  }

  /** One entry of the journal of an account, from memory or the archive. */
  entry(neighbour: PublicKey, equivalent: string, number: number): JournalEntry | undefined {
    const key = entryKey(neighbour, equivalent, number);
    return this.#entries.get(key) ?? this.#archived('entry', key);
  }

  /** Evidence by its id. */
  evidence(id: string): EvidenceRecord | undefined {
    return this.#evidence.get(id);
  }

  /** All evidence. At most `MAX_EVIDENCE_PER_PARTICIPANT` about each. */
  allEvidence(): IterableIterator<EvidenceRecord> {
    return this.#evidence.values();
  }

  /** Is there as much about this participant as is kept? */
  hasEnoughEvidence(about: PublicKey): boolean {
    let count = 0;
    for (const evidence of this.#evidence.values()) if (evidence.about === about) count++;
    return count >= MAX_EVIDENCE_PER_PARTICIPANT;
  }

  /** The backup kept for a participant: oneself or a neighbour. */
  backup(owner: PublicKey): BackupRecord | undefined {
    return this.#backups.get(owner);
  }

  /** What a hosted participant lets its host sign (§11.4). */
  mandates(): IterableIterator<MandateRecord> {
    return this.#mandates.values();
  }

  /** Takes a mandate out of memory under which nothing can be signed any more. */
  forgetMandate(seq: number): void {
    this.#mandates.delete(seq);
  }

  /** Participants with whom an account exists. */
  neighbours(): IterableIterator<PublicKey> {
    return this.#accounts.keys();
  }

  /** How many those are. */
  get neighbourCount(): number {
    return this.#accounts.size;
  }

  /** All positions of this participant in one transaction. */
  positions(txId: TxId): readonly Position[] {
    return (
      this.#transactions.get(txId)?.positions ??
      this.#archived('transaction', transactionKey(txId))?.positions ??
      NOTHING
    );
  }

  position(txId: TxId, routeIndex: number, position: number): Position | undefined {
    return this.positions(txId).find((held) => held.position === position && held.route.index === routeIndex);
  }

  payment(paymentId: PaymentId): Payment | undefined {
    return this.#payments.get(paymentId) ?? this.#archived('payment', paymentKey(paymentId));
  }

  /** Payments in memory: all that are in progress, and the latest others. */
  payments(): IterableIterator<Payment> {
    return this.#payments.values();
  }

  paid(payer: PublicKey, paymentId: PaymentId): PaidRecord | undefined {
    const key = paidKey(payer, paymentId);
    return this.#paid.get(key) ?? this.#archived('paid', key);
  }

  /** How many transactions are unsettled with this neighbour. */
  openWith(neighbour: PublicKey): number {
    return this.#open.get(neighbour)?.size ?? 0;
  }

  /** Unsettled positions that concern this neighbour. */
  *unsettledWith(neighbour: PublicKey): IterableIterator<Position> {
    for (const txId of this.#open.get(neighbour)?.keys() ?? []) {
      for (const position of this.positions(txId)) {
        if (!isUnsettled(position)) continue;
        if (upstreamOf(position) === neighbour || downstreamOf(position) === neighbour) yield position;
      }
    }
  }

  /** Every unsettled position once, oldest transaction first. */
  *unsettled(): IterableIterator<Position> {
    for (const { positions } of this.#transactions.values()) {
      for (const position of positions) if (isUnsettled(position)) yield position;
    }
  }

  /** Takes one saved record into the view. Called by a driver for each save of a step, in order. */
  apply(record: DurableRecord): void {
    switch (record.type) {
      case 'node':
        this.#node = record;
        return;
      case 'line':
        this.#lines.set(record);
        return;
      case 'account':
        this.#applyAccount(record);
        return;
      case 'entry':
        this.#entries.set(recordKey(record), record);
        return;
      case 'checkpoint':
        this.#checkpoints.set(`${record.neighbour}/${record.equivalent}`, record);
        return;
      case 'proposal':
        this.#proposals.set(`${record.neighbour}/${record.equivalent}`, record);
        return;
      case 'past-checkpoint':
        return;
      case 'evidence':
        this.#evidence.set(record.id, record);
        return;
      case 'backup':
        this.#backups.set(record.owner, record);
        return;
      case 'mandate':
        this.#mandates.set(record.delegation.seq, record);
        return;
      case 'transaction':
        this.#applyTransaction(record);
        return;
      case 'payment':
        this.#payments.set(record.paymentId, record);
        return;
      case 'paid':
        this.#paid.set(paidKey(record.payer, record.paymentId), record);
        return;
      case 'announcement':
        this.topology.apply(record.signed);
        return;
      case 'forgotten-announcement':
        this.topology.forget(record.from, record.to, record.equivalent);
        return;
    }
  }

  #applyAccount(account: Account): void {
    let byEquivalent = this.#accounts.get(account.neighbour);
    if (byEquivalent === undefined) {
      byEquivalent = new Map();
      this.#accounts.set(account.neighbour, byEquivalent);
    }
    byEquivalent.set(account.equivalent, account);
  }

  #applyTransaction(transaction: Transaction): void {
    const { txId, positions } = transaction;
    for (const before of this.#transactions.get(txId)?.positions ?? NOTHING) {
      if (isUnsettled(before)) this.#countOpen(before, -1);
    }
    for (const position of positions) if (isUnsettled(position)) this.#countOpen(position, 1);
    this.#transactions.set(txId, transaction);
  }

  /** A record of this type from the archive. */
  #archived<T extends DurableRecord['type']>(type: T, key: string): Extract<DurableRecord, { type: T }> | undefined {
    const record = this.#archive?.(key);
    return record?.type === type ? (record as Extract<DurableRecord, { type: T }>) : undefined;
  }

  #countOpen(position: Position, by: number): void {
    for (const neighbour of [upstreamOf(position), downstreamOf(position)]) {
      if (neighbour === null) continue;
      let open = this.#open.get(neighbour);
      if (open === undefined) {
        open = new Map();
        this.#open.set(neighbour, open);
      }
      const count = (open.get(position.txId) ?? 0) + by;
      if (count > 0) open.set(position.txId, count);
      else open.delete(position.txId);
    }
  }
}
