/** Small networks of credit for tests. */
import { type CreditGraph, GraphBuilder } from '#simulations/graphs/credit-graph.ts';
import { initialCapacities } from '#simulations/routes/capacities.ts';

/** From lines such as `A>B 5`: A can pay B up to 5 steps, which is the line B→A. Names are numbered as they come. */
export function creditGraph(...lines: readonly string[]): CreditGraph {
  const builder = new GraphBuilder();
  for (const line of lines) {
    const [, payer = '', payee = '', limit = ''] = /^(\w+)>(\w+) (\d+)$/.exec(line) ?? [];
    const from = builder.node(payer);
    builder.line(builder.node(payee), from, Number(limit));
  }
  return builder.build();
}

/** Number of the participant of this name. */
export function nodeOf(graph: CreditGraph, name: string): number {
  return graph.names?.indexOf(name) ?? -1;
}

/** What each can pay the other, by their names. */
export function payableOf(graph: CreditGraph): Record<string, number> {
  const capacities = initialCapacities(graph);
  const found: Record<string, number> = {};
  for (const [at, a] of graph.a.entries()) {
    const names = [graph.names?.[a], graph.names?.[graph.b[at] as number]];
    found[names.join('→')] = capacities[2 * at] as number;
    found[names.reverse().join('→')] = capacities[2 * at + 1] as number;
  }
  return found;
}
