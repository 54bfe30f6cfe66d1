/**
 * What every hop of a network could carry: the state that baselines and the oracle work on.
 *
 * Arc 2i is the hop a→b of account i of the graph, arc 2i + 1 the hop b→a; `arc ^ 1` is the same account the other way.
 * What is paid over one raises the other: that is how accounts work, and also what a residual graph of max-flow is.
 */

import type { CreditGraph } from '../graphs/credit-graph.ts';
import { add } from './add.ts';

/** Which arcs leave each participant; the same for all states of one network. */
export interface Arcs {
  readonly nodes: number;
  readonly count: number;
  /** Arcs out of node n: `out[first[n]] … out[first[n + 1] − 1]`. */
  readonly first: Int32Array;
  readonly out: Int32Array;
  /** Where each arc leads, and where it comes from. */
  readonly head: Int32Array;
  readonly tail: Int32Array;
}

/** Amounts in steps by arc. Below 0 when more is owed than the limit: nothing can pass then. */
export type Capacities = Float64Array;

export function arcsOf({ nodes, a, b }: CreditGraph): Arcs {
  const count = 2 * a.length;
  const first = new Int32Array(nodes + 1);
  const head = new Int32Array(count);
  const tail = new Int32Array(count);
  for (let arc = 0; arc < count; arc++) {
    const [from, to] = arc % 2 === 0 ? [a, b] : [b, a];
    tail[arc] = from[arc >> 1] as number;
    head[arc] = to[arc >> 1] as number;
    add(first, (tail[arc] as number) + 1, 1);
  }
  for (let node = 0; node < nodes; node++) add(first, node + 1, first[node] as number);
  const next = first.slice();
  const out = new Int32Array(count);
  for (let arc = 0; arc < count; arc++) {
    const from = tail[arc] as number;
    out[next[from] as number] = arc;
    add(next, from, 1);
  }
  return { nodes, count, first, out, head, tail };
}

/** What each hop can carry at first. */
export function initialCapacities({ a, limitOfA, limitOfB, owedToA }: CreditGraph): Capacities {
  const capacities = new Float64Array(2 * a.length);
  for (let account = 0; account < a.length; account++) {
    const owed = owedToA[account] as number;
    capacities[2 * account] = (limitOfB[account] as number) + owed;
    capacities[2 * account + 1] = (limitOfA[account] as number) - owed;
  }
  return capacities;
}

/** A chain of hops from payer to receiver, and what it carries. */
export interface Path {
  readonly arcs: readonly number[];
  readonly amount: number;
}

/** Could these paths be reserved together? What one of them uses one way adds nothing the other way. */
export function fits(capacities: Capacities, paths: readonly Path[]): boolean {
  const used = new Map<number, number>();
  for (const { arcs, amount } of paths) {
    for (const arc of arcs) {
      const sum = (used.get(arc) ?? 0) + amount;
      if (sum > (capacities[arc] as number)) return false;
      used.set(arc, sum);
    }
  }
  return true;
}

/** Pays along the paths, which must fit. */
export function pay(capacities: Capacities, paths: readonly Path[]): void {
  for (const { arcs, amount } of paths) {
    for (const arc of arcs) {
      add(capacities, arc, -amount);
      add(capacities, arc ^ 1, amount);
    }
  }
}

/** The least that a hop of the path carries. */
export function narrowest(capacities: Capacities, arcs: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const arc of arcs) least = Math.min(least, capacities[arc] as number);
  return least;
}
