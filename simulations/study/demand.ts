/** When payments of a study arrive. */
import type { Demand } from '../demand/draw.ts';
import { ln, uniform } from '../graphs/variates.ts';
import { Random } from '../random.ts';

/** One payment that is wanted. */
export interface TimedDemand extends Demand {
  /** After the beginning of the run. */
  readonly atMs: number;
}

const ARRIVAL_STREAM = 19;

/** Payments in their order, arriving independently of each other: so many in a second on average. */
export function arriving(demands: readonly Demand[], ratePerSecond: number, seed: number): TimedDemand[] {
  const random = new Random(seed, ARRIVAL_STREAM);
  let atMs = 0;
  return demands.map((demand) => {
    atMs += (-ln(uniform(random)) * 1_000) / ratePerSecond;
    return { ...demand, atMs: Math.round(atMs) };
  });
}
