/** Blind: one shortest path of the map, once. Who is on it is known, what it carries is not. */
import type { Arcs, Capacities } from '../capacities.ts';
import type { Demand } from '../demand.ts';
import { PathFinder, ROUNDING } from '../paths.ts';
import { type Baseline, hopsUntilRefused, MESSAGES_PER_HOP, type Method, type Outcome } from './method.ts';

class ShortestPath implements Method {
  readonly #finder: PathFinder;
  readonly #map: Capacities;

  constructor(arcs: Arcs, map: Capacities) {
    this.#finder = new PathFinder(arcs);
    this.#map = map;
  }

  route(capacities: Capacities, { from, to, amount }: Demand): Outcome {
    const arcs = this.#finder.shortest(from, to, this.#map, ROUNDING);
    if (arcs === null) return { paths: null, messages: 0, searches: 0 };
    const hops = hopsUntilRefused(capacities, arcs, amount);
    const isPaid = arcs.every((arc) => (capacities[arc] as number) >= amount);
    return { paths: isPaid ? [{ arcs, amount }] : null, messages: MESSAGES_PER_HOP * hops, searches: 0 };
  }
}

export const shortestPath: Baseline = {
  name: 'shortest path, blind',
  create: (arcs, initial) => new ShortestPath(arcs, initial),
};
