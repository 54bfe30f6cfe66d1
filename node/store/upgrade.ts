/** What records of earlier versions become. */
import { type Account, emptyAccount } from '#protocol/account.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type JournalEntry, nextEntry } from '#protocol/journal.ts';
import { EMPTY_NODE, type NodeRecord } from '#protocol/node-record.ts';
import { downstreamOf, incomingCounts, outgoingCounts, type Position, upstreamOf } from '#protocol/position.ts';
import { recordKey } from '#protocol/record-key.ts';
import type { DurableRecord, Transaction } from '#protocol/records.ts';
import { decodeValue } from './value.ts';

/** All values whose keys begin with a prefix. */
export type Read = (prefix: string) => AsyncIterable<readonly [key: string, value: Uint8Array]>;

/**
 * From version 1: accounts get the journals that their transactions make; what was let go, the time when it was at
 * the latest. Gives the records that change.
 */
export async function toVersion2(read: Read): Promise<readonly DurableRecord[]> {
  const changed: DurableRecord[] = [];
  for await (const node of recordsOf<NodeRecord>(read, 'node')) changed.push({ ...EMPTY_NODE, ...node });
  const accounts = new Map<string, Account>();
  for await (const old of recordsOf<Account>(read, 'account/')) {
    accounts.set(recordKey(old), { ...emptyAccount(old.neighbour, old.equivalent), ...old });
  }
  const positions: Position[] = [];
  for await (const transaction of recordsOf<Transaction>(read, 'transaction/')) {
    const upgraded = { ...transaction, positions: transaction.positions.map(withLetGo) };
    if (transaction.positions.some(({ state }) => state === 'aborted')) changed.push(upgraded);
    positions.push(...upgraded.positions);
  }
  positions.sort((a, b) => a.header.createdAtMs - b.header.createdAtMs);
  for (const position of positions) {
    const entries = [
      entryOf(accounts, position, upstreamOf(position), incomingCounts(position) ? position.route.amount : null),
      entryOf(accounts, position, downstreamOf(position), outgoingCounts(position) ? -position.route.amount : null),
    ];
    changed.push(...entries.filter((entry) => entry !== null));
  }
  return [...changed, ...accounts.values()];
}

async function* recordsOf<T extends DurableRecord>(read: Read, prefix: string): AsyncIterable<T> {
  for await (const [, value] of read(prefix)) yield decodeValue(value) as T;
}

function withLetGo(position: Position): Position {
  if (position.state !== 'aborted') return position;
  const { ownRisk, header } = position;
  return { ...position, letGoAtMs: ownRisk === null ? null : header.expiresAtMs };
}

/** The entry of a hop that counts, and the account after it; `delta` null: it does not count. */
function entryOf(
  accounts: Map<string, Account>,
  { txId, header, route, position }: Position,
  neighbour: PublicKey | null,
  delta: bigint | null,
): JournalEntry | null {
  const { createdAtMs, equivalent } = header;
  if (neighbour === null) return null;
  const key = recordKey(emptyAccount(neighbour, equivalent));
  const account = accounts.get(key) ?? emptyAccount(neighbour, equivalent);
  const seen = { ...account, latestMs: Math.max(account.latestMs, createdAtMs) };
  accounts.set(key, seen);
  if (delta === null) return null;
  const hop = delta > 0n ? position - 1 : position;
  const entry = nextEntry(seen, { txId, routeIndex: route.index, hop, createdAtMs }, delta);
  accounts.set(key, { ...seen, entries: entry.number, journalHead: entry.head });
  return entry;
}
