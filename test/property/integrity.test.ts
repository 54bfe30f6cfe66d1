/** The integrity checks of a hub raise no alarm whatever is paid and cleared, in whatever order messages arrive. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkAll, checking, type FoundRight, type Hosted } from '#hub-indexer/integrity/checks.ts';
import { accountKey } from '#hub-indexer/integrity/counted.ts';
import type { Account } from '#protocol/account.ts';
import { followsFrom } from '#protocol/audit.ts';
import { booksOf } from '#test/support/hosted-books.ts';
import { Network } from '#test/support/network.ts';
import { verify } from '#test/support/packets.ts';

const NAMES = 'ABCD';
const LINES = ['AB', 'BA', 'BC', 'CB', 'CD', 'DC', 'DA', 'AD'];
const RINGS = ['ABCDA', 'ADCBA'];

const name = fc.constantFrom(...NAMES);
const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant('pay' as const), from: name, to: name, amount: fc.bigInt(1n, 60n) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('clear' as const),
      ring: fc.constantFrom(...RINGS),
      amount: fc.bigInt(1n, 20n),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('limit' as const),
      line: fc.constantFrom(...LINES),
      limit: fc.bigInt(0n, 90n),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('lose' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60_000 }) }) },
  { weight: 20, arbitrary: fc.record({ act: fc.constant('deliver' as const), which: fc.nat() }) },
);
/** Now and then somebody loses all that happened since an earlier moment, is told so, and gets it back from the others. */
const actOrLoss = fc.oneof(
  { weight: 30, arbitrary: act },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('restore' as const), who: name }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function perform(net: Network, it: Act): void {
  switch (it.act) {
    case 'pay':
      if (it.from !== it.to) net.pay(it.from, it.to, it.amount);
      return;
    case 'clear':
      net.clear(it.ring, it.amount);
      return;
    case 'limit':
      net.machine(it.line[0] as string).trust(it.line[1] as string, it.limit);
      return;
    case 'wait':
      net.wait(it.ms);
      return;
    case 'lose':
    case 'deliver': {
      const label = net.inFlight[it.which % Math.max(1, net.inFlight.length)];
      if (label === undefined) return;
      if (it.act === 'lose') net.drop(label);
      else net.deliver(label);
      return;
    }
  }
}

const hostedOf = (net: Network): Hosted => new Map(booksOf(net, NAMES).map((records) => [records.self, records]));

function ended<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** Checks that go on while everything changes, as those of a hub do: in turns of all, and of what is new. */
class SlicedChecks {
  readonly #hosted: Hosted;
  readonly #found: FoundRight = new WeakMap();
  #round = 0;
  #steps: ReturnType<typeof checking>;

  constructor(net: Network) {
    this.#hosted = hostedOf(net);
    this.#steps = this.#next();
  }

  #next(): ReturnType<typeof checking> {
    let at = this.#round++;
    return checking(this.#hosted, () => (at++ % 3 === 0 ? verify : null), this.#found);
  }

  go(steps: number): void {
    for (let count = 0; count < steps; count++) {
      const step = this.#steps.next();
      if (step.done !== true) continue;
      expect(step.value).toEqual([]);
      this.#steps = this.#next();
    }
  }
}

/** Whether each account follows from how it was when this was asked before. */
class Following {
  readonly #before = new Map<string, Account>();

  /** Those that do not. */
  broken(net: Network): readonly string[] {
    const broken: string[] = [];
    for (const records of booksOf(net, NAMES)) {
      for (const account of records.accounts()) {
        const key = `${records.self}/${accountKey(account)}`;
        const before = this.#before.get(key);
        if (before !== undefined && !ended(followsFrom(before, records, account, verify))) broken.push(key);
        this.#before.set(key, account);
      }
    }
    return broken;
  }
}

it('whatever is paid, cleared, lowered, lost and late', () => {
  let cleared = 0;
  let owed = 0;
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 120 }), (acts) => {
      const net = new Network(NAMES);
      for (const line of LINES) net.trust(line, 50n);
      for (const pair of ['AB', 'BC', 'CD', 'DA']) net.pay(pair.slice(0, 1), pair.slice(1), 20n);
      net.run();
      const sliced = new SlicedChecks(net);
      const following = new Following();
      for (const it of [...acts, { act: 'wait', ms: 100_000 } as const]) {
        perform(net, it);
        expect(checkAll(booksOf(net, NAMES), verify)).toEqual([]);
        expect(following.broken(net)).toEqual([]);
        sliced.go(it.act === 'deliver' ? 3 : 7);
      }
      for (const name of NAMES) {
        cleared += net.notices(name, 'cleared').length;
        owed += Object.keys(net.balances(name)).length;
      }
    }),
    { numRuns: 40 },
  );
  // It was about something.
  expect(cleared).toBeGreaterThan(0);
  expect(owed).toBeGreaterThan(80);
});

it('whatever was lost and came back', () => {
  fc.assert(
    fc.property(fc.array(actOrLoss, { minLength: 20, maxLength: 120 }), (acts) => {
      const net = new Network(NAMES);
      net.compares = true;
      for (const line of LINES) net.trust(line, 50n);
      const early = new Map([...NAMES].map((name) => [name, net.machine(name).backup()]));
      const found: FoundRight = new WeakMap();
      for (const it of [...acts, { act: 'wait', ms: 100_000 } as const]) {
        if (it.act === 'restore') {
          net.lose(it.who, early.get(it.who));
          for (const line of LINES) if (line.startsWith(it.who)) net.link(line);
        } else {
          perform(net, it);
        }
        expect(checkAll(booksOf(net, NAMES), verify)).toEqual([]);
        expect(ended(checking(hostedOf(net), () => null, found))).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});
