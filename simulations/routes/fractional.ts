/**
 * Both bounds of what routes within the restrictions carry together when each arc has its capacity once, by
 * multiplicative weights (Garg and Könemann 1998).
 *
 * Upper bound, by duality and for any weights w of the arcs and v of the number of routes: no 8 routes carry more than
 * Σ capacity × w + 8 × v, divided by the least that a route weighs, which is Σ w over its arcs + v / its width. (A route
 * carries at most its width, so amount / width, summed over 8 routes, is at most 8.) Each round makes the arcs of the
 * lightest route heavier, which lowers the bound towards the optimum; the routes met on the way are good ones to build a
 * payment from.
 */
import { MAX_PAYMENT_HOPS, MAX_ROUTES } from '#protocol/limits.ts';
import type { Arcs, Capacities, Path } from './capacities.ts';
import { ROUNDING } from './paths.ts';
import type { Reach } from './restricted.ts';

/** What the rounds came to. */
export type Fraction =
  /** No set of routes carries the amount. */
  | { readonly type: 'impossible' }
  /** The routes given carry it. */
  | { readonly type: 'possible'; readonly paths: readonly Path[] }
  /** Neither was found. */
  | { readonly type: 'open' };

/** Rounds without a weight on the number of routes, which are cheap, and then with one. */
const ROUNDS = 1_000;
const COUNTED_ROUNDS = 1_500;
/** One class, so that the number of routes weighs nothing. */
const ALL_WIDTHS = [{ from: 0, to: Number.POSITIVE_INFINITY }];
const STEP = 0.1;
/** How often routes are built from those that were met. */
const BUILD_EVERY = 8;
/** Routes are looked for by width, in classes whose ends are at most this far apart: closer is tighter and slower. */
const CLASS = 1.1;
/** Routes narrower than this part of the amount are all in one class. */
const NARROW = 1 / 64;

export function fraction(network: Arcs, reach: Reach, capacities: Capacities, amount: number): Fraction {
  const met = new Map<string, readonly number[]>();
  const weights = new Weights(network, reach, capacities);
  const classes = widthClasses(capacities, reach, amount);
  for (let round = 1; round <= ROUNDS + COUNTED_ROUNDS; round++) {
    const lightest = weights.lightest(round <= ROUNDS ? ALL_WIDTHS : classes);
    if (lightest === null || lightest.bound < amount - ROUNDING) return { type: 'impossible' };
    met.set(lightest.arcs.join(), lightest.arcs);
    weights.makeHeavier(lightest.arcs);
    if (round % BUILD_EVERY !== 0) continue;
    const paths = build([...met.values()], capacities, amount);
    if (paths !== null) return { type: 'possible', paths };
  }
  return { type: 'open' };
}

/** A class of widths: of routes that are at least `from` and at most `to` wide. */
interface WidthClass {
  readonly from: number;
  readonly to: number;
}

/** Every width that a route can have is in one class; each ends with the widest arc in it. */
export function widthClasses(capacities: Capacities, reach: Reach, amount: number): WidthClass[] {
  const widths = Float64Array.from(reach.arcs, (arc) => capacities[arc] as number).sort();
  const classes: WidthClass[] = [];
  let at = 0;
  while (at < widths.length) {
    const from = widths[at] as number;
    const end = from >= amount ? Number.POSITIVE_INFINITY : Math.max(amount * NARROW, from * CLASS);
    while ((widths[at + 1] ?? end) < end) at++;
    classes.push({ from, to: widths[at] as number });
    at++;
  }
  return classes;
}

/** Fills the routes that were met, at each step the one that still carries most; null when that is not enough. */
function build(met: readonly (readonly number[])[], capacities: Capacities, amount: number): Path[] | null {
  const used = new Map<number, number>();
  const paths: Path[] = [];
  let wanted = amount;
  while (paths.length < MAX_ROUTES) {
    let best: readonly number[] | null = null;
    let width = ROUNDING;
    for (const arcs of met) {
      let least = Number.POSITIVE_INFINITY;
      for (const arc of arcs) least = Math.min(least, (capacities[arc] as number) - (used.get(arc) ?? 0));
      if (least > width) {
        best = arcs;
        width = least;
      }
    }
    if (best === null) return null;
    const part = Math.min(width, wanted);
    for (const arc of best) used.set(arc, (used.get(arc) ?? 0) + part);
    paths.push({ arcs: best, amount: part });
    wanted -= part;
    if (wanted <= ROUNDING) return paths;
  }
  return null;
}

/** The lightest route, and what all routes carry at most. */
interface Lightest {
  readonly arcs: readonly number[];
  readonly bound: number;
}

/** The lightest route that is wide enough for a class, and the width that none of the class exceeds. */
interface OfClass {
  readonly arcs: readonly number[];
  readonly weight: number;
  readonly width: number;
}

/** With the number of routes weighing so much. */
function lightestOf(classes: readonly OfClass[], ofCount: number): { arcs: readonly number[]; weight: number } | null {
  let lightest: OfClass | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const one of classes) {
    const weight = one.weight + ofCount / one.width;
    if (weight < least) [lightest, least] = [one, weight];
  }
  return lightest === null ? null : { arcs: lightest.arcs, weight: least };
}

/** What the number of routes may weigh, as parts of what the arcs do: any weight gives a bound, and the best is taken. */
const COUNT_WEIGHTS = [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.3, 1.7, 2.5, 4, 8];

/** The weights, and the lightest route under them. */
export class Weights {
  readonly #network: Arcs;
  readonly #reach: Reach;
  readonly #capacities: Capacities;
  readonly #ofArcs: Float64Array;
  /** Σ capacity × weight over the arcs. */
  #volume = 0;
  /** Weight of the number of routes; null until it counts. */
  #ofCount: number | null = null;
  readonly #distance: Float64Array[];
  readonly #via: Int32Array[];
  /** Arcs that can be hop 0, 1, …: so that a round looks at nothing else. */
  readonly #byHop: Int32Array[];

  constructor(network: Arcs, reach: Reach, capacities: Capacities) {
    this.#network = network;
    this.#reach = reach;
    this.#capacities = capacities;
    this.#ofArcs = new Float64Array(network.count);
    this.#distance = Array.from({ length: MAX_PAYMENT_HOPS + 1 }, () => new Float64Array(network.nodes));
    this.#via = Array.from({ length: MAX_PAYMENT_HOPS + 1 }, () => new Int32Array(network.nodes));
    this.#byHop = Array.from({ length: MAX_PAYMENT_HOPS }, (_, hop) =>
      reach.arcs.filter((arc) => reach.firstHop(arc) <= hop && hop <= reach.lastHop(arc)),
    );
    for (const arc of reach.arcs) {
      this.#ofArcs[arc] = 1 / (capacities[arc] as number);
      this.#volume++;
    }
  }

  /**
   * The lightest route. A class holds the routes from one width up to the next: the lightest over arcs that are wide
   * enough for it, with the count weighed by the upper end, weighs no more than any route of the class.
   */
  lightest(widths: readonly WidthClass[]): Lightest | null {
    const classes: OfClass[] = [];
    for (const { from, to } of widths) {
      const route = this.#shortest(from);
      // What needs wide arcs is not there: it is not there in wider classes either.
      if (route === null) break;
      classes.push({ ...route, width: to });
    }
    if (widths.length > 1) this.#ofCount ??= this.#volume / MAX_ROUTES;
    const next = lightestOf(classes, this.#ofCount ?? 0);
    if (next === null) return null;
    let bound = (this.#volume + MAX_ROUTES * (this.#ofCount ?? 0)) / next.weight;
    for (const part of COUNT_WEIGHTS) {
      const ofCount = (part * this.#volume) / MAX_ROUTES;
      const weight = lightestOf(classes, ofCount)?.weight ?? 0;
      bound = Math.min(bound, (this.#volume + MAX_ROUTES * ofCount) / weight);
    }
    return { arcs: next.arcs, bound };
  }

  #shortest(width: number): Omit<OfClass, 'width'> | null {
    const { head, tail } = this.#network;
    const { from, to } = this.#reach;
    (this.#distance[0] as Float64Array).fill(Number.POSITIVE_INFINITY)[from] = 0;
    let weight = Number.POSITIVE_INFINITY;
    let hops = 0;
    for (let hop = 0; hop < MAX_PAYMENT_HOPS; hop++) {
      const before = this.#distance[hop] as Float64Array;
      const after = this.#distance[hop + 1] as Float64Array;
      const via = this.#via[hop + 1] as Int32Array;
      after.fill(Number.POSITIVE_INFINITY);
      for (const arc of this.#byHop[hop] as Int32Array) {
        const reached = (before[tail[arc] as number] as number) + (this.#ofArcs[arc] as number);
        const node = head[arc] as number;
        if (reached >= (after[node] as number) || (this.#capacities[arc] as number) < width) continue;
        after[node] = reached;
        via[node] = arc;
      }
      if ((after[to] as number) < weight) {
        weight = after[to] as number;
        hops = hop + 1;
      }
    }
    if (hops === 0) return null;
    const arcs: number[] = [];
    let node = to;
    for (let hop = hops; hop > 0; hop--) {
      const arc = (this.#via[hop] as Int32Array)[node] as number;
      arcs.push(arc);
      node = tail[arc] as number;
    }
    return { arcs: arcs.reverse(), weight };
  }

  /** The route has been used: its arcs weigh more, by how much of them it takes, and so does the number of routes. */
  makeHeavier(arcs: readonly number[]): void {
    let width = Number.POSITIVE_INFINITY;
    for (const arc of arcs) width = Math.min(width, this.#capacities[arc] as number);
    for (const arc of arcs) {
      const capacity = this.#capacities[arc] as number;
      const weight = this.#ofArcs[arc] as number;
      const heavier = weight * (1 + (STEP * width) / capacity);
      this.#volume += (heavier - weight) * capacity;
      this.#ofArcs[arc] = heavier;
    }
    // It is one of so many.
    if (this.#ofCount !== null) this.#ofCount *= 1 + STEP / MAX_ROUTES;
  }
}
