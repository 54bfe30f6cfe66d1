/** Clearing (§5): a ring of debts is lowered by its least, at once, and nobody's net position changes. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { PaymentId } from '#protocol/packet.ts';
import { refuse } from '#protocol/refusals.ts';
import { causeIn, refusalIn } from '#test/support/machine.ts';
import { type Network, network } from '#test/support/network.ts';
import { keys, UAH } from '#test/support/packets.ts';

let net: Network;

/** A owes B 30, B owes C 20, C owes A 25: the ring A → C → B → A goes against the debts. */
beforeEach(() => {
  net = network('ABC');
  for (const pair of ['BA', 'CB', 'AC']) net.trust(pair);
  net.pay('A', 'B', 30n);
  net.pay('B', 'C', 20n);
  net.pay('C', 'A', 25n);
  net.run();
});

function netPositions(): readonly bigint[] {
  return ['A', 'B', 'C'].map((name) => Object.values(net.balances(name)).reduce((sum, balance) => sum + balance, 0n));
}

it('lowers every debt of the ring by its amount', () => {
  const before = netPositions();
  const step = net.clear('ACBA', 20n);
  expect(step.sent).toEqual(['prepare → C']);
  net.run();
  expect(['A', 'B', 'C'].map((name) => net.balances(name))).toEqual([{ B: -10n, C: 5n }, { A: 10n }, { A: -5n }]);
  expect(netPositions()).toEqual(before);
  expect(net.held).toBe(0n);
  expect(net.notices('A', 'cleared')).toMatchObject([{ equivalent: 'UAH', amount: 20n }]);
  expect(net.notices('A', 'received')).toMatchObject([{ amount: 25n }]);
});

it('the initiator holds both ends of its ring, and commits both in one step', () => {
  net.clear('ACBA', 20n);
  net.until('B ---prepare--> A');
  const clearing = net.draftOf('B ---prepare--> A');
  const a = net.machine('A');
  expect([a.state(clearing, 0), a.state(clearing, 3)]).toEqual(['prepared', 'none']);
  expect(a.books('C')).toEqual([25n, 0n, 20n]);
  const step = net.deliver('B ---prepare--> A');
  expect(step.saved.filter(({ type }) => type === 'transaction')).toHaveLength(1);
  expect([a.state(clearing, 0), a.state(clearing, 3)]).toEqual(['committed', 'committed']);
  expect(step.sent).toEqual(['commit → B']);
});

it('the packet that comes round again: COMMIT again', () => {
  net.clear('ACBA', 20n);
  net.until('B ---prepare--> A');
  net.duplicate('B ---prepare--> A');
  net.deliver('B ---prepare--> A');
  expect(net.deliver('B ---prepare--> A')).toMatchObject({ sent: ['commit → B'], saved: [] });
});

it('takes no more than the least debt: whoever owes less refuses, and all is as before', () => {
  const before = net.balances('A');
  net.clear('ACBA', 21n);
  net.run();
  expect(net.balances('A')).toEqual(before);
  expect(net.held).toBe(0n);
  expect(net.notices('A', 'cleared')).toEqual([]);
});

it('once is once: the same ring again finds nothing', () => {
  net.clear('ACBA', 20n);
  net.run();
  net.clear('ACBA', 1n);
  net.run();
  expect(net.balances('B')).toEqual({ A: 10n });
  expect(net.held).toBe(0n);
});

it('the same command twice at one moment is one', () => {
  const paymentId = 'ab'.repeat(32) as PaymentId;
  const nodes = keys('ACBA');
  const command = { type: 'clear', paymentId, equivalent: UAH, amount: 20n, nodes, randomness: paymentId } as const;
  net.command('A', command);
  net.command('A', command);
  net.run();
  expect(net.balances('B')).toEqual({ A: 10n });
  expect(net.held).toBe(0n);
});

it('needs no limits: all lines closed', () => {
  for (const pair of ['BA', 'CB', 'AC']) net.trust(pair, 0n, { status: 'closed' });
  net.clear('ACBA', 20n);
  net.run();
  expect(net.balances('B')).toEqual({ A: 10n });
});

it('two at the same moment from both sides of the ring: what one holds the other does not take', () => {
  net.clear('ACBA', 20n);
  net.clear('CBAC', 20n);
  net.run();
  net.wait(60_000);
  for (const name of 'ABC') expect(net.notices(name, 'cleared').length).toBeLessThanOrEqual(1);
  expect(net.held).toBe(0n);
  for (const [name, other] of ['AB', 'BC', 'CA'].map((pair) => [...pair] as [string, string])) {
    expect(net.balances(name)[other] ?? 0n).toBeLessThanOrEqual(0n);
  }
});

it('debt that a payment back is about to lower is left alone', () => {
  net.pay('C', 'B', 15n, { routes: [['CB', 15n]] });
  // C's hop to B is reserved at C; the payment lies in flight.
  const step = net.clear('CBAC', 10n);
  expect(refusalIn(step)).toEqual(refuse('nothing-to-clear', { hop: 0, maxNow: 5n, reserved: 15n }));
});

describe('the owner of a line is asked', () => {
  it('autoClearing off on one line: that owner refuses', () => {
    net.trust('BA', 100n, { policy: { autoClearing: false } });
    net.clear('ACBA', 20n);
    net.until('B ---abort--> C');
    // A's debt to B is debt on B's line to A.
    expect(net.log.at(-1)).toBe('C ---prepare--> B');
    net.run();
    expect(net.balances('B')).toEqual({ A: 30n, C: -20n });
    expect(net.held).toBe(0n);
  });

  it('autoClearing off on the own line of the initiator', () => {
    net.trust('AC', 100n, { policy: { autoClearing: false } });
    expect(refusalIn(net.clear('ACBA', 20n))).toEqual(refuse('no-auto-clearing', { hop: 0 }));
  });
});

describe('a ring that cannot be', () => {
  it.each([
    ['AC', 'the ends of the route are not payer and receiver'],
    ['ACA', 'a clearing has 3 to 16 hops'],
    ['ACBCA', 'a participant stands on the ring twice'],
    ['A', 'a ring has up to 16 hops and carries something'],
    ['ABCDEFGHIJKLMNOPQA', 'a ring has up to 16 hops and carries something'],
  ])('%s', (ring, why) => {
    const step = net.clear(ring, 5n);
    expect(refusalIn(step)).toEqual(refuse('bad-route', { why }));
    expect(step.saved).toEqual([]);
  });

  it('of sixteen hops, or of any amount that there is, can be', () => {
    const owed = refuse('nothing-to-clear', { hop: 0, maxNow: 25n, reserved: 0n });
    expect(refusalIn(net.clear('ACDEFGHIJKLMNOPQA', 26n))).toEqual(owed);
    expect(refusalIn(net.clear('ACBA', 2n ** 63n - 1n))).toEqual(owed);
  });

  it.each([0n, -1n, 2n ** 63n])('of %s', (amount) => {
    expect(refusalIn(net.clear('ACBA', amount))?.code).toBe('bad-route');
  });

  it('of others', () => {
    const why = 'the ends of the route are not payer and receiver';
    expect(refusalIn(net.clear('BACB', 5n, 'A'))).toEqual(refuse('bad-route', { why }));
  });
});

describe('when it does not come round', () => {
  it('it is refused on the way: ABORT all the way back', () => {
    net.cut('AB');
    const step = net.clear('ACBA', 20n);
    expect(step.sent).toEqual(['prepare → C']);
    net.run();
    expect(net.balances('A')).toEqual({ B: -30n, C: 25n });
    expect(net.held).toBe(0n);
  });

  it('it comes round too late: the initiator refuses it, and everybody lets go', () => {
    net.clear('ACBA', 20n);
    net.until('B ---prepare--> A');
    const clearing = net.draftOf('B ---prepare--> A');
    net.nowMs = clearing.header.expiresAtMs + 1;
    expect(causeIn(net.deliver('B ---prepare--> A'))).toEqual(refuse('expired', {}));
    net.run();
    expect(net.machine('A').state(clearing, 0)).toBe('aborted');
    expect(net.held).toBe(0n);
  });

  it('the initiator is asked: DECLINE once it has expired, and then never a commit', () => {
    net.clear('ACBA', 20n);
    net.until('B ---prepare--> A');
    const clearing = net.draftOf('B ---prepare--> A');
    expect(net.machine('A').receive('B', clearing.resolve('header')).sent).toEqual([]);
    net.nowMs = clearing.header.expiresAtMs + 1;
    expect(net.machine('A').receive('C', clearing.resolve('header')).sent).toEqual(['decline → C']);
    net.nowMs = clearing.header.createdAtMs;
    expect(causeIn(net.deliver('B ---prepare--> A'))).toEqual(refuse('expired', {}));
  });
});

it('an initiator that forgot its position 0 knows by the packet that comes round that it lost records', () => {
  const backup = net.machine('A').backup();
  net.clear('ACBA', 20n);
  net.until('B ---prepare--> A');
  const clearing = net.draftOf('B ---prepare--> A');
  net.machine('A').restore(backup);
  const step = net.deliver('B ---prepare--> A');
  expect(step.sent).toEqual([]);
  expect(step.notices).toEqual([{ type: 'restored' }]);
  expect(net.machine('A').state(clearing, 3)).toBe('held');
});

it('an initiator shown its own commit that it forgot applies both ends', () => {
  const a = net.machine('A');
  const backup = a.backup();
  net.clear('ACBA', 20n);
  net.until('B ---commit--> C');
  const [prepare] = a.transactions().filter(({ positions }) => positions[0]?.header.kind === 'clear');
  const position = prepare?.positions[0];
  if (position?.state !== 'committed') throw new Error('not committed');
  const { txId, header, route, signatures, commit } = position;
  a.restore(backup);
  a.receive('C', { type: 'commit', certificate: { txId, header, route, signatures, commit } });
  expect(a.isRestored).toBe(true);
  expect([a.books('B'), a.books('C')]).toEqual([
    [-10n, 0n, 0n],
    [5n, 0n, 0n],
  ]);
});
