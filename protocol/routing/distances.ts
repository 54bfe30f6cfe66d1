/**
 * How many hops each participant of a map is from one of them, at least. Every step of a search asks for the same, so
 * the latest answers are kept beside the map: what a map says does not change between two changes of it.
 */
import { FLAG_BITS, type Graph } from '../graph.ts';

/** Of a participant that is further away than was looked. */
export const FAR = 255;
/** Memory for kept answers of one map: those of 6,700 receivers on a map of 10,000 participants. */
const MOST_BYTES = 2 ** 26;
/** When so large a part of the map was reached in one level, those that were not look for it, not the other way. */
const LARGE_LEVEL = 1 / 16;

type ByTarget = Map<number, Uint8Array>;

interface Kept {
  readonly version: number;
  readonly most: number;
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
  let known = kept.get(graph);
  if (known?.version !== graph.version || known.most !== most) {
    known = { version: graph.version, most, young: new Map(), old: new Map() };
    kept.set(graph, known);
  }
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
