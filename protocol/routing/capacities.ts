/**
 * What each hop of a view can carry, and how likely it does, for one search (§6.4).
 */
import { chancePermille, type HopEstimate, isFaded } from './estimate.ts';
import type { View } from './view.ts';

/** What is believed of a hop of which nothing is known, in permille, by what it is. */
const CREDIT_PRIOR = 700;
/** It carries only what happens to be owed. */
const REPAY_PRIOR = 250;
/** One indexer of several has named it, and the map does not show it. */
const DOUBTED_PRIOR = 350;
/** A certain hop costs this much, and none costs less; one with one chance in a hundred a hundred times as much. */
export const CERTAIN_COST = 1_000;
/** Probes over a hop without an answer after which it is closed for the rest of a search. */
const CLOSING_SILENCES = 2;

/** Of a hop, in 10⁻⁸ units: what is known to pass, and what may pass at most; both at most what is wanted. */
export interface Bounds {
  readonly atLeast: bigint;
  readonly atMost: bigint;
  /** Has this search been told something about it? */
  readonly wasAsked: boolean;
}

const CLOSED: Bounds = { atLeast: 0n, atMost: 0n, wasAsked: true };

/** By from and to. */
type HopTable<T> = ReadonlyMap<number, ReadonlyMap<number, T>>;

function tableOf<T extends Pick<HopEstimate, 'from' | 'to'>>(view: View, hops: Iterable<T>): HopTable<T> {
  const table = new Map<number, Map<number, T>>();
  for (const hop of hops) {
    const from = view.numberOf(hop.from);
    const to = view.numberOf(hop.to);
    if (from < 0 || to < 0) continue;
    const known = table.get(from);
    if (known === undefined) table.set(from, new Map([[to, hop]]));
    else known.set(to, hop);
  }
  return table;
}

/** What still says something: of the rest as much is believed as of hops of which nothing is known. */
function* unfaded(hops: Iterable<HopEstimate>, nowMs: number): IterableIterator<HopEstimate> {
  for (const hop of hops) if (!isFaded(hop, nowMs)) yield hop;
}

export class Capacities {
  readonly #view: View;
  readonly #wanted: bigint;
  readonly #nowMs: number;
  readonly #learned: HopTable<HopEstimate>;
  readonly #remembered: HopTable<HopEstimate>;
  readonly #doubted: HopTable<unknown>;
  readonly #unknown: Bounds;

  constructor(
    view: View,
    of: {
      readonly wanted: bigint;
      readonly nowMs: number;
      /** By this search: bounds. */
      readonly learned: Iterable<HopEstimate>;
      /** From before: likelihoods, since others have paid in the meantime. */
      readonly remembered: Iterable<HopEstimate>;
      readonly doubted: Iterable<Pick<HopEstimate, 'from' | 'to'>>;
    },
  ) {
    this.#view = view;
    this.#wanted = of.wanted;
    this.#nowMs = of.nowMs;
    this.#unknown = { atLeast: 0n, atMost: of.wanted, wasAsked: false };
    this.#learned = tableOf(view, of.learned);
    this.#remembered = tableOf(view, unfaded(of.remembered, of.nowMs));
    this.#doubted = tableOf(view, of.doubted);
  }

  /** Is anything known of any hop out of this participant? */
  knowsOf(number: number): boolean {
    if (number === this.#view.source || this.#learned.has(number)) return true;
    return this.#remembered.has(number) || this.#doubted.has(number);
  }

  /** What this search knows that a hop carries. Older news sets no bound. */
  bounds(from: number, to: number): Bounds {
    const estimate = this.#learned.get(from)?.get(to);
    if (estimate !== undefined && estimate.silences >= CLOSING_SILENCES) return CLOSED;
    const atMost = estimate?.atMost ?? null;
    if (from === this.#view.source) {
      // The own books say what an own hop carries; its other end may refuse all the same.
      const capacity = this.#clipped(this.#view.ownCapacity(to));
      const least = atMost !== null && atMost < capacity ? atMost : capacity;
      return { atLeast: least, atMost: least, wasAsked: true };
    }
    if (estimate === undefined) return this.#unknown;
    return {
      atLeast: this.#clipped(estimate.atLeast),
      atMost: atMost === null ? this.#wanted : this.#clipped(atMost),
      wasAsked: estimate.atLeast > 0n || atMost !== null,
    };
  }

  /** What a hop costs that is to carry an amount: the less likely it does, the more. A positive integer. */
  cost(from: number, to: number, isRepay: boolean, amount: bigint): number {
    if (from === this.#view.source) return CERTAIN_COST;
    const prior = this.#doubted.get(from)?.has(to) === true ? DOUBTED_PRIOR : priorOf(isRepay);
    const chance = chancePermille(this.#estimate(from, to), prior, amount, this.#nowMs);
    return costOfChance(chance);
  }

  /** Did it carry so much so lately that it is believed to do so again? */
  isLikely(from: number, to: number, amount: bigint): boolean {
    const chance = chancePermille(this.#estimate(from, to), 0, amount, this.#nowMs);
    return chance === 1_000;
  }

  /** As `cost`, of a hop of which nothing is known. */
  costOfUnknown(isRepay: boolean): number {
    return costOfChance(priorOf(isRepay));
  }

  #estimate(from: number, to: number): HopEstimate | undefined {
    return this.#learned.get(from)?.get(to) ?? this.#remembered.get(from)?.get(to);
  }

  #clipped(amount: bigint): bigint {
    return amount < this.#wanted ? amount : this.#wanted;
  }
}

function priorOf(isRepay: boolean): number {
  return isRepay ? REPAY_PRIOR : CREDIT_PRIOR;
}

function costOfChance(permille: number): number {
  return Math.floor((CERTAIN_COST * 1_000) / Math.max(permille, 1));
}
