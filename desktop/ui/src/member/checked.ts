/** What comes of a look at the books (books.ts, which is loaded when it is needed). */
import type { PublicKey } from '#protocol/identity.ts';
import type { Flaw } from './proofs.ts';

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
  /** Checkpoints that the hub took. */
  readonly signed: number;
  /** False: there was more to look at than the hub may be asked for at once. */
  readonly isAll: boolean;
}

/** How an account is called among balances. */
export function accountName(neighbour: string, equivalent: string): string {
  return `${neighbour}-${equivalent}`;
}
