/**
 * What every step of a search asks a map for, kept beside it as long as the map does not change: how many hops each
 * participant is from a receiver, at least, and the numbers of keys.
 */
import { FLAG_BITS, type Graph } from '../graph.ts';
import type { PublicKey } from '../identity.ts';

/** Of a participant that is further away than was looked. */
export const FAR = 255;
/** Memory for kept answers of one map: those of 6,700 receivers on a map of 10,000 participants. */
const MOST_BYTES = 2 ** 26;
/** Numbers of keys that are kept: of more hops than are remembered. */
const MOST_NUMBERS = 2 ** 14;
/** When so large a part of the map was reached in one level, those that were not look for it, not the other way. */
const LARGE_LEVEL = 1 / 16;

type ByTarget = Map<number, Uint8Array>;

interface Kept {
  readonly version: number;
  readonly numbers: Map<PublicKey, number>;
  /** Up to how many hops was looked. */
  most: number;
  /** By receiver: those asked for lately, and those that were before that. */
  young: ByTarget;
  old: ByTarget;
}

const kept = new WeakMap<Graph, Kept>();

/**
 * By number: hops to `target` over lines of the map, whichever way they go, up to `most`; else `FAR`. Read only: others
 * may hold the same array.
 */
export function mapDistances(graph: Graph, target: number, most: number): Uint8Array {
  const known = besides(graph);
  if (known.most !== most) Object.assign(known, { most, young: new Map(), old: new Map() });
  const lately = known.young.get(target);
  if (lately !== undefined) return lately;
  const distances = known.old.get(target) ?? breadthFirst(graph, target, most);
  if ((known.young.size + 1) * distances.length > MOST_BYTES / 2) {
    known.old = known.young;
    known.young = new Map();
  }
  known.young.set(target, distances);
  return distances;
}

/** As `graph.numberOf`, which has to hash the key. */
export function mapNumber(graph: Graph, key: PublicKey): number {
  const { numbers } = besides(graph);
  const before = numbers.get(key);
  if (before !== undefined) return before;
  const number = graph.numberOf(key);
  if (numbers.size >= MOST_NUMBERS) numbers.clear();
  numbers.set(key, number);
  return number;
}

function besides(graph: Graph): Kept {
  const known = kept.get(graph);
  if (known?.version === graph.version) return known;
  const fresh: Kept = { version: graph.version, numbers: new Map(), most: 0, young: new Map(), old: new Map() };
  kept.set(graph, fresh);
  return fresh;
}

function breadthFirst(graph: Graph, target: number, most: number): Uint8Array {
  const { entries, numberBound, participantCount } = graph;
  const distances = new Uint8Array(numberBound).fill(FAR);
  const queue = new Int32Array(numberBound);
  distances[target] = 0;
  queue[0] = target;
  let from = 0;
  let end = 1;
  // Once all are reached nothing more is found.
  for (let hops = 1; hops <= most && from < end && end < participantCount; hops++) {
    const levelEnd = end;
    if (levelEnd - from > numberBound * LARGE_LEVEL) {
      for (let number = 0; number < numberBound; number++) {
        if (distances[number] === FAR && isNextTo(graph, entries, distances, number, hops - 1)) {
          distances[number] = hops;
          queue[end++] = number;
        }
      }
      from = levelEnd;
      continue;
    }
    for (; from < levelEnd; from++) {
      const number = queue[from] as number;
      const start = graph.startOf(number);
      const stop = start + graph.degreeOf(number);
      for (let place = start; place < stop; place++) {
        const to = (entries[place] as number) >>> FLAG_BITS;
        if (distances[to] !== FAR) continue;
        distances[to] = hops;
        queue[end++] = to;
      }
    }
  }
  return distances;
}

/** Is a neighbour of the participant so far from the target? */
function isNextTo(graph: Graph, entries: Uint32Array, distances: Uint8Array, number: number, hops: number): boolean {
  const start = graph.startOf(number);
  const stop = start + graph.degreeOf(number);
  for (let place = start; place < stop; place++) {
    if (distances[(entries[place] as number) >>> FLAG_BITS] === hops) return true;
  }
  return false;
}
