/** Numbers as people read them: as many digits as their interval leaves meaning to. */
import type { Estimate } from '../../estimate.ts';

/** Between the digits of thousands: narrow, and no place to break a line. */
export const THIN_SPACE = '\u202F';
const MOST_DECIMALS = 12;

/** What stands where there is no number. */
const NOTHING = '–';

/** A number with so many significant digits; whole ones below 10¹⁵ as they are. */
function figure(value: number, digits = 4): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(String(value));
  return fixed(value, Math.max(0, digits - 1 - orderOf(value)));
}

/** A mean and its interval, which has two digits: `93.42 ± 0.31`. */
export function meanFigure(estimate: Estimate | null): string {
  if (estimate === null) return NOTHING;
  const { mean, interval } = estimate;
  if (interval === null || interval === 0) return interval === null ? figure(mean) : `${figure(mean)} ± 0`;
  const decimals = Math.max(0, 1 - orderOf(interval));
  return `${fixed(mean, decimals)} ± ${fixed(interval, decimals)}`;
}

/** A value of a parameter. */
export function valueFigure(value: number | string | null): string {
  if (value === null) return NOTHING;
  return typeof value === 'string' ? value : figure(value, 15);
}

/** 10 to this is the greatest power of ten that is not above the value. */
function orderOf(value: number): number {
  return value === 0 ? 0 : Number(value.toExponential(3).split('e')[1]);
}

function fixed(value: number, decimals: number): string {
  if (Math.abs(value) >= 1e15 || decimals > MOST_DECIMALS) return value.toExponential(2).replace('-', '−');
  const text = value.toFixed(decimals);
  return grouped(decimals > 4 ? text.replace(/0+$/, '').replace(/\.$/, '') : text);
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.replace('-', '−').split('.');
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  return fraction === undefined ? parted : `${parted}.${fraction}`;
}
