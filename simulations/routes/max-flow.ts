/** Maximum flow (Dinic 1970) over the accounts of a network, with nothing restricted but what each hop can carry. */
import { add } from './add.ts';
import { type Arcs, type Capacities, narrowest, type Path } from './capacities.ts';
import { PathFinder, ROUNDING } from './paths.ts';

/** What was found: at most what was wanted, and what each arc could carry afterwards. */
export interface Flow {
  readonly amount: number;
  readonly residual: Capacities;
}

export class MaxFlow {
  readonly #arcs: Arcs;
  readonly #level: Int32Array;
  readonly #next: Int32Array;
  readonly #queue: Int32Array;
  readonly #paths: PathFinder;

  constructor(arcs: Arcs) {
    this.#arcs = arcs;
    this.#level = new Int32Array(arcs.nodes);
    this.#next = new Int32Array(arcs.nodes);
    this.#queue = new Int32Array(arcs.nodes);
    this.#paths = new PathFinder(arcs);
  }

  /** The greatest flow between the two, but no more than `wanted`. */
  find(capacities: Capacities, from: number, to: number, wanted: number): Flow {
    const residual = capacities.slice();
    let amount = 0;
    while (wanted - amount > ROUNDING && this.#findLevels(residual, from, to)) {
      this.#next.set(this.#arcs.first.subarray(0, this.#arcs.nodes));
      for (;;) {
        const path = this.#findPath(residual, from, to);
        if (path === null) break;
        const part = Math.min(wanted - amount, narrowest(residual, path));
        for (const arc of path) {
          add(residual, arc, -part);
          add(residual, arc ^ 1, part);
        }
        amount += part;
        if (wanted - amount <= ROUNDING) break;
      }
    }
    return { amount, residual };
  }

  /** The flow as paths, shortest first. */
  pathsOf(capacities: Capacities, { amount, residual }: Flow, from: number, to: number): Path[] {
    const flow = capacities.map((capacity, arc) => Math.max(0, capacity - (residual[arc] as number)));
    const paths: Path[] = [];
    let left = amount;
    while (left > ROUNDING) {
      const arcs = this.#paths.shortest(from, to, flow, ROUNDING);
      if (arcs === null) break;
      const part = Math.min(left, narrowest(flow, arcs));
      for (const arc of arcs) add(flow, arc, -part);
      paths.push({ arcs, amount: part });
      left -= part;
    }
    return paths;
  }

  #findLevels(residual: Capacities, from: number, to: number): boolean {
    const { first, out, head } = this.#arcs;
    this.#level.fill(-1);
    this.#level[from] = 0;
    this.#queue[0] = from;
    let queued = 1;
    for (let at = 0; at < queued; at++) {
      const node = this.#queue[at] as number;
      for (let index = first[node] as number; index < (first[node + 1] as number); index++) {
        const arc = out[index] as number;
        const next = head[arc] as number;
        if ((this.#level[next] as number) >= 0 || !((residual[arc] as number) > ROUNDING)) continue;
        this.#level[next] = (this.#level[node] as number) + 1;
        if (next === to) return true;
        this.#queue[queued++] = next;
      }
    }
    return false;
  }

  /** One path down the levels. What leads nowhere is not tried again before the levels are found anew. */
  #findPath(residual: Capacities, from: number, to: number): number[] | null {
    const { first, out, head, tail } = this.#arcs;
    const path: number[] = [];
    let node = from;
    while (node !== to) {
      const index = this.#next[node] as number;
      if (index >= (first[node + 1] as number)) {
        const back = path.pop();
        if (back === undefined) return null;
        node = tail[back] as number;
        add(this.#next, node, 1);
        continue;
      }
      const arc = out[index] as number;
      const next = head[arc] as number;
      if (this.#level[next] === (this.#level[node] as number) + 1 && (residual[arc] as number) > ROUNDING) {
        path.push(arc);
        node = next;
      } else add(this.#next, node, 1);
    }
    return path;
  }
}
