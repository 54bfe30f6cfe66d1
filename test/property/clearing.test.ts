/** Clearing on random lists of debts: the optimum in two ways, and what no method may break. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runStrategy } from '#simulations/clearing/arena.ts';
import { clearCentrally } from '#simulations/clearing/central.ts';
import { checkCleared, type DebtGraph, netPositions, sumOf } from '#simulations/clearing/debts.ts';
import { METHODS } from '#simulations/clearing/methods.ts';
import { optimum } from '#simulations/clearing/optimum.ts';
import { walk } from '#simulations/clearing/strategies/walk.ts';
import { debtsOf, optimumByHighs } from '#test/support/clearing.ts';

const MOST_NODES = 14;
const graphs: fc.Arbitrary<DebtGraph> = fc.integer({ min: 3, max: MOST_NODES }).chain((nodes) => {
  const node = fc.nat(nodes - 1);
  const row = fc.tuple(node, node, fc.integer({ min: 1, max: 9 })).filter(([from, to]) => from !== to);
  return fc.array(row, { maxLength: 60 }).map((rows) => debtsOf(nodes, rows));
});

it('the optimum is what a solver of linear programmes finds', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const cleared = sumOf(graph.amounts) - sumOf(optimum(graph));
      expect(cleared).toBeCloseTo(await optimumByHighs(graph), 5);
    }),
  );
});

it('no method changes a net position, lets a debt grow or clears more than the optimum', () => {
  fc.assert(
    fc.property(graphs, fc.nat(1_000), (graph, seed) => {
      const best = optimum(graph);
      const before = netPositions(graph, graph.amounts);
      for (const { run } of METHODS) {
        const { left } = run(graph, best, { seed, messageCap: 200 });
        expect(netPositions(graph, left)).toEqual(before);
        for (const [edge, amount] of left.entries()) {
          expect(amount).toBeGreaterThanOrEqual(0);
          expect(amount).toBeLessThanOrEqual(graph.amounts[edge] as number);
        }
        expect(sumOf(left)).toBeGreaterThanOrEqual(sumOf(best));
      }
    }),
    { numRuns: 40 },
  );
});

it('with rings of any length nothing that goes round is left, by one who sees all', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { left } = clearCentrally(graph, MOST_NODES);
      expect(clearCentrally({ ...graph, amounts: left }, MOST_NODES).rings).toBe(0);
    }),
  );
});

it('the check of what was cleared finds each debt that is changed alone', () => {
  fc.assert(
    fc.property(
      graphs.filter(({ edges }) => edges > 0),
      (graph) => {
        const less = graph.amounts.slice();
        less[0] = (less[0] as number) - 1;
        expect(() => checkCleared(graph, less)).toThrow(/net position/);
        const more = graph.amounts.slice();
        more[0] = (more[0] as number) + 1;
        expect(() => checkCleared(graph, more)).toThrow(/became/);
      },
    ),
  );
});

it('walks whose loops are let pass while they are short never end in a broken ring', () => {
  const settings = { name: 'long', isByAmount: false, leastHops: () => 6, tellsNoWay: true, mostHops: 64 };
  fc.assert(
    fc.property(graphs, fc.nat(1_000), (graph, seed) => {
      const { rings, hops } = runStrategy(graph, walk(settings), { seed, messageCap: 200 });
      expect(hops).toBeGreaterThanOrEqual(6 * rings);
    }),
  );
});
