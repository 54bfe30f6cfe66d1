/** What comes of a look at the books (books.ts, which is loaded when it is needed). */
import type { PublicKey } from '#protocol/identity.ts';
import type { Kept } from './hub.ts';
import type { Flaw } from './proofs.ts';
import type { OwnLine } from './watch.ts';

/** An account that the hub shows and does not prove. */
export interface Unproven {
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  readonly flaw: Flaw;
}

/** What came of a look at the books. */
export interface Checked {
  /** Balances that are proven, by neighbour and equivalent as in `accountName`; 10⁻⁸ units. */
  readonly balances: ReadonlyMap<string, bigint>;
  readonly unproven: readonly Unproven[];
  /** Accounts that have gone on meanwhile, or that are looked at another time: as in `balances`. */
  readonly later: ReadonlySet<string>;
  /** Own limits that the hub has let a neighbour pass. */
  readonly passed: readonly OwnLine[];
  /** Checkpoints that the hub took. */
  readonly signed: number;
  /** False: there was more to look at than the hub may be asked for at once. */
  readonly isAll: boolean;
}

/** How an account is called among balances. */
export function accountName(neighbour: string, equivalent: string): string {
  return `${neighbour}-${equivalent}`;
}

const BALANCES = 'geo-balances';

/** Balances that were proven at the last look, as in `Checked`. */
export async function provenBalances(kept: Kept): Promise<ReadonlyMap<string, bigint>> {
  const told = JSON.parse((await kept.get(BALANCES)) ?? '[]') as readonly (readonly [string, string])[];
  return new Map(told.map(([name, units]) => [name, BigInt(units)]));
}

/** Kept for good when it resolves; accounts of which nothing new is known stay as they were. */
export async function keepBalances(
  kept: Kept,
  { balances, later }: Pick<Checked, 'balances' | 'later'>,
): Promise<void> {
  const before = [...(await provenBalances(kept))].filter(([name]) => later.has(name));
  const now = [...before, ...balances].map(([name, units]): [string, string] => [name, String(units)]);
  await kept.set(BALANCES, JSON.stringify(now));
}
