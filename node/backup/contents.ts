/** What a backup holds: all that a restored node needs, as it is at one moment. */
import type { Account } from '#protocol/account.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { TxId } from '#protocol/packet.ts';
import { isLast } from '#protocol/position.ts';
import type { DurableRecord, Records, Transaction } from '#protocol/records.ts';
import type { Contact } from '../contacts.ts';
import type { Store } from '../store/store.ts';

export interface BackupContents {
  readonly version: 1;
  readonly network: string;
  readonly publicKey: PublicKey;
  readonly createdAtMs: number;
  readonly records: readonly DurableRecord[];
  readonly contacts: readonly Contact[];
  /** The text of config.toml; null: there is none. */
  readonly settings: string | null;
}

export interface BackupSource {
  readonly records: Records;
  readonly store: Pick<Store, 'history'>;
  readonly contacts: Iterable<Contact>;
  readonly settings: string | null;
}

/** How far back finished payments are kept, so that the same payment id asked for again is the same payment. */
const RECENT_MS = 7 * 86_400_000;
/** A node that makes more than this in that time keeps the newest. */
const MOST_RECENT = 10_000;
const PAGE = 1_000;

/**
 * Reads a backup out of a node. Left out is what others have too and give back (the map, backups kept for neighbours),
 * what a checkpoint has closed, and tokens: whoever lost a machine wants those to end.
 */
export async function collectBackup(source: BackupSource, nowMs: number): Promise<BackupContents> {
  const { records, settings } = source;
  const recent = await recentRecords(source, nowMs);
  // From here on at one moment: nothing else runs in between.
  return {
    version: 1,
    network: records.network,
    publicKey: records.self,
    createdAtMs: nowMs,
    records: [...recent, ...currentRecords(records)],
    contacts: [...source.contacts],
    settings,
  };
}

function* currentRecords(records: Records): Generator<DurableRecord> {
  yield records.node;
  yield* records.lines();
  const needed = new Set<TxId>();
  for (const account of records.accounts()) yield* booksOf(records, account, needed);
  for (const { txId } of records.unsettled()) needed.add(txId);
  for (const txId of needed) yield* transactionOf(records, txId);
  for (const payment of records.payments()) {
    if (payment.state === 'NEW' || payment.state === 'PREPARE_IN_PROGRESS') yield payment;
  }
  yield* records.allEvidence();
}

/** An account, its checkpoint, and its journal from there on; notes which transactions that speaks of. */
function* booksOf(records: Records, account: Account, needed: Set<TxId>): Generator<DurableRecord> {
  const { neighbour, equivalent } = account;
  const checkpoint = records.checkpoint(neighbour, equivalent);
  yield account;
  if (checkpoint !== undefined) yield checkpoint;
  const closed = checkpoint?.entries ?? 0;
  // With the last entry that it closes: the next one is chained to its head.
  for (let number = Math.max(1, closed); number <= account.entries; number++) {
    const entry = records.entry(neighbour, equivalent, number);
    if (entry === undefined) continue;
    if (entry.hop !== null && number > closed) needed.add(entry.hop.txId);
    yield entry;
  }
}

function* transactionOf(records: Records, txId: TxId): Generator<DurableRecord> {
  const transaction: Transaction = { type: 'transaction', txId, positions: records.positions(txId) };
  if (transaction.positions.length === 0) return;
  yield transaction;
  yield* paidBy(records, transaction);
}

/** What says that the payment id of a payment to this participant is used up (rule 11). */
function* paidBy(records: Records, { positions }: Transaction): Generator<DurableRecord> {
  const received = positions.find((position) => position.state === 'committed' && isLast(position));
  if (received === undefined) return;
  const paid = records.paid(received.header.payer, received.header.paymentId);
  if (paid !== undefined) yield paid;
}

async function recentRecords({ records, store }: BackupSource, nowMs: number): Promise<DurableRecord[]> {
  const recent: DurableRecord[] = [];
  let before: string | undefined;
  for (let read = 0; read < MOST_RECENT; read += PAGE) {
    const page = await store.history({ limit: PAGE, ...(before !== undefined && { before }) });
    for (const { atMs, record } of page) {
      if (atMs < nowMs - RECENT_MS) return recent;
      if (record.type === 'payment') recent.push(record);
      else recent.push(...paidBy(records, record));
    }
    before = page.at(-1)?.cursor;
    if (page.length < PAGE) break;
  }
  return recent;
}
