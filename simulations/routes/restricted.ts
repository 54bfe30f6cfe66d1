/**
 * What routes of at most `MAX_PAYMENT_HOPS` hops, at most `MAX_ROUTES` of them, could carry: bounds from both sides,
 * since the exact answer is NP-hard.
 *
 * The routes are reserved together, so what one of them uses one way adds nothing the other way.
 */

import { MAX_PAYMENT_HOPS, MAX_ROUTES } from '#protocol/limits.ts';
import { add } from './add.ts';
import { type Arcs, type Capacities, fits, type Path } from './capacities.ts';
import { hopsFrom, ROUNDING } from './paths.ts';

/** The part of a network that routes between two participants can use: short enough, and not exhausted. */
export class Reach {
  readonly from: number;
  readonly to: number;
  /** Arcs on some walk of at most so many hops, by how far their tail is from the payer at least. */
  readonly arcs: Int32Array;
  readonly #network: Arcs;
  readonly #near: Uint8Array;
  readonly #far: Uint8Array;

  constructor(network: Arcs, capacities: Capacities, from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#network = network;
    this.#near = hopsFrom(network, capacities, from, MAX_PAYMENT_HOPS, false);
    this.#far = hopsFrom(network, capacities, to, MAX_PAYMENT_HOPS, true);
    const arcs: number[] = [];
    for (let arc = 0; arc < network.count; arc++) {
      if ((capacities[arc] as number) > ROUNDING && this.firstHop(arc) <= this.lastHop(arc)) arcs.push(arc);
    }
    this.arcs = Int32Array.from(arcs);
  }

  /** The arc can be hop number `firstHop … lastHop` of a route; first > last: of none. The first hop is 0. */
  firstHop(arc: number): number {
    return this.#near[this.#network.tail[arc] as number] as number;
  }

  lastHop(arc: number): number {
    return MAX_PAYMENT_HOPS - 1 - (this.#far[this.#network.head[arc] as number] as number);
  }

  /** Is there any route? */
  get isReached(): boolean {
    return (this.#near[this.to] as number) <= MAX_PAYMENT_HOPS;
  }
}

/** Works with the widths of paths by number of hops. */
export class Widest {
  readonly #network: Arcs;
  readonly #width: Float64Array[];
  readonly #via: Int32Array[];

  constructor(network: Arcs) {
    this.#network = network;
    this.#width = Array.from({ length: MAX_PAYMENT_HOPS + 1 }, () => new Float64Array(network.nodes));
    this.#via = Array.from({ length: MAX_PAYMENT_HOPS + 1 }, () => new Int32Array(network.nodes));
  }

  /** The path within reach that carries most, the shortest of those; null when there is none. Stops at what carries `enough`. */
  find(reach: Reach, capacities: Capacities, enough: number): Path | null {
    const { head, tail } = this.#network;
    (this.#width[0] as Float64Array).fill(0)[reach.from] = Number.POSITIVE_INFINITY;
    let best = 0;
    let bestHops = 0;
    for (let hop = 0; hop < MAX_PAYMENT_HOPS && best < enough; hop++) {
      const before = this.#width[hop] as Float64Array;
      const after = this.#width[hop + 1] as Float64Array;
      const via = this.#via[hop + 1] as Int32Array;
      after.fill(0);
      for (const arc of reach.arcs) {
        const width = Math.min(before[tail[arc] as number] as number, capacities[arc] as number);
        const node = head[arc] as number;
        if (width <= (after[node] as number) || hop < reach.firstHop(arc) || hop > reach.lastHop(arc)) continue;
        after[node] = width;
        via[node] = arc;
      }
      if ((after[reach.to] as number) > best) {
        best = after[reach.to] as number;
        bestHops = hop + 1;
      }
    }
    if (best <= ROUNDING) return null;
    const arcs: number[] = [];
    let node = reach.to;
    for (let hop = bestHops; hop > 0; hop--) {
      const arc = (this.#via[hop] as Int32Array)[node] as number;
      arcs.push(arc);
      node = tail[arc] as number;
    }
    // A walk that comes by twice somewhere is not the shortest of its width, so this is a path.
    return { arcs: arcs.reverse(), amount: best };
  }
}

/** Routes that carry the amount within the restrictions, or null when none were found: then there may still be some. */
export function greedyRoutes(widest: Widest, reach: Reach, capacities: Capacities, amount: number): Path[] | null {
  const left = capacities.slice();
  const paths: Path[] = [];
  let wanted = amount;
  while (paths.length < MAX_ROUTES) {
    const path = widest.find(reach, left, wanted);
    if (path === null) return null;
    const part = Math.min(wanted, path.amount);
    for (const arc of path.arcs) add(left, arc, -part);
    paths.push({ arcs: path.arcs, amount: part });
    wanted -= part;
    if (wanted <= ROUNDING) return paths;
  }
  return null;
}

/** Are these routes within the restrictions, and do they carry the amount? */
export function isRestricted(capacities: Capacities, network: Arcs, paths: readonly Path[], amount: number): boolean {
  if (paths.length > MAX_ROUTES) return false;
  let sum = 0;
  for (const path of paths) {
    if (path.arcs.length > MAX_PAYMENT_HOPS) return false;
    const nodes = new Set(path.arcs.map((arc) => network.head[arc]));
    nodes.add(network.tail[path.arcs[0] as number]);
    if (nodes.size !== path.arcs.length + 1) return false;
    sum += path.amount;
  }
  return sum >= amount - ROUNDING && fits(capacities, paths);
}
