/**
 * An upper bound of what hop-restricted routes can carry: maximum flow in the network unrolled into layers, where layer
 * l holds who can be reached in l hops. Every set of short routes is a flow of it, so what it cannot carry, no such set
 * can. It is not exact: an arc has its full capacity in each layer anew.
 */

import { MAX_PAYMENT_HOPS } from '#protocol/limits.ts';
import { add } from './add.ts';
import type { Arcs, Capacities } from './capacities.ts';
import { ROUNDING } from './paths.ts';
import type { Reach } from './restricted.ts';

/** The unrolled network: edges in pairs, `edge ^ 1` leads back. */
interface Layers {
  readonly vertices: number;
  readonly first: Int32Array;
  readonly out: Int32Array;
  readonly head: Int32Array;
  readonly residual: Float64Array;
}

const SOURCE = 0;
const SINK = 1;

/** Can a flow of `wanted` pass the unrolled network? */
export function canPassLayers(network: Arcs, reach: Reach, capacities: Capacities, wanted: number): boolean {
  const layers = unroll(network, reach, capacities);
  const level = new Int32Array(layers.vertices);
  const queue = new Int32Array(layers.vertices);
  let flow = 0;
  while (findLevels(layers, level, queue)) {
    const next = layers.first.slice();
    for (;;) {
      const pushed = push(layers, level, next, wanted - flow);
      if (pushed === 0) break;
      flow += pushed;
      if (wanted - flow <= ROUNDING) return true;
    }
  }
  return false;
}

function unroll(network: Arcs, reach: Reach, capacities: Capacities): Layers {
  const { head, tail, nodes } = network;
  const numbers = new Int32Array(nodes * (MAX_PAYMENT_HOPS + 1)).fill(-1);
  let vertices = 2;
  const vertexOf = (node: number, layer: number): number => {
    if (node === reach.to) return SINK;
    if (node === reach.from) return SOURCE;
    const at = node * (MAX_PAYMENT_HOPS + 1) + layer;
    if ((numbers[at] as number) < 0) numbers[at] = vertices++;
    return numbers[at] as number;
  };
  const from: number[] = [];
  const heads: number[] = [];
  const residual: number[] = [];
  for (const arc of reach.arcs) {
    const u = tail[arc] as number;
    const v = head[arc] as number;
    // No route leaves the receiver or comes back to the payer.
    if (u === reach.to || v === reach.from) continue;
    const last = u === reach.from ? 0 : reach.lastHop(arc);
    for (let hop = reach.firstHop(arc); hop <= last; hop++) {
      const start = vertexOf(u, hop);
      const end = vertexOf(v, hop + 1);
      from.push(start, end);
      heads.push(end, start);
      residual.push(capacities[arc] as number, 0);
    }
  }
  const first = new Int32Array(vertices + 1);
  for (const vertex of from) add(first, vertex + 1, 1);
  for (let vertex = 0; vertex < vertices; vertex++) add(first, vertex + 1, first[vertex] as number);
  const next = first.slice();
  const out = new Int32Array(from.length);
  for (const [edge, vertex] of from.entries()) {
    out[next[vertex] as number] = edge;
    add(next, vertex, 1);
  }
  return { vertices, first, out, head: Int32Array.from(heads), residual: Float64Array.from(residual) };
}

function findLevels({ first, out, head, residual }: Layers, level: Int32Array, queue: Int32Array): boolean {
  level.fill(-1);
  level[SOURCE] = 0;
  queue[0] = SOURCE;
  let queued = 1;
  for (let at = 0; at < queued; at++) {
    const vertex = queue[at] as number;
    for (let index = first[vertex] as number; index < (first[vertex + 1] as number); index++) {
      const edge = out[index] as number;
      const next = head[edge] as number;
      if ((level[next] as number) >= 0 || (residual[edge] as number) <= ROUNDING) continue;
      level[next] = (level[vertex] as number) + 1;
      if (next === SINK) return true;
      queue[queued++] = next;
    }
  }
  return false;
}

/** Pushes along one path down the levels, at most `most`; 0 when there is none left. */
function push({ first, out, head, residual }: Layers, level: Int32Array, next: Int32Array, most: number): number {
  const path: number[] = [];
  let vertex = SOURCE;
  while (vertex !== SINK) {
    const index = next[vertex] as number;
    if (index >= (first[vertex + 1] as number)) {
      const back = path.pop();
      if (back === undefined) return 0;
      vertex = head[back ^ 1] as number;
      add(next, vertex, 1);
      continue;
    }
    const edge = out[index] as number;
    const end = head[edge] as number;
    if (level[end] === (level[vertex] as number) + 1 && (residual[edge] as number) > ROUNDING) {
      path.push(edge);
      vertex = end;
    } else add(next, vertex, 1);
  }
  let part = most;
  for (const edge of path) part = Math.min(part, residual[edge] as number);
  for (const edge of path) {
    add(residual, edge, -part);
    add(residual, edge ^ 1, part);
  }
  return part;
}
