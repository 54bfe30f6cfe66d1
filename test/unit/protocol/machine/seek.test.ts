/** Looking for rings of debts (§5.2), and clearing what is found. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type RingFound, type RingWalk, ringMark } from '#protocol/clearing/ring.ts';
import { DEAD_END_MS } from '#protocol/limits.ts';
import { refuse } from '#protocol/refusals.ts';
import { isFault, verifyMessage } from '#protocol/verify.ts';
import { causeIn, refusalIn } from '#test/support/machine.ts';
import { type Network, network } from '#test/support/network.ts';
import { key, keys, UAH } from '#test/support/packets.ts';
import { verify } from '#test/support/people.ts';

let net: Network;

/** Debts along the names: each owes the next, and the last owes the first; whoever is asked for rings looks for them. */
function circle(names: string, amounts: readonly bigint[], seeks = true): void {
  net = network(names);
  const pairs = [...names].map((name, at) => [name, names[(at + 1) % names.length] as string] as const);
  for (const [debtor, creditor] of pairs) net.trust(creditor + debtor);
  for (const [at, [debtor, creditor]] of pairs.entries()) {
    if (at === pairs.length - 1 && seeks) seekAll(names);
    const routes = [[debtor + creditor, amounts[at] as bigint]] as const;
    net.pay(debtor, creditor, amounts[at] as bigint, { routes });
    net.run();
  }
}

function seekAll(names: string): void {
  for (const name of names) net.machine(name).records.seeking = 'always';
}

const fresh = { tried: [], marks: [], steps: 8, leastHops: 3 } as const;

const walkOf = (from: string, before = '', id = '5d'.repeat(16)): RingWalk => ({
  ...{ type: 'ring-walk', id, equivalent: UAH, steps: 8, leastHops: 3 },
  marks: [...before, from].map((name) => ringMark(id, key(name))),
});

describe('a payment that closes a circle', () => {
  it.each([
    ['ABC', [30n, 20n, 25n], 20n],
    ['ABCD', [30n, 20n, 25n, 7n], 7n],
    ['ABCDEF', [3n, 3n, 3n, 3n, 3n, 3n], 3n],
    ['ABCDEFGHIJKLMNOP', [9n, 8n, 7n, 6n, 5n, 9n, 9n, 9n, 9n, 9n, 9n, 9n, 9n, 9n, 9n, 9n], 5n],
  ] as const)('%s: every debt becomes less by the least of them', (names, amounts, least) => {
    circle(names, amounts);
    net.wait(5_000);
    for (const [at, name] of [...names].entries()) {
      const next = names[(at + 1) % names.length] as string;
      expect(net.balances(name)[next] ?? 0n).toBe(least - (amounts[at] as bigint));
      expect(net.notices(name, 'cleared')).toMatchObject([{ equivalent: UAH, amount: least }]);
    }
    expect(net.held).toBe(0n);
  });

  it('is longer than a ring may be: nothing is cleared, and the walks end', () => {
    circle('ABCDEFGHIJKLMNOPQ', Array<bigint>(17).fill(5n));
    net.wait(60_000);
    expect(net.balances('A').B).toBe(-5n);
  });

  it('where nobody looks for rings, debts stay as they were paid', () => {
    circle('ABC', [30n, 20n, 25n], false);
    net.wait(60_000);
    expect(net.balances('A')).toEqual({ B: -30n, C: 25n });
  });

  it('one who passes no walks on breaks it', () => {
    circle('ABC', [30n, 20n, 25n], false);
    seekAll('AB');
    net.command('A', { type: 'seek-rings', equivalent: null });
    net.command('B', { type: 'seek-rings', equivalent: UAH });
    net.wait(60_000);
    expect(net.balances('A')).toEqual({ B: -30n, C: 25n });
  });

  it('is found by the owner, too', () => {
    circle('ABC', [30n, 20n, 25n], false);
    seekAll('ABC');
    net.command('B', { type: 'seek-rings', equivalent: 'EUR' });
    net.wait(5_000);
    expect(net.balances('A')).toEqual({ B: -30n, C: 25n });
    net.command('B', { type: 'seek-rings', equivalent: UAH });
    net.wait(5_000);
    expect(net.balances('A')).toEqual({ B: -10n, C: 5n });
  });
});

it('a circle is cleared though one on it had nobody who owed it anything just before', () => {
  for (let waitMs = 0; waitMs <= 2_500; waitMs += 100) {
    net = network('ABCD');
    for (const pair of ['BA', 'CB', 'DC', 'AD']) net.trust(pair);
    seekAll('ABCD');
    net.pay('A', 'D', 30n, { routes: [['ABCD', 30n]] });
    net.wait(waitMs);
    // C has heard from B, and B from A, that a walk ends there. Now it does not.
    net.pay('D', 'A', 20n, { routes: [['DA', 20n]] });
    net.wait(4_000);
    expect([waitMs, net.balances('A')]).toEqual([waitMs, { B: -10n }]);
  }
});

it('a walk leaves its first participants behind where they are on no ring', () => {
  net = network('SABC');
  for (const pair of ['SA', 'CA', 'AB', 'BC']) net.trust(pair);
  for (const [from, to] of ['AS', 'AC', 'CB', 'BA'].map((pair) => [...pair] as [string, string])) {
    net.pay(from, to, 10n, { routes: [[from + to, 10n]] });
    net.run();
  }
  seekAll('SABC');
  // S owes nobody, so it never looks; what it is asked by hand walks into the ring of the others.
  const id = 'ab'.repeat(16);
  net.machine('S').records.knowledge.learn({
    ...{ type: 'passage', id, equivalent: UAH, from: null, to: key('A'), ...fresh, closedBy: null },
  });
  net.forge('S', 'A', walkOf('S', '', id));
  net.wait(1_000);
  expect(net.balances('A')).toEqual({ S: -10n });
  expect(net.balances('S')).toEqual({ A: 10n });
});

describe('who is told what', () => {
  beforeEach(() => {
    circle('ABC', [30n, 20n, 25n], false);
    seekAll('ABC');
  });

  it('a walk goes to one who owes, and says nothing but marks', () => {
    // A owes B, and nothing to C.
    expect(net.machine('A').receive('C', walkOf('C')).sent).toEqual(['ring-none → C']);
    const onward = net.machine('A').receive('B', walkOf('B'));
    expect(onward.messages).toMatchObject([{ message: { type: 'ring-walk', steps: 7 } }]);
    expect((onward.messages[0]?.message as RingWalk | undefined)?.marks).toEqual([
      ringMark('5d'.repeat(16), key('B')),
      ringMark('5d'.repeat(16), key('A')),
    ]);
  });

  it('a walk that was here goes back, and one without steps', () => {
    const { machine } = { machine: net.machine('A') };
    expect(machine.receive('B', { ...walkOf('B'), steps: 0 }).sent).toEqual(['ring-none → B']);
    expect(machine.receive('B', walkOf('B')).sent).toEqual(['ring-walk → C']);
    expect(machine.receive('B', walkOf('B')).sent).toEqual(['ring-none → B']);
  });

  it('so many a second of one neighbour, and of all together, and none of strangers', () => {
    const machine = net.machine('A');
    const heard = (from: string, walks: number): number => {
      let answers = 0;
      for (let walk = 0; walk < walks; walk++) {
        const id = `${from.charCodeAt(0).toString(16)}${walk.toString(16).padStart(4, '0')}`.padEnd(32, '0');
        answers += machine.receive(from, walkOf(from, '', id)).sent.length;
      }
      return answers;
    };
    expect(heard('X', 60)).toBe(0);
    expect(heard('B', 60)).toBe(50);
    expect(heard('C', 60)).toBe(50);
    net.nowMs += 1_000;
    expect(net.machine('A').receive('B', walkOf('B', '', '77'.repeat(16))).sent).toHaveLength(1);
  });

  it('a mark of its own on a walk that it never had: nothing', () => {
    expect(net.machine('A').receive('B', walkOf('B', 'AC')).sent).toEqual([]);
  });

  it('an answer is passed on with the least of what its hops carry, and only from where the walk went', () => {
    const found: RingFound = {
      type: 'ring-found',
      id: '5d'.repeat(16),
      equivalent: UAH,
      nodes: keys('C'),
      amount: 99n,
    };
    const machine = net.machine('A');
    expect(machine.receive('C', found).sent).toEqual([]);
    machine.receive('B', walkOf('B'));
    expect(machine.receive('B', { ...found, nodes: keys('B') }).sent).toEqual([]);
    const passed = machine.receive('C', found);
    expect(passed.messages).toMatchObject([{ message: { type: 'ring-found', nodes: keys('AC'), amount: 25n } }]);
  });
});

describe('a debtor whom nobody owes', () => {
  /** B owes A, and so do twenty whom nobody owes; A owes C, and C owes B: the ring A → B → C → A. */
  const idle = [...'DEFGHIJKLMNOPQRSTUVW'];

  beforeEach(() => {
    net = network(`ABC${idle.join('')}`);
    const debts = ['BA', 'AC', 'CB', ...idle.map((name) => `${name}A`)];
    for (const [debtor, creditor] of debts.map((pair) => [...pair] as [string, string])) {
      net.trust(creditor + debtor);
      net.pay(debtor, creditor, debtor === 'B' ? 1n : 5n, { routes: [[debtor + creditor, debtor === 'B' ? 1n : 5n]] });
      net.run();
    }
    seekAll(`ABC${idle.join('')}`);
  });

  it('sends a walk back, and another one is tried until the ring is there', () => {
    net.forge('C', 'A', { ...walkOf('C'), steps: 48 });
    net.machine('C').records.knowledge.learn({
      ...{ type: 'passage', id: walkOf('C').id, equivalent: UAH, from: null, to: key('A'), ...fresh, closedBy: null },
    });
    net.wait(1_000);
    expect(net.balances('A').B).toBeUndefined();
  });

  it('is not asked again for a while', () => {
    const machine = net.machine('A');
    const tried = new Set<string>();
    for (let walk = 0; walk < idle.length + 1; walk++) {
      const id = walk.toString(16).padStart(2, '0').repeat(16);
      const [sent = ''] = machine.receive('C', walkOf('C', '', id)).sent;
      const to = sent.at(-1) as string;
      expect(tried).not.toContain(to);
      tried.add(to);
      if (to !== 'B') machine.receive(to, { type: 'ring-none', id, equivalent: UAH, steps: 0, deadForMs: DEAD_END_MS });
      else return;
    }
  });

  it('says so once: an answer to nothing that was asked is dropped', () => {
    const none = { type: 'ring-none', id: walkOf('C').id, equivalent: UAH, steps: 48, deadForMs: DEAD_END_MS } as const;
    expect(net.machine('A').receive('D', none).sent).toEqual([]);
  });
});

describe('proposals that are not what they say', () => {
  const id = '5d'.repeat(16);
  const found = (names: string, amount: bigint): RingFound => ({
    ...{ type: 'ring-found', id, equivalent: UAH, nodes: keys(names), amount },
  });

  /** A's walk went to C and came back by way of B. */
  beforeEach(() => {
    circle('ABC', [30n, 20n, 25n], false);
    seekAll('ABC');
    net.machine('A').records.knowledge.learn({
      ...{ type: 'passage', id, equivalent: UAH, from: null, to: key('C'), ...fresh, closedBy: key('B') },
    });
  });

  it('a ring that is one begins to be cleared, and only once', () => {
    const machine = net.machine('A');
    expect(machine.receive('C', found('CBA', 20n)).sent).toEqual(['prepare → C']);
    expect(machine.receive('C', found('CBA', 20n)).sent).toEqual([]);
  });

  it.each([
    ['does not end here', 'CB'],
    ['closes with another neighbour', 'CDA'],
    ['closes at once', 'CA'],
  ])('%s: nothing', (_what, names) => {
    expect(
      net
        .machine('A')
        .receive('C', found(names, 20n))
        .sent.filter((sent) => sent.startsWith('prepare')),
    ).toEqual([]);
  });

  it.each([
    ['a repeated participant', 'CBCA'],
    ['another sender', 'BCA'],
  ])('%s: a fault', (_what, names) => {
    const { records } = net.machine('A');
    expect(isFault(verifyMessage({ records, verify, nowMs: net.nowMs }, key('C'), found(names, 20n)))).toBe(true);
  });

  it('a walk that does not end with its sender, or repeats a mark: a fault', () => {
    const { records } = net.machine('A');
    for (const walk of [walkOf('C'), { ...walkOf('B'), marks: [...walkOf('B').marks, ...walkOf('B').marks] }]) {
      expect(isFault(verifyMessage({ records, verify, nowMs: net.nowMs }, key('B'), walk))).toBe(true);
    }
  });

  it('an amount above an edge: no more than there is', () => {
    net.forge('C', 'A', found('CBA', 1_000n));
    net.wait(1_000);
    expect(net.balances('A')).toEqual({ B: -10n, C: 5n });
    expect(net.held).toBe(0n);
  });

  it('a hop that is none: refused, and nothing stays held', () => {
    net.machine('A').records.knowledge.learn({
      ...{ type: 'passage', id, equivalent: UAH, from: null, to: key('C'), ...fresh, closedBy: key('B') },
    });
    net.forge('C', 'A', found('CDBA', 20n));
    net.wait(60_000);
    expect(net.held).toBe(0n);
  });
});

it('a ring that all find at the same moment is cleared once, and whole', () => {
  circle('ABC', [10n, 11n, 12n], false);
  seekAll('ABC');
  // Each one's walk went to its debtor and came back by way of its creditor.
  for (const [self, debtor, creditor] of ['ACB', 'BAC', 'CBA'].map((names) => [...names] as [string, string, string])) {
    const id = key(self).slice(0, 32);
    net.machine(self).records.knowledge.learn({
      ...{ type: 'passage', id, equivalent: UAH, from: null, to: key(debtor), ...fresh, closedBy: key(creditor) },
    });
    const nodes = keys(debtor + creditor + self);
    net.forge(debtor, self, { type: 'ring-found', id, equivalent: UAH, nodes, amount: 10n });
  }
  net.wait(60_000);
  for (const name of 'ABC') expect(net.notices(name, 'cleared').map(({ amount }) => amount)).toEqual([10n]);
  expect(net.held).toBe(0n);
});

it('a ring on which a clearing is under way is not answered, until that one is past its time', () => {
  circle('ABC', [30n, 20n, 25n], false);
  seekAll('ABC');
  net.clear('BACB', 15n);
  net.deliver('B ---prepare--> A');
  net.deliver('A ---prepare--> C');
  net.drop('C ---prepare--> B');
  const closing = (id: string) => net.machine('C').receive('A', { ...walkOf('A', 'CB', id), steps: 8 });
  const passed = (id: string) => {
    net.machine('C').records.knowledge.learn({
      ...{ type: 'passage', id, equivalent: UAH, from: null, to: key('B'), ...fresh, closedBy: null },
    });
    net.machine('B').records.knowledge.learn({
      ...{ type: 'passage', id, equivalent: UAH, from: key('C'), to: key('A'), ...fresh, closedBy: null },
    });
    const found: RingFound = { type: 'ring-found', id, equivalent: UAH, nodes: keys('AC'), amount: 20n };
    return net.machine('B').receive('A', found);
  };
  expect(passed('6e'.repeat(16)).sent).toEqual([]);
  expect(closing('6e'.repeat(16)).sent).toEqual([]);
  net.nowMs += 60_000;
  expect(passed('7f'.repeat(16)).sent).toEqual(['ring-found → C']);
  expect(closing('7f'.repeat(16)).sent).toEqual(['ring-found → A']);
});

describe('consent', () => {
  const asking = { policy: { autoClearing: false } } as const;
  const proposalsOf = (name: string) => [...net.machine(name).records.proposals()];
  const answer = (name: string, agrees: boolean) =>
    net.command(name, { type: 'answer-proposal', id: proposalsOf(name)[0]?.id ?? '', agrees });

  function cleared(): boolean {
    return net.balances('A').B === -10n && net.balances('A').C === 5n;
  }

  beforeEach(() => {
    circle('ABC', [30n, 20n, 25n], false);
    // A's debt to B is debt on B's line to A.
    net.trust('BA', 100n, asking);
    seekAll('ABC');
  });

  function seek(name: string): void {
    net.command(name, { type: 'seek-rings', equivalent: null });
    net.wait(5_000);
  }

  it('the owner is asked, nothing is held meanwhile, and a yes clears it', () => {
    seek('A');
    expect(cleared()).toBe(false);
    expect(net.held).toBe(0n);
    expect(proposalsOf('B')).toMatchObject([{ neighbour: key('A'), amount: 20n, state: 'PROPOSED' }]);
    expect(net.notices('B', 'proposal')).toMatchObject([{ state: 'PROPOSED' }]);
    answer('B', true);
    net.wait(1_000);
    expect(cleared()).toBe(true);
    expect(proposalsOf('B')).toMatchObject([{ state: 'COMMITTED' }]);
  });

  it('two owners: whoever agrees last begins it', () => {
    net.trust('CB', 100n, asking);
    seek('A');
    const [first, second] = proposalsOf('B').length > 0 ? (['B', 'C'] as const) : (['C', 'B'] as const);
    expect(proposalsOf(second)).toEqual([]);
    answer(first, true);
    net.wait(1_000);
    expect(proposalsOf(first)).toMatchObject([{ state: 'WAITING_CONFIRMATIONS' }]);
    expect(proposalsOf(second)).toMatchObject([{ state: 'PROPOSED' }]);
    expect([cleared(), net.held]).toEqual([false, 0n]);
    answer(second, true);
    net.wait(1_000);
    expect(cleared()).toBe(true);
    expect([...proposalsOf(first), ...proposalsOf(second)].map(({ state }) => state)).toEqual([
      'COMMITTED',
      'COMMITTED',
    ]);
  });

  it('a no: nothing is cleared, and nobody asks again while its time lasts', () => {
    seek('A');
    answer('B', false);
    seek('A');
    seek('B');
    expect(cleared()).toBe(false);
    expect(proposalsOf('B')).toMatchObject([{ state: 'REJECTED' }]);
    expect(net.notices('B', 'proposal').map(({ state }) => state)).toEqual(['PROPOSED', 'REJECTED']);
    expect(refusalIn(answer('B', true))).toEqual(refuse('no-proposal', { id: proposalsOf('B')[0]?.id ?? '' }));
  });

  it('silence: after a day it is a no, and a later ring is proposed', () => {
    seek('A');
    net.nowMs += 86_400_001;
    expect(refusalIn(answer('B', true))?.code).toBe('no-proposal');
    net.machine('B').timer({ type: 'housekeeping', round: 0 });
    expect(proposalsOf('B')).toMatchObject([{ state: 'REJECTED' }]);
    seek('A');
    expect(proposalsOf('B')).toMatchObject([{ state: 'PROPOSED' }]);
  });

  it('a yes is to this ring, and to no more than was said', () => {
    net.trust('CB', 100n, asking);
    // C is asked for 20 and agrees; B is asked then, and does not answer.
    net.clear('ACBA', 20n);
    net.run();
    answer('C', true);
    net.wait(1_000);
    expect(proposalsOf('B')).toMatchObject([{ state: 'PROPOSED' }]);
    net.pay('B', 'C', 10n, { routes: [['BC', 10n]] });
    net.run();
    // Refused by C itself, and then by B behind it.
    net.clear('ACBA', 21n);
    expect(causeIn(net.deliver('A ---prepare--> C'))).toEqual(refuse('no-auto-clearing', { hop: 1 }));
    net.run();
    net.clear('ACBA', 20n);
    expect(net.deliver('A ---prepare--> C').sent).toEqual(['prepare → B']);
  });
});
