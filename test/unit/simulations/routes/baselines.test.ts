import { describe, expect, it } from 'vitest';
import { generate } from '#simulations/graphs/generate.ts';
import { Random } from '#simulations/random.ts';
import { BASELINES } from '#simulations/routes/baselines/all.ts';
import { disjointPaths } from '#simulations/routes/baselines/disjoint-paths.ts';
import { maxFlow } from '#simulations/routes/baselines/max-flow.ts';
import type { Baseline, Outcome } from '#simulations/routes/baselines/method.ts';
import { shortestPath } from '#simulations/routes/baselines/shortest-path.ts';
import { silentWhispers } from '#simulations/routes/baselines/silent-whispers.ts';
import { growTree, highestDegrees, TreeDistance } from '#simulations/routes/baselines/spanning-tree.ts';
import { speedyMurmurs, split } from '#simulations/routes/baselines/speedy-murmurs.ts';
import { arcsOf, fits, initialCapacities, pay } from '#simulations/routes/capacities.ts';
import { creditGraph, nodeOf } from '#test/support/credit-graphs.ts';

/** P can pay R over A, or over B and C. */
const TWO_WAYS = ['P>A 5', 'A>R 5', 'P>B 8', 'B>C 8', 'C>R 8', 'A>P 1', 'R>A 1', 'B>P 1', 'C>B 1', 'R>C 1'];

function route(baseline: Baseline, lines: readonly string[], amount: number): Outcome & { sizes: number[] | null } {
  const graph = creditGraph(...lines);
  const arcs = arcsOf(graph);
  const capacities = initialCapacities(graph);
  const method = baseline.create(arcs, capacities, 1);
  const outcome = method.route(capacities, { from: nodeOf(graph, 'P'), to: nodeOf(graph, 'R'), amount });
  expect(capacities).toEqual(initialCapacities(graph));
  if (outcome.paths !== null) expect(fits(capacities, outcome.paths)).toBe(true);
  return { ...outcome, sizes: outcome.paths?.map((path) => path.amount) ?? null };
}

describe('blind shortest path', () => {
  it('pays what the shortest path carries, and nothing else', () => {
    expect(route(shortestPath, TWO_WAYS, 5)).toMatchObject({ sizes: [5], messages: 6, searches: 0 });
    expect(route(shortestPath, TWO_WAYS, 6)).toMatchObject({ paths: null, messages: 3 });
  });
});

describe('edge-disjoint shortest paths', () => {
  it('lay the amount on the widest first', () => {
    expect(route(disjointPaths, TWO_WAYS, 10)).toMatchObject({ sizes: [8, 2], messages: 15, searches: 10 });
    expect(route(disjointPaths, TWO_WAYS, 14).paths).toBe(null);
  });

  it('are at most four', () => {
    const five = [1, 2, 3, 4, 5].flatMap((at) => [`P>n${at} 2`, `n${at}>R 2`]);
    expect(route(disjointPaths, five, 8).sizes).toEqual([2, 2, 2, 2]);
    expect(route(disjointPaths, five, 9).paths).toBe(null);
  });
});

describe('maximum flow', () => {
  it('pays all that can be paid', () => {
    expect(route(maxFlow, TWO_WAYS, 13).sizes).toEqual([5, 8]);
    expect(route(maxFlow, TWO_WAYS, 14).paths).toBe(null);
  });
});

describe('SpeedyMurmurs', () => {
  it('splits at random into parts that add up', () => {
    const random = new Random(3);
    for (let amount = 1; amount < 200; amount++) {
      const parts = split(amount, 3, random);
      expect(parts.length).toBe(3);
      expect(parts.every((part) => Number.isInteger(part) && part >= 0)).toBe(true);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
    }
  });

  it('pays along trees, and not what an account on every way does not carry', () => {
    const lines = ['P>A 9', 'A>P 9', 'A>R 9', 'R>A 9'];
    const outcome = route(speedyMurmurs, lines, 9);
    expect(outcome.sizes?.reduce((sum, part) => sum + part, 0)).toBe(9);
    expect(outcome.messages).toBe(6 * (outcome.sizes?.length ?? 0));
    expect(route(speedyMurmurs, lines, 10).paths).toBe(null);
  });

  it('takes a short cut that no tree has', () => {
    // The three of highest degree are roots; P and R are leaves far apart in each tree, and neighbours.
    const lines = ['P>R 9', 'R>P 9'];
    for (const [a, b] of ['PX', 'XY', 'YZ', 'ZR', 'XQ', 'YS', 'ZT', 'XU', 'ZV'].map((pair) => [...pair])) {
      lines.push(`${a}>${b} 9`, `${b}>${a} 9`);
    }
    expect(route(speedyMurmurs, lines, 6).paths?.every(({ arcs }) => arcs.length === 1)).toBe(true);
  });
});

describe('SilentWhispers-like', () => {
  it('pays over landmarks within what their paths carry', () => {
    const lines = ['P>L 9', 'L>P 9', 'L>R 5', 'R>L 5', 'L>x 1', 'x>L 1'];
    const outcome = route(silentWhispers, lines, 3);
    expect(outcome.sizes?.reduce((sum, part) => sum + part, 0)).toBe(3);
    expect(route(silentWhispers, lines, 16).paths).toBe(null);
  });
});

describe('spanning trees', () => {
  const graph = generate({ kind: 'ba', nodes: 200, m: 2 }, () => 5, new Random(1), 2);
  const arcs = arcsOf(graph);

  it('grow breadth first from the highest degrees', () => {
    const [root = -1, second = -1] = highestDegrees(arcs, 2);
    const degree = (node: number) => (arcs.first[node + 1] as number) - (arcs.first[node] as number);
    expect(degree(root)).toBeGreaterThanOrEqual(degree(second));
    const tree = growTree(arcs, initialCapacities(graph), root, new Random(1));
    expect(tree.depth[root]).toBe(0);
    for (let node = 0; node < 200; node++) {
      if (node === root) continue;
      const parent = tree.parent[node] as number;
      expect(tree.depth[node]).toBe((tree.depth[parent] as number) + 1);
      for (let arc = 0; arc < arcs.count; arc++) {
        if (arcs.tail[arc] !== node) continue;
        // No neighbour stands so high that the node would have been found earlier.
        expect(tree.depth[arcs.head[arc] as number]).toBeGreaterThanOrEqual((tree.depth[node] as number) - 1);
      }
    }
  });

  it('tell how far two are apart in them', () => {
    const tree = growTree(arcs, initialCapacities(graph), 0, new Random(1));
    const apart = new TreeDistance(tree, 150);
    expect(apart.to(150)).toBe(0);
    expect(apart.to(tree.parent[150] as number)).toBe(1);
    expect(apart.to(0)).toBe(tree.depth[150]);
  });

  it('reach over one-way accounts those that two-way ones do not', () => {
    const oneWay = creditGraph('A>B 5', 'B>A 5', 'B>C 5');
    const tree = growTree(arcsOf(oneWay), initialCapacities(oneWay), 0, new Random(1));
    expect([...tree.depth]).toEqual([0, 1, 2]);
    const apart = creditGraph('A>B 5', 'C>D 5');
    expect(new TreeDistance(growTree(arcsOf(apart), initialCapacities(apart), 0, new Random(1)), 1).to(2)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe('each way of routing', () => {
  it.each(BASELINES)('$name: what it pays fits, is the amount, and leads from payer to receiver', (baseline) => {
    const random = new Random(9);
    const graph = generate({ kind: 'ba', nodes: 120, m: 3 }, (from) => 1 + from.below(100), new Random(2), 2);
    const arcs = arcsOf(graph);
    const capacities = initialCapacities(graph);
    const method = baseline.create(arcs, capacities, 1);
    let paid = 0;
    for (let count = 0; count < 150; count++) {
      const [from = 0, to = 0] = random.shuffle(Array.from({ length: 120 }, (_, node) => node));
      const amount = 1 + random.below(80);
      const { paths } = method.route(capacities, { from, to, amount });
      if (paths === null) continue;
      paid++;
      expect(fits(capacities, paths)).toBe(true);
      expect(paths.reduce((sum, path) => sum + path.amount, 0)).toBe(amount);
      for (const path of paths) {
        expect(arcs.tail[path.arcs[0] as number]).toBe(from);
        expect(arcs.head[path.arcs.at(-1) as number]).toBe(to);
        for (const [at, arc] of path.arcs.slice(1).entries())
          expect(arcs.tail[arc]).toBe(arcs.head[path.arcs[at] as number]);
      }
      pay(capacities, paths);
      expect(capacities.every((capacity) => capacity >= 0)).toBe(true);
    }
    expect(paid).toBeGreaterThan(30);
    expect(paid).toBeLessThan(151);
  });
});
