/**
 * The most that can be cleared, by any rings of any length. What is cleared is a circulation within the debts, so what
 * stays ships what net debtors owe to net creditors; the most is cleared where that travels the fewest hops. That is a
 * flow of least cost in which every hop costs 1: it is found by the primal-dual method (Ford and Fulkerson), whose
 * phases are as many as there are different distances, with a greatest flow over the shortest ways in each.
 */
import { add } from '../routes/add.ts';
import { checkCleared, type DebtGraph, netPositions } from './debts.ts';

/** What stays of each debt when the most is cleared, in steps by edge. */
export function optimum(graph: DebtGraph): Float64Array {
  const left = new Shipping(graph).ship();
  checkCleared(graph, left);
  return left;
}

const FAR = 0x3fff_ffff;

/** Arc 2e ships along debt e at cost 1, arc 2e + 1 takes it back at cost −1. */
class Shipping {
  readonly #graph: DebtGraph;
  readonly #room: Float64Array;
  /** What is still to be shipped away from each; negative: to be received. */
  readonly #excess: Float64Array;
  readonly #first: Int32Array;
  readonly #arcs: Int32Array;
  /** Price of each node: no arc with room costs less than 0 at these. */
  readonly #price: Int32Array;
  readonly #distance: Int32Array;
  readonly #next: Int32Array;
  readonly #level: Int32Array;
  readonly #queue: Int32Array;

  constructor(graph: DebtGraph) {
    const { nodes, edges, firstOwes, owes, firstOwed, owed } = graph;
    this.#graph = graph;
    this.#room = new Float64Array(2 * edges);
    for (const [edge, amount] of graph.amounts.entries()) this.#room[2 * edge] = amount;
    this.#excess = netPositions(graph, graph.amounts).map((net) => 0 - net);
    this.#first = firstOwes.map((first, node) => first + (firstOwed[node] as number));
    this.#arcs = new Int32Array(2 * edges);
    for (let node = 0; node < nodes; node++) {
      let at = this.#first[node] as number;
      for (const edge of owes.subarray(firstOwes[node], firstOwes[node + 1])) this.#arcs[at++] = 2 * edge;
      for (const edge of owed.subarray(firstOwed[node], firstOwed[node + 1])) this.#arcs[at++] = 2 * edge + 1;
    }
    this.#price = new Int32Array(nodes);
    this.#distance = new Int32Array(nodes);
    this.#next = new Int32Array(nodes);
    this.#level = new Int32Array(nodes);
    this.#queue = new Int32Array(nodes);
  }

  ship(): Float64Array {
    while (this.#raisePrices()) this.#block();
    if (this.#excess.some((excess) => excess !== 0)) throw new Error('bug: debts do not carry the net positions');
    return this.#graph.amounts.map((_, edge) => this.#room[2 * edge + 1] as number);
  }

  #head(arc: number): number {
    return (arc % 2 === 0 ? this.#graph.to : this.#graph.from)[arc >> 1] as number;
  }

  /** What an arc costs at the prices: never negative where there is room. */
  #cost(arc: number, tail: number): number {
    return (arc % 2 === 0 ? 1 : -1) + (this.#price[tail] as number) - (this.#price[this.#head(arc)] as number);
  }

  /** Distances from all who still ship, by Dijkstra with a bucket a distance; false when no receiver can be reached. */
  #raisePrices(): boolean {
    const distance = this.#distance.fill(FAR);
    const buckets: number[][] = [[]];
    for (const [node, excess] of this.#excess.entries()) {
      if (excess <= 0) continue;
      distance[node] = 0;
      buckets[0]?.push(node);
    }
    let nearest = FAR;
    for (let at = 0; at < buckets.length && at <= nearest; at++) {
      const bucket = buckets[at] ?? [];
      for (const node of bucket) {
        if (distance[node] !== at) continue;
        if ((this.#excess[node] as number) < 0) nearest = at;
        for (let index = this.#first[node] as number; index < (this.#first[node + 1] as number); index++) {
          const arc = this.#arcs[index] as number;
          if ((this.#room[arc] as number) === 0) continue;
          const head = this.#head(arc);
          const reached = at + this.#cost(arc, node);
          if (reached >= (distance[head] as number)) continue;
          distance[head] = reached;
          while (buckets.length <= reached) buckets.push([]);
          buckets[reached]?.push(head);
        }
      }
    }
    if (nearest === FAR) return false;
    for (const [node, far] of distance.entries()) add(this.#price, node, Math.min(far, nearest));
    return true;
  }

  /** Ships along arcs of cost 0 as much as goes: a greatest flow (Dinic), since these arcs may go round. */
  #block(): void {
    while (this.#findLevels()) {
      this.#next.set(this.#first.subarray(0, this.#graph.nodes));
      for (let node = 0; node < this.#graph.nodes; node++) {
        while ((this.#excess[node] as number) > 0 && this.#push(node));
      }
    }
  }

  /** Hops over arcs of cost 0 from those who still ship; false when these lead to no receiver. */
  #findLevels(): boolean {
    this.#level.fill(-1);
    let queued = 0;
    for (const [node, excess] of this.#excess.entries()) {
      if (excess <= 0) continue;
      this.#level[node] = 0;
      this.#queue[queued++] = node;
    }
    let found = false;
    for (let at = 0; at < queued; at++) {
      const node = this.#queue[at] as number;
      if ((this.#excess[node] as number) < 0) found = true;
      for (let index = this.#first[node] as number; index < (this.#first[node + 1] as number); index++) {
        const arc = this.#arcs[index] as number;
        const head = this.#head(arc);
        if ((this.#level[head] as number) >= 0 || (this.#room[arc] as number) === 0) continue;
        if (this.#cost(arc, node) !== 0) continue;
        this.#level[head] = (this.#level[node] as number) + 1;
        this.#queue[queued++] = head;
      }
    }
    return found;
  }

  /** One way down the levels to a receiver; what leads nowhere is not tried again before the levels are found anew. */
  #push(start: number): boolean {
    const path: number[] = [];
    let node = start;
    while ((this.#excess[node] as number) >= 0) {
      const index = this.#next[node] as number;
      if (index >= (this.#first[node + 1] as number)) {
        const back = path.pop();
        if (back === undefined) return false;
        node = this.#head(back ^ 1);
        add(this.#next, node, 1);
        continue;
      }
      const arc = this.#arcs[index] as number;
      const head = this.#head(arc);
      const isNext = this.#level[head] === (this.#level[node] as number) + 1;
      if (isNext && (this.#room[arc] as number) > 0 && this.#cost(arc, node) === 0) {
        path.push(arc);
        node = head;
      } else add(this.#next, node, 1);
    }
    let amount = Math.min(this.#excess[start] as number, -(this.#excess[node] as number));
    for (const arc of path) {
      amount = Math.min(amount, this.#room[arc] as number);
    }
    for (const arc of path) {
      add(this.#room, arc, -amount);
      add(this.#room, arc ^ 1, amount);
    }
    add(this.#excess, start, -amount);
    add(this.#excess, node, amount);
    return true;
  }
}
