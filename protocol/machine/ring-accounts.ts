/**
 * Which accounts a search for rings goes over (§5.2): those where a clearing would pass now.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type Account, clearableIn, clearableOut } from '../account.ts';
import type { PublicKey } from '../identity.ts';
import { mayBeAsked } from './consent.ts';
import { countQuestion } from './probe.ts';
import { whyNotOut } from './reserve.ts';
import type { Turn } from './turn.ts';

/** Counts a question for rings: so many a second are heard of all neighbours together, half of that of one. */
export function isHeard(turn: Turn, from: PublicKey, mostPerSecond: number): boolean {
  // Those of all neighbours are counted under the own key.
  return countQuestion(turn, from, mostPerSecond / 2) && countQuestion(turn, turn.self, mostPerSecond);
}

/** Accounts over which a walk could go on: not to these neighbours, nor to where it would come back from. */
export function debtorsOf(turn: Turn, equivalent: string, not: readonly PublicKey[]): readonly Account[] {
  return openTo(turn, equivalent, not).filter(({ neighbour }) => turn.deadUntilMs(neighbour, equivalent) <= turn.nowMs);
}

/** Accounts with others than these over which a clearing would be let out. */
export function openTo(turn: Turn, equivalent: string, not: readonly PublicKey[]): readonly Account[] {
  return [...turn.accounts()].filter(
    (account) => account.equivalent === equivalent && !not.includes(account.neighbour) && isOpen(turn, account),
  );
}

/** Accounts over which a clearing could come in: with those to whom something is owed. */
export function creditorsOf(turn: Turn, equivalent: string): readonly Account[] {
  return [...turn.accounts()].filter((account) => account.equivalent === equivalent && clearableIn(account) > 0n);
}

/** Does the neighbour owe something, and is there somebody whom this participant owes? */
export function mayClear(turn: Turn, account: Account): boolean {
  if (turn.node.isFrozen || clearableOut(account) === 0n) return false;
  for (const other of turn.accounts()) {
    if (other.equivalent === account.equivalent && clearableIn(other) > 0n) return true;
  }
  return false;
}

/** Would a clearing be let out over the account now, or its owner be asked? */
export function isOpen(turn: Turn, { neighbour, equivalent }: Account): boolean {
  const hop = { from: null, to: neighbour, number: 0, amount: 1n };
  const refusal = whyNotOut(turn, { kind: 'clear', equivalent, createdAtMs: turn.nowMs }, hop);
  return refusal === null || (refusal.code === 'no-auto-clearing' && mayBeAsked(turn, neighbour, equivalent));
}

/**
 * Is a clearing on its way over the account, mostly of the same ring? Then nobody can say what will be left of the debt: the
 * ring is looked for again. One past its time does not count, or a neighbour in doubt would end all clearing.
 */
export function isUnderWay(turn: Turn, { neighbour, equivalent, reservedIn, reservedOut }: Account): boolean {
  if (reservedIn === 0n && reservedOut === 0n) return false;
  for (const { state, header } of turn.records.unsettledWith(neighbour)) {
    if (state !== 'prepared' && state !== 'held') continue;
    if (header.kind === 'clear' && header.equivalent === equivalent && turn.nowMs <= header.expiresAtMs) return true;
  }
  return false;
}

/** One of them by chance, the likelier the larger its amount; the digest decides. Undefined when all amounts are 0. */
export function pickByAmount(
  accounts: readonly Account[],
  amountOf: (account: Account) => bigint,
  digest: string,
): Account | undefined {
  const total = accounts.reduce((sum, account) => sum + amountOf(account), 0n);
  if (total === 0n) return undefined;
  let left = BigInt(`0x${digest}`) % total;
  return accounts.find((account) => {
    left -= amountOf(account);
    return left < 0n;
  });
}

/** What is derived from the own journal cannot be foreseen by others than the neighbour. */
export function digestOf(...parts: readonly string[]): string {
  return bytesToHex(sha256(utf8ToBytes(['geo/1', ...parts].join('/'))));
}
