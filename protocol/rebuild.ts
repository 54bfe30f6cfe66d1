/**
 * Coming back after a loss (§8.4), before anything is signed: what is left of a participant's records becomes the
 * records of a restored node. For drivers, which give what they found and store what comes out.
 */
import { type Account, emptyAccount } from './account.ts';
import { balanceSeenBy, type CheckpointRecord } from './checkpoint.ts';
import type { PublicKey } from './identity.ts';
import { type BookedHop, type JournalEntry, nextEntry } from './journal.ts';
import { EMPTY_NODE, type NodeRecord } from './node-record.ts';
import {
  downstreamOf,
  incomingCounts,
  incomingReserved,
  outgoingCounts,
  outgoingReserved,
  type Position,
  upstreamOf,
} from './position.ts';
import type { DurableRecord, LineRecord, Transaction } from './records.ts';
import { effectiveLimit } from './trust-line.ts';

/** The node record from the moment at which records were lost: it signs nothing new until its owner confirms. */
function frozen(node: NodeRecord, nowMs: number): NodeRecord {
  const restoredAtMs = Math.max(nowMs, node.clockHighMs, node.restoredAtMs ?? 0);
  return { ...node, restoredAtMs, isFrozen: true };
}

/**
 * Records of an old backup or an old copy of the store: complete in themselves, but not the newest. The accounts are
 * unsure until the neighbours agree. All other records stay as they are.
 */
export function restoredFromBackup(records: Iterable<DurableRecord>, nowMs: number): DurableRecord[] {
  const restored: DurableRecord[] = [];
  let node: NodeRecord = EMPTY_NODE;
  for (const record of records) {
    if (record.type === 'node') node = record;
    else restored.push(record.type === 'account' ? { ...record, standing: 'unsure' } : record);
  }
  return [frozen(node, nowMs), ...restored];
}

/**
 * Records of which any may be missing: the accounts and their journals are made anew of lines, checkpoints and
 * transactions, so that they are what those prove. `self` is the participant.
 */
export function restoredFromPieces(records: Iterable<DurableRecord>, self: PublicKey, nowMs: number): DurableRecord[] {
  const kept: DurableRecord[] = [];
  const lines: LineRecord[] = [];
  const checkpoints: CheckpointRecord[] = [];
  const transactions: Transaction[] = [];
  let node: NodeRecord = EMPTY_NODE;
  for (const record of records) {
    if (record.type === 'node') node = record;
    else if (record.type === 'line') lines.push(record);
    else if (record.type === 'checkpoint') checkpoints.push(record);
    else if (record.type === 'transaction') transactions.push(record);
    else if (record.type !== 'account' && record.type !== 'entry') kept.push(record);
  }
  const books = new Books();
  for (const line of lines) books.addLine(line, self);
  for (const checkpoint of checkpoints) books.addCheckpoint(checkpoint, self);
  for (const position of inOrder(transactions)) books.addPosition(position);
  return [frozen(node, nowMs), ...lines, ...transactions, ...books.records(), ...kept];
}

/** Oldest first, so that journals read as they were written, more or less. */
function inOrder(transactions: readonly Transaction[]): Position[] {
  return transactions.flatMap(({ positions }) => positions).sort((a, b) => a.header.createdAtMs - b.header.createdAtMs);
}

class Books {
  readonly #accounts = new Map<string, Account>();
  readonly #entries: JournalEntry[] = [];
  readonly #checkpoints: CheckpointRecord[] = [];

  records(): DurableRecord[] {
    return [...this.#accounts.values(), ...this.#entries, ...this.#checkpoints];
  }

  addLine({ signed, conflicting }: LineRecord, self: PublicKey): void {
    const { line } = signed;
    if (line.from === self) {
      this.#set({ ...this.#get(line.to, line.equivalent), limitGiven: effectiveLimit(line) });
    } else {
      const limitReceived = conflicting === null ? effectiveLimit(line) : 0n;
      this.#set({ ...this.#get(line.from, line.equivalent), limitReceived });
    }
  }

  addCheckpoint(record: CheckpointRecord, self: PublicKey): void {
    const { neighbour, equivalent, agreed } = record;
    if (agreed === null) return;
    const { checkpoint } = agreed;
    const { untilMs } = checkpoint;
    const account = this.#get(neighbour, equivalent);
    this.#set({ ...account, latestMs: untilMs, closedUntilMs: untilMs, refuseUntilMs: untilMs });
    const balance = balanceSeenBy(self, checkpoint);
    if (balance !== 0n) this.#book(this.#get(neighbour, equivalent), null, balance);
    this.#checkpoints.push({ ...record, entries: balance === 0n ? 0 : 1, proposed: null });
  }

  addPosition(position: Position): void {
    const { txId, header, route } = position;
    const { equivalent, createdAtMs } = header;
    const upstream = upstreamOf(position);
    const downstream = downstreamOf(position);
    const base = { txId, routeIndex: route.index, createdAtMs };
    if (upstream !== null) {
      const account = this.#seen(upstream, equivalent, createdAtMs);
      if (incomingReserved(position)) this.#set({ ...account, reservedIn: account.reservedIn + route.amount });
      if (incomingCounts(position) && createdAtMs > account.closedUntilMs) {
        this.#book(account, { ...base, hop: position.position - 1 }, route.amount);
      }
    }
    if (downstream !== null) {
      const account = this.#seen(downstream, equivalent, createdAtMs);
      if (outgoingReserved(position)) this.#set({ ...account, reservedOut: account.reservedOut + route.amount });
      if (outgoingCounts(position) && createdAtMs > account.closedUntilMs) {
        this.#book(account, { ...base, hop: position.position }, -route.amount);
      }
    }
  }

  #get(neighbour: PublicKey, equivalent: string): Account {
    return this.#accounts.get(`${neighbour}/${equivalent}`) ?? emptyAccount(neighbour, equivalent, 'unsure');
  }

  #seen(neighbour: PublicKey, equivalent: string, createdAtMs: number): Account {
    const account = this.#get(neighbour, equivalent);
    const seen = { ...account, latestMs: Math.max(account.latestMs, createdAtMs) };
    this.#set(seen);
    return seen;
  }

  #set(account: Account): void {
    this.#accounts.set(`${account.neighbour}/${account.equivalent}`, account);
  }

  #book(account: Account, hop: BookedHop | null, delta: bigint): void {
    const entry = nextEntry(account, hop, delta);
    this.#entries.push(entry);
    const balance = account.balance + delta;
    this.#set({ ...account, balance, entries: entry.number, journalHead: entry.head });
  }
}
