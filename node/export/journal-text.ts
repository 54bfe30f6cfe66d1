/** What journals of bookkeeping programs have in common: accounts, months, and text that cannot break out of its line. */

import { formatAmountFixed } from '#protocol/amount.ts';
import { MAX_PRECISION } from '#protocol/equivalent.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { type BookEntry, type Books, type EntryKind, kindOf, RunningBalances, utcDay } from './books.ts';

/** A balance that is certain at the end of a day. */
export interface Assertion {
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  readonly balance: bigint;
}

/** One step of a journal: an entry, or what all balances that have changed must be at the end of `day`. */
export type Step =
  | { readonly type: 'entry'; readonly day: string; readonly entry: BookEntry; readonly kind: EntryKind }
  | { readonly type: 'balances'; readonly day: string; readonly assertions: readonly Assertion[] };

/** The entries with the balances after the last day of each month, and of every account at the end. */
export function* stepsOf({ holder, entries, accounts, createdAtMs }: Books): Generator<Step> {
  const balances = new RunningBalances();
  const changed = new Map<string, { neighbour: PublicKey; equivalent: string }>();
  let month = '';
  for (const entry of entries) {
    const day = utcDay(entry.atMs);
    if (day.slice(0, 7) !== month && changed.size > 0) {
      const assertions = [...changed.values()].map((of) => ({
        ...of,
        balance: balances.of(of.neighbour, of.equivalent),
      }));
      yield { type: 'balances', day: lastDayOf(month), assertions };
      changed.clear();
    }
    month = day.slice(0, 7);
    const { equivalent } = entry;
    for (const move of entry.moves) {
      balances.add(move, equivalent);
      changed.set(`${move.neighbour}/${equivalent}`, { neighbour: move.neighbour, equivalent });
    }
    yield { type: 'entry', day, entry, kind: kindOf(entry, holder) };
  }
  const last = utcDay(Math.max(createdAtMs, entries.at(-1)?.atMs ?? 0));
  if (accounts.length > 0) yield { type: 'balances', day: last, assertions: accounts };
}

/** The day before the first of the next month. */
function lastDayOf(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return utcDay(Date.UTC(year, number, 0));
}

/** The first day of the books. */
export function firstDayOf({ entries, createdAtMs }: Books): string {
  return utcDay(entries[0]?.atMs ?? createdAtMs);
}

/** All equivalents of the books. */
export function equivalentsOf({ accounts }: Books): string[] {
  return [...new Set(accounts.map(({ equivalent }) => equivalent))].sort();
}

/** An amount with all its decimals. */
export function exactly(amount: bigint): string {
  return formatAmountFixed(amount, MAX_PRECISION);
}

/** What the books are, for the head of a file; each line is a comment of its own. */
export function headLines({ holder, network, createdAtMs }: Books): string[] {
  return [
    `Accounts of ${pidOf(holder)} in the GEO network “${oneLine(network)}”, ${new Date(createdAtMs).toISOString()}.`,
    'An account above zero: the neighbour owes you. Below zero: you owe the neighbour. Days are those of UTC.',
  ];
}

/** Text on one line, without what does not show. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]+/gu, ' ').trim();
}
