/** What every way of routing that GEO is compared with has in common. */
import type { Arcs, Capacities, Path } from '../capacities.ts';
import type { Demand } from '../demand.ts';

/** What one payment came to. */
export interface Outcome {
  /** Paths that carry it and fit together; null: it was not made. */
  readonly paths: readonly Path[] | null;
  /** Messages that reserve, commit or release. */
  readonly messages: number;
  /** Messages that only look. */
  readonly searches: number;
}

/** A way of routing, with what it remembers. It changes no capacity: whoever calls it pays along the paths. */
export interface Method {
  route(capacities: Capacities, demand: Demand): Outcome;
}

/** How to make one for a network; `initial` is what its participants know of each other in advance. */
export interface Baseline {
  readonly name: string;
  create(arcs: Arcs, initial: Capacities, seed: number): Method;
}

/** A hop that is reserved costs what it costs GEO, so that figures compare: reserve, commit or release, acknowledge. */
export const MESSAGES_PER_HOP = 3;
/** A hop that is looked at: there and back. */
export const SEARCHES_PER_HOP = 2;

export const hopsOf = (paths: readonly { readonly arcs: readonly number[] }[]): number =>
  paths.reduce((sum, { arcs }) => sum + arcs.length, 0);

/** Hops until one cannot carry the amount: those that a blind payment reserves before it is refused. */
export function hopsUntilRefused(capacities: Capacities, arcs: readonly number[], amount: number): number {
  const refused = arcs.findIndex((arc) => (capacities[arc] as number) < amount);
  return refused < 0 ? arcs.length : refused + 1;
}
