/** Choosing routes (§6.4), on small networks of which everything is known, against the most that could be sent at all. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Graph } from '#protocol/graph.ts';
import { Capacities } from '#protocol/routing/capacities.ts';
import { passed, refusedAbove, unknownHop } from '#protocol/routing/estimate.ts';
import { Planner } from '#protocol/routing/plan.ts';
import { View } from '#protocol/routing/view.ts';
import { key, nameOf, UAH } from '#test/support/packets.ts';

const NAMES = [...'ABCDEF'];
const NOW_MS = 1_700_000_000_000;
type Rooms = ReadonlyMap<string, bigint>;

const pairs = NAMES.flatMap((from) => NAMES.filter((to) => to !== from).map((to) => from + to));
/** What each hop could carry; those left out are not there. A sends, F receives. */
const someRooms: fc.Arbitrary<Rooms> = fc
  .subarray(pairs, { minLength: 3, maxLength: 14 })
  .chain((hops) =>
    fc
      .array(fc.bigInt(0n, 40n), { minLength: hops.length, maxLength: hops.length })
      .map((amounts) => new Map(hops.map((hop, at) => [hop, amounts[at] as bigint]))),
  );

/** Ford and Fulkerson, one unit-less chain at a time. */
function most(rooms: Rooms): bigint {
  const left = new Map(rooms);
  for (let sum = 0n; ; ) {
    const before = new Map([['A', '']]);
    const queue = ['A'];
    for (const from of queue) {
      for (const to of NAMES) {
        if ((left.get(from + to) ?? 0n) <= 0n || before.has(to)) continue;
        before.set(to, from);
        queue.push(to);
      }
    }
    if (!before.has('F')) return sum;
    const chain: string[] = [];
    for (let to = 'F'; to !== 'A'; to = before.get(to) as string) chain.push((before.get(to) as string) + to);
    let part = left.get(chain[0] as string) as bigint;
    for (const hop of chain) if ((left.get(hop) as bigint) < part) part = left.get(hop) as bigint;
    for (const hop of chain) {
      const back = `${hop[1]}${hop[0]}`;
      left.set(hop, (left.get(hop) as bigint) - part).set(back, (left.get(back) ?? 0n) + part);
    }
    sum += part;
  }
}

function plannerOf(rooms: Rooms, wanted: bigint, isKnown: boolean): { planner: Planner; view: View } {
  const graph = new Graph();
  for (const hop of rooms.keys()) graph.add(key(hop[1] as string), key(hop[0] as string));
  const own = [...rooms]
    .filter(([hop]) => hop[0] === 'A')
    .map(([hop, capacity]) => ({ to: key(hop[1] as string), capacity }));
  const view = new View({ self: key('A'), receiver: key('F'), graph, own, named: [] });
  const learned = pairs.map((hop) => {
    const estimate = unknownHop(key(hop[0] as string), key(hop[1] as string), UAH);
    const room = rooms.get(hop) ?? 0n;
    return room < wanted ? refusedAbove(estimate, room, NOW_MS) : passed(estimate, room, NOW_MS);
  });
  const capacities = new Capacities(view, {
    ...{ wanted, nowMs: NOW_MS, learned: isKnown ? learned : [], remembered: [], doubted: [] },
  });
  return { planner: new Planner(view, capacities), view };
}

it('a plan is of real routes that hold together, and is found whenever there is one', () => {
  fc.assert(
    fc.property(someRooms, fc.bigInt(1n, 60n), (rooms, wanted) => {
      const { planner, view } = plannerOf(rooms, wanted, true);
      const plan = planner.plan(wanted, 'known');
      const used = new Map<string, bigint>();
      for (const { nodes, amount } of plan.routes) {
        const names = nodes.map((number) => nameOf(view.keyOf(number)));
        expect([names[0], names.at(-1), new Set(names).size]).toEqual(['A', 'F', names.length]);
        expect(names.length).toBeLessThanOrEqual(7);
        for (const [at, from] of names.slice(0, -1).entries()) {
          const hop = from + (names[at + 1] as string);
          used.set(hop, (used.get(hop) ?? 0n) + amount);
        }
      }
      for (const [hop, amount] of used) expect(amount).toBeLessThanOrEqual(rooms.get(hop) ?? 0n);
      expect(plan.routes.length).toBeLessThanOrEqual(8);
      // Six participants: no route is too long, and eight routes are enough.
      const best = most(rooms);
      expect(plan.total).toBe(best < wanted ? best : wanted);
    }),
    { numRuns: 2_000 },
  );
});

it('nothing is known to pass where nothing was asked, but anything is hoped for where there is a way', () => {
  fc.assert(
    fc.property(someRooms, fc.bigInt(1n, 60n), (rooms, wanted) => {
      const { planner } = plannerOf(rooms, wanted, false);
      const direct = rooms.get('AF') ?? 0n;
      expect(planner.plan(wanted, 'known').total).toBe(direct < wanted ? direct : wanted);
      expect(planner.plan(wanted, 'hoped').total).toBeGreaterThanOrEqual(planner.plan(wanted, 'cautious').total);
    }),
    { numRuns: 500 },
  );
});

it.each(['DE', 'ED'])('a hop that is used up counts as unknown for what else would go over it: %s', (names) => {
  const [shared, free] = [...names] as [string, string];
  const rooms = new Map(
    ['AB', 'AC', `B${shared}`, `C${shared}`, `C${free}`, `${shared}F`, `${free}F`].map((hop) => [hop, 10n]),
  );
  const graph = new Graph();
  for (const hop of rooms.keys()) graph.add(key(hop[1] as string), key(hop[0] as string));
  const view = new View({
    ...{ self: key('A'), receiver: key('F'), graph, named: [] },
    own: [...'BC'].map((to) => ({ to: key(to), capacity: 10n })),
  });
  // Each hop has carried ten, none has refused more.
  const learned = [...rooms.keys()].map((hop) =>
    passed(unknownHop(key(hop[0] as string), key(hop[1] as string), UAH), 10n, NOW_MS),
  );
  const capacities = new Capacities(view, { wanted: 20n, nowMs: NOW_MS, learned, remembered: [], doubted: [] });
  const { routes } = new Planner(view, capacities).plan(20n, 'hoped');
  const chains = routes.map(({ nodes }) => nodes.map((number) => nameOf(view.keyOf(number))).join(''));
  expect(chains.sort()).toEqual([`AB${shared}F`, `AC${free}F`]);
});
