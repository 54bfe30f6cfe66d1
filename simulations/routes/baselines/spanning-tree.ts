/** Spanning trees as routing by embedding and by landmarks grow them: breadth first from participants of high degree. */
import type { Random } from '../../random.ts';
import type { Arcs, Capacities } from '../capacities.ts';
import { ROUNDING } from '../paths.ts';

/** Where each node stands in a tree. */
export interface Tree {
  /** Node above; −1 at the root and outside of the tree. */
  readonly parent: Int32Array;
  /** Hops from the root; −1 outside. */
  readonly depth: Int32Array;
}

/** The nodes with most accounts, most first. */
export function highestDegrees({ nodes, first }: Arcs, count: number): number[] {
  const degree = (node: number) => (first[node + 1] as number) - (first[node] as number);
  const all = Array.from({ length: nodes }, (_, node) => node);
  return all.sort((one, other) => degree(other) - degree(one) || one - other).slice(0, count);
}

/**
 * A tree over accounts that carry something both ways, then over those that do one way, for whom the former do not
 * reach. Among parents of one depth chance decides.
 */
export function growTree(arcs: Arcs, capacities: Capacities, root: number, random: Random): Tree {
  const parent = new Int32Array(arcs.nodes).fill(-1);
  const depth = new Int32Array(arcs.nodes).fill(-1);
  depth[root] = 0;
  for (const ways of [2, 1]) {
    let level = Array.from({ length: arcs.nodes }, (_, node) => node).filter((node) => (depth[node] as number) >= 0);
    while (level.length > 0) {
      const next: number[] = [];
      for (const node of random.shuffle(level)) {
        for (let index = arcs.first[node] as number; index < (arcs.first[node + 1] as number); index++) {
          const arc = arcs.out[index] as number;
          const other = arcs.head[arc] as number;
          const isOpen = [arc, arc ^ 1].filter((way) => (capacities[way] as number) > ROUNDING).length >= ways;
          if (!isOpen || (depth[other] as number) >= 0) continue;
          depth[other] = (depth[node] as number) + 1;
          parent[other] = node;
          next.push(other);
        }
      }
      level = next;
    }
  }
  return { parent, depth };
}

/** Hops in the tree from each node to one: set up once for the one, then asked for many. */
export class TreeDistance {
  readonly #tree: Tree;
  /** Depth in which an ancestor of the target stands, by node. */
  readonly #above = new Map<number, number>();
  readonly #depth: number;

  constructor(tree: Tree, target: number) {
    this.#tree = tree;
    this.#depth = tree.depth[target] as number;
    for (let node = target; node >= 0; node = tree.parent[node] as number) {
      this.#above.set(node, tree.depth[node] as number);
    }
  }

  /** Infinity when one of them is not in the tree. */
  to(node: number): number {
    const depth = this.#tree.depth[node] as number;
    if (depth < 0 || this.#depth < 0) return Number.POSITIVE_INFINITY;
    let at = node;
    while (at >= 0 && !this.#above.has(at)) at = this.#tree.parent[at] as number;
    if (at < 0) return Number.POSITIVE_INFINITY;
    return depth + this.#depth - 2 * (this.#above.get(at) as number);
  }
}
