/**
 * SpeedyMurmurs (Roos, Moreno-Sanchez, Kate, Goldberg: "Settling Payments Fast and Private", NDSS 2018).
 *
 * Three spanning trees with prefix embedding (PIE); the amount is split at random into one part a tree. Each part goes
 * greedily: to the neighbour that can be paid the part and is closest to the receiver in that tree, closer than oneself;
 * among equals chance decides. All parts must arrive, or nothing is paid. One attempt. The distance of two coordinates
 * of PIE is the number of hops between them in the tree, so it is taken from the tree. The trees are those of the
 * beginning: accounts that are exhausted later are not repaired.
 */

import { Random } from '../../random.ts';
import { add } from '../add.ts';
import type { Arcs, Capacities, Path } from '../capacities.ts';
import type { Demand } from '../demand.ts';
import { type Baseline, MESSAGES_PER_HOP, type Method, type Outcome } from './method.ts';
import { growTree, highestDegrees, type Tree, TreeDistance } from './spanning-tree.ts';

const TREES = 3;
const STREAM = 21;

class SpeedyMurmurs implements Method {
  readonly #arcs: Arcs;
  readonly #random: Random;
  readonly #trees: readonly Tree[];

  constructor(arcs: Arcs, initial: Capacities, seed: number) {
    this.#arcs = arcs;
    this.#random = new Random(seed, STREAM);
    this.#trees = highestDegrees(arcs, TREES).map((root) => growTree(arcs, initial, root, this.#random));
  }

  route(capacities: Capacities, { from, to, amount }: Demand): Outcome {
    const left = capacities.slice();
    const paths: Path[] = [];
    let hops = 0;
    for (const [index, part] of split(amount, this.#trees.length, this.#random).entries()) {
      if (part === 0) continue;
      const arcs = this.#walk(left, new TreeDistance(this.#trees[index] as Tree, to), from, to, part);
      hops += arcs.length;
      const last = arcs.at(-1);
      if (last === undefined || this.#arcs.head[last] !== to) {
        return { paths: null, messages: MESSAGES_PER_HOP * hops, searches: 0 };
      }
      const path = { arcs, amount: part };
      // What was reserved one way adds nothing the other way before it is paid.
      for (const arc of arcs) add(left, arc, -part);
      paths.push(path);
    }
    return { paths, messages: MESSAGES_PER_HOP * hops, searches: 0 };
  }

  /** As far as it comes. */
  #walk(left: Capacities, distance: TreeDistance, from: number, to: number, part: number): number[] {
    const { first, out, head } = this.#arcs;
    const path: number[] = [];
    let node = from;
    while (node !== to) {
      let closest: number[] = [];
      let least = distance.to(node);
      for (let index = first[node] as number; index < (first[node + 1] as number); index++) {
        const arc = out[index] as number;
        if ((left[arc] as number) < part) continue;
        const hops = distance.to(head[arc] as number);
        if (hops < least) {
          least = hops;
          closest = [arc];
        } else if (hops === least && closest.length > 0) closest.push(arc);
      }
      if (closest.length === 0) return path;
      const arc = this.#random.pick(closest);
      path.push(arc);
      node = head[arc] as number;
    }
    return path;
  }
}

/** Whole parts that add up to the amount, cut at random places. */
export function split(amount: number, parts: number, random: Random): number[] {
  const cuts = Array.from({ length: parts - 1 }, () => Math.floor((random.next() / 2 ** 32) * (amount + 1)));
  const places = [0, ...cuts.sort((one, other) => one - other), amount];
  return places.slice(1).map((place, index) => place - (places[index] as number));
}

export const speedyMurmurs: Baseline = {
  name: 'SpeedyMurmurs',
  create: (arcs, initial, seed) => new SpeedyMurmurs(arcs, initial, seed),
};
