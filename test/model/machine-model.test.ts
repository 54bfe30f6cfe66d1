/** The machine against a naive model: five participants, a quiet network, random commands; balances must agree. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { refusalIn } from '#test/support/machine.ts';
import { Network } from '#test/support/network.ts';
import { nameOf } from '#test/support/packets.ts';

const NAMES = 'ABCDE';
type Pair = string;
type Planned = readonly (readonly [names: string, amount: bigint])[];

/** Whom everybody trusts how far, who owes whom what, and nothing else. */
class Model {
  readonly limits = new Map<Pair, bigint>();
  readonly announced = new Set<Pair>();
  readonly #debts = new Map<Pair, bigint>();

  /** What the first owes the second; negative when it is the other way round. */
  owes(from: string, to: string): bigint {
    return (this.#debts.get(from + to) ?? 0n) - (this.#debts.get(to + from) ?? 0n);
  }

  /** What a payment can carry from one to the next. */
  room(from: string, to: string): bigint {
    return (this.limits.get(to + from) ?? 0n) - this.owes(from, to);
  }

  setLine(pair: Pair, limit: bigint, status: 'active' | 'frozen' | 'closed'): boolean {
    const [from, to] = pair as unknown as [string, string];
    if (status !== 'closed' && limit < this.owes(to, from)) return false;
    this.limits.set(pair, status === 'active' ? limit : 0n);
    // A line on which debt can only shrink is taken off the map (§6.1).
    if (status === 'active') this.announced.add(pair);
    else this.announced.delete(pair);
    return true;
  }

  /** Moves all or nothing. Each hop must have room for all that goes over it in its direction. */
  move(routes: Planned, room: (from: string, to: string) => bigint): boolean {
    const wanted = new Map<Pair, bigint>();
    for (const [names, amount] of routes) {
      for (const hop of hopsOf(names)) wanted.set(hop, (wanted.get(hop) ?? 0n) + amount);
    }
    for (const [hop, amount] of wanted) if (room(hop[0] as string, hop[1] as string) < amount) return false;
    for (const [hop, amount] of wanted) this.#debts.set(hop, (this.#debts.get(hop) ?? 0n) + amount);
    return true;
  }

  /** What can go from one to another over several ways together, over own lines first and then announced, or any, ones. */
  most(from: string, to: string, isMapOnly: boolean): bigint {
    const left = new Map<Pair, bigint>();
    for (const node of NAMES) {
      for (const other of NAMES) {
        const known = node === from ? this.limits : this.announced;
        const isKnown = known.has(node + other) || known.has(other + node);
        if ((isKnown || !isMapOnly) && node !== other) left.set(node + other, this.room(node, other));
      }
    }
    const room = (a: string, b: string): bigint => left.get(a + b) ?? 0n;
    for (let sum = 0n; ; ) {
      const way = ways(from, to, (a, b) => room(a, b) > 0n)[0];
      if (way === undefined) return sum;
      const part = hopsOf(way).reduce<bigint>((least, hop) => {
        const here = left.get(hop) ?? 0n;
        return least < here ? least : here;
      }, 1_000n);
      for (const hop of hopsOf(way)) {
        const back = `${hop[1]}${hop[0]}`;
        left.set(hop, (left.get(hop) ?? 0n) - part).set(back, (left.get(back) ?? 0n) + part);
      }
      sum += part;
    }
  }
}

function hopsOf(names: string): readonly Pair[] {
  return [...names].slice(1).map((name, at) => `${names[at]}${name}`);
}

/** All chains from one to another (or round to itself) over open hops, nobody on them twice. */
function ways(from: string, to: string, isOpen: (from: string, to: string) => boolean): readonly string[] {
  const found: string[] = [];
  const extend = (names: string): void => {
    for (const next of NAMES) {
      if (!isOpen(names.at(-1) as string, next)) continue;
      if (next === to) found.push(names + next);
      else if (!names.includes(next)) extend(names + next);
    }
  };
  extend(from);
  return found;
}

type Command =
  | {
      readonly do: 'line';
      readonly pair: Pair;
      readonly limit: bigint;
      readonly status: 'active' | 'frozen' | 'closed';
    }
  | { readonly do: 'pay'; readonly pair: Pair; readonly amount: bigint }
  | { readonly do: 'pay by routes'; readonly pair: Pair; readonly parts: readonly (readonly [number, bigint])[] }
  | { readonly do: 'clear'; readonly ring: string; readonly which: number; readonly amount: bigint }
  | { readonly do: 'restart'; readonly name: string };

/** A chain of different participants, in any order. */
const chain = (minLength: number, maxLength: number) =>
  fc.shuffledSubarray([...NAMES], { minLength, maxLength }).map((names) => names.join(''));
const pair = chain(2, 2);
const amount = fc.bigInt(1n, 30n);
/** A ring of lines, so that everybody reaches everybody, and some more. */
const someLines = fc
  .subarray(['AB', 'AC', 'BD', 'CA', 'DB', 'CE', 'DA', 'EB', 'EC', 'ED'], { minLength: 2, maxLength: 5 })
  .map((more) => ['BA', 'CB', 'DC', 'ED', 'AE', ...more]);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('line' as const),
      pair,
      limit: fc.bigInt(0n, 60n),
      status: fc.constantFrom(
        'active' as const,
        'active' as const,
        'active' as const,
        'frozen' as const,
        'closed' as const,
      ),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay' as const), pair, amount }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pay by routes' as const),
      pair,
      parts: fc.array(fc.tuple(fc.nat(), fc.bigInt(1n, 15n)), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('clear' as const),
      ring: chain(3, 4),
      which: fc.nat(),
      amount: fc.bigInt(1n, 20n),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), name: fc.constantFrom(...NAMES) }) },
);

function obey(net: Network, model: Model, next: Command): void {
  switch (next.do) {
    case 'line': {
      const step = net.trust(next.pair, next.limit, { status: next.status, policy: { announce: true } });
      expect(refusalIn(step) === null).toBe(model.setLine(next.pair, next.limit, next.status));
      return;
    }
    case 'pay': {
      const [from, to] = next.pair as unknown as [string, string];
      const most = model.most(from, to, true);
      const id = net.pay(from, to, next.amount);
      net.run();
      // Where the map shows nothing at all neighbours are asked, who may know lines that are not on it.
      if (net.payment(from, id).state === 'NEW') net.wait(3_000);
      const payment = net.payment(from, id);
      const mayBeFound = most === 0n && model.most(from, to, false) >= next.amount;
      if (!mayBeFound) expect(payment.state).toBe(next.amount > most ? 'ABORTED' : 'COMMITTED');
      expect(['ABORTED', 'COMMITTED']).toContain(payment.state);
      if (payment.state !== 'COMMITTED') return;
      // Which of several ways is the machine's own business, but together they carry it, and each has room.
      const taken: Planned = payment.routes.map((route) => [route.nodes.map(nameOf).join(''), route.amount]);
      expect(taken.reduce((sum, [, part]) => sum + part, 0n)).toBe(next.amount);
      for (const [names] of taken) expect(names).toMatch(new RegExp(`^${from}.*${to}$`));
      expect(model.move(taken, (a, b) => model.room(a, b))).toBe(true);
      return;
    }
    case 'pay by routes': {
      const [from, to] = next.pair as unknown as [string, string];
      // Mostly ways that can carry something; that they can carry all of it is another matter.
      const open = ways(from, to, (a, b) => model.room(a, b) > 0n);
      const all = ways(from, to, (a, b) => a !== b);
      const routes = next.parts.map(([which, part]): Planned[number] => {
        const some = open.length > 0 && which % 5 > 0 ? open : all;
        return [some[which % some.length] as string, part];
      });
      const total = routes.reduce((sum, [, part]) => sum + part, 0n);
      const id = net.pay(from, to, total, { routes });
      net.run();
      const expected = model.move(routes, (a, b) => model.room(a, b)) ? 'COMMITTED' : 'ABORTED';
      expect(net.payment(from, id).state).toBe(expected);
      return;
    }
    case 'clear': {
      const rings = [...NAMES].flatMap((name) => ways(name, name, (a, b) => model.owes(b, a) > 0n));
      const ring = rings.length > 0 ? (rings[next.which % rings.length] as string) : `${next.ring}${next.ring[0]}`;
      const before = net.notices(ring[0] as string, 'cleared').length;
      net.clear(ring, next.amount);
      net.run();
      // Each hop lowers what the next one owes.
      const isCleared = model.move([[ring, next.amount]], (a, b) => model.owes(b, a));
      expect(net.notices(ring[0] as string, 'cleared').length - before).toBe(isCleared ? 1 : 0);
      return;
    }
    case 'restart':
      net.restart(next.name);
      net.run();
      return;
  }
}

function compare(net: Network, model: Model): void {
  expect(net.held).toBe(0n);
  for (const name of NAMES) {
    const expected: Record<string, bigint> = {};
    for (const other of NAMES) if (model.owes(other, name) !== 0n) expected[other] = model.owes(other, name);
    expect(net.balances(name)).toEqual(expected);
  }
}

it('after each command the outcome and all balances are what the model says', () => {
  fc.assert(
    fc.property(someLines, fc.array(command, { minLength: 20, maxLength: 40, size: 'max' }), (lines, commands) => {
      const net = new Network(NAMES);
      const model = new Model();
      for (const line of lines) obey(net, model, { do: 'line', pair: line, limit: 40n, status: 'active' });
      try {
        for (const next of commands) {
          obey(net, model, next);
          compare(net, model);
        }
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${net.story}`, { cause: error });
      }
    }),
    { numRuns: 25 },
  );
});
