/**
 * k edge-disjoint shortest paths of the map: each is probed once for what it carries, then the amount is laid on them,
 * the widest first. No second try.
 */
import { type Arcs, type Capacities, narrowest, type Path } from '../capacities.ts';
import type { Demand } from '../demand.ts';
import { PathFinder, ROUNDING } from '../paths.ts';
import { type Baseline, hopsOf, MESSAGES_PER_HOP, type Method, type Outcome, SEARCHES_PER_HOP } from './method.ts';

const PATHS = 4;

class DisjointPaths implements Method {
  readonly #finder: PathFinder;
  readonly #map: Capacities;

  constructor(arcs: Arcs, map: Capacities) {
    this.#finder = new PathFinder(arcs);
    this.#map = map;
  }

  route(capacities: Capacities, { from, to, amount }: Demand): Outcome {
    const found = this.#find(from, to).map((arcs) => ({ arcs, amount: Math.max(0, narrowest(capacities, arcs)) }));
    found.sort((one, other) => other.amount - one.amount);
    const searches = SEARCHES_PER_HOP * hopsOf(found);
    const paths: Path[] = [];
    let left = amount;
    for (const path of found) {
      const part = Math.min(left, path.amount);
      if (part > 0) paths.push({ arcs: path.arcs, amount: part });
      left -= part;
    }
    if (left > ROUNDING) return { paths: null, messages: 0, searches };
    return { paths, messages: MESSAGES_PER_HOP * hopsOf(paths), searches };
  }

  #find(from: number, to: number): number[][] {
    const paths: number[][] = [];
    const taken: [number, number][] = [];
    while (paths.length < PATHS) {
      const arcs = this.#finder.shortest(from, to, this.#map, ROUNDING);
      if (arcs === null) break;
      paths.push(arcs);
      for (const arc of arcs) {
        for (const way of [arc, arc ^ 1]) {
          taken.push([way, this.#map[way] as number]);
          this.#map[way] = 0;
        }
      }
    }
    for (const [arc, capacity] of taken.reverse()) this.#map[arc] = capacity;
    return paths;
  }
}

export const disjointPaths: Baseline = {
  name: `${PATHS} edge-disjoint shortest paths`,
  create: (arcs, initial) => new DisjointPaths(arcs, initial.slice()),
};
