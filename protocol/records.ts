/**
 * Records (§8.1): the durable facts of one participant, with the indexes that the machine needs.
 *
 * The machine only reads; a driver calls `apply` for each save of a step, and no other way of changing exists. All
 * indexes are derived, so records replayed from disk in any order give the same view. `linked` is the one volatile
 * part: which neighbours are connected now.
 */
import type { Account } from './account.ts';
import type { SignedAnnouncement } from './announcement.ts';
import type { PublicKey } from './identity.ts';
import type { PaymentId, TxId } from './packet.ts';
import type { Payment } from './payment.ts';
import { downstreamOf, isUnsettled, type Position, upstreamOf } from './position.ts';
import { Topology } from './topology.ts';
import type { SignedTrustLine } from './trust-line.ts';

/** What concerns the whole node. */
export interface NodeRecord {
  readonly type: 'node';
  /** Highest time at which something was declared expired: time never counts as earlier than this (rule 8). */
  readonly clockHighMs: number;
  /** Set when records were lost (rule 10): the node signs nothing new until it is cleared. */
  readonly restoredAtMs: number | null;
  /** Does this participant agree to every announcement a neighbour offers, and announce all its own lines? */
  readonly announceAll: boolean;
}

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

export interface AnnouncementRecord {
  readonly type: 'announcement';
  readonly signed: SignedAnnouncement;
}

export type DurableRecord = NodeRecord | LineRecord | Account | Transaction | Payment | PaidRecord | AnnouncementRecord;

/** Key of a record: its type and what names it, separated by `/`. Unique among all records of a participant. */
export function recordKey(record: DurableRecord): string {
  switch (record.type) {
    case 'node':
      return 'node';
    case 'line':
      return lineKey(record.signed.line.from, record.signed.line.to, record.signed.line.equivalent);
    case 'account':
      return `account/${record.neighbour}/${record.equivalent}`;
    case 'transaction':
      return transactionKey(record.txId);
    case 'payment':
      return paymentKey(record.paymentId);
    case 'paid':
      return paidKey(record.payer, record.paymentId);
    case 'announcement': {
      const { equivalent, from, to } = record.signed.announcement;
      return `announcement/${equivalent}/${from}/${to}`;
    }
  }
}

const lineKey = (from: PublicKey, to: PublicKey, equivalent: string) => `line/${from}/${to}/${equivalent}`;
const transactionKey = (txId: TxId) => `transaction/${txId}`;
const paymentKey = (id: PaymentId) => `payment/${id}`;
const paidKey = (payer: PublicKey, id: PaymentId) => `paid/${payer}/${id}`;

/** Reads, by key, settled records that are no longer in memory. Synchronous, from the durable store. */
export type Archive = (key: string) => DurableRecord | undefined;

const EMPTY_NODE: NodeRecord = { type: 'node', clockHighMs: 0, restoredAtMs: null, announceAll: false };
const NOTHING: readonly Position[] = [];
/** Settled transactions kept in memory when there is an archive. */
const SETTLED_IN_MEMORY = 4_096;

export class Records {
  readonly self: PublicKey;
  readonly network: string;
  readonly topology = new Topology();
  /** Neighbours with a live link. Volatile: a restart begins with none. */
  readonly linked = new Set<PublicKey>();

  #node: NodeRecord = EMPTY_NODE;
  readonly #lines = new Map<string, LineRecord>();
  readonly #accounts = new Map<PublicKey, Map<string, Account>>();
  readonly #transactions = new Map<TxId, Transaction>();
  readonly #payments = new Map<PaymentId, Payment>();
  readonly #paid = new Map<string, PaidRecord>();
  /** Unsettled positions by neighbour: how many of each transaction. */
  readonly #open = new Map<PublicKey, Map<TxId, number>>();
  readonly #archive: Archive | null;
  readonly #settled = new Set<TxId>();
  readonly #finished = new Set<PaymentId>();

  constructor(self: PublicKey, network: string, archive: Archive | null = null) {
    this.self = self;
    this.network = network;
    this.#archive = archive;
  }

  get node(): NodeRecord {
    return this.#node;
  }

  line(from: PublicKey, to: PublicKey, equivalent: string): LineRecord | undefined {
    return this.#lines.get(lineKey(from, to, equivalent));
  }

  lines(): IterableIterator<LineRecord> {
    return this.#lines.values();
  }

  account(neighbour: PublicKey, equivalent: string): Account | undefined {
    return this.#accounts.get(neighbour)?.get(equivalent);
  }

  *accounts(): IterableIterator<Account> {
    for (const byEquivalent of this.#accounts.values()) yield* byEquivalent.values();
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
        this.#lines.set(recordKey(record), record);
        return;
      case 'account':
        this.#applyAccount(record);
        return;
      case 'transaction':
        this.#applyTransaction(record);
        return;
      case 'payment':
        this.#applyPayment(record);
        return;
      case 'paid':
        this.#paid.set(paidKey(record.payer, record.paymentId), record);
        return;
      case 'announcement':
        this.topology.apply(record.signed);
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

  #applyPayment(payment: Payment): void {
    this.#payments.set(payment.paymentId, payment);
    if (this.#archive === null || (payment.state !== 'COMMITTED' && payment.state !== 'ABORTED')) return;
    this.#finished.add(payment.paymentId);
    if (this.#finished.size <= SETTLED_IN_MEMORY) return;
    for (const oldest of this.#finished) {
      this.#finished.delete(oldest);
      this.#payments.delete(oldest);
      return;
    }
  }

  #applyTransaction(transaction: Transaction): void {
    const { txId, positions } = transaction;
    for (const before of this.#transactions.get(txId)?.positions ?? NOTHING) {
      if (isUnsettled(before)) this.#countOpen(before, -1);
    }
    for (const position of positions) if (isUnsettled(position)) this.#countOpen(position, 1);
    this.#transactions.set(txId, transaction);
    if (this.#archive !== null) this.#shed(transaction);
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

  /** Forgets from memory, never from disk, the oldest settled transactions and what belongs to them. */
  #shed(transaction: Transaction): void {
    const { txId, positions } = transaction;
    this.#settled.delete(txId);
    if (positions.some(isUnsettled)) return;
    this.#settled.add(txId);
    if (this.#settled.size <= SETTLED_IN_MEMORY) return;
    for (const oldest of this.#settled) {
      this.#settled.delete(oldest);
      const header = this.#transactions.get(oldest)?.positions[0]?.header;
      this.#transactions.delete(oldest);
      if (header === undefined) return;
      this.#paid.delete(paidKey(header.payer, header.paymentId));
      return;
    }
  }
}
