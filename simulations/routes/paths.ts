/** Shortest and widest paths over arcs. */
import type { Arcs, Capacities } from './capacities.ts';

/** Less than an amount of the protocol: what is below it is rounding. In steps. */
export const ROUNDING = 1e-6;

/** Walks over a network again and again without allocating each time. */
export class PathFinder {
  readonly #arcs: Arcs;
  /** Arc by which a node was reached in the round that `#round` says. */
  readonly #via: Int32Array;
  readonly #reached: Int32Array;
  readonly #queue: Int32Array;
  #round = 0;

  constructor(arcs: Arcs) {
    this.#arcs = arcs;
    this.#via = new Int32Array(arcs.nodes);
    this.#reached = new Int32Array(arcs.nodes);
    this.#queue = new Int32Array(arcs.nodes);
  }

  /** The path of fewest hops over arcs that carry more than `least`, or null. Among equals the one found first. */
  shortest(from: number, to: number, capacities: Capacities, least: number): number[] | null {
    const { first, out, head } = this.#arcs;
    this.#round++;
    this.#reached[from] = this.#round;
    this.#queue[0] = from;
    let queued = 1;
    for (let at = 0; at < queued; at++) {
      const node = this.#queue[at] as number;
      for (let index = first[node] as number; index < (first[node + 1] as number); index++) {
        const arc = out[index] as number;
        const next = head[arc] as number;
        if (this.#reached[next] === this.#round || !((capacities[arc] as number) > least)) continue;
        this.#reached[next] = this.#round;
        this.#via[next] = arc;
        if (next === to) return this.#trace(from, to);
        this.#queue[queued++] = next;
      }
    }
    return null;
  }

  #trace(from: number, to: number): number[] {
    const path: number[] = [];
    for (let node = to; node !== from; node = this.#arcs.tail[this.#via[node] as number] as number) {
      path.push(this.#via[node] as number);
    }
    return path.reverse();
  }
}

/** Hops from a node to each other over arcs that carry something, up to `most`; beyond it, `most + 1`. */
export function hopsFrom(
  arcs: Arcs,
  capacities: Capacities,
  from: number,
  most: number,
  isBackwards: boolean,
): Uint8Array {
  const { first, out, head } = arcs;
  const hops = new Uint8Array(arcs.nodes).fill(most + 1);
  hops[from] = 0;
  let level = [from];
  for (let hop = 1; hop <= most && level.length > 0; hop++) {
    const next: number[] = [];
    for (const node of level) {
      for (let index = first[node] as number; index < (first[node + 1] as number); index++) {
        const arc = out[index] as number;
        const other = head[arc] as number;
        if ((hops[other] as number) <= most) continue;
        if (!((capacities[isBackwards ? arc ^ 1 : arc] as number) > ROUNDING)) continue;
        hops[other] = hop;
        next.push(other);
      }
    }
    level = next;
  }
  return hops;
}
