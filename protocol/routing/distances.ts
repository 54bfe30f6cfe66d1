/**
 * How many hops each participant of a map is from one of them, at least. Every step of a search asks for the same, so
 * the latest answers are kept beside the map: what a map says does not change between two changes of it.
 */
import { FLAG_BITS, type Graph } from '../graph.ts';

/** Of a participant that is further away than was looked. */
export const FAR = 255;
/** Memory for kept answers of one map: those of 1,600 receivers on a map of 10,000 participants. */
const MOST_BYTES = 2 ** 24;

interface Kept {
  readonly version: number;
  readonly most: number;
  /** By receiver; those asked for last come last. */
  readonly byTarget: Map<number, Uint8Array>;
}

const kept = new WeakMap<Graph, Kept>();

/**
 * By number: hops to `target` over lines of the map, whichever way they go, up to `most`; else `FAR`. Read only: others
 * may hold the same array.
 */
export function mapDistances(graph: Graph, target: number, most: number): Uint8Array {
  let known = kept.get(graph);
  if (known?.version !== graph.version || known.most !== most) {
    known = { version: graph.version, most, byTarget: new Map() };
    kept.set(graph, known);
  }
  const { byTarget } = known;
  const before = byTarget.get(target);
  if (before !== undefined) {
    byTarget.delete(target);
    byTarget.set(target, before);
    return before;
  }
  const distances = breadthFirst(graph, target, most);
  byTarget.set(target, distances);
  for (const oldest of byTarget.keys()) {
    if (byTarget.size * distances.length <= MOST_BYTES || byTarget.size === 1) break;
    byTarget.delete(oldest);
  }
  return distances;
}

function breadthFirst(graph: Graph, target: number, most: number): Uint8Array {
  const { entries, numberBound } = graph;
  const distances = new Uint8Array(numberBound).fill(FAR);
  const queue = new Int32Array(numberBound);
  distances[target] = 0;
  queue[0] = target;
  let end = 1;
  // Once all are reached nothing more is found.
  for (let at = 0; at < end && end < graph.participantCount; at++) {
    const number = queue[at] as number;
    const hops = (distances[number] as number) + 1;
    if (hops > most) break;
    const start = graph.startOf(number);
    const stop = start + graph.degreeOf(number);
    for (let place = start; place < stop; place++) {
      const to = (entries[place] as number) >>> FLAG_BITS;
      if (distances[to] !== FAR) continue;
      distances[to] = hops;
      queue[end++] = to;
    }
  }
  return distances;
}
