/** A month of payments, added up. */
import { type Amount, formatAmount, parseLimit } from '#protocol/amount.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Entry } from './history-entry.ts';
import { directionOf } from './history-filter.ts';

/** What went out and came in, in one currency. */
export interface MonthSum {
  readonly equivalent: string;
  readonly paid: string;
  readonly received: string;
  readonly passedOn: string;
}

const MOST_DECIMALS = 8;

/** Begin and end of a month such as `2026-01`, in local time; null: it is none. */
export function monthSpan(month: string): { readonly fromMs: number; readonly untilMs: number } | null {
  const parts = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month);
  if (parts === null) return null;
  const [year, index] = [Number(parts[1]), Number(parts[2]) - 1];
  return { fromMs: new Date(year, index).getTime(), untilMs: new Date(year, index + 1).getTime() };
}

/** The month of a moment, in local time. */
export function monthOf(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
}

/** What was done in it, oldest first. What was not paid is in no statement. */
export function entriesOf(entries: readonly Entry[], month: string): readonly Entry[] {
  const span = monthSpan(month);
  if (span === null) return [];
  return entries
    .filter(({ atMs, state }) => state === 'COMMITTED' && atMs >= span.fromMs && atMs < span.untilMs)
    .reverse();
}

/** The sums of these, by currency. Nothing is rounded. */
export function sumsOf(entries: readonly Entry[]): readonly MonthSum[] {
  const sums = new Map<string, { paid: Amount; received: Amount; passedOn: Amount }>();
  for (const entry of entries) {
    if (entry.kind === 'clear') continue;
    const sum = sums.get(entry.equivalent) ?? { paid: 0n, received: 0n, passedOn: 0n };
    const direction = directionOf(entry);
    sum[direction === 'out' ? 'paid' : direction === 'in' ? 'received' : 'passedOn'] += unitsOf(entry.amount);
    sums.set(entry.equivalent, sum);
  }
  return [...sums]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([equivalent, { paid, received, passedOn }]) => ({
      equivalent,
      paid: formatAmount(paid),
      received: formatAmount(received),
      passedOn: formatAmount(passedOn),
    }));
}

function unitsOf(decimal: string): Amount {
  const units = parseLimit(decimal, MOST_DECIMALS);
  if (isRefusal(units)) throw new Error(`the node gave ${decimal} as an amount`);
  return units;
}
