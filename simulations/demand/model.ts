/** What `--demand` says: who wants to pay whom. */
import { positiveNumber } from '../graphs/limits.ts';

/** Demand that is drawn: the same for the same seed on every machine. */
export type DrawnDemand =
  /** Any two, each pair as often as any other. */
  | { readonly kind: 'uniform' }
  /** A pair as often as the product of what both have: the sum of the limits of their lines, or how many accounts. */
  | { readonly kind: 'gravity'; readonly by: 'limit' | 'degree' }
  /** So many pairs, payer and payee, that pay again and again: the one of rank r as often as 1 / r^exponent. */
  | { readonly kind: 'zipf'; readonly pairs: number; readonly exponent: number }
  /** So much of all payments, 0 to 1, in circles in which everybody receives what it pays; the others between any two. */
  | { readonly kind: 'circulation'; readonly share: number };

/** Who wants to pay whom: drawn, or the payments of a file. */
export type DemandModel = DrawnDemand | { readonly kind: 'trace'; readonly path: string };

export const DEMAND_USAGE =
  'uniform, gravity, gravity:degree, zipf:PAIRS,EXPONENT, circulation:SHARE or trace:FILE of src,dst,amount';

const MOST_PAIRS = 1_000_000;
const MOST_EXPONENT = 10;

/** The model that a text describes, or in words what is wrong with it. */
export function parseDemand(text: string): DemandModel | string {
  const wrong = `"${text}": write ${DEMAND_USAGE}.`;
  const [, kind = '', given] = /^([a-z]+)(?::(.*))?$/s.exec(text) ?? [];
  const [first, second, ...more] = (given ?? '').split(',').map((part) => (part === '0' ? 0 : positiveNumber(part)));
  switch (kind) {
    case 'uniform':
      return given === undefined ? { kind } : wrong;
    case 'gravity':
      if (given === undefined || given === 'limit') return { kind, by: 'limit' };
      return given === 'degree' ? { kind, by: 'degree' } : wrong;
    case 'zipf':
      if (typeof first !== 'number' || typeof second !== 'number' || more.length > 0) return wrong;
      if (!Number.isInteger(first) || first < 1 || first > MOST_PAIRS)
        return `"${text}": there are 1 to ${MOST_PAIRS} pairs.`;
      if (second > MOST_EXPONENT) return `"${text}": the exponent is from 0 to ${MOST_EXPONENT}.`;
      return { kind, pairs: first, exponent: second };
    case 'circulation':
      if (typeof first !== 'number' || second !== undefined) return wrong;
      return first <= 1 ? { kind, share: first } : `"${text}": the share is from 0 to 1.`;
    case 'trace':
      return given === undefined || given === '' ? wrong : { kind, path: given };
    default:
      return wrong;
  }
}
