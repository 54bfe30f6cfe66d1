/**
 * INV-CLEAR of one participant: in each clearing since the last checkpoints what came in went out, by its positions and
 * by its journals. That the other end of each hop says the same is INV-MIRROR.
 */
import type { Account } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { TxId } from '#protocol/packet.ts';
import {
  clearingNet,
  downstreamOf,
  incomingCounts,
  outgoingCounts,
  type Position,
  upstreamOf,
} from '#protocol/position.ts';
import type { Records } from '#protocol/records.ts';
import { accountKey, countedAfter, countingAfter } from './counted.ts';
import type { AccountEnd, Violation } from './violation.ts';

/**
 * Looks at the clearings of which something was booked since the accounts were as they were `before`, by `accountKey`: at all
 * where that is empty. Yields often; what it finds is still so at the moment at which it says so.
 */
export function* checkClearings(
  records: Records,
  before: ReadonlyMap<string, Account>,
): Generator<void, readonly Violation[]> {
  const booked = new Map<TxId, bigint>();
  for (const account of [...records.accounts()]) {
    const from = before.get(accountKey(account))?.entries;
    const counted = yield* countingAfter(records, account, account.closedUntilMs, from);
    for (const { txId, delta } of counted.values()) {
      yield;
      if (isClearing(records, txId)) booked.set(txId, (booked.get(txId) ?? 0n) + delta);
    }
    yield;
  }
  for (const { txId, header } of records.unsettled()) {
    if (header.kind === 'clear' && !booked.has(txId)) booked.set(txId, 0n);
  }
  const violations: Violation[] = [];
  for (const [txId, sum] of booked) {
    const violation = isNeutral(records, txId, sum) ? null : violationOf(records, txId);
    if (violation !== null) violations.push(violation);
    yield;
  }
  return violations;
}

function isClearing(records: Records, txId: TxId): boolean {
  return records.positions(txId)[0]?.header.kind === 'clear';
}

function isNeutral(records: Records, txId: TxId, booked: bigint): boolean {
  const positions = records.positions(txId);
  return clearingNet(positions) === 0n && booked === openNetOf(records, positions);
}

/** As it is now, read in one go. */
function violationOf(records: Records, txId: TxId): Violation | null {
  const positions = records.positions(txId);
  const equivalent = positions[0]?.header.equivalent ?? '';
  const accounts = endsOf(records.self, equivalent, positions);
  let booked = 0n;
  for (const { neighbour } of accounts) {
    const account = records.account(neighbour, equivalent);
    if (account === undefined) continue;
    for (const hop of countedAfter(records, account, account.closedUntilMs).values())
      if (hop.txId === txId) booked += hop.delta;
  }
  if (isNeutral(records, txId, booked)) return null;
  const net = clearingNet(positions);
  const what =
    net === 0n
      ? `clearing ${txId} is booked as ${formatAmount(booked)}, its hops say ${formatAmount(openNetOf(records, positions))}`
      : `clearing ${txId} changed the net position by ${formatAmount(net)}`;
  return { invariant: 'INV-CLEAR', equivalent, participants: [records.self], accounts, what };
}

/** What is to be found in the journals: what counts and is not closed by a checkpoint. */
function openNetOf(records: Records, positions: readonly Position[]): bigint {
  const isOpen = (neighbour: PublicKey | null, { header }: Position) =>
    neighbour !== null && header.createdAtMs > (records.account(neighbour, header.equivalent)?.closedUntilMs ?? 0);
  let net = 0n;
  for (const position of positions) {
    if (incomingCounts(position) && isOpen(upstreamOf(position), position)) net += position.route.amount;
    if (outgoingCounts(position) && isOpen(downstreamOf(position), position)) net -= position.route.amount;
  }
  return net;
}

function endsOf(participant: PublicKey, equivalent: string, positions: readonly Position[]): readonly AccountEnd[] {
  const neighbours = new Set<PublicKey>();
  for (const position of positions) {
    for (const neighbour of [upstreamOf(position), downstreamOf(position)])
      if (neighbour !== null) neighbours.add(neighbour);
  }
  return [...neighbours].sort().map((neighbour) => ({ participant, neighbour, equivalent }));
}
