/**
 * A published figure, found again before anything new is measured: Dandekar, Goel, Govindan, Post, "Liquidity in Credit
 * Networks: A Little Trust Goes a Long Way" (ACM EC 2011). Random pairs pay one step each, again and again. In the long
 * run every state of an account is as likely as any other, so that one whose two directions carry c steps together lets
 * a step pass with probability c / (c + 1); over a chain of such accounts these multiply; and where there are several
 * ways, it does not matter which of them payments take.
 */
import { describe, expect, it } from 'vitest';
import { generate, type Model } from '#simulations/graphs/generate.ts';
import { Random } from '#simulations/random.ts';
import { maxFlow, restrictedFlow } from '#simulations/routes/baselines/max-flow.ts';
import type { Baseline } from '#simulations/routes/baselines/method.ts';
import { shortestPath } from '#simulations/routes/baselines/shortest-path.ts';
import { type Arcs, arcsOf, initialCapacities, pay } from '#simulations/routes/capacities.ts';
import { drawDemands } from '#simulations/routes/demand.ts';
import { hopsFrom } from '#simulations/routes/paths.ts';

const WARM_UP = 10_000;
const PAYMENTS = 30_000;

/** Each account carries `limit` steps each way at first. */
const network = (model: Model, limit: number) => generate(model, () => limit, new Random(3), 2);

/** Payments made, as a share, once the network has settled. */
function settled(baseline: Baseline, model: Model, limit: number): number {
  const graph = network(model, limit);
  const arcs = arcsOf(graph);
  const capacities = initialCapacities(graph);
  const method = baseline.create(arcs, capacities.slice(), 1);
  let made = 0;
  for (const [number, demand] of drawDemands(graph, WARM_UP + PAYMENTS, () => 1, 5).entries()) {
    const { paths } = method.route(capacities, demand);
    if (paths === null) continue;
    pay(capacities, paths);
    if (number >= WARM_UP) made++;
  }
  return made / PAYMENTS;
}

/** What the theorem says of a tree: the mean over all pairs of (c / (c + 1)) to the power of the hops between them. */
function predicted(model: Model, limit: number): number {
  const graph = network(model, limit);
  const arcs: Arcs = arcsOf(graph);
  const capacities = initialCapacities(graph);
  let sum = 0;
  for (let from = 0; from < graph.nodes; from++) {
    for (const [to, hops] of hopsFrom(arcs, capacities, from, 100, false).entries()) {
      if (to !== from) sum += ((2 * limit) / (2 * limit + 1)) ** hops;
    }
  }
  return sum / (graph.nodes * (graph.nodes - 1));
}

describe('liquidity of credit networks, as published', () => {
  it.each([
    [20, 1],
    [20, 5],
    [60, 3],
  ])('a tree of %i participants, %i steps each way: the product over the hops', (nodes, limit) => {
    const tree = { kind: 'ba', nodes, m: 1 } as const;
    const expected = predicted(tree, limit);
    for (const baseline of [maxFlow, shortestPath]) {
      expect(Math.abs(settled(baseline, tree, limit) - expected)).toBeLessThan(0.015);
    }
  });

  it('with several ways it does not matter which of them are taken', () => {
    const model = { kind: 'ba', nodes: 60, m: 2 } as const;
    const free = settled(maxFlow, model, 1);
    expect(free).toBeLessThan(0.97);
    expect(Math.abs(settled(restrictedFlow, model, 1) - free)).toBeLessThan(0.015);
  });
});
