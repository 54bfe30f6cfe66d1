/**
 * The integrity checks: whether the books of all participants hosted here keep the invariants that can be seen from the
 * books alone (protocol §14). Pure; any moment between two steps is one at which they may be asked.
 */
import type { Account } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import { checkJournal, checkLimit } from './account-checks.ts';
import { checkClearings } from './clearings.ts';
import { accountKey } from './counted.ts';
import { checkMirror } from './mirror.ts';
import type { Violation } from './violation.ts';

/** Those hosted here, as they are now; it may change between two slices of a check. */
export type Hosted = ReadonlyMap<PublicKey, Records>;

/** With what one participant's books are looked at as a whole; null: only what is new in them, and no signatures. */
export type VerifyOf = (participant: PublicKey) => Verify | null;

/** Accounts of each, by `accountKey`, as they were when they were last found right: what is new is what came since. */
export type FoundRight = WeakMap<Records, ReadonlyMap<string, Account>>;

const NONE: ReadonlyMap<string, Account> = new Map();

/** All checks at once, every signature looked at. Takes a third of a millisecond for each hop since the last checkpoints. */
export function checkAll(participants: readonly Records[], verify: Verify): readonly Violation[] {
  const hosted = new Map(participants.map((records) => [records.self, records]));
  const checks = checking(hosted, () => verify);
  let step = checks.next();
  while (step.done !== true) step = checks.next();
  return step.value;
}

/**
 * The same in slices: other work may be done whenever it yields, which is at least once for each account and hop. `found` is
 * what earlier checks have found right, and then this one, too: where there is nothing of somebody, all its books are new.
 */
export function* checking(
  hosted: Hosted,
  verifyOf: VerifyOf,
  found: FoundRight = new WeakMap(),
): Generator<void, readonly Violation[]> {
  const violations: Violation[] = [];
  const residuals = new Map<string, bigint>();
  for (const participant of [...hosted.keys()].sort()) {
    const records = hosted.get(participant);
    if (records === undefined) continue;
    const verify = verifyOf(participant);
    const before = verify === null ? (found.get(records) ?? NONE) : NONE;
    const right = new Map<string, Account>();
    for (const { neighbour, equivalent } of [...records.accounts()]) {
      violations.push(...mirrored(hosted, records, neighbour, equivalent, residuals));
      const account = records.account(neighbour, equivalent);
      if (account === undefined) continue;
      const limit = checkLimit(records, account);
      if (limit !== null) violations.push(limit);
      yield;
      const key = accountKey(account);
      const journal = yield* checkJournal(records, account, verify ?? (() => true), before.get(key));
      if (journal === null) right.set(key, account);
      else violations.push(journal);
    }
    const clearings = yield* checkClearings(records, before);
    violations.push(...clearings);
    found.set(records, clearings.length === 0 ? right : NONE);
  }
  return [...violations, ...notZero(residuals)];
}

/** Compares an account with its other end if that is hosted here too, once for both. */
function mirrored(
  hosted: Hosted,
  records: Records,
  neighbour: PublicKey,
  equivalent: string,
  residuals: Map<string, bigint>,
): readonly Violation[] {
  const other = hosted.get(neighbour);
  // Who has moved away meanwhile has no books here any more.
  if (other === undefined || hosted.get(records.self) !== records) return [];
  if (neighbour < records.self && other.account(records.self, equivalent) !== undefined) return [];
  const { residual, violation } = checkMirror(records, other, equivalent);
  residuals.set(equivalent, (residuals.get(equivalent) ?? 0n) + residual);
  return violation === null ? [] : [violation];
}

/**
 * INV-ZERO: over all accounts between those hosted here, less what is on its way. Each account was looked at in one
 * moment of its own, so the sum is right although they were different moments.
 */
function notZero(residuals: ReadonlyMap<string, bigint>): readonly Violation[] {
  return [...residuals]
    .filter(([, residual]) => residual !== 0n)
    .map(([equivalent, residual]) => ({
      invariant: 'INV-ZERO',
      equivalent,
      participants: [],
      accounts: [],
      what: `all balances between those hosted here sum to ${formatAmount(residual)}, not to 0`,
    }));
}
