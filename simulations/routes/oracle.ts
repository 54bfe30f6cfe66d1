/** Could a payment have been made at all? Asked just before it is tried, on the state that it will meet. */
import { MAX_ROUTES } from '#protocol/limits.ts';
import type { Arcs, Capacities, Path } from './capacities.ts';
import type { Demand } from './demand.ts';
import { fraction } from './fractional.ts';
import { canPassLayers } from './layered-flow.ts';
import { MaxFlow } from './max-flow.ts';
import { PathFinder, ROUNDING } from './paths.ts';
import { greedyRoutes, isRestricted, Reach, Widest } from './restricted.ts';

/** Verdict on one payment. Each implies the one before it, so `isBuilt` ≤ `isBounded` ≤ `isFlow`. */
export interface Verdict {
  /** Maximum flow carries it, on any number of routes of any length. */
  readonly isFlow: boolean;
  /** The upper bound of 6 hops and 8 routes does not exclude it. */
  readonly isBounded: boolean;
  /** Routes within 6 hops and 8 routes were found that carry it. */
  readonly paths: readonly Path[] | null;
}

const NOTHING: Verdict = { isFlow: false, isBounded: false, paths: null };

export class Oracle {
  readonly #arcs: Arcs;
  readonly #finder: PathFinder;
  readonly #flow: MaxFlow;
  readonly #widest: Widest;

  constructor(arcs: Arcs) {
    this.#arcs = arcs;
    this.#finder = new PathFinder(arcs);
    this.#flow = new MaxFlow(arcs);
    this.#widest = new Widest(arcs);
  }

  /** Easy answers first: most payments fit one short route, and most others are stopped at an end. */
  judge(capacities: Capacities, { from, to, amount }: Demand): Verdict {
    const single = this.#finder.shortest(from, to, capacities, amount - ROUNDING);
    if (single !== null) {
      const paths = [{ arcs: single, amount }];
      if (isRestricted(capacities, this.#arcs, paths, amount)) return { isFlow: true, isBounded: true, paths };
    }
    if (single === null && (this.#atEnd(capacities, from, 0) < amount || this.#atEnd(capacities, to, 1) < amount)) {
      return NOTHING;
    }
    const flow = this.#flow.find(capacities, from, to, amount);
    if (single === null && flow.amount < amount - ROUNDING) return NOTHING;
    const unreached: Verdict = { isFlow: true, isBounded: false, paths: null };
    const reach = new Reach(this.#arcs, capacities, from, to);
    if (!reach.isReached) return unreached;
    const widest = this.#widest.find(reach, capacities, amount);
    if (widest === null || widest.amount * MAX_ROUTES < amount - ROUNDING) return unreached;
    const greedy = greedyRoutes(this.#widest, reach, capacities, amount);
    const paths = greedy ?? this.#flow.pathsOf(capacities, flow, from, to);
    if (isRestricted(capacities, this.#arcs, paths, amount)) {
      return { isFlow: true, isBounded: true, paths };
    }
    if (!canPassLayers(this.#arcs, reach, capacities, amount)) return unreached;
    const result = fraction(this.#arcs, reach, capacities, amount);
    if (result.type === 'impossible') return unreached;
    const isBuilt = result.type === 'possible' && isRestricted(capacities, this.#arcs, result.paths, amount);
    return { isFlow: true, isBounded: true, paths: isBuilt ? result.paths : null };
  }

  /** What all hops out of a node (or into it) carry together. */
  #atEnd(capacities: Capacities, node: number, isInto: 0 | 1): number {
    const { first, out } = this.#arcs;
    let sum = 0;
    for (let index = first[node] as number; index < (first[node + 1] as number); index++) {
      sum += Math.max(0, capacities[(out[index] as number) ^ isInto] as number);
    }
    return sum;
  }
}
