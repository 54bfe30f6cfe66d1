/**
 * The cheapest chain of hops within a number of hops (§6.4).
 */
import type { View } from './view.ts';

/** Cost of a hop, a positive integer; 0: it is closed. */
export type CostOf = (from: number, to: number, isRepay: boolean) => number;

/**
 * Finds chains from source to target of one view. Made once for a search: what does not change is worked out once.
 */
export class PathFinder {
  readonly #view: View;
  readonly #mostHops: number;
  readonly #distances: Uint8Array;
  /** By participant: the least cost at which it was reached so far, and in which run that was. */
  readonly #costs: Float64Array;
  readonly #runs: Int32Array;
  /** By participant: its label in the level being made, and in which level of which run that is. */
  readonly #labels: Int32Array;
  readonly #labelLevels: Int32Array;
  #run = 0;
  #level = 0;

  constructor(view: View, mostHops: number) {
    this.#view = view;
    this.#mostHops = mostHops;
    this.#distances = view.distances(mostHops);
    this.#costs = new Float64Array(view.bound);
    this.#runs = new Int32Array(view.bound);
    this.#labels = new Int32Array(view.bound);
    this.#labelLevels = new Int32Array(view.bound);
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
    const shortest = this.#distances[this.#view.source] as number;
    if (shortest > this.#mostHops) return null;
    const near = Math.min(shortest + 1, this.#mostHops);
    const found = this.#within(near, costOf);
    return found !== null || near === this.#mostHops ? found : this.#within(this.#mostHops, costOf);
  }

  /** Level by level: the cheapest way to each participant with just so many hops, if it is cheaper than with fewer. */
  #within(mostHops: number, costOf: CostOf): number[] | null {
    const { source, target } = this.#view;
    const nodes: number[] = [source];
    const before: number[] = [-1];
    const costs: number[] = [0];
    this.#run++;
    this.#costs[source] = 0;
    this.#runs[source] = this.#run;
    let best = -1;
    let levelStart = 0;
    for (let hops = 1; hops <= mostHops; hops++) {
      const levelEnd = nodes.length;
      this.#level++;
      for (let label = levelStart; label < levelEnd; label++) {
        if (nodes[label] === target) continue;
        this.#expand(label, { nodes, before, costs, left: mostHops - hops, costOf });
      }
      if (nodes.length === levelEnd) break;
      if (this.#labelLevels[target] === this.#level) best = this.#labels[target] as number;
      levelStart = levelEnd;
    }
    if (best < 0) return null;
    const path: number[] = [];
    for (let label = best; label >= 0; label = before[label] as number) path.push(nodes[label] as number);
    return path.reverse();
  }

  #expand(
    label: number,
    of: { nodes: number[]; before: number[]; costs: number[]; left: number; costOf: CostOf },
  ): void {
    const view = this.#view;
    const { nodes, before, costs, left, costOf } = of;
    const from = nodes[label] as number;
    const cost = costs[label] as number;
    const count = view.hopsFrom(from);
    const { to: targets, isRepay } = view;
    for (let at = 0; at < count; at++) {
      const to = targets[at] as number;
      if ((this.#distances[to] as number) > left || to === view.source) continue;
      const more = costOf(from, to, isRepay[at] === 1);
      if (more <= 0) continue;
      const sum = cost + more;
      if (this.#runs[to] === this.#run && (this.#costs[to] as number) <= sum) continue;
      this.#runs[to] = this.#run;
      this.#costs[to] = sum;
      if (this.#labelLevels[to] === this.#level) {
        const known = this.#labels[to] as number;
        costs[known] = sum;
        before[known] = label;
        continue;
      }
      this.#labelLevels[to] = this.#level;
      this.#labels[to] = nodes.length;
      nodes.push(to);
      before.push(label);
      costs.push(sum);
    }
  }
}
