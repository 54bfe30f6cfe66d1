/** Small lists of debts for tests, and a second way to find the optimum. */
import highsModule from 'highs';
import { type DebtGraph, debtGraph } from '#simulations/clearing/debts.ts';

// Its types describe the CommonJS form, where the function is a property of the module.
const loadHighs = highsModule as unknown as typeof highsModule.default;

/** From rows of debtor, creditor and whole units. */
export function debtsOf(nodes: number, rows: readonly (readonly [number, number, number])[]): DebtGraph {
  return debtGraph(
    nodes,
    rows.map(([from, to, units]) => ({ from, to, amount: BigInt(units) * 100_000_000n })),
  );
}

/** The most that can be cleared, in steps, by HiGHS: the greatest circulation within the debts. */
export async function optimumByHighs(graph: DebtGraph): Promise<number> {
  if (graph.edges === 0) return 0;
  const highs = await loadHighs();
  const edges = Array.from(graph.amounts, (_, edge) => edge);
  const sum = (list: Int32Array, sign: string) => Array.from(list, (edge) => ` ${sign} f${edge}`).join('');
  const nodes = Array.from({ length: graph.nodes }, (_, node) => {
    const owes = graph.owes.subarray(graph.firstOwes[node], graph.firstOwes[node + 1]);
    const owed = graph.owed.subarray(graph.firstOwed[node], graph.firstOwed[node + 1]);
    return owes.length + owed.length === 0 ? '' : ` n${node}:${sum(owes, '+')}${sum(owed, '-')} = 0`;
  });
  const solution = highs.solve(
    [
      'Maximize',
      ` all:${edges.map((edge) => ` + f${edge}`).join('')}`,
      'Subject To',
      ...nodes.filter((line) => line !== ''),
      'Bounds',
      ...edges.map((edge) => ` 0 <= f${edge} <= ${graph.amounts[edge]}`),
      'End',
    ].join('\n'),
  );
  if (solution.Status !== 'Optimal') throw new Error(`HiGHS: ${solution.Status}`);
  return solution.ObjectiveValue;
}
