/**
 * Random numbers of the distributions that studies draw from. Only the four operations and the square root are used,
 * which IEEE 754 rounds in one way, so that a seed means the same on every machine and in every engine; the results of
 * `Math.exp` and `Math.log` are the engine's choice.
 */
import type { Random } from '../random.ts';

/** Terms of both series below; the last one is below the precision of a double. */
const TERMS = 24;

/** e^x for |x| ≤ 700. */
export function exp(x: number): number {
  const halvings = Math.round(x / Math.LN2);
  const rest = x - halvings * Math.LN2;
  let sum = 1;
  for (let term = TERMS; term >= 1; term--) sum = 1 + (rest / term) * sum;
  let scaled = sum;
  for (let done = 0; done < Math.abs(halvings); done++) scaled = halvings > 0 ? scaled * 2 : scaled / 2;
  return scaled;
}

/** Natural logarithm of x > 0. */
export function ln(x: number): number {
  let mantissa = x;
  let doublings = 0;
  while (mantissa > 1.5) {
    mantissa /= 2;
    doublings++;
  }
  while (mantissa < 0.75) {
    mantissa *= 2;
    doublings--;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let term = 2 * TERMS + 1; term >= 1; term -= 2) sum = sum * z * z + 1 / term;
  return doublings * Math.LN2 + 2 * z * sum;
}

/** 0 < u < 1, in 53 bits. */
export function uniform(random: Random): number {
  const high = random.next() >>> 5;
  const low = random.next() >>> 6;
  return (high * 67_108_864 + low + 0.5) / 9_007_199_254_740_992;
}

/** Mean 0, standard deviation 1 (Marsaglia's polar method). */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * uniform(random) - 1;
    const v = 2 * uniform(random) - 1;
    const square = u * u + v * v;
    if (square > 0 && square < 1) return u * Math.sqrt((-2 * ln(square)) / square);
  }
}

/** exp(N(ln median, sigma)), never 0 or infinite. */
export function lognormal(random: Random, median: number, sigma: number): number {
  return median * exp(Math.max(-600, Math.min(600, sigma * normal(random))));
}

/** At least `least`, P(X > x) = (least / x)^shape. */
export function pareto(random: Random, least: number, shape: number): number {
  return least * exp(Math.min(600, -ln(uniform(random)) / shape));
}
