/**
 * The cheapest chain of hops within a number of hops (§6.4).
 */
import type { View } from './view.ts';

/** Cost of a hop, a positive integer; 0: it is closed. */
export type CostOf = (from: number, to: number, isRepay: boolean) => number;

/** Where each participant was reached, in arrays that are as long as the largest view so far needs. */
interface Marks {
  /** By participant: the least cost at which it was reached so far, and in which run that was. */
  costs: Float64Array;
  runs: Float64Array;
  /** By participant: its label in the level being made, and in which level of which run that is. */
  labels: Int32Array;
  labelLevels: Float64Array;
}

/** Shared by all finders: one looks at a time, and no run has the number of another. */
const marks: Marks = marksFor(0);
let lastRun = 0;
let lastLevel = 0;

function marksFor(bound: number): Marks {
  return {
    costs: new Float64Array(bound),
    runs: new Float64Array(bound),
    labels: new Int32Array(bound),
    labelLevels: new Float64Array(bound),
  };
}

/** The labels of one run: a participant, the label before it, and what the chain so far costs. */
interface Labels {
  readonly nodes: number[];
  readonly before: number[];
  readonly costs: number[];
}

interface Chain {
  readonly nodes: number[];
  readonly cost: number;
}

/**
 * Finds chains from source to target of one view. Made once for a search: what does not change is worked out once.
 */
export class PathFinder {
  readonly #view: View;
  readonly #mostHops: number;
  readonly #leastCost: number;
  readonly #distances: Uint8Array;

  /** `leastCost`: no open hop costs less. */
  constructor(view: View, mostHops: number, leastCost = 1) {
    this.#view = view;
    this.#mostHops = mostHops;
    this.#leastCost = leastCost;
    this.#distances = view.distances(mostHops);
    if (marks.costs.length < view.bound) Object.assign(marks, marksFor(view.bound));
  }

  /** Is there any chain to the receiver, whatever it may carry? */
  get isReachable(): boolean {
    return (this.#distances[this.#view.source] as number) <= this.#mostHops;
  }

  /** Could the receiver be reached over this participant, for all that is known of who is linked with whom? */
  leadsToTarget(number: number): boolean {
    return (this.#distances[number] as number) < this.#mostHops;
  }

  /**
   * The chain of least cost as numbers from source to target, or null when every chain is closed. Of equal ones it is
   * one with fewest hops. Longer chains than the shortest by more than one hop are looked at only if no other is open.
   */
  cheapest(costOf: CostOf): number[] | null {
    const { source, target } = this.#view;
    const shortest = this.#distances[source] as number;
    if (shortest > this.#mostHops) return null;
    if (!this.#view.someHopIn((from, isRepay) => costOf(from, target, isRepay) > 0)) return null;
    const near = Math.min(shortest + 1, this.#mostHops);
    // The few shortest chains tell what the many longer ones may cost at most.
    const direct = this.#within(shortest, costOf, Number.POSITIVE_INFINITY);
    const most = direct?.cost ?? Number.POSITIVE_INFINITY;
    if (direct !== null && (near === shortest || near * this.#leastCost > most)) return direct.nodes;
    const found = near === shortest ? direct : this.#within(near, costOf, most);
    if (found !== null || near === this.#mostHops) return found?.nodes ?? null;
    return this.#within(this.#mostHops, costOf, most)?.nodes ?? null;
  }

  /**
   * Level by level: the cheapest way to each participant with just so many hops, if it is cheaper than with fewer. What
   * would cost more than `mostCost` by the time it is at the target is left out, which changes nothing if a chain costs
   * no more than that.
   */
  #within(mostHops: number, costOf: CostOf, mostCost: number): Chain | null {
    const { source, target } = this.#view;
    const labels: Labels = { nodes: [source], before: [-1], costs: [0] };
    const { nodes, before, costs } = labels;
    lastRun++;
    marks.costs[source] = 0;
    marks.runs[source] = lastRun;
    let best = -1;
    let levelStart = 0;
    for (let hops = 1; hops <= mostHops; hops++) {
      const levelEnd = nodes.length;
      lastLevel++;
      for (let label = levelStart; label < levelEnd; label++) {
        if (nodes[label] === target) continue;
        this.#expand(label, labels, { left: mostHops - hops, costOf, mostCost });
      }
      if (nodes.length === levelEnd) break;
      if (marks.labelLevels[target] === lastLevel) best = marks.labels[target] as number;
      levelStart = levelEnd;
    }
    if (best < 0) return null;
    const path: number[] = [];
    for (let label = best; label >= 0; label = before[label] as number) path.push(nodes[label] as number);
    return { nodes: path.reverse(), cost: costs[best] as number };
  }

  #expand(label: number, labels: Labels, of: { left: number; costOf: CostOf; mostCost: number }): void {
    const view = this.#view;
    const distances = this.#distances;
    const { nodes, before, costs } = labels;
    const { left, costOf, mostCost } = of;
    const from = nodes[label] as number;
    const cost = costs[label] as number;
    const count = view.hopsFrom(from, distances, left);
    const { to: targets, isRepay } = view;
    for (let at = 0; at < count; at++) {
      const to = targets[at] as number;
      if (to === view.source) continue;
      const rest = (distances[to] as number) * this.#leastCost;
      const isReached = marks.runs[to] === lastRun;
      // Whatever the hop costs, it is too much.
      if (cost + this.#leastCost + rest > mostCost) continue;
      if (isReached && (marks.costs[to] as number) <= cost + this.#leastCost) continue;
      const more = costOf(from, to, isRepay[at] === 1);
      if (more <= 0) continue;
      const sum = cost + more;
      if (sum + rest > mostCost || (isReached && (marks.costs[to] as number) <= sum)) continue;
      marks.runs[to] = lastRun;
      marks.costs[to] = sum;
      if (marks.labelLevels[to] === lastLevel) {
        const known = marks.labels[to] as number;
        costs[known] = sum;
        before[known] = label;
        continue;
      }
      marks.labelLevels[to] = lastLevel;
      marks.labels[to] = nodes.length;
      nodes.push(to);
      before.push(label);
      costs.push(sum);
    }
  }
}
