/** Maximum flow with full knowledge: of any routes, and of those that GEO may use. What nobody who routes can know. */
import type { Arcs, Capacities } from '../capacities.ts';
import type { Demand } from '../demand.ts';
import { MaxFlow } from '../max-flow.ts';
import { Oracle } from '../oracle.ts';
import { ROUNDING } from '../paths.ts';
import type { Baseline, Method, Outcome } from './method.ts';

class Unrestricted implements Method {
  readonly #flow: MaxFlow;

  constructor(arcs: Arcs) {
    this.#flow = new MaxFlow(arcs);
  }

  route(capacities: Capacities, { from, to, amount }: Demand): Outcome {
    const flow = this.#flow.find(capacities, from, to, amount);
    const isEnough = flow.amount >= amount - ROUNDING;
    const paths = isEnough ? this.#flow.pathsOf(capacities, flow, from, to) : null;
    return { paths, messages: 0, searches: 0 };
  }
}

class Restricted implements Method {
  readonly #oracle: Oracle;

  constructor(arcs: Arcs) {
    this.#oracle = new Oracle(arcs);
  }

  route(capacities: Capacities, demand: Demand): Outcome {
    return { paths: this.#oracle.judge(capacities, demand).paths, messages: 0, searches: 0 };
  }
}

export const maxFlow: Baseline = { name: 'max-flow', create: (arcs) => new Unrestricted(arcs) };

export const restrictedFlow: Baseline = {
  name: 'max-flow, 6 hops, 8 routes',
  create: (arcs) => new Restricted(arcs),
};
