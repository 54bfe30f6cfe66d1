/** The shortcuts of route choice change nothing: chains and distances are those that are found without them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FLAG_BITS, Graph } from '#protocol/graph.ts';
import { FAR, mapDistances } from '#protocol/routing/beside-map.ts';
import { chancePermille, isFaded, unknownHop } from '#protocol/routing/estimate.ts';
import { type Costs, PathFinder } from '#protocol/routing/path.ts';
import { View } from '#protocol/routing/view.ts';
import { key, UAH } from '#test/support/packets.ts';

const NOW_MS = 1_700_000_000_000;
const NAMES = [...'ABCDEFGHIJ'];
const MOST_HOPS = 6;
const LEAST_COST = 1_000;

const lines = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES))
    .filter(([from, to]) => from !== to)
    .map(([from, to]) => from + to),
  { minLength: 8, maxLength: 60 },
);
/** Few different costs, so that many chains cost the same. */
const hopCosts = fc.array(fc.constantFrom(0, 1_000, 1_428, 1_428, 1_428, 4_000), { minLength: 100, maxLength: 100 });
const plainOnes = fc.subarray(NAMES);

function graphOf(hops: readonly string[]): Graph {
  const graph = new Graph();
  for (const hop of hops) graph.add(key(hop[0] as string), key(hop[1] as string));
  return graph;
}

it('distances on a map are those of a search level by level, asked once or again, before and after a change', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: MOST_HOPS }), (hops, most) => {
      const graph = graphOf(hops);
      for (let round = 0; round < 2; round++) {
        for (let target = 0; target < graph.numberBound; target++) {
          const wanted = levelByLevel(graph, target, most);
          expect([...mapDistances(graph, target, most)]).toEqual(wanted);
          expect([...mapDistances(graph, target, most)]).toEqual(wanted);
        }
        const [hop] = hops as [string];
        graph.delete(key(hop[0] as string), key(hop[1] as string));
      }
    }),
  );
});

function levelByLevel(graph: Graph, target: number, most: number): number[] {
  const distances = Array<number>(graph.numberBound).fill(FAR);
  distances[target] = 0;
  let level = [target];
  for (let hops = 1; hops <= most; hops++) {
    const next: number[] = [];
    for (const number of level) {
      const start = graph.startOf(number);
      for (let place = start; place < start + graph.degreeOf(number); place++) {
        const to = (graph.entries[place] as number) >>> FLAG_BITS;
        if (distances[to] !== FAR) continue;
        distances[to] = hops;
        next.push(to);
      }
    }
    level = next;
  }
  return distances;
}

it('the cheapest chain is the one that a search without shortcuts finds first', () => {
  fc.assert(
    fc.property(lines, hopCosts, plainOnes, (hops, table, plain) => {
      const graph = graphOf(hops);
      if (graph.numberOf(key('A')) < 0 || graph.numberOf(key('B')) < 0) return;
      const own = NAMES.filter((name) => graph.has(key(name), key('A'))).map((name) => ({
        to: key(name),
        capacity: 1n,
      }));
      const view = new View({ self: key('A'), receiver: key('B'), graph, own, named: [] });
      const isPlain = (from: number) =>
        from !== view.source && plain.some((name) => graph.numberOf(key(name)) === from);
      const costs: Costs = {
        isPlain,
        plain: (isRepay) => (isRepay ? 4_000 : 1_428),
        of: (from, to, isRepay) => (isPlain(from) ? costs.plain(isRepay) : (table[(from * 10 + to) % 100] as number)),
      };
      expect(new PathFinder(view, MOST_HOPS, LEAST_COST).cheapest(costs)).toEqual(withoutShortcuts(view, costs));
    }),
    { numRuns: 1_000 },
  );
});

/** Every chain of few hops, level by level; the first of equal ones counts. */
function withoutShortcuts(view: View, costs: Costs): number[] | null {
  const distances = view.distances(MOST_HOPS);
  const shortest = distances[view.source] as number;
  if (shortest > MOST_HOPS) return null;
  return within(view, costs, distances, Math.min(shortest + 1, MOST_HOPS)) ?? within(view, costs, distances, MOST_HOPS);
}

interface Label {
  readonly node: number;
  cost: number;
  before: Label | null;
}

function within(view: View, costs: Costs, distances: Uint8Array, most: number): number[] | null {
  const reached = new Map([[view.source, 0]]);
  let best: Label | null = null;
  let level: Label[] = [{ node: view.source, cost: 0, before: null }];
  for (let hops = 1; hops <= most; hops++) {
    const next = new Map<number, Label>();
    for (const label of level) {
      if (label.node === view.target) continue;
      const count = view.hopsFrom(label.node, distances, FAR);
      for (let at = 0; at < count; at++) {
        const to = view.to[at] as number;
        if ((distances[to] as number) > most - hops || to === view.source) continue;
        const more = costs.of(label.node, to, view.isRepay[at] === 1);
        const cost = label.cost + more;
        if (more === 0 || (reached.get(to) ?? Number.POSITIVE_INFINITY) <= cost) continue;
        reached.set(to, cost);
        const known = next.get(to);
        if (known === undefined) next.set(to, { node: to, cost, before: label });
        else Object.assign(known, { cost, before: label });
      }
    }
    best = next.get(view.target) ?? best;
    level = [...next.values()];
  }
  const nodes: number[] = [];
  for (let label: Label | null = best; label !== null; label = label.before) nodes.push(label.node);
  return best === null ? null : nodes.reverse();
}

it('what is faded says nothing: any amount is as likely as over an unknown hop', () => {
  const amounts = fc.bigInt(0n, 100n);
  const ages = fc.integer({ min: 0, max: 3_000_000 });
  fc.assert(
    fc.property(
      fc.record({ atLeast: amounts, most: fc.option(amounts), ages: fc.tuple(ages, ages, ages) }),
      amounts,
      (learned, amount) => {
        const atMost = learned.most === null || learned.most < learned.atLeast ? null : learned.most;
        const [atLeastAtMs, atMostAtMs, silentAtMs] = learned.ages.map((ageMs) => NOW_MS - ageMs) as [
          number,
          number,
          number,
        ];
        const known = {
          ...unknownHop(key('A'), key('B'), UAH),
          atLeast: learned.atLeast,
          atMost,
          atLeastAtMs,
          atMostAtMs,
          silences: 1,
          silentAtMs,
        };
        fc.pre(isFaded(known, NOW_MS));
        for (const prior of [0, 250, 350, 700])
          expect(chancePermille(known, prior, amount, NOW_MS)).toBe(Math.max(prior, 1));
      },
    ),
  );
});
