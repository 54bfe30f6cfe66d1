/** Which entries of the history somebody looks for. */
import type { Entry } from './history-entry.ts';

/** What was chosen; an empty text: anything. */
export interface Filter {
  /** In names, in what it is for, or in the numbers of payment and transaction. */
  readonly text: string;
  /** PID of a payer or receiver. */
  readonly person: string;
  readonly currency: string;
  readonly kind: '' | 'payment' | 'passed-on' | 'circle' | 'not-paid';
  readonly direction: '' | 'out' | 'in';
  /** Days, `2026-01-31`, both included, in local time. */
  readonly from: string;
  readonly until: string;
}

export const NO_FILTER: Filter = { text: '', person: '', currency: '', kind: '', direction: '', from: '', until: '' };

/** Is anything chosen? */
export function isFiltering(filter: Filter): boolean {
  return Object.values(filter).some((value) => value !== '');
}

/** Entries that fit, in their order. */
export function filterEntries(entries: readonly Entry[], filter: Filter): readonly Entry[] {
  if (!isFiltering(filter)) return entries;
  const from = dayMs(filter.from, 0) ?? Number.NEGATIVE_INFINITY;
  const until = dayMs(filter.until, 1) ?? Number.POSITIVE_INFINITY;
  const text = filter.text.trim().toLowerCase();
  return entries.filter(
    (entry) =>
      entry.atMs >= from &&
      entry.atMs < until &&
      (filter.currency === '' || entry.equivalent === filter.currency) &&
      (filter.kind === '' || kindOf(entry) === filter.kind) &&
      (filter.direction === '' || directionOf(entry) === filter.direction) &&
      (filter.person === '' || entry.payer.pid === filter.person || entry.receiver.pid === filter.person) &&
      (text === '' || textOf(entry).includes(text)),
  );
}

/** What kind of entry it is, in the words of the filter. */
export function kindOf({ kind, role, state }: Entry): Exclude<Filter['kind'], ''> {
  if (state !== 'COMMITTED') return 'not-paid';
  if (kind === 'clear') return 'circle';
  return role === 'intermediary' ? 'passed-on' : 'payment';
}

/** Which way the money went, seen from here; null: neither. */
export function directionOf({ kind, role }: Entry): Exclude<Filter['direction'], ''> | null {
  if (kind === 'clear' || role === 'intermediary') return null;
  return role === 'payer' ? 'out' : 'in';
}

/** The beginning of a local day, or of one that many days later; null: no day. */
function dayMs(day: string, daysLater: number): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (parts === null) return null;
  return new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + daysLater).getTime();
}

function textOf({ payer, receiver, memo, paymentId, txId }: Entry): string {
  return [payer.name, receiver.name, memo, paymentId, txId].join('\n').toLowerCase();
}
