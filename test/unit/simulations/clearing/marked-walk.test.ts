import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runStrategy } from '#simulations/clearing/arena.ts';
import { type DebtGraph, netPositions, sumOf } from '#simulations/clearing/debts.ts';
import { AS_NODES, type MarkedWalkSettings, markedWalk } from '#simulations/clearing/strategies/marked-walk.ts';
import { debtsOf } from '#test/support/clearing.ts';

const settings = { seed: 1, messageCap: 200 };
const as = (changes: Partial<MarkedWalkSettings>) => markedWalk({ ...AS_NODES, name: 'test', ...changes });
const run = (graph: DebtGraph, changes: Partial<MarkedWalkSettings> = {}, messageCap = 200) =>
  runStrategy(graph, as(changes), { ...settings, messageCap });

const anyRing: Partial<MarkedWalkSettings> = { leastHops: () => 3 };

type Row = readonly [number, number, number];
const ring = (hops: number): Row[] => Array.from({ length: hops }, (_, node) => [node, (node + 1) % hops, 5] as const);

const NODES = 20;
const graphs: fc.Arbitrary<DebtGraph> = fc
  .array(
    fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1), fc.integer({ min: 1, max: 9 })).filter(([from, to]) => from !== to),
    { maxLength: 90 },
  )
  .map((rows) => debtsOf(NODES, rows));
const changes: fc.Arbitrary<Partial<MarkedWalkSettings>> = fc.record({
  steps: fc.integer({ min: 1, max: 64 }),
  closes: fc.constantFrom('longest', 'shortest'),
  deadEnds: fc.constantFrom('last', 'never', 'forgotten'),
  noWay: fc.constantFrom('untold', 'answered', 'told'),
  goesOn: fc.boolean(),
  nowAndThen: fc.boolean(),
  leastHops: fc.constantFrom(
    () => 3,
    () => 6,
  ),
});

describe('walks with marks', () => {
  it.each([3, 4, 15, 16])('clear a ring of %i hops', (hops) => {
    const { left, rings } = run(debtsOf(hops, ring(hops)), anyRing);
    expect([sumOf(left), rings]).toEqual([0, 1]);
  });

  it('leave short rings to later walks for the same change, and to probes', () => {
    for (const [hops, rings] of [
      [3, 0],
      [4, 1],
      [5, 1],
    ] as const)
      expect(run(debtsOf(hops, ring(hops)), { nowAndThen: false }).rings).toBe(rings);
    expect(run(debtsOf(5, ring(5)), { nowAndThen: false, walksPerChange: 2 }).rings).toBe(0);
  });

  it('leave a ring of 17 hops', () => {
    expect(run(debtsOf(17, ring(17))).rings).toBe(0);
  });

  it('change no net position, close rings of 16 hops at most, and do the same for the same seed', () => {
    fc.assert(
      fc.property(graphs, changes, (graph, change) => {
        const { left, rings, hops } = run(graph, change);
        expect(netPositions(graph, left)).toEqual(netPositions(graph, graph.amounts));
        expect(hops).toBeLessThanOrEqual(16 * rings);
        expect(hops).toBeGreaterThanOrEqual((change.leastHops?.(0, 0) ?? 3) * rings);
        expect(run(graph, change).left).toEqual(left);
      }),
      { numRuns: 150 },
    );
  });

  it('go back from where nothing leads on, and try another debtor', () => {
    // The ring is 0 → 2 → 1 → 0; a walk that comes to 1 nearly always tries 3 first, who is owed by nobody.
    const rows: Row[] = [
      [1, 0, 5],
      [2, 1, 1],
      [3, 1, 1_000],
      [0, 2, 5],
    ];
    const { rings, hops } = run(debtsOf(4, rows), { ...anyRing, walksPerChange: 1, nowAndThen: false });
    expect([rings, hops]).toEqual([1, 3]);
  });

  it('where nothing leads on, asking costs less when that is said for good', () => {
    // 9 owes 8, who owes 7, and so on: no ring at all.
    const rows: Row[] = Array.from({ length: 9 }, (_, node) => [node + 1, node, 5] as const);
    const untold = run(debtsOf(10, rows), { noWay: 'untold' }).messages;
    const answered = run(debtsOf(10, rows), { noWay: 'answered' }).messages;
    const told = run(debtsOf(10, rows), { noWay: 'told' }).messages;
    expect(answered).toBeLessThan(untold / 4);
    expect(told).toBeLessThanOrEqual(2 * rows.length);
  });
});
