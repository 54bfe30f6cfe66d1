/**
 * Debts that many payments leave. Each goes, whole, along the shortest way that can carry it, or is not made: what
 * matters here is who owes whom in the end, not how the ways were found.
 */
import { type CreditGraph, stepSize } from '../graphs/credit-graph.ts';
import { arcsOf, initialCapacities, pay } from '../routes/capacities.ts';
import type { Demand } from '../routes/demand.ts';
import { PathFinder } from '../routes/paths.ts';
import { type Debt, type DebtGraph, debtGraph } from './debts.ts';

/** The debts, and how many payments were made. */
export interface Paid {
  readonly debts: DebtGraph;
  readonly made: number;
}

export function debtsOfPayments(graph: CreditGraph, demands: readonly Demand[]): Paid {
  const arcs = arcsOf(graph);
  const finder = new PathFinder(arcs);
  const capacities = initialCapacities(graph);
  let made = 0;
  for (const { from, to, amount } of demands) {
    // Amounts are whole steps: more than half a step less is at least as much.
    const way = finder.shortest(from, to, capacities, amount - 0.5);
    if (way === null) continue;
    pay(capacities, [{ arcs: way, amount }]);
    made++;
  }
  const debts: Debt[] = [];
  const step = stepSize(graph.precision);
  for (let account = 0; account < graph.a.length; account++) {
    // The hop a→b can carry what b may be owed, and what b owes a already.
    const owed = (capacities[2 * account] as number) - (graph.limitOfB[account] as number);
    if (owed === 0) continue;
    const [from, to] = owed > 0 ? ([graph.b, graph.a] as const) : ([graph.a, graph.b] as const);
    const amount = BigInt(Math.abs(owed)) * step;
    debts.push({ from: from[account] as number, to: to[account] as number, amount });
  }
  return { debts: debtGraph(graph.nodes, debts), made };
}
