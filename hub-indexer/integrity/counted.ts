/** The hops that count in an account, as its journal says (§3.4). */
import type { Account } from '#protocol/account.ts';
import { type BookedHop, hopKey } from '#protocol/journal.ts';
import type { Records } from '#protocol/records.ts';

export interface CountedHop extends BookedHop {
  readonly delta: bigint;
}

/** Tells accounts of one participant apart. */
export const accountKey = ({ neighbour, equivalent }: Account): string => `${neighbour}/${equivalent}`;

/** Entries that are read in one go: a millisecond or two. */
const ENTRIES_AT_ONCE = 256;

/** By `hopKey`, the hops of packets created after `untilMs` that count. Reads the journal from the last checkpoint on. */
export function countedAfter(records: Records, account: Account, untilMs: number): Map<string, CountedHop> {
  const counting = countingAfter(records, account, untilMs);
  let step = counting.next();
  while (step.done !== true) step = counting.next();
  return step.value;
}

/** The same; yields now and then. `from`: entries up to that number were looked at before. */
export function* countingAfter(
  records: Records,
  { neighbour, equivalent, entries }: Account,
  untilMs: number,
  from = 0,
): Generator<void, Map<string, CountedHop>> {
  const counted = new Map<string, CountedHop>();
  const closed = records.checkpoint(neighbour, equivalent)?.entries ?? 0;
  for (let number = Math.max(from, closed) + 1; number <= entries; number++) {
    if (number % ENTRIES_AT_ONCE === 0) yield;
    const entry = records.entry(neighbour, equivalent, number);
    const hop = entry?.hop;
    if (entry === undefined || hop === undefined || hop === null || hop.createdAtMs <= untilMs) continue;
    const key = hopKey(hop);
    // The second entry of one hop takes it back.
    if (!counted.delete(key)) counted.set(key, { ...hop, delta: entry.delta });
  }
  return counted;
}
