/**
 * The books of an account (§3.2, §3.4, §3.5): what is booked in its journal, which hops count since its last
 * checkpoint, which are reserved, and what a checkpoint does to it.
 */

import type { Account } from '../account.ts';
import { balanceSeenBy, type CheckpointRecord, type SignedCheckpoint } from '../checkpoint.ts';
import { type BookedHop, type HopId, hopKey, hopsDigest, nextEntry } from '../journal.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import type { Header } from '../packet.ts';
import { downstreamOf, incomingReserved, outgoingReserved, type Position, upstreamOf } from '../position.ts';
import type { Records } from '../records.ts';
import type { Turn } from './turn.ts';

/** A hop that counts since the last checkpoint, and what it does to the balance. */
export interface CountedHop extends BookedHop {
  readonly delta: bigint;
}

/** Has the neighbour shown since this start that it knows of no hop that is unknown here (§8.8)? */
export function isCompared(turn: Turn, account: Account): boolean {
  return account.comparedAtMs >= turn.records.startedAtMs;
}

/** May something about the packet have been signed before this start? */
export function isBeforeStart(turn: Turn, header: Pick<Header, 'createdAtMs'>): boolean {
  return header.createdAtMs <= turn.records.startedAtMs + MAX_CLOCK_SKEW_MS;
}

/** Is what happens to packets of this age settled by the last checkpoint of the account? */
export function isClosed(account: Account, header: Pick<Header, 'createdAtMs'>): boolean {
  return header.createdAtMs <= account.closedUntilMs;
}

/**
 * Changes the balance by a hop that counts from now on, or no longer, and writes it into the journal. What a checkpoint
 * has closed changes nothing any more.
 */
export function bookHop(turn: Turn, account: Account, position: Position, hop: number, delta: bigint): void {
  const { txId, header, route } = position;
  if (isClosed(account, header)) {
    turn.saveAccount(account);
    return;
  }
  const { createdAtMs } = header;
  bookDelta(turn, account, { txId, routeIndex: route.index, hop, createdAtMs }, delta);
}

function bookDelta(turn: Turn, account: Account, hop: BookedHop | null, delta: bigint): void {
  const entry = nextEntry(account, hop, delta);
  turn.saveOnce(entry);
  turn.saveAccount({
    ...account,
    balance: account.balance + delta,
    entries: entry.number,
    journalHead: entry.head,
  });
  turn.notify({ type: 'account', neighbour: account.neighbour, equivalent: account.equivalent });
}

/** Hops of packets created after `untilMs` that count, by `hopKey`. What this very turn books is not in it. */
export function countedSince(turn: Turn, account: Account, untilMs: number): Map<string, CountedHop> {
  const { neighbour, equivalent } = account;
  const first = (turn.checkpoint(neighbour, equivalent)?.entries ?? 0) + 1;
  const counted = new Map<string, CountedHop>();
  for (let number = first; number <= account.entries; number++) {
    const entry = turn.records.entry(neighbour, equivalent, number);
    const hop = entry?.hop;
    if (entry === undefined || hop === undefined || hop === null || hop.createdAtMs <= untilMs) continue;
    const key = hopKey(hop);
    // The second entry of one hop takes it back.
    if (!counted.delete(key)) counted.set(key, { ...hop, delta: entry.delta });
  }
  return counted;
}

/** What a summary says of the hops that count (§7.5). */
export interface CountedDigest {
  readonly count: number;
  readonly digest: string;
}

/** Worked out last, of each account, and for which state of it. */
const digests = new WeakMap<Records, Map<string, CountedDigest & { readonly of: string }>>();

/**
 * Count and digest of the hops that count since the last checkpoint. Worked out once while nothing more is booked: after
 * a start each account is asked about several times, and its entries are on disk.
 */
export function countedDigest(turn: Turn, account: Account): CountedDigest {
  const { neighbour, equivalent, entries, closedUntilMs } = account;
  const isBooked = turn.records.account(neighbour, equivalent)?.entries === entries;
  const of = `${entries}/${account.journalHead}/${closedUntilMs}/${turn.checkpoint(neighbour, equivalent)?.entries ?? 0}`;
  const known = digests.get(turn.records) ?? new Map<string, CountedDigest & { readonly of: string }>();
  const key = `${neighbour}/${equivalent}`;
  const before = known.get(key);
  if (isBooked && before?.of === of) return before;
  const counted = [...countedSince(turn, account, closedUntilMs).values()];
  const now = { of, count: counted.length, digest: hopsDigest(counted) };
  if (isBooked) digests.set(turn.records, known.set(key, now));
  return now;
}

/** Hops between the two that are reserved, whichever way; what was adopted although it is closed is not spoken of. */
export function reservedHops(turn: Turn, account: Account): (HopId & { readonly createdAtMs: number })[] {
  const { neighbour, equivalent } = account;
  const reserved: (HopId & { readonly createdAtMs: number })[] = [];
  for (const position of turn.records.unsettledWith(neighbour)) {
    const { txId, header, route } = position;
    if (header.equivalent !== equivalent || isClosed(account, header)) continue;
    const hop = { txId, routeIndex: route.index, createdAtMs: header.createdAtMs };
    if (upstreamOf(position) === neighbour && incomingReserved(position))
      reserved.push({ ...hop, hop: position.position - 1 });
    if (downstreamOf(position) === neighbour && outgoingReserved(position))
      reserved.push({ ...hop, hop: position.position });
  }
  return reserved;
}

/** Hops from the neighbour that are reserved here: it has signed each of them. */
export function incomingHops(turn: Turn, { neighbour, equivalent }: Account): HopId[] {
  const held: HopId[] = [];
  for (const position of turn.records.unsettledWith(neighbour)) {
    const { txId, header, route } = position;
    const isHeld = upstreamOf(position) === neighbour && incomingReserved(position);
    // One that was adopted may never have been signed.
    const isSigned = 'signatures' in position && position.signatures.length >= position.position;
    if (header.equivalent === equivalent && isHeld && isSigned)
      held.push({ txId, routeIndex: route.index, hop: position.position - 1 });
  }
  return held;
}

/** Has everything between the two been decided, and been acknowledged by the neighbour where it has to be? */
export function isQuiet(turn: Turn, account: Account): boolean {
  const { neighbour, equivalent } = account;
  for (const position of turn.records.unsettledWith(neighbour)) {
    if (position.header.equivalent !== equivalent) continue;
    const awaitsAck = position.state === 'committed' || position.state === 'aborted' ? !position.acked : false;
    if (upstreamOf(position) === neighbour && (incomingReserved(position) || awaitsAck)) return false;
    if (downstreamOf(position) === neighbour && outgoingReserved(position)) return false;
  }
  return true;
}

/**
 * Takes a checkpoint that both have signed: its balance, and what counts here of packets created after it. For two that
 * were in step this changes no balance; after a loss it brings back what was forgotten.
 */
export function adoptCheckpoint(turn: Turn, account: Account, agreed: SignedCheckpoint): void {
  const { neighbour, equivalent } = account;
  const { checkpoint } = agreed;
  const before = turn.checkpoint(neighbour, equivalent);
  let balance = balanceSeenBy(turn.self, checkpoint);
  for (const { delta } of countedSince(turn, account, checkpoint.untilMs).values()) balance += delta;
  const entries = coveredEntries(turn, account, before, checkpoint.untilMs);
  if (before !== undefined && before.agreed !== null && before.agreed.checkpoint.epoch !== checkpoint.epoch) {
    turn.saveOnce({ type: 'past-checkpoint', neighbour, signed: before.agreed });
  }
  turn.saveCheckpoint({ type: 'checkpoint', neighbour, equivalent, agreed, entries, proposed: null });
  const { untilMs } = checkpoint;
  const closed: Account = {
    ...account,
    closedUntilMs: untilMs,
    refuseUntilMs: Math.max(untilMs, account.refuseUntilMs),
    latestMs: Math.max(untilMs, account.latestMs),
  };
  if (balance === account.balance) turn.saveAccount(closed);
  else bookDelta(turn, closed, null, balance - account.balance);
  turn.notify({ type: 'checkpoint', neighbour, equivalent, epoch: checkpoint.epoch });
}

/** The number of the last entry before the first that a checkpoint up to then does not cover. */
function coveredEntries(turn: Turn, account: Account, before: CheckpointRecord | undefined, untilMs: number): number {
  let covered = before?.entries ?? 0;
  while (covered < account.entries) {
    const next = turn.records.entry(account.neighbour, account.equivalent, covered + 1);
    if (next !== undefined && next.hop !== null && next.hop.createdAtMs > untilMs) break;
    covered++;
  }
  return covered;
}
