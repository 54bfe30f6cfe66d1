/**
 * Choosing routes (§6.4): the likeliest single route that could carry the payment, and a split over several only when no
 * single one can. The split is a flow of least cost within what is known of the hops, one chain at a time.
 */
import { least } from '../amount.ts';
import { unreachable } from '../bug.ts';
import { MAX_PAYMENT_HOPS, MAX_ROUTES } from '../limits.ts';
import { type Bounds, type Capacities, CERTAIN_COST } from './capacities.ts';
import { Flow, type NumberedRoute } from './flow.ts';
import { type Costs, PathFinder } from './path.ts';
import type { View } from './view.ts';

/** Augmenting chains of one flow: some of them take back what an earlier one sent. */
const MOST_CHAINS = 3 * MAX_ROUTES;
/** Chains that carry less than such a part of what is wanted are looked for last, so that the routes are few. */
const SMALLEST_PART = 16n;

/** Hops by where they come from. */
export type HopSet = ReadonlyMap<number, ReadonlySet<number>>;

/** Routes and what they carry together, which may be less than was wanted. */
export interface Plan {
  readonly routes: readonly NumberedRoute[];
  readonly total: bigint;
}

/**
 * By which of its bounds a hop is used: what is `known` to pass; what may pass (`hoped`); or, `cautious`, that only of
 * hops that were not asked about yet.
 */
export type Trust = 'known' | 'cautious' | 'hoped';

export class Planner {
  readonly #view: View;
  readonly #capacities: Capacities;
  readonly #finder: PathFinder;

  constructor(view: View, capacities: Capacities) {
    this.#view = view;
    this.#capacities = capacities;
    this.#finder = new PathFinder(view, MAX_PAYMENT_HOPS, CERTAIN_COST);
  }

  /** Could the receiver be reached over this participant? */
  leadsToTarget(number: number): boolean {
    return this.#finder.leadsToTarget(number);
  }

  /**
   * Routes for an amount: of least cost where they carry all of it, else those of three ways to choose them that carry
   * most. A flow that takes back what it sent uses lines better, but its routes may be too long; wide chains cost more,
   * but fewer are needed.
   */
  plan(amount: bigint, trust: Trust): Plan {
    const cheapest = this.#flow(amount, trust, HALVES);
    // Nothing at all: no other way finds more.
    if (cheapest.total === amount || cheapest.total === 0n) return cheapest;
    const chains = this.#widestChains(amount, trust);
    if (chains.total === amount) return chains;
    const best = chains.total > cheapest.total ? chains : cheapest;
    const widest = this.#flow(amount, trust, EIGHTHS);
    return widest.total > best.total ? widest : best;
  }

  /** The likeliest route that may carry an amount and uses none of the closed hops, or null. */
  another(amount: bigint, closed: HopSet): readonly number[] | null {
    const capacities = this.#capacities;
    return this.#finder.cheapest({
      of: (from, to, isRepay) => {
        if (closed.get(from)?.has(to) === true) return 0;
        if (!capacities.knowsOf(from)) return capacities.costOfUnknown(isRepay);
        if (capacities.bounds(from, to).atMost < amount) return 0;
        return capacities.cost(from, to, isRepay, amount);
      },
      isPlain: (from) => !capacities.knowsOf(from) && !closed.has(from),
      plain: (isRepay) => capacities.costOfUnknown(isRepay),
    });
  }

  /** Is there any other route than this one, whatever it may carry? */
  hasAlternative(nodes: readonly number[]): boolean {
    for (let at = nodes.length - 2; at >= 0; at--) {
      const [from, to] = [nodes[at] as number, nodes[at + 1] as number];
      if (this.another(1n, new Map([[from, new Set([to])]])) !== null) return true;
    }
    return false;
  }

  /** The least of what the hops of a chain are known to pass, or may. */
  width(nodes: readonly number[], trust: Trust): bigint {
    return this.#room(nodes, trust, () => 0n);
  }

  /** Chains that may take back what earlier ones sent, put together and taken apart into routes. */
  #flow(amount: bigint, trust: Trust, fraction: Fraction): Plan {
    const flow = new Flow();
    this.#chains(amount, trust, {
      fraction,
      most: MOST_CHAINS,
      touches: (number) => flow.touches(number),
      taken: (from, to) => flow.between(from, to),
      push: (nodes, part) => flow.push(nodes, part),
    });
    const { source, target } = this.#view;
    return planOf(flow.routes(source, target, MAX_PAYMENT_HOPS, MAX_ROUTES));
  }

  /** Each chain is a route: what one sends adds nothing the other way. */
  #widestChains(amount: bigint, trust: Trust): Plan {
    const routes: NumberedRoute[] = [];
    const taken = new Map<number, Map<number, bigint>>();
    this.#chains(amount, trust, {
      fraction: EIGHTHS,
      most: MAX_ROUTES,
      touches: (number) => taken.has(number),
      taken: (from, to) => taken.get(from)?.get(to) ?? 0n,
      push(nodes, part) {
        routes.push({ nodes, amount: part });
        for (const [at, from] of nodes.entries()) {
          const to = nodes[at + 1];
          const hops = taken.get(from) ?? new Map<number, bigint>();
          taken.set(from, hops);
          if (to !== undefined) hops.set(to, (hops.get(to) ?? 0n) + part);
        }
      },
    });
    return planOf(routes);
  }

  /** Looks for chains that carry all that is left; when there is none, a fraction of it, and so on. */
  #chains(amount: bigint, trust: Trust, of: Chains): void {
    const [times, by] = of.fraction;
    let left = amount;
    let part = amount;
    let widest = this.#widestIn(trust, of);
    for (let chains = 0; left > 0n && chains < of.most; ) {
      // What no last hop carries need not be looked for.
      const chain = part > widest ? null : this.#finder.cheapest(this.#costs(of, part, trust));
      if (chain !== null) {
        const pushed = least(this.#room(chain, trust, of.taken), left);
        of.push(chain, pushed);
        left -= pushed;
        part = least(part, left);
        widest = this.#widestIn(trust, of);
        chains++;
      } else if (part === 1n) break;
      else {
        const less = (part * times) / by;
        part = part * SMALLEST_PART <= amount || less === 0n ? 1n : less;
      }
    }
  }

  /** The most that a hop into the receiver carries, as far as it is more than nothing. */
  #widestIn(trust: Trust, { taken }: Chains): bigint {
    const { target } = this.#view;
    let widest = 0n;
    this.#view.someHopIn((from) => {
      const room = limitOf(this.#capacities.bounds(from, target), trust) - taken(from, target);
      if (room > widest) widest = room;
      return false;
    });
    return widest;
  }

  #costs(of: Chains, part: bigint, trust: Trust): Costs {
    const capacities = this.#capacities;
    const plain = (isRepay: boolean): number => (trust === 'known' ? 0 : capacities.costOfUnknown(isRepay));
    // Of whom nothing is known and whom no chain passes, no hop is taken either.
    const isPlain = (from: number): boolean => !capacities.knowsOf(from) && !of.touches(from);
    return {
      of: (from, to, isRepay) => {
        if (isPlain(from)) return plain(isRepay);
        const taken = of.taken(from, to);
        const room = limitOf(capacities.bounds(from, to), trust) - taken;
        return room < part ? 0 : capacities.cost(from, to, isRepay, taken + part);
      },
      isPlain,
      plain,
    };
  }

  #room(nodes: readonly number[], trust: Trust, taken: Chains['taken']): bigint {
    let room: bigint | null = null;
    for (let at = 0; at + 1 < nodes.length; at++) {
      const [from, to] = [nodes[at] as number, nodes[at + 1] as number];
      const here = limitOf(this.#capacities.bounds(from, to), trust) - taken(from, to);
      if (room === null || here < room) room = here;
    }
    return room ?? 0n;
  }
}

/** What is left of the width that chains are looked for, each time when none is so wide. */
type Fraction = readonly [times: bigint, by: bigint];
const HALVES: Fraction = [1n, 2n];
/** Finds chains that are nearly the widest. */
const EIGHTHS: Fraction = [7n, 8n];

/** How chains are put together. */
interface Chains {
  readonly fraction: Fraction;
  readonly most: number;
  /** Has any chain passed this participant? */
  touches(number: number): boolean;
  /** What the chains so far take of a hop. */
  readonly taken: (from: number, to: number) => bigint;
  push(nodes: readonly number[], amount: bigint): void;
}

function planOf(routes: readonly NumberedRoute[]): Plan {
  return { routes, total: routes.reduce((sum, route) => sum + route.amount, 0n) };
}

function limitOf(bounds: Bounds, trust: Trust): bigint {
  switch (trust) {
    case 'known':
      return bounds.atLeast;
    case 'cautious':
      return bounds.wasAsked ? bounds.atLeast : bounds.atMost;
    case 'hoped':
      return bounds.atMost;
    default:
      return unreachable(trust);
  }
}
