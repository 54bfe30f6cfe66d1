/** Could the maximum flow make a payment, on the state that it meets? */
import type { Account } from '#protocol/account.ts';
import { type CreditGraph, stepSize } from '../graphs/credit-graph.ts';
import { type Arcs, arcsOf, type Capacities, initialCapacities } from '../routes/capacities.ts';
import type { Demand } from '../routes/demand.ts';
import { MaxFlow } from '../routes/max-flow.ts';
import { ROUNDING } from '../routes/paths.ts';

/** A mirror of what every hop can carry now, kept by what participants save. */
export class FlowOracle {
  readonly #arcs: Arcs;
  readonly #capacities: Capacities;
  readonly #flow: MaxFlow;
  readonly #byEnds = new Map<number, number>();
  readonly #unit: number;

  constructor(graph: CreditGraph) {
    this.#arcs = arcsOf(graph);
    this.#capacities = initialCapacities(graph);
    this.#flow = new MaxFlow(this.#arcs);
    this.#unit = Number(stepSize(graph.precision));
    for (let arc = 0; arc < this.#arcs.count; arc++)
      this.#byEnds.set((this.#arcs.tail[arc] as number) * graph.nodes + (this.#arcs.head[arc] as number), arc);
  }

  changed(owner: number, neighbour: number, { limitReceived, balance, reservedOut }: Account): void {
    const arc = this.#byEnds.get(owner * this.#arcs.nodes + neighbour) as number;
    this.#capacities[arc] = Number(limitReceived + balance - reservedOut) / this.#unit;
  }

  canPay({ from, to, amount }: Demand): boolean {
    return this.#flow.find(this.#capacities, from, to, amount).amount >= amount - ROUNDING;
  }
}
