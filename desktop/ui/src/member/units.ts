/** Amounts as a hub writes them. */
import { parseLimit } from '#protocol/amount.ts';

const PRECISION = 8;

/** An amount in 10⁻⁸ units, which may be below zero; 0 for what is none. */
export function unitsOf(text: string): bigint {
  const isNegative = text.startsWith('-');
  const units = parseLimit(isNegative ? text.slice(1) : text, PRECISION);
  if (typeof units !== 'bigint') return 0n;
  return isNegative ? -units : units;
}
