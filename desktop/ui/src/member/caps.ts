/**
 * How much a hub may let go over each account of its member (§11.1). What a neighbour says it lets the member owe is worth nothing
 * to the member: a stranger in league with the hub may say any amount. So it counts only as far as the member itself lets others
 * owe, which is all that can go out over it, and as far as the member already owes there.
 */
import type { CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { accountName } from './checked.ts';
import { capFor } from './documents.ts';
import type { SignedLines } from './signed-lines.ts';

/** An account, with what the two let each other owe. */
interface Limits {
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  given: bigint;
  received: bigint;
}

/** An account with its cap; `isTight`: more could go over it if the member allowed or owed more. */
export interface Capped extends CappedAccount {
  readonly isTight: boolean;
}

/** `owed`: what the member owes for sure, by neighbour and equivalent as in `accountName`. */
export function capsOf({ given, received }: SignedLines, owed: ReadonlyMap<string, bigint>): readonly Capped[] {
  const accounts = new Map<string, Limits>();
  const at = (neighbour: PublicKey, equivalent: string): Limits => {
    const name = accountName(neighbour, equivalent);
    const known = accounts.get(name) ?? { neighbour, equivalent, given: 0n, received: 0n };
    accounts.set(name, known);
    return known;
  };
  const allowed = new Map<string, bigint>();
  for (const { to, equivalent, limit } of given.values()) {
    at(to, equivalent).given = limit;
    allowed.set(equivalent, (allowed.get(equivalent) ?? 0n) + limit);
  }
  for (const { from, equivalent, limit } of received.values()) at(from, equivalent).received = limit;
  return [...accounts].map(([name, { neighbour, equivalent, given: own, received: told }]) => {
    const most = (allowed.get(equivalent) ?? 0n) + (owed.get(name) ?? 0n);
    return { neighbour, equivalent, cap: capFor(own, told < most ? told : most), isTight: told > most };
  });
}
