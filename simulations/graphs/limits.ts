/** How the limits of a generated network are drawn: `constant:100`, `uniform:10,200`, `lognormal:100,1`, `pareto:20,1.5`. */
import type { Random } from '../random.ts';
import { lognormal, pareto } from './variates.ts';

/** Draws one limit, in whole steps, at least 1. */
export type DrawLimit = (random: Random) => number;

export const LIMITS_USAGE = 'constant:AMOUNT, uniform:LEAST,MOST, lognormal:MEDIAN,SIGMA or pareto:LEAST,SHAPE';

/** A finite number above 0 as people write one; null for anything else. */
export function positiveNumber(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,15}(\.\d{1,15})?$/.test(text)) return null;
  const number = Number(text);
  return number > 0 ? number : null;
}

/** What a description of limits means where its 1 is so many steps; or in words what is wrong with it. */
export function parseLimits(text: string, steps: number): DrawLimit | string {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(0, colon));
  const [first, second, ...more] = text
    .slice(colon + 1)
    .split(',')
    .map(positiveNumber);
  const wrong = `"${text}": write ${LIMITS_USAGE}, with numbers above 0.`;
  if (first === null || first === undefined || second === null || more.length > 0) return wrong;
  const whole = (amount: number) => Math.max(1, Math.round(amount * steps));
  if (kind === 'constant') return second === undefined ? () => whole(first) : wrong;
  if (second === undefined) return wrong;
  if (kind === 'lognormal') return (random) => whole(lognormal(random, first, second));
  if (kind === 'pareto') return (random) => whole(pareto(random, first, second));
  const least = whole(first);
  const range = whole(second) - least + 1;
  if (kind !== 'uniform' || range < 1 || range >= 2 ** 32) return wrong;
  return (random) => least + random.below(range);
}
