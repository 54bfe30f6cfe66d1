/** One line of the history. */
import type { Result } from '#node/api/contract.ts';

export type Entry = Result<'getHistory'>['entries'][number];

/** A list asks for all of its keys whenever it grows. */
const keys = new WeakMap<Entry, string>();

/** What names one line of the history for good. */
export function keyOf(entry: Entry): string {
  const known = keys.get(entry);
  if (known !== undefined) return known;
  const { paymentId, txId, role } = entry;
  const key = `${paymentId}.${role}.${txId ?? ''}`;
  keys.set(entry, key);
  return key;
}

/** What was read, with a first page that was read again; null: they do not meet, and what is between is not known. */
export function mergeFirstPage(page: readonly Entry[], before: readonly Entry[]): readonly Entry[] | null {
  const fresh = new Set(page.map(keyOf));
  const older = before.filter((entry) => !fresh.has(keyOf(entry)));
  return before.length > 0 && older.length === before.length ? null : [...page, ...older];
}
