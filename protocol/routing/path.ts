/**
 * The cheapest chain of hops within a number of hops (§6.4).
 */
import type { View } from './view.ts';

/** What hops cost: positive integers; 0: the hop is closed. */
export interface Costs {
  of(from: number, to: number, isRepay: boolean): number;
  /** Do all hops out of this participant cost what `plain` says? */
  isPlain(from: number): boolean;
  plain(isRepay: boolean): number;
}

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
  cheapest(costs: Costs): number[] | null {
    const { source, target } = this.#view;
    const shortest = this.#distances[source] as number;
    if (shortest > this.#mostHops) return null;
    if (!this.#view.someHopIn((from, isRepay) => costs.of(from, target, isRepay) > 0)) return null;
    const near = Math.min(shortest + 1, this.#mostHops);
    // The chains of fewest hops are few. What a longer one may cost at most is known by them, and mostly there is none.
    const direct = this.#within(shortest, costs, Number.POSITIVE_INFINITY);
    const isBest = near === shortest || near * this.#leastCost >= (direct?.cost ?? Number.POSITIVE_INFINITY);
    if (direct !== null && (isBest || this.#within(near, costs, direct.cost) === null)) return direct.nodes;
    // Of equal chains the one is chosen that is met first when nothing is left out.
    const found = near === shortest ? null : this.#within(near, costs, Number.POSITIVE_INFINITY);
    if (found !== null || near === this.#mostHops) return found?.nodes ?? null;
    return this.#within(this.#mostHops, costs, Number.POSITIVE_INFINITY)?.nodes ?? null;
  }

  /**
   * Level by level: the cheapest way to each participant with just so many hops, if it is cheaper than with fewer. Only
   * chains are looked for that cost less than `below`.
   */
  #within(mostHops: number, costs: Costs, below: number): Chain | null {
    const { source, target } = this.#view;
    const labels: Labels = { nodes: [source], before: [-1], costs: [0] };
    lastRun++;
    marks.costs[source] = 0;
    marks.runs[source] = lastRun;
    let best = -1;
    let levelStart = 0;
    for (let hops = 1; hops <= mostHops; hops++) {
      const levelEnd = labels.nodes.length;
      lastLevel++;
      for (let label = levelStart; label < levelEnd; label++) {
        if (labels.nodes[label] === target) continue;
        this.#expand(label, labels, { left: mostHops - hops, costs, below });
      }
      if (labels.nodes.length === levelEnd) break;
      if (marks.labelLevels[target] === lastLevel) best = marks.labels[target] as number;
      levelStart = levelEnd;
    }
    if (best < 0) return null;
    const path: number[] = [];
    for (let label = best; label >= 0; label = labels.before[label] as number) path.push(labels.nodes[label] as number);
    return { nodes: path.reverse(), cost: labels.costs[best] as number };
  }

  /** What a chain costs from there on, at least. */
  #leastRest(from: number, costs: Costs): number {
    const hops = this.#distances[from] as number;
    if (hops === 0) return 0;
    const first = costs.isPlain(from) ? Math.min(costs.plain(false), costs.plain(true)) : this.#leastCost;
    return Math.max(first, this.#leastCost) + (hops - 1) * this.#leastCost;
  }

  #expand(label: number, labels: Labels, of: { left: number; costs: Costs; below: number }): void {
    const view = this.#view;
    const distances = this.#distances;
    const { source } = view;
    const { left, costs, below } = of;
    const { costs: reachedAt, runs, labels: labelOf, labelLevels } = marks;
    const from = labels.nodes[label] as number;
    const cost = labels.costs[label] as number;
    const isPlain = costs.isPlain(from);
    const [credit, repay] = isPlain ? [costs.plain(false), costs.plain(true)] : [0, 0];
    if (isPlain && credit <= 0 && repay <= 0) return;
    const count = view.hopsFrom(from, distances, left);
    const { to: targets, isRepay } = view;
    for (let at = 0; at < count; at++) {
      const to = targets[at] as number;
      if (to === source) continue;
      const isReached = runs[to] === lastRun;
      // Whatever the hop costs, it is too much.
      if (isReached && (reachedAt[to] as number) <= cost + this.#leastCost) continue;
      let more = isRepay[at] === 1 ? repay : credit;
      if (!isPlain) more = costs.of(from, to, isRepay[at] === 1);
      if (more <= 0) continue;
      const sum = cost + more;
      if (isReached && (reachedAt[to] as number) <= sum) continue;
      if (below < Number.POSITIVE_INFINITY && sum + this.#leastRest(to, costs) >= below) continue;
      runs[to] = lastRun;
      reachedAt[to] = sum;
      if (labelLevels[to] === lastLevel) {
        const known = labelOf[to] as number;
        labels.costs[known] = sum;
        labels.before[known] = label;
        continue;
      }
      labelLevels[to] = lastLevel;
      labelOf[to] = labels.nodes.length;
      labels.nodes.push(to);
      labels.before.push(label);
      labels.costs.push(sum);
    }
  }
}
