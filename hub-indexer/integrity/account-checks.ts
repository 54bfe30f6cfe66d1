/** What one end of an account shows by itself: INV-LIMIT and INV-JOURNAL. */
import type { Account } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import { auditAccount, followsFrom } from '#protocol/audit.ts';
import { hopKey } from '#protocol/journal.ts';
import { downstreamOf, incomingReserved, outgoingReserved, upstreamOf } from '#protocol/position.ts';
import type { Records } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import type { AccountEnd, CheckedInvariant, Violation } from './violation.ts';

/** What is wrong with limits and reservations of one account, of one moment; null: nothing. */
export function checkLimit(records: Records, account: Account): Violation | null {
  const what = reservationFlaw(records, account) ?? limitFlaw(records, account);
  return what === null ? null : atOneEnd('INV-LIMIT', records, account, what);
}

/** What is reserved is what the undecided packets hold: less would let more in than the limit, more would never end. */
function reservationFlaw(records: Records, { neighbour, equivalent, reservedIn, reservedOut }: Account): string | null {
  let heldIn = 0n;
  let heldOut = 0n;
  for (const position of records.unsettledWith(neighbour)) {
    const { header, route } = position;
    if (header.equivalent !== equivalent) continue;
    if (upstreamOf(position) === neighbour && incomingReserved(position)) heldIn += route.amount;
    if (downstreamOf(position) === neighbour && outgoingReserved(position)) heldOut += route.amount;
  }
  if (reservedIn === heldIn && reservedOut === heldOut) return null;
  const [books, packets] = [
    [reservedIn, reservedOut],
    [heldIn, heldOut],
  ].map((amounts) => amounts.map(formatAmount).join(' in and '));
  return `it reserves ${books} out, its packets hold ${packets} out`;
}

/**
 * Is the neighbour's debt, with what is reserved for more of it, above the own limit? Only the creditor's end shows it:
 * its owner's node agreed to every hop, and lets nobody set a limit below that, but for a line that is closed. The
 * debtor may have agreed under an older line that it had not heard of. Not a violation (§4.4 rule 6, §8.4): waivers that
 * came late, which let hops out go again, and whatever came back to a participant that had lost records.
 */
function limitFlaw(records: Records, account: Account): string | null {
  const { neighbour, equivalent, balance, reservedIn } = account;
  const line = records.line(records.self, neighbour, equivalent);
  const isUnbound = line !== undefined && (line.conflicting !== null || line.signed.line.status === 'closed');
  if (isUnbound || records.node.restoredAtMs !== null) return null;
  const limit = line?.signed.line.limit ?? 0n;
  const taken = balance + reservedIn;
  if (taken <= limit) return null;
  const waived = waivedLate(records, account);
  if (waived === null || taken - waived <= limit) return null;
  return `the neighbour owes ${formatAmount(balance)}, ${formatAmount(reservedIn)} more is reserved: above the limit ${formatAmount(limit)}`;
}

/** How much went out, and came back by late waivers; null: a checkpoint has set the balance, which explains it. */
function waivedLate(records: Records, { neighbour, equivalent, entries }: Account): bigint | null {
  const counted = new Set<string>();
  let waived = 0n;
  for (let number = 1; number <= entries; number++) {
    const entry = records.entry(neighbour, equivalent, number);
    if (entry === undefined || entry.hop === null) return null;
    const key = hopKey(entry.hop);
    if (counted.has(key) && entry.delta > 0n) waived += entry.delta;
    counted.add(key);
  }
  return waived;
}

/**
 * Whether an account is what its documents prove (§8.7); where it was found right `before`, whether it follows from that.
 * Yields often; what changes meanwhile may look like a flaw, and is one only if it is still there when looked at in one go.
 */
export function* checkJournal(
  records: Records,
  account: Account,
  verify: Verify,
  before?: Account,
): Generator<void, Violation | null> {
  if (before !== undefined && (yield* followsFrom(before, records, account, verify))) return null;
  if ((yield* auditAccount(records, account, verify)) === null) return null;
  const now = records.account(account.neighbour, account.equivalent);
  if (now === undefined) return null;
  const audit = auditAccount(records, now, verify);
  let step = audit.next();
  while (step.done !== true) step = audit.next();
  return step.value === null ? null : atOneEnd('INV-JOURNAL', records, now, step.value);
}

function atOneEnd(
  invariant: CheckedInvariant,
  { self }: Records,
  { neighbour, equivalent }: Account,
  what: string,
): Violation {
  const end: AccountEnd = { participant: self, neighbour, equivalent };
  return { invariant, equivalent, participants: [self], accounts: [end], what };
}
