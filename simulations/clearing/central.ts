/** What is compared with: one who sees all debts clears the shortest rings first. */
import { add } from '../routes/add.ts';
import type { Cleared } from './arena.ts';
import { checkCleared, type DebtGraph } from './debts.ts';

/** Rings of 3, then of 4, … up to so many hops, until none is left. */
export function clearCentrally(graph: DebtGraph, mostHops: number): Cleared {
  const left = graph.amounts.slice();
  const search = new RingSearch(graph, left);
  let rings = 0;
  let hops = 0;
  for (let length = 3; length <= mostHops; length++) {
    for (let node = 0; node < graph.nodes; node++) {
      for (;;) {
        const ring = search.shortest(node, length);
        if (ring === null) break;
        const least = ring.reduce((amount, edge) => Math.min(amount, left[edge] as number), Number.POSITIVE_INFINITY);
        for (const edge of ring) add(left, edge, -least);
        rings++;
        hops += ring.length;
      }
    }
  }
  checkCleared(graph, left);
  return { left, rings, hops, messages: 0, rounds: 1, curve: [] };
}

class RingSearch {
  readonly #graph: DebtGraph;
  readonly #left: Float64Array;
  readonly #reached: Int32Array;
  readonly #hops: Int32Array;
  readonly #via: Int32Array;
  readonly #queue: Int32Array;
  #round = 0;

  constructor(graph: DebtGraph, left: Float64Array) {
    this.#graph = graph;
    this.#left = left;
    this.#reached = new Int32Array(graph.nodes);
    this.#hops = new Int32Array(graph.nodes);
    this.#via = new Int32Array(graph.nodes);
    this.#queue = new Int32Array(graph.nodes);
  }

  /** The edges of a shortest ring through this node, if it has at most so many hops. */
  shortest(start: number, mostHops: number): number[] | null {
    const { firstOwes, owes, to } = this.#graph;
    const round = ++this.#round;
    this.#hops[start] = 0;
    this.#queue[0] = start;
    let queued = 1;
    for (let at = 0; at < queued; at++) {
      const node = this.#queue[at] as number;
      if ((this.#hops[node] as number) >= mostHops) return null;
      for (let index = firstOwes[node] as number; index < (firstOwes[node + 1] as number); index++) {
        const edge = owes[index] as number;
        const next = to[edge] as number;
        if ((this.#left[edge] as number) === 0 || this.#reached[next] === round) continue;
        this.#via[next] = edge;
        if (next === start) return this.#trace(start);
        this.#reached[next] = round;
        this.#hops[next] = (this.#hops[node] as number) + 1;
        this.#queue[queued++] = next;
      }
    }
    return null;
  }

  #trace(start: number): number[] {
    const ring: number[] = [];
    let node = start;
    do {
      const edge = this.#via[node] as number;
      ring.push(edge);
      node = this.#graph.from[edge] as number;
    } while (node !== start);
    return ring.reverse();
  }
}
