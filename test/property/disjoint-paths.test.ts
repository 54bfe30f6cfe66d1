/** Candidate routes on small random graphs, against an exact search without any cleverness. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DisjointPaths } from '#protocol/disjoint-paths.ts';
import { Graph } from '#protocol/graph.ts';
import type { PublicKey } from '#protocol/identity.ts';

const keyOf = (number: number) => number.toString(16).padStart(64, '0') as PublicKey;
const MOST_HOPS = 6;

type Line = readonly [from: number, to: number];

function graphOf(lines: readonly Line[]): Graph {
  const graph = new Graph();
  for (const [from, to] of lines) graph.add(keyOf(from), keyOf(to));
  return graph;
}

const account = (a: PublicKey, b: PublicKey): string => [a, b].sort().join();

/** How many hops of the route only pay back: the next one does not trust the one before. */
const repayHops = (graph: Graph, route: readonly PublicKey[]): number =>
  route.slice(1).filter((to, at) => !graph.has(to, route[at] as PublicKey)).length;

/** The least of hops, then hops that pay back, between two participants without the accounts named; null beyond 6 hops. */
function best(lines: readonly Line[], from: PublicKey, to: PublicKey, without: ReadonlySet<string>): number | null {
  const graph = graphOf(lines);
  const all = new Set(lines.flat().map(keyOf));
  let level = new Map([[from, 0]]);
  const seen = new Set([from]);
  for (let hops = 1; hops <= MOST_HOPS; hops++) {
    const next = new Map<PublicKey, number>();
    for (const [node, repay] of level) {
      for (const other of all) {
        const isLinked = graph.has(node, other) || graph.has(other, node);
        if (!isLinked || seen.has(other) || without.has(account(node, other))) continue;
        const cost = repay + (graph.has(other, node) ? 0 : 1);
        next.set(other, Math.min(cost, next.get(other) ?? cost));
      }
    }
    for (const node of next.keys()) seen.add(node);
    const found = next.get(to);
    if (found !== undefined) return 10 * hops + found;
    level = next;
  }
  return null;
}

/** Sparse ones, where routes are long, as well as dense ones; a few have most of the lines. */
const graphs: fc.Arbitrary<readonly Line[]> = fc.integer({ min: 2, max: 24 }).chain((participants) => {
  const anyone = fc.nat(participants - 1);
  const end = fc.oneof({ weight: 3, arbitrary: anyone }, { weight: 1, arbitrary: fc.nat(1) });
  return fc
    .array(fc.tuple(end, anyone), { maxLength: 3 * participants, size: 'max' })
    .map((lines) => lines.filter(([from, to]) => from !== to));
});

describe('candidate routes', () => {
  it('are real, short, simple and disjoint, the best first, and all there are', () => {
    // One for all graphs and pairs: what it holds of the one must not be seen by the other.
    const paths = new DisjointPaths();
    let many = 0;
    let long = 0;
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 8 }), (lines, most) => {
        const graph = graphOf(lines);
        for (const [source, target] of [
          [keyOf(0), keyOf(1)],
          [keyOf(2), keyOf(3)],
          [keyOf(3), keyOf(5)],
        ] as const) {
          const routes = paths.find(graph, source, target, most);
          expect(paths.find(graph, source, target, most)).toEqual(routes);
          expect(routes.length).toBeLessThanOrEqual(most);
          const used = new Set<string>();
          let hopsBefore = 0;
          for (const route of routes) {
            expect([route[0], route.at(-1)]).toEqual([source, target]);
            expect(new Set(route).size).toBe(route.length);
            expect(route.length - 1).toBeLessThanOrEqual(MOST_HOPS);
            expect(route.length - 1).toBeGreaterThanOrEqual(hopsBefore);
            hopsBefore = route.length - 1;
            for (const [at, to] of route.slice(1).entries()) {
              const from = route[at] as PublicKey;
              expect(graph.has(from, to) || graph.has(to, from)).toBe(true);
              expect(used.has(account(from, to))).toBe(false);
              used.add(account(from, to));
            }
          }
          const [first] = routes;
          const shortest = best(lines, source, target, new Set());
          expect(first === undefined ? null : 10 * (first.length - 1) + repayHops(graph, first)).toBe(shortest);
          if (routes.length < most) expect(best(lines, source, target, used)).toBeNull();
          if (routes.length > 2) many++;
          if (hopsBefore > 3) long++;
        }
      }),
      { numRuns: 500 },
    );
    expect([many > 20, long > 20]).toEqual([true, true]);
  });

  it('to oneself, to and from one without a line: none', () => {
    const paths = new DisjointPaths();
    const graph = graphOf([[0, 1]]);
    expect(paths.find(graph, keyOf(0), keyOf(0), 8)).toEqual([]);
    expect(paths.find(graph, keyOf(0), keyOf(7), 8)).toEqual([]);
    expect(paths.find(graph, keyOf(7), keyOf(0), 8)).toEqual([]);
    expect(paths.find(graph, keyOf(1), keyOf(0), 8)).toEqual([[keyOf(1), keyOf(0)]]);
  });

  it('follow the graph as it changes', () => {
    const graph = graphOf([
      [0, 1],
      [1, 2],
    ]);
    const paths = new DisjointPaths();
    expect(paths.find(graph, keyOf(0), keyOf(2), 8)).toEqual([[0, 1, 2].map(keyOf)]);
    for (let at = 3; at < 100; at++) graph.add(keyOf(at), keyOf(0));
    graph.add(keyOf(99), keyOf(2));
    expect(paths.find(graph, keyOf(0), keyOf(2), 8)).toEqual([[0, 99, 2].map(keyOf), [0, 1, 2].map(keyOf)]);
    graph.delete(keyOf(1), keyOf(2));
    expect(paths.find(graph, keyOf(0), keyOf(2), 8)).toEqual([[0, 99, 2].map(keyOf)]);
  });

  it('between two hubs of 100,000 neighbours: found within the bound', () => {
    const graph = new Graph();
    for (let at = 10; at < 100_010; at++) {
      graph.add(keyOf(at), keyOf(0));
      graph.add(keyOf(at + 200_000), keyOf(1));
    }
    graph.add(keyOf(60_000), keyOf(300_000));
    expect(new DisjointPaths().find(graph, keyOf(0), keyOf(1), 8)).toEqual([[0, 60_000, 300_000, 1].map(keyOf)]);
  });
});
