/** Flows and bounds of the study, against slow and simple ones on small networks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PAYMENT_HOPS, MAX_ROUTES } from '#protocol/limits.ts';
import { type CreditGraph, GraphBuilder } from '#simulations/graphs/credit-graph.ts';
import {
  type Arcs,
  arcsOf,
  type Capacities,
  fits,
  initialCapacities,
  type Path,
} from '#simulations/routes/capacities.ts';
import { fraction, Weights, widthClasses } from '#simulations/routes/fractional.ts';
import { canPassLayers } from '#simulations/routes/layered-flow.ts';
import { MaxFlow } from '#simulations/routes/max-flow.ts';
import { Oracle } from '#simulations/routes/oracle.ts';
import { isRestricted, Reach } from '#simulations/routes/restricted.ts';
import { creditGraph, nodeOf } from '#test/support/credit-graphs.ts';

interface Case {
  readonly arcs: Arcs;
  readonly capacities: Capacities;
  readonly from: number;
  readonly to: number;
}

/** Sparse and long enough that six hops are sometimes too few; capacities are small whole numbers. */
const cases: fc.Arbitrary<Case> = fc
  .integer({ min: 3, max: 12 })
  .chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      chain: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: nodes - 1, maxLength: nodes - 1 }),
      lines: fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1), fc.integer({ min: 0, max: 4 })), {
        maxLength: 14,
      }),
    }),
  )
  .map(({ nodes, chain, lines }) => {
    const builder = new GraphBuilder();
    builder.grow(nodes);
    for (const [at, limit] of chain.entries()) builder.line(at + 1, at, limit);
    for (const [from, to, limit] of lines) builder.line(from, to, limit);
    const graph: CreditGraph = builder.build();
    return { arcs: arcsOf(graph), capacities: initialCapacities(graph), from: 0, to: nodes - 1 };
  });

/** Ford and Fulkerson as in a textbook: any path with room, one step at a time. */
function slowFlow({ arcs, capacities, from, to }: Case): number {
  const left = [...capacities];
  let flow = 0;
  const visit = (node: number, seen: Set<number>): boolean => {
    if (node === to) return true;
    seen.add(node);
    for (let arc = 0; arc < arcs.count; arc++) {
      const next = arcs.head[arc] as number;
      if (arcs.tail[arc] !== node || (left[arc] as number) < 1 || seen.has(next)) continue;
      if (!visit(next, seen)) continue;
      left[arc] = (left[arc] as number) - 1;
      left[arc ^ 1] = (left[arc ^ 1] as number) + 1;
      return true;
    }
    return false;
  };
  while (visit(from, new Set())) flow++;
  return flow;
}

/** The most that routes of one step each carry within the restrictions, by trying them all. */
function slowRestricted({ arcs, capacities, from, to }: Case, most: number): number {
  const routes: number[][] = [];
  const grow = (node: number, path: readonly number[], seen: ReadonlySet<number>): void => {
    if (node === to) routes.push([...path]);
    if (node === to || path.length === MAX_PAYMENT_HOPS) return;
    for (let arc = 0; arc < arcs.count; arc++) {
      const next = arcs.head[arc] as number;
      if (arcs.tail[arc] === node && (capacities[arc] as number) > 0 && !seen.has(next)) {
        grow(next, [...path, arc], new Set([...seen, next]));
      }
    }
  };
  grow(from, [], new Set([from]));
  const left = [...capacities];
  let tries = 0;
  const fill = (first: number, carried: number): number => {
    let best = carried;
    if (carried >= Math.min(most, MAX_ROUTES) || tries++ > 20_000) return best;
    for (let at = first; at < routes.length && best < most; at++) {
      const route = routes[at] as number[];
      if (route.some((arc) => (left[arc] as number) < 1)) continue;
      for (const arc of route) left[arc] = (left[arc] as number) - 1;
      best = Math.max(best, fill(at, carried + 1));
      for (const arc of route) left[arc] = (left[arc] as number) + 1;
    }
    return best;
  };
  return fill(0, 0);
}

const hops = ({ arcs }: Path) => arcs.length;

describe('maximum flow', () => {
  it('is that of Ford and Fulkerson, and its paths carry it', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { arcs, capacities, from, to } = one;
        const maxFlow = new MaxFlow(arcs);
        const flow = maxFlow.find(capacities, from, to, 1_000);
        expect(flow.amount).toBe(slowFlow(one));
        const paths = maxFlow.pathsOf(capacities, flow, from, to);
        expect(paths.reduce((sum, { amount }) => sum + amount, 0)).toBe(flow.amount);
        expect(fits(capacities, paths)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('takes back what it laid on a shorter way when that stands in the way of more', () => {
    const graph = creditGraph('P>a 1', 'a>b 1', 'b>R 1', 'P>e 1', 'e>f 1', 'f>b 1', 'a>c 1', 'c>d 1', 'd>R 1');
    const flow = new MaxFlow(arcsOf(graph)).find(initialCapacities(graph), nodeOf(graph, 'P'), nodeOf(graph, 'R'), 9);
    expect(flow.amount).toBe(2);
  });

  it('is not more than was wanted', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 4 }), (one, wanted) => {
        const { amount } = new MaxFlow(one.arcs).find(one.capacities, one.from, one.to, wanted);
        expect(amount).toBe(Math.min(wanted, slowFlow(one)));
      }),
    );
  });
});

describe('the oracle', () => {
  it('excludes nothing that routes carry, finds routes that do, and excludes what no flow carries', () => {
    let excluded = 0;
    let built = 0;
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 7 }), (one, amount) => {
        const { arcs, capacities, from, to } = one;
        const verdict = new Oracle(arcs).judge(capacities, { from, to, amount });
        const truth = slowRestricted(one, amount) >= amount;
        if (truth) expect(verdict.isBounded).toBe(true);
        expect(verdict.isFlow).toBe(slowFlow(one) >= amount);
        if (verdict.isBounded) expect(verdict.isFlow).toBe(true);
        else expect(verdict.paths).toBe(null);
        if (verdict.isFlow && !verdict.isBounded) excluded++;
        if (verdict.paths === null) return;
        built++;
        expect(isRestricted(capacities, arcs, verdict.paths, amount)).toBe(true);
        expect(verdict.paths.every((path) => hops(path) <= MAX_PAYMENT_HOPS)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(built).toBeGreaterThan(50);
    // Ways that are too long are met as well.
    expect(excluded).toBeGreaterThan(5);
  });

  it('each of its bounds alone excludes nothing that routes carry', () => {
    let passed = 0;
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 7 }), (one, amount) => {
        if (slowRestricted(one, amount) < amount) return;
        passed++;
        const { arcs, capacities, from, to } = one;
        const reach = new Reach(arcs, capacities, from, to);
        expect(canPassLayers(arcs, reach, capacities, amount)).toBe(true);
        const result = fraction(arcs, reach, capacities, amount);
        expect(result.type).not.toBe('impossible');
        if (result.type === 'possible') expect(fits(capacities, result.paths)).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(passed).toBeGreaterThan(20);
  });

  it('the number of routes weighs what it should: of ways that share nothing, the eight widest carry most', () => {
    const widths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 9, maxLength: 14 });
    fc.assert(
      fc.property(widths, fc.integer({ min: -4, max: 12 }), (ways, percent) => {
        const graph = creditGraph(
          ...ways.flatMap((width, at) => [`P>n${at} ${width * 100}`, `n${at}>R ${width * 100}`]),
        );
        const [arcs, capacities] = [arcsOf(graph), initialCapacities(graph)];
        const reach = new Reach(arcs, capacities, nodeOf(graph, 'P'), nodeOf(graph, 'R'));
        const widest = ways.sort((one, other) => other - one).slice(0, MAX_ROUTES);
        const most = widest.reduce((sum, width) => sum + width, 0);
        const { type } = fraction(arcs, reach, capacities, most * (100 + percent));
        const weights = new Weights(arcs, reach, capacities);
        const classes = widthClasses(capacities, reach, most * 100);
        for (let round = 0; round < 200; round++) {
          const { arcs: lightest, bound } = weights.lightest(classes) ?? { arcs: [], bound: 0 };
          expect(bound).toBeGreaterThan(most * 100 - 1e-6);
          weights.makeHeavier(lightest);
        }
        if (percent <= 0) expect(type).toBe('possible');
        // Closer than this it may stay open.
        else expect(type).not.toBe('possible');
        if (percent >= 5) expect(type).toBe('impossible');
      }),
      { numRuns: 60 },
    );
  });
});
