/** One line of the history. */
import type { Result } from '#node/api/contract.ts';

export type Entry = Result<'getHistory'>['entries'][number];

/** What names one line of the history for good. */
export function keyOf({ paymentId, txId, role }: Entry): string {
  return `${paymentId}.${role}.${txId ?? ''}`;
}

/** What was read, with a first page that was read again; null: they do not meet, and what is between is not known. */
export function mergeFirstPage(page: readonly Entry[], before: readonly Entry[]): readonly Entry[] | null {
  const keys = new Set(page.map(keyOf));
  const older = before.filter((entry) => !keys.has(keyOf(entry)));
  return before.length > 0 && older.length === before.length ? null : [...page, ...older];
}
