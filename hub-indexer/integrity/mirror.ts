/**
 * INV-MIRROR and INV-ONEWAY of an account whose both ends are hosted here: their balances are equal and opposite, but
 * for what one end has settled and the other is about to. A hop may differ only while it is on its way to being equal:
 *
 * - the creditor counts it, the debtor holds its amount reserved and has not acknowledged the certificate yet;
 * - the debtor counts it, having had the certificate from elsewhere, and the creditor has it prepared;
 * - one of them has the creditor's ABORT, and the other is about to hear of it;
 * - both have lost records, agreed that they know of nothing, and somebody has reminded one of them since (§8.4).
 *
 * Whatever else differs is a violation. What is looked at is of one moment: no step happens in between.
 */
import { type Account, emptyAccount } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import { type HopId, hopKey } from '#protocol/journal.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import {
  downstreamOf,
  incomingCounts,
  outgoingCounts,
  outgoingReserved,
  type Position,
  upstreamOf,
} from '#protocol/position.ts';
import type { Records } from '#protocol/records.ts';
import { countedAfter } from './counted.ts';
import type { Violation } from './violation.ts';

/** How far the two balances are from adding up to 0, less what is on its way, and what is wrong if anything is. */
export interface Mirror {
  readonly residual: bigint;
  readonly violation: Violation | null;
}

const IN_ORDER: Mirror = { residual: 0n, violation: null };

/** Compares the two ends. Those that have lost records and are not in step again yet are not judged. */
export function checkMirror(one: Records, other: Records, equivalent: string): Mirror {
  const first = one.account(other.self, equivalent);
  const second = other.account(one.self, equivalent);
  if (isUnsure(one, first) || isUnsure(other, second)) return IN_ORDER;
  const mine = first ?? emptyAccount(other.self, equivalent);
  const theirs = second ?? emptyAccount(one.self, equivalent);
  const sum = mine.balance + theirs.balance;
  if (sum === openDifference(one, other, equivalent)) return IN_ORDER;
  const { unexplained, residual } = compareJournals(one, mine, other, theirs);
  if (residual === 0n && unexplained === null) return IN_ORDER;
  return { residual, violation: violationOf(one, mine, other, theirs, residual, unexplained) };
}

function isUnsure({ node }: Records, account: Account | undefined): boolean {
  return account === undefined ? node.restoredAtMs !== null : account.standing === 'unsure';
}

/** What the unsettled hops between the two explain: the cheap way, right wherever nothing was lost or closed meanwhile. */
function openDifference(one: Records, other: Records, equivalent: string): bigint {
  const seen = new Set<string>();
  let difference = 0n;
  for (const [records, neighbour] of [
    [one, other],
    [other, one],
  ] as const) {
    for (const position of records.unsettledWith(neighbour.self)) {
      if (position.header.equivalent !== equivalent) continue;
      const { txId, route } = position;
      const hops: [HopId, creditor: Records, debtor: Records][] = [];
      if (upstreamOf(position) === neighbour.self)
        hops.push([{ txId, routeIndex: route.index, hop: position.position - 1 }, records, neighbour]);
      if (downstreamOf(position) === neighbour.self)
        hops.push([{ txId, routeIndex: route.index, hop: position.position }, neighbour, records]);
      for (const [hop, creditor, debtor] of hops) {
        const key = hopKey(hop);
        if (!seen.has(key)) difference += differenceOf(hop, creditor, debtor);
        seen.add(key);
      }
    }
  }
  return difference;
}

/** What a hop adds to the sum of both balances while it is on its way. */
function differenceOf(hop: HopId, creditor: Records, debtor: Records): bigint {
  const { into, outOf } = positionsAt(hop, creditor, debtor);
  const isIn = into !== undefined && incomingCounts(into);
  const isOut = outOf !== undefined && outgoingCounts(outOf);
  if (isIn === isOut || !(isOnItsWay(into, outOf) || isComingBack(into ?? outOf, creditor, debtor))) return 0n;
  return isIn ? into.route.amount : -(outOf as Position).route.amount;
}

function positionsAt({ txId, routeIndex, hop }: HopId, creditor: Records, debtor: Records) {
  return { into: creditor.position(txId, routeIndex, hop + 1), outOf: debtor.position(txId, routeIndex, hop) };
}

/** May a hop count at one end only: `into` at its creditor, `outOf` at its debtor? */
function isOnItsWay(into: Position | undefined, outOf: Position | undefined): boolean {
  if (into === undefined || outOf === undefined) return false;
  if (incomingCounts(into)) {
    const isWaived =
      outOf.state === 'committed'
        ? outOf.waivedByDownstream !== null
        : 'downstreamAbort' in outOf && outOf.downstreamAbort !== null;
    return isWaived || (into.state === 'committed' && !into.acked && outgoingReserved(outOf));
  }
  return into.state === 'prepared' || (into.state === 'aborted' && !into.acked);
}

/** Is it from before both lost records? Two that lost nothing, or of whom one did, agree on nothing but what there is. */
function isComingBack(position: Position | undefined, creditor: Records, debtor: Records): boolean {
  const restoredAtMs = [creditor, debtor].map(({ node }) => node.restoredAtMs ?? Number.NEGATIVE_INFINITY);
  return position !== undefined && position.header.createdAtMs <= Math.min(...restoredAtMs) + MAX_CLOCK_SKEW_MS;
}

interface Comparison {
  readonly residual: bigint;
  /** A transaction that only one of them counts, and that nothing explains. */
  readonly unexplained: string | null;
}

/** Compares the journals since the later of the two last checkpoints, and what the balances were before. */
function compareJournals(one: Records, mine: Account, other: Records, theirs: Account): Comparison {
  const untilMs = Math.max(mine.closedUntilMs, theirs.closedUntilMs);
  const counted = countedAfter(one, mine, untilMs);
  const mirrored = countedAfter(other, theirs, untilMs);
  let residual = mine.balance + theirs.balance;
  let unexplained: string | null = null;
  for (const [key, hop] of new Map([...counted, ...mirrored])) {
    const here = counted.get(key)?.delta;
    const there = mirrored.get(key)?.delta ?? 0n;
    const deltas = (here ?? 0n) + there;
    if (deltas === 0n) continue;
    const [creditor, debtor] = (here ?? -there) > 0n ? [one, other] : [other, one];
    if (deltas === differenceOf(hop, creditor, debtor)) residual -= deltas;
    else unexplained ??= hop.txId;
  }
  return { residual, unexplained };
}

function violationOf(
  one: Records,
  mine: Account,
  other: Records,
  theirs: Account,
  residual: bigint,
  unexplained: string | null,
): Violation {
  const { equivalent } = mine;
  const [balance, mirrored] = [mine.balance, theirs.balance];
  const isBothWays = (balance > 0n && mirrored > 0n) || (balance < 0n && mirrored < 0n);
  const why =
    unexplained === null
      ? `nothing on its way explains ${formatAmount(residual)}`
      : `only one of them counts transaction ${unexplained}, and it is not on its way`;
  return {
    invariant: isBothWays ? 'INV-ONEWAY' : 'INV-MIRROR',
    equivalent,
    participants: [one.self, other.self].sort(),
    accounts: [
      { participant: one.self, neighbour: other.self, equivalent },
      { participant: other.self, neighbour: one.self, equivalent },
    ],
    what: `one end books ${formatAmount(balance)}, the other ${formatAmount(mirrored)}: ${why}`,
  };
}
