/** Numbers as people read them: as many digits as their interval leaves meaning to. */
import type { Estimate } from '../../estimate.ts';

/** Between the digits of thousands: narrow, and no place to break a line. */
export const THIN_SPACE = '\u202F';
const NO_BREAK = '\u00A0';
const MOST_DECIMALS = 12;
/** Smaller and larger means are written with a power of ten. */
const LEAST_ORDER = -3;
const MOST_ORDER = 12;

/** What stands where there is no number. */
const NOTHING = '–';

/** A mean and its interval, which has two digits: `93.42 ± 0.31`. */
export function meanFigure(estimate: Estimate | null): string {
  if (estimate === null) return NOTHING;
  const { mean, interval } = estimate;
  const order = orderOf(Math.max(Math.abs(mean), interval ?? 0));
  if (order >= LEAST_ORDER && order <= MOST_ORDER) return plainMean(mean, interval);
  const scaled = plainMean(mean / 10 ** order, interval === null ? null : interval / 10 ** order);
  const power = `${NO_BREAK}×${NO_BREAK}10${raised(order)}`;
  return interval === null ? `${scaled}${power}` : `(${scaled})${power}`;
}

function plainMean(mean: number, interval: number | null): string {
  if (interval === null) return rounded(mean);
  const decimals = interval === 0 ? null : Math.max(0, 1 - orderOf(interval));
  const texts = decimals === null ? [rounded(mean), '0'] : [fixed(mean, decimals), fixed(interval, decimals)];
  return texts.join(`${NO_BREAK}±${NO_BREAK}`);
}

/** With four digits; whole numbers as they are. */
function rounded(value: number): string {
  return Number.isInteger(value) ? grouped(String(value)) : fixed(value, Math.max(0, 3 - orderOf(value)));
}

/** A value of a parameter: all of its digits. */
export function valueFigure(value: number | string | null): string {
  if (value === null) return NOTHING;
  if (typeof value === 'string') return value;
  const text = String(value);
  return text.includes('e') ? text.replaceAll('-', '−') : grouped(text);
}

/** So many of something: "1 run", "2 runs". */
export function counted(count: number, what: string): string {
  return `${valueFigure(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** 10 to this is the greatest power of ten that is not above the value. */
function orderOf(value: number): number {
  return value === 0 ? 0 : Number(value.toExponential(3).split('e')[1]);
}

/** An exponent as raised digits. */
function raised(order: number): string {
  return [...String(order)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
}

function fixed(value: number, decimals: number): string {
  return grouped(value.toFixed(Math.min(decimals, MOST_DECIMALS)));
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.replace('-', '−').split('.');
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  return fraction === undefined ? parted : `${parted}.${fraction}`;
}
