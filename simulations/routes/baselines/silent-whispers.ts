/**
 * Like SilentWhispers (Malavolta, Moreno-Sanchez, Kate, Maffei, NDSS 2017): three landmarks; a payment goes from the
 * payer up to each landmark and down to the receiver, on shortest paths that were found at the beginning. What each of
 * these paths carries is asked first, then the amount is split over them at random within that. One attempt. Its secret
 * sharing is left out: it changes who learns what, not what is paid.
 */
import { Random } from '../../random.ts';
import { type Arcs, type Capacities, fits, narrowest, type Path } from '../capacities.ts';
import type { Demand } from '../demand.ts';
import { ROUNDING } from '../paths.ts';
import { type Baseline, hopsOf, MESSAGES_PER_HOP, type Method, type Outcome, SEARCHES_PER_HOP } from './method.ts';
import { highestDegrees } from './spanning-tree.ts';

const LANDMARKS = 3;
const STREAM = 22;

/** By node: the arc out of it towards the landmark, and the arc into it from there; −1 where there is none. */
interface Landmark {
  readonly node: number;
  readonly up: Int32Array;
  readonly down: Int32Array;
}

class SilentWhispers implements Method {
  readonly #arcs: Arcs;
  readonly #random: Random;
  readonly #landmarks: readonly Landmark[];

  constructor(arcs: Arcs, initial: Capacities, seed: number) {
    this.#arcs = arcs;
    this.#random = new Random(seed, STREAM);
    this.#landmarks = highestDegrees(arcs, LANDMARKS).map((node) => ({
      node,
      up: spread(arcs, initial, node, 1),
      down: spread(arcs, initial, node, 0),
    }));
  }

  route(capacities: Capacities, { from, to, amount }: Demand): Outcome {
    const found: Path[] = [];
    for (const landmark of this.#landmarks) {
      const arcs = this.#through(landmark, from, to);
      if (arcs !== null) found.push({ arcs, amount: Math.max(0, narrowest(capacities, arcs)) });
    }
    const searches = SEARCHES_PER_HOP * hopsOf(found);
    const paths = this.#split(found, amount);
    if (paths === null) return { paths: null, messages: 0, searches };
    const messages = MESSAGES_PER_HOP * hopsOf(paths);
    return { paths: fits(capacities, paths) ? paths : null, messages, searches };
  }

  #through({ node, up, down }: Landmark, from: number, to: number): number[] | null {
    const { head, tail } = this.#arcs;
    const path: number[] = [];
    for (let at = from; at !== node; at = head[path.at(-1) as number] as number) {
      const arc = up[at] as number;
      if (arc < 0) return null;
      path.push(arc);
    }
    const back: number[] = [];
    for (let at = to; at !== node; at = tail[back.at(-1) as number] as number) {
      const arc = down[at] as number;
      if (arc < 0) return null;
      back.push(arc);
    }
    return [...path, ...back.reverse()];
  }

  /** Whole random parts, none over what its path carries; null when all together carry too little. */
  #split(found: readonly Path[], amount: number): Path[] | null {
    const order = this.#random.shuffle(found);
    let room = order.reduce((sum, path) => sum + Math.floor(path.amount), 0);
    let left = amount;
    if (room < left) return null;
    const paths: Path[] = [];
    for (const path of order) {
      const most = Math.min(left, Math.floor(path.amount));
      room -= Math.floor(path.amount);
      const least = Math.max(0, left - room);
      const part = least + Math.floor((this.#random.next() / 2 ** 32) * (most - least + 1));
      if (part > 0) paths.push({ arcs: path.arcs, amount: part });
      left -= part;
    }
    return paths;
  }
}

/** Breadth first from the landmark, along what can be paid (0) or against it (1). */
function spread(arcs: Arcs, capacities: Capacities, landmark: number, isAgainst: 0 | 1): Int32Array {
  const by = new Int32Array(arcs.nodes).fill(-1);
  const isReached = new Uint8Array(arcs.nodes);
  isReached[landmark] = 1;
  const queue = [landmark];
  for (const node of queue) {
    for (let index = arcs.first[node] as number; index < (arcs.first[node + 1] as number); index++) {
      const arc = arcs.out[index] as number;
      const other = arcs.head[arc] as number;
      if (isReached[other] === 1 || (capacities[arc ^ isAgainst] as number) <= ROUNDING) continue;
      isReached[other] = 1;
      by[other] = arc ^ isAgainst;
      queue.push(other);
    }
  }
  return by;
}

export const silentWhispers: Baseline = {
  name: 'SilentWhispers-like',
  create: (arcs, initial, seed) => new SilentWhispers(arcs, initial, seed),
};
