/**
 * Reserving and releasing hops (§4.4 rules 2, 3 and 9): why a hop is refused, and the books when it is not.
 */
import {
  type Account,
  availableIn,
  availableOut,
  clearableIn,
  clearableOut,
  move,
  releaseIn,
  releaseOut,
  reserveIn,
  reserveOut,
} from '../account.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_OPEN_PER_NEIGHBOUR } from '../limits.ts';
import type { Header } from '../packet.ts';
import { downstreamOf, outgoingReserved, type Position, upstreamOf } from '../position.ts';
import type { LineRecord } from '../records.ts';
import { type Refusal, refuse } from '../refusals.ts';
import type { Turn } from './turn.ts';

const DAY_MS = 86_400_000;

/** Why the hop `neighbour → me` of this amount is refused, or null. `hop` is its number on the route. */
export function whyNotIn(
  turn: Turn,
  header: Header,
  hop: { from: PublicKey; number: number; amount: bigint; isLast: boolean },
): Refusal | null {
  const account = turn.account(hop.from, header.equivalent);
  if (account === undefined) return refuse('no-trust-line', { hop: hop.number });
  const given = turn.line(turn.self, hop.from, header.equivalent);
  if (turn.records.openWith(hop.from) >= MAX_OPEN_PER_NEIGHBOUR) return refuse('too-much-open', { hop: hop.number });
  if (header.kind === 'clear') {
    const clearable = clearableIn(account);
    if (hop.amount > clearable) return refuse('nothing-to-clear', { hop: hop.number, maxNow: clearable });
    return null;
  }
  const available = availableIn(account);
  if (hop.amount > available) {
    return (
      lineRefusal(given, hop.number, available) ??
      insufficient(hop.number, account.limitGiven, available, account.reservedIn)
    );
  }
  return given === undefined ? null : policyRefusal(turn, header, given, account, hop);
}

/** Why the hop `me → neighbour` of this amount is refused, or null. */
export function whyNotOut(
  turn: Turn,
  packet: { kind: Header['kind']; equivalent: string },
  hop: { to: PublicKey; number: number; amount: bigint },
): Refusal | null {
  const account = turn.account(hop.to, packet.equivalent);
  if (account === undefined) return refuse('no-trust-line', { hop: hop.number });
  if (packet.kind === 'clear') {
    const clearable = clearableOut(account);
    if (hop.amount > clearable) return refuse('nothing-to-clear', { hop: hop.number, maxNow: clearable });
    // The debt that this hop lowers is debt on the own line: its owner is asked.
    const given = turn.line(turn.self, hop.to, packet.equivalent);
    if (given?.signed.line.policy.autoClearing === false) return refuse('no-auto-clearing', { hop: hop.number });
  } else {
    const available = availableOut(account);
    if (hop.amount > available) {
      const received = turn.line(hop.to, turn.self, packet.equivalent);
      return (
        lineRefusal(received, hop.number, available) ??
        insufficient(hop.number, account.limitReceived, available, account.reservedOut)
      );
    }
  }
  if (!turn.records.linked.has(hop.to)) return refuse('neighbour-offline', { hop: hop.number });
  if (turn.records.openWith(hop.to) >= MAX_OPEN_PER_NEIGHBOUR) return refuse('too-much-open', { hop: hop.number });
  if (isOverdue(turn, hop.to)) return refuse('neighbour-overdue', { hop: hop.number });
  return null;
}

function insufficient(hop: number, limit: bigint, maxNow: bigint, reserved: bigint): Refusal {
  return refuse('insufficient', { hop, limit, maxNow, reserved });
}

/** When nothing at all may pass because of the line itself, the refusal that says so. */
function lineRefusal(line: LineRecord | undefined, hop: number, available: bigint): Refusal | null {
  if (available > 0n) return null;
  if (line === undefined) return refuse('no-trust-line', { hop });
  if (line.conflicting !== null || line.signed.line.status === 'frozen') return refuse('line-frozen', { hop });
  return line.signed.line.status === 'closed' ? refuse('line-closed', { hop }) : null;
}

function policyRefusal(
  turn: Turn,
  header: Header,
  given: LineRecord,
  account: Account,
  hop: { number: number; amount: bigint; isLast: boolean },
): Refusal | null {
  const { policy } = given.signed.line;
  if (!policy.canBeIntermediate && !hop.isLast) return refuse('not-intermediate', { hop: hop.number });
  if (policy.blocked.includes(header.payer) || policy.blocked.includes(header.receiver)) {
    return refuse('blocked', { hop: hop.number });
  }
  if (policy.dailyLimit === null) return null;
  const used = account.day === dayOf(turn.nowMs) ? account.dayIn : 0n;
  const left = policy.dailyLimit > used ? policy.dailyLimit - used : 0n;
  return hop.amount > left ? refuse('daily-limit', { hop: hop.number, maxNow: left }) : null;
}

/** Has this neighbour left packets of ours open past their expiry? It gets no new ones until they end. */
function isOverdue(turn: Turn, neighbour: PublicKey): boolean {
  for (const position of turn.records.unsettledWith(neighbour)) {
    if (position.header.expiresAtMs >= turn.nowMs) continue;
    if (downstreamOf(position) === neighbour && outgoingReserved(position)) return true;
  }
  return false;
}

function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

/** Reserves the incoming hop of a position. */
export function holdIncoming(turn: Turn, position: Position): void {
  const from = upstreamOf(position);
  if (from === null) return;
  const account = turn.accountOrNew(from, position.header.equivalent);
  turn.saveAccount(reserveIn(account, position.route.amount, dayOf(turn.nowMs)));
}

/** Reserves the outgoing hop of a position. */
export function holdOutgoing(turn: Turn, position: Position): void {
  const to = downstreamOf(position);
  if (to === null) return;
  turn.saveAccount(reserveOut(turn.accountOrNew(to, position.header.equivalent), position.route.amount));
}

/** Frees the incoming hop of a position that has waived it. */
export function freeIncoming(turn: Turn, position: Position): void {
  const from = upstreamOf(position);
  if (from === null) return;
  turn.saveAccount(releaseIn(turn.accountOrNew(from, position.header.equivalent), position.route.amount));
}

/** Frees the outgoing hop of a position whose downstream neighbour has waived it. */
export function freeOutgoing(turn: Turn, position: Position): void {
  const to = downstreamOf(position);
  if (to === null) return;
  turn.saveAccount(releaseOut(turn.accountOrNew(to, position.header.equivalent), position.route.amount));
}

/** Counts the incoming hop: the upstream neighbour owes me more. `wasReserved` also drops the reservation. */
export function countIncoming(turn: Turn, position: Position, wasReserved: boolean): void {
  const from = upstreamOf(position);
  if (from === null) return;
  const { amount } = position.route;
  const account = turn.accountOrNew(from, position.header.equivalent);
  const reservedIn = wasReserved ? account.reservedIn - amount : account.reservedIn;
  turn.saveAccount(move({ ...account, reservedIn }, amount));
  turn.notify({ type: 'account', neighbour: from, equivalent: position.header.equivalent });
}

/** Counts the outgoing hop: I owe the downstream neighbour more. */
export function countOutgoing(turn: Turn, position: Position, wasReserved: boolean): void {
  const to = downstreamOf(position);
  if (to === null) return;
  const { amount } = position.route;
  const account = turn.accountOrNew(to, position.header.equivalent);
  const reservedOut = wasReserved ? account.reservedOut - amount : account.reservedOut;
  turn.saveAccount(move({ ...account, reservedOut }, -amount));
  turn.notify({ type: 'account', neighbour: to, equivalent: position.header.equivalent });
}

/** Takes a counted outgoing hop back: its creditor waived it (rule 6). */
export function uncountOutgoing(turn: Turn, position: Position): void {
  const to = downstreamOf(position);
  if (to === null) return;
  turn.saveAccount(move(turn.accountOrNew(to, position.header.equivalent), position.route.amount));
  turn.notify({ type: 'account', neighbour: to, equivalent: position.header.equivalent });
}

/** Takes a counted incoming hop back: it was waived by an own ABORT that had been forgotten (rule 10). */
export function uncountIncoming(turn: Turn, position: Position): void {
  const from = upstreamOf(position);
  if (from === null) return;
  turn.saveAccount(move(turn.accountOrNew(from, position.header.equivalent), -position.route.amount));
  turn.notify({ type: 'account', neighbour: from, equivalent: position.header.equivalent });
}
