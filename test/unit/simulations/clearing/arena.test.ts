import { describe, expect, it } from 'vitest';
import { runStrategy } from '#simulations/clearing/arena.ts';
import { clearCentrally } from '#simulations/clearing/central.ts';
import { type DebtGraph, sumOf } from '#simulations/clearing/debts.ts';
import { CLEARING, METHODS } from '#simulations/clearing/methods.ts';
import { optimum } from '#simulations/clearing/optimum.ts';
import { debtsOfPayments } from '#simulations/clearing/payments.ts';
import { summary } from '#simulations/clearing/report.ts';
import type { Participant, Strategy, View } from '#simulations/clearing/view.ts';
import { generate } from '#simulations/graphs/generate.ts';
import { parseLimits } from '#simulations/graphs/limits.ts';
import { Random } from '#simulations/random.ts';
import { drawDemands } from '#simulations/routes/demand.ts';
import { debtsOf } from '#test/support/clearing.ts';

const settings = { seed: 1, messageCap: 200 };

/** One ring of so many hops where each owes the next 5. */
const ring = (hops: number): DebtGraph =>
  debtsOf(
    hops,
    Array.from({ length: hops }, (_, node) => [node, (node + 1) % hops, 5] as const),
  );

/** A strategy in which everybody does this when it may begin. */
const doing = (begin: (view: View) => void): Strategy => ({
  name: 'test',
  create: (): Participant => ({
    join: () => undefined,
    begin: (view) => {
      begin(view);
      return true;
    },
    settle: () => undefined,
    receive: () => undefined,
    lowered: () => undefined,
  }),
});

describe('participants with their own knowledge', () => {
  it.each([3, 4, 6, 15, 16])('clear a ring of %i hops', (hops) => {
    expect(sumOf(CLEARING.run(ring(hops), new Float64Array(hops), settings).left)).toBe(0);
  });

  it.each(METHODS.map(({ name, run }) => [name, run] as const))('%s: leaves a ring of 17 hops', (_name, run) => {
    expect(run(ring(17), new Float64Array(17), settings).rings).toBe(0);
  });

  it('clear more than a central search of the shortest rings, the same for the same seed', () => {
    const draw = parseLimits('lognormal:100,1', 100);
    if (typeof draw === 'string') throw new Error(draw);
    const graph = generate({ kind: 'ba', nodes: 600, m: 4 }, draw, new Random(1), 2);
    const { debts } = debtsOfPayments(
      graph,
      drawDemands(graph, 6_000, () => 3_000, 1),
    );
    const best = optimum(debts);
    const run = (seed: number) => CLEARING.run(debts, best, { seed, messageCap: 200 });
    expect(run(1)).toEqual(run(1));
    expect(run(2).left).not.toEqual(run(1).left);
    const total = sumOf(debts.amounts);
    expect(total - sumOf(run(1).left)).toBeGreaterThan(total - sumOf(clearCentrally(debts, 16).left));
  });

  it('send no more than the cap allows to begin', () => {
    const { messages } = CLEARING.run(ring(17), new Float64Array(17), { seed: 1, messageCap: 3 });
    expect(messages).toBeLessThan(17 * 3 + 200);
  });
});

describe('a view', () => {
  it('answers about own accounts', () => {
    const seen: number[] = [];
    runStrategy(
      ring(3),
      doing((view) => {
        for (const direction of ['owes', 'owed'] as const) {
          for (const account of view.accounts(direction)) {
            seen.push(view.amount(account));
            expect(view.neighbour(account)).toBe((view.key + (direction === 'owes' ? 1 : 2)) % 3);
          }
          expect(view.sum(direction)).toBe(1);
        }
      }),
      settings,
    );
    expect(new Set(seen)).toEqual(new Set([1]));
  });

  it.each([
    ['looks into', (view: View) => void view.amount((view.key + 1) % 4)],
    ['asks who is at', (view: View) => void view.neighbour((view.key + 1) % 4)],
    ['sends over', (view: View) => view.send((view.key + 1) % 4, { type: 'no-way' })],
  ])('throws when a participant %s the account of others', (_what, act) => {
    expect(() => runStrategy(ring(4), doing(act), settings)).toThrow(/which is not its own/);
  });

  it.each([
    ['no ring', [0, 2, 1]],
    ['too short', [0]],
    ['of somebody else', [1, 2, 3, 0]],
    ['twice round', [0, 1, 2, 3, 0, 1, 2, 3]],
  ])('throws when what is to be cleared is %s', (_what, accounts) => {
    const act = (view: View) => void (view.key === 0 && view.clear({ accounts, debtors: [], least: 1 }));
    expect(() => runStrategy(ring(4), doing(act), settings)).toThrow(/bug: (that is no|a) ring/);
  });

  it('refuses more than a debt, and counts what was sent until then', () => {
    let wasCleared = true;
    const act = (view: View) => {
      if (view.key === 0) wasCleared = view.clear({ accounts: [0, 1, 2], debtors: [0, 1, 2], least: 2 });
    };
    const { messages, rings } = runStrategy(ring(3), doing(act), { seed: 1, messageCap: 1 });
    expect([wasCleared, rings, messages]).toEqual([false, 0, 3]);
  });
});

it('the line of JSON counts opposite debts as rings of two', () => {
  const graph = debtsOf(4, [
    [0, 1, 5],
    [1, 0, 2],
    [1, 2, 3],
    [2, 0, 4],
    [2, 3, 7],
  ]);
  const best = optimum(graph);
  const most = sumOf(graph.amounts) - sumOf(best) + graph.setOff;
  const methods = [{ name: 'x', cleared: CLEARING.run(graph, best, settings), seconds: 0 }];
  const line: unknown = JSON.parse(summary({ graph, optimum: most, optimumSeconds: 0, methods }));
  expect(line).toMatchObject({ total: '21', cleared: '13', optimum: '13', ofOptimum: 1, cycles: 2 });
});
