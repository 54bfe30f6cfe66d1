/**
 * Reserving and releasing hops (§4.4 rules 2, 3 and 9): why a hop is refused, and the books when it is not.
 */
import {
  type Account,
  availableIn,
  availableOut,
  clearableIn,
  clearableOut,
  releaseIn,
  releaseOut,
  reserveIn,
  reserveOut,
} from '../account.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_CLOCK_SKEW_MS, MAX_OPEN_OF_ONE_UPSTREAM, MAX_OPEN_PER_NEIGHBOUR, MAX_ROUTES } from '../limits.ts';
import type { Header } from '../packet.ts';
import { downstreamOf, outgoingReserved, type Position, upstreamOf } from '../position.ts';
import type { LineRecord } from '../records.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { bookHop, isCompared } from './books.ts';
import { hasAgreed } from './consent.ts';
import type { Turn } from './turn.ts';

const DAY_MS = 86_400_000;

/** What of a packet, or of one that is only asked about, decides whether a hop takes it. */
type PacketTerms = Pick<Header, 'kind' | 'equivalent' | 'createdAtMs' | 'payer' | 'receiver'>;

/** Why the hop `neighbour → me` of this amount is refused, or null. `hop` is its number on the route. */
export function whyNotIn(
  turn: Turn,
  header: PacketTerms,
  hop: { from: PublicKey; number: number; amount: bigint; isLast: boolean },
): Refusal | null {
  const account = turn.account(hop.from, header.equivalent);
  if (account === undefined) return refuse('no-trust-line', { hop: hop.number });
  const unusable = whyUnusable(turn, account, header.createdAtMs, hop.number);
  if (unusable !== null) return unusable;
  const given = turn.line(turn.self, hop.from, header.equivalent);
  if (turn.records.openWith(hop.from) >= MAX_OPEN_PER_NEIGHBOUR) return refuse('too-much-open', { hop: hop.number });
  if (header.kind === 'clear') {
    const clearable = clearableIn(account);
    if (hop.amount > clearable) {
      return refuse('nothing-to-clear', { hop: hop.number, maxNow: clearable, reserved: account.reservedIn });
    }
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
  packet: Pick<Header, 'kind' | 'equivalent' | 'createdAtMs'>,
  hop: {
    readonly from: PublicKey | null;
    readonly to: PublicKey;
    readonly number: number;
    readonly amount: bigint;
    /** Of a clearing: all its nodes, where they are known. */
    readonly ring?: readonly PublicKey[];
  },
): Refusal | null {
  const account = turn.account(hop.to, packet.equivalent);
  if (account === undefined) return refuse('no-trust-line', { hop: hop.number });
  const unusable = whyUnusable(turn, account, packet.createdAtMs, hop.number);
  if (unusable !== null) return unusable;
  if (wouldBeHeld(turn, hop.to, packet.createdAtMs)) return refuse('account-unsure', { hop: hop.number });
  if (packet.kind === 'clear') {
    const clearable = clearableOut(account);
    if (hop.amount > clearable) {
      return refuse('nothing-to-clear', { hop: hop.number, maxNow: clearable, reserved: account.reservedOut });
    }
    // The debt that this hop lowers is debt on the own line: its owner is asked.
    const given = turn.line(turn.self, hop.to, packet.equivalent);
    const { equivalent } = packet;
    const isAsked = given?.signed.line.policy.autoClearing === false;
    if (isAsked && !(hop.ring !== undefined && hasAgreed(turn, { equivalent, nodes: hop.ring }, hop))) {
      return refuse('no-auto-clearing', { hop: hop.number });
    }
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
  if (hop.from !== null && openBetween(turn, hop.from, hop.to) >= MAX_OPEN_OF_ONE_UPSTREAM) {
    return refuse('too-much-open', { hop: hop.number });
  }
  if (isOverdue(turn, hop.from, hop.to)) return refuse('neighbour-overdue', { hop: hop.number });
  return null;
}

/** What keeps an account from being used for anything new, whatever the amount. */
function whyUnusable(turn: Turn, account: Account, createdAtMs: number, hop: number): Refusal | null {
  if (turn.records.isShut(account.neighbour, account.equivalent)) return refuse('not-delegated', { hop });
  if (account.standing === 'suspended') return refuse('line-frozen', { hop });
  if (account.standing !== 'confirmed' || !isCompared(turn, account)) return refuse('account-unsure', { hop });
  return createdAtMs <= account.refuseUntilMs ? refuse('too-old', { hop }) : null;
}

/** Would the neighbour, who has lost records, take this packet for one that it may have signed, and hold it (§8.4)? */
function wouldBeHeld(turn: Turn, neighbour: PublicKey, createdAtMs: number): boolean {
  const restoredAtMs = turn.records.knowledge.restoredAtMs(neighbour);
  return restoredAtMs !== undefined && createdAtMs <= restoredAtMs + MAX_CLOCK_SKEW_MS;
}

/** How many hops to one are reserved for packets that came from the other. */
function openBetween(turn: Turn, from: PublicKey, to: PublicKey): number {
  // Most of the time there is not so much with either that it has to be counted. A transaction has up to eight routes.
  const transactions = Math.min(turn.records.openWith(from), turn.records.openWith(to));
  if (transactions * MAX_ROUTES < MAX_OPEN_OF_ONE_UPSTREAM) return 0;
  let open = 0;
  for (const position of turn.records.unsettledWith(to)) {
    if (downstreamOf(position) === to && upstreamOf(position) === from && outgoingReserved(position)) open++;
  }
  return open;
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
  header: PacketTerms,
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

/**
 * Has this neighbour left packets that came from the same upstream neighbour, or from here, open past their expiry? It
 * gets no new ones from there until they end. Others are not made to pay for it (decision 0022).
 */
function isOverdue(turn: Turn, from: PublicKey | null, to: PublicKey): boolean {
  for (const position of turn.records.unsettledWith(to)) {
    if (position.header.expiresAtMs >= turn.nowMs || upstreamOf(position) !== from) continue;
    if (downstreamOf(position) === to && outgoingReserved(position)) return true;
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
  const account = seen(turn.accountOrNew(from, position.header.equivalent), position);
  turn.saveAccount(reserveIn(account, position.route.amount, dayOf(turn.nowMs)));
}

/** Reserves the outgoing hop of a position. */
export function holdOutgoing(turn: Turn, position: Position): void {
  const to = downstreamOf(position);
  if (to === null) return;
  const account = seen(turn.accountOrNew(to, position.header.equivalent), position);
  turn.saveAccount(reserveOut(account, position.route.amount));
}

/** The next checkpoint has to reach as far as the newest packet that was let in. */
function seen(account: Account, { header }: Position): Account {
  return { ...account, latestMs: Math.max(account.latestMs, header.createdAtMs) };
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
  const account = seen(turn.accountOrNew(from, position.header.equivalent), position);
  const reservedIn = wasReserved ? account.reservedIn - amount : account.reservedIn;
  bookHop(turn, { ...account, reservedIn }, position, position.position - 1, amount);
}

/** Counts the outgoing hop: I owe the downstream neighbour more. */
export function countOutgoing(turn: Turn, position: Position, wasReserved: boolean): void {
  const to = downstreamOf(position);
  if (to === null) return;
  const { amount } = position.route;
  const account = seen(turn.accountOrNew(to, position.header.equivalent), position);
  const reservedOut = wasReserved ? account.reservedOut - amount : account.reservedOut;
  bookHop(turn, { ...account, reservedOut }, position, position.position, -amount);
}

/** Takes a counted outgoing hop back: its creditor waived it (rule 6). */
export function uncountOutgoing(turn: Turn, position: Position): void {
  const to = downstreamOf(position);
  if (to === null) return;
  const account = turn.accountOrNew(to, position.header.equivalent);
  bookHop(turn, account, position, position.position, position.route.amount);
}

/** Takes a counted incoming hop back: it was waived by an own ABORT that had been forgotten (rule 10). */
export function uncountIncoming(turn: Turn, position: Position): void {
  const from = upstreamOf(position);
  if (from === null) return;
  const account = turn.accountOrNew(from, position.header.equivalent);
  bookHop(turn, account, position, position.position - 1, -position.route.amount);
}
