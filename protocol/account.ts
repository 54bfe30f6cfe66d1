/**
 * Accounts (§3.2): what two neighbours share in one equivalent, seen from one end.
 *
 * A hop X→Y of amount a makes X owe Y a more, or Y owe X a less. All functions here are pure and return a new account.
 */
import type { PublicKey } from './identity.ts';
import { EMPTY_HEAD } from './journal.ts';

/**
 * May this account be used for something new? `unsure`: records were lost and the neighbour has not shown the same
 * books yet; `agreed`: it has, and the owner has not confirmed the limit yet (§8.4); `suspended`: the neighbour broke
 * the protocol, and the owner has not set a new line since (§8.5).
 */
export type Standing = 'confirmed' | 'unsure' | 'agreed' | 'suspended';

/** One end's books. Amounts are 10⁻⁸ units. */
export interface Account {
  readonly type: 'account';
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  /** Most that the neighbour may owe me: my active trust line to it, else 0. */
  readonly limitGiven: bigint;
  /** Most that I may owe the neighbour: its active trust line to me, else 0. */
  readonly limitReceived: bigint;
  /** > 0: the neighbour owes me; < 0: I owe the neighbour. */
  readonly balance: bigint;
  /** Held for hops neighbour→me that are prepared and not decided. */
  readonly reservedIn: bigint;
  /** Held for hops me→neighbour that are prepared and not decided. */
  readonly reservedOut: bigint;
  /** What came in over my line on one UTC day (days since 1970), for its daily limit. */
  readonly day: number;
  readonly dayIn: bigint;
  readonly standing: Standing;
  /** Number and head of the last entry of its journal (§3.4). */
  readonly entries: number;
  readonly journalHead: string;
  /** Newest creation time of a packet that was reserved here: how far the next checkpoint reaches. */
  readonly latestMs: number;
  /** When the neighbour last showed that it knows of no hop that is unknown here (§8.8). */
  readonly comparedAtMs: number;
  /** The last checkpoint: hops of packets created up to then are in its balance, or count nowhere (§3.5). */
  readonly closedUntilMs: number;
  /** Packets created up to then are refused: proposed for, or closed by, a checkpoint. */
  readonly refuseUntilMs: number;
}

/** An account on which nothing has happened. */
export function emptyAccount(neighbour: PublicKey, equivalent: string, standing: Standing = 'confirmed'): Account {
  return {
    type: 'account',
    neighbour,
    equivalent,
    limitGiven: 0n,
    limitReceived: 0n,
    balance: 0n,
    reservedIn: 0n,
    reservedOut: 0n,
    day: 0,
    dayIn: 0n,
    standing,
    entries: 0,
    journalHead: EMPTY_HEAD,
    latestMs: 0,
    comparedAtMs: 0,
    closedUntilMs: 0,
    refuseUntilMs: 0,
  };
}

function atLeastZero(value: bigint): bigint {
  return value > 0n ? value : 0n;
}

/** What a hop neighbour→me could carry now. Reservations of the other direction never add to it. */
export function availableIn(account: Account): bigint {
  return atLeastZero(account.limitGiven - account.balance - account.reservedIn);
}

/** What a hop me→neighbour could carry now. */
export function availableOut(account: Account): bigint {
  return atLeastZero(account.limitReceived + account.balance - account.reservedOut);
}

/** What a clearing hop neighbour→me could carry: only debt of mine that nothing else has spoken for (§5). */
export function clearableIn(account: Account): bigint {
  return atLeastZero(-account.balance - account.reservedIn);
}

/** What a clearing hop me→neighbour could carry: only debt owed to me that nothing else has spoken for (§5). */
export function clearableOut(account: Account): bigint {
  return atLeastZero(account.balance - account.reservedOut);
}

/** The neighbour's debt to me, or 0. */
export function owedToMe(account: Account): bigint {
  return atLeastZero(account.balance);
}

/** My debt to the neighbour, or 0. */
export function owedByMe(account: Account): bigint {
  return atLeastZero(-account.balance);
}

/** Holds an incoming hop. The caller has checked `availableIn` (or that it had agreed before). */
export function reserveIn(account: Account, amount: bigint, day: number): Account {
  const dayIn = account.day === day ? account.dayIn + amount : amount;
  return { ...account, reservedIn: account.reservedIn + amount, day, dayIn };
}

/** Holds an outgoing hop. */
export function reserveOut(account: Account, amount: bigint): Account {
  return { ...account, reservedOut: account.reservedOut + amount };
}

/** Lets an incoming hop go that was never committed. */
export function releaseIn(account: Account, amount: bigint): Account {
  const dayIn = account.dayIn > amount ? account.dayIn - amount : 0n;
  return { ...account, reservedIn: account.reservedIn - amount, dayIn };
}

/** Lets an outgoing hop go that was never committed. */
export function releaseOut(account: Account, amount: bigint): Account {
  return { ...account, reservedOut: account.reservedOut - amount };
}
