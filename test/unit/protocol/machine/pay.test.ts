/** The payer (§4.6): one payment id, attempts one after another, and what a person is told. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '#protocol/event.ts';
import type { PlannedRoute } from '#protocol/payment.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';
import { announced } from '#test/support/announcements.ts';
import { type Machine, machineWith, probesPass, refusalIn, type Step } from '#test/support/machine.ts';
import { chain, network } from '#test/support/network.ts';
import { Draft, draft, key, keys, newPaymentId, UAH } from '#test/support/packets.ts';

const randomness = '5a'.repeat(32);

function payCommand(to: string, amount: bigint, paymentId = newPaymentId()) {
  const receiver = key(to);
  return {
    type: 'pay',
    paymentId,
    receiver,
    equivalent: UAH,
    amount,
    sealedMemo: null,
    randomness,
    routes: null,
  } as const;
}

function states(step: Step): readonly string[] {
  return step.notices.flatMap((notice: Notice) => (notice.type === 'payment' ? [notice.state] : []));
}

/** A is linked with those named, who trust it, and each of them is trusted by R. */
function payer(first: string): Machine {
  const machine = machineWith('A', { trustedBy: first });
  for (const name of first) machine.feed({ type: 'gossip', signed: announced(`R${name}`) });
  return machine;
}

/** The transaction that was just sent on. */
function sentIn(step: Step): Draft {
  return Draft.of(step.messages.find(({ message }) => message.type === 'prepare')?.message);
}

describe('a payment', () => {
  it('goes through its states and moves each balance on its way once', () => {
    const net = chain('ABCD');
    const paymentId = net.pay('A', 'D', 12n);
    expect(net.payment('A', paymentId).state).toBe('PREPARE_IN_PROGRESS');
    net.run();
    expect(net.notices('A', 'payment').map(({ state }) => state)).toEqual([
      'NEW',
      'ROUTED',
      'PREPARE_IN_PROGRESS',
      'COMMITTED',
    ]);
    expect(['A', 'B', 'C', 'D'].map((name) => net.balances(name))).toEqual([
      { B: -12n },
      { A: 12n, C: -12n },
      { B: 12n, D: -12n },
      { C: 12n },
    ]);
    expect(net.held).toBe(0n);
    expect(net.notices('D', 'received')).toMatchObject([{ paymentId, payer: key('A'), equivalent: UAH, amount: 12n }]);
  });

  it('back again pays the debts back, over lines that go the other way', () => {
    const net = chain('ABC');
    net.pay('A', 'C', 12n);
    net.run();
    net.pay('C', 'A', 12n);
    net.run();
    expect(['A', 'B', 'C'].map((name) => net.balances(name))).toEqual([{}, {}, {}]);
  });

  it('to a neighbour needs no map', () => {
    const machine = machineWith('A', { trustedBy: 'B' });
    expect(machine.command(payCommand('B', 5n)).sent).toEqual(['prepare → B']);
  });

  it('lives 30 s and 2 s for each hop, and no two attempts have one salt', () => {
    const machine = payer('BC');
    const step = probesPass(machine, machine.command(payCommand('R', 10n)));
    const first = sentIn(step);
    expect(first.header.expiresAtMs - first.header.createdAtMs).toBe(34_000);
    expect(first.header.createdAtMs).toBe(machine.nowMs);
    const second = sentIn(
      machine.receive(first.names[1] as string, first.abort(1, refuse('no-trust-line', { hop: 1 }))),
    );
    expect(second.route.salt).not.toBe(first.route.salt);
  });

  it('is NEW, then ABORTED, when there is no route', () => {
    const machine = machineWith('A', { trustedBy: 'B' });
    const step = machine.command(payCommand('R', 10n));
    expect(step.sent).toEqual(['find → B']);
    const late = machine.fire(step);
    expect([...states(step), ...states(late)]).toEqual(['NEW', 'ABORTED']);
    const refusal = refuse('no-route', { maxHops: 6 });
    expect(late.notices.at(-1)).toMatchObject({ state: 'ABORTED', refusal });
    expect(late.sent).toEqual([]);
  });

  it('goes on after a restart, and is committed by what comes then', () => {
    const net = chain('ABC');
    const paymentId = net.pay('A', 'C', 10n);
    net.until('B ---commit--> A');
    net.restart('A');
    expect(net.payment('A', paymentId).state).toBe('PREPARE_IN_PROGRESS');
    net.run();
    net.wait(5_000);
    expect(net.payment('A', paymentId).state).toBe('COMMITTED');
    expect([net.balances('A'), net.held]).toEqual([{ B: -10n }, 0n]);
  });
});

describe('a payment id', () => {
  it('that is known tells its state again and does nothing', () => {
    const machine = payer('B');
    const command = payCommand('R', 10n);
    machine.command(command);
    const again = machine.command(command);
    expect([states(again), again.sent, again.saved]).toEqual([['PREPARE_IN_PROGRESS'], [], []]);
  });

  it('that ended ABORTED stays so, and says why', () => {
    const machine = machineWith('A', { trustedBy: 'B' });
    const command = payCommand('R', 10n);
    machine.fire(machine.command(command));
    const { notices, saved } = machine.command(command);
    const refusal = refuse('no-route', { maxHops: 6 });
    expect(notices).toEqual([{ type: 'payment', paymentId: command.paymentId, state: 'ABORTED', refusal }]);
    expect(saved).toEqual([]);
  });

  it.each([
    ['receiver', { receiver: key('B') }],
    ['amount', { amount: 11n }],
    ['equivalent', { equivalent: 'hour' }],
  ])('with another %s is refused', (_what, change) => {
    const machine = payer('B');
    const command = payCommand('R', 10n);
    machine.command(command);
    const step = machine.command({ ...command, ...change });
    expect(refusalIn(step)).toEqual(refuse('id-reused', { paymentId: command.paymentId }));
    expect(step.saved).toEqual([]);
  });
});

describe('a transaction of others, or a clearing, with the id of an own payment', () => {
  const paymentId = newPaymentId();
  let machine: Machine;
  beforeEach(() => {
    machine = machineWith('A', { trusts: 'C', trustedBy: 'BD' });
    machine.command({ ...payCommand('B', 10n, paymentId), routes: null });
  });

  it('is none of its business when it is committed', () => {
    const other = draft('CAD', { paymentId });
    machine.receive('C', other.prepare(1));
    machine.receive('D', other.commit);
    expect(machine.state(other)).toBe('committed');
    expect(machine.records.payment(paymentId)?.state).toBe('PREPARE_IN_PROGRESS');
  });

  it('nor when it is aborted', () => {
    const other = draft('CAD', { paymentId });
    machine.receive('C', other.prepare(1));
    machine.receive('D', other.abort(2));
    expect(machine.records.payment(paymentId)?.state).toBe('PREPARE_IN_PROGRESS');
  });

  it('nor a clearing that it began itself', () => {
    const clearing = draft('ABCA', { kind: 'clear', paymentId });
    machine.receive('B', clearing.commit);
    expect(machine.state(clearing, 0)).toBe('committed');
    expect(machine.records.payment(paymentId)?.state).toBe('PREPARE_IN_PROGRESS');
  });
});

describe('refused before anything is saved', () => {
  const planned = (...routes: [string, bigint][]): PlannedRoute[] =>
    routes.map(([names, amount]) => ({ nodes: keys(names), amount }));

  it('to oneself', () => {
    const step = payer('B').command(payCommand('A', 10n));
    expect(refusalIn(step)).toEqual(refuse('to-self', { what: 'payment' }));
    expect(step.saved).toEqual([]);
  });

  it.each([0n, -1n, 2n ** 63n])('of %s', (amount) => {
    const step = payer('B').command(payCommand('R', amount));
    expect(refusalIn(step)?.code).toBe('bad-amount');
    expect(step.saved).toEqual([]);
  });

  it.each<[string, string, PlannedRoute[]]>([
    ['none', 'there are 1 to 8 routes', []],
    ['nine', 'there are 1 to 8 routes', planned(...Array.from({ length: 9 }, (): [string, bigint] => ['ABR', 1n]))],
    ['from another', 'a route goes from payer to receiver', planned(['BR', 10n])],
    ['to another', 'a route goes from payer to receiver', planned(['ABC', 10n])],
    ['without participants', 'a route goes from payer to receiver', planned(['', 10n])],
    ['of seven hops', 'a route has at most 6 hops', planned(['ABCDEFGR', 10n])],
    ['through one twice', 'a participant stands on a route once', planned(['ABCBR', 10n])],
    ['that carries nothing', 'each route carries something', planned(['ABR', 10n], ['ACR', 0n])],
    ['that carries less than nothing', 'each route carries something', planned(['ABR', 11n], ['ACR', -1n])],
    ['with less in all', 'the routes carry the amount together', planned(['ABR', 9n])],
    ['with more in all', 'the routes carry the amount together', planned(['ABR', 10n], ['ACR', 1n])],
  ])('a chosen route %s', (_name, why, routes) => {
    const step = payer('BC').command({ ...payCommand('R', 10n), routes });
    expect(refusalIn(step)).toEqual(refuse('bad-route', { why }));
    expect(step.saved).toEqual([]);
  });

  it('not the largest amount, nor eight routes', () => {
    const largest = payer('B').command(payCommand('R', 2n ** 63n - 1n));
    expect(largest.notices.at(-1)).toMatchObject({ state: 'ABORTED', refusal: { code: 'insufficient' } });
    const routes = planned(...Array.from({ length: 8 }, (): [string, bigint] => ['ABR', 2n]));
    const { sent } = payer('B').command({ ...payCommand('R', 16n), routes });
    expect(sent).toEqual(Array(8).fill('prepare → B'));
  });

  it('a route of six hops is sent', () => {
    const routes = planned(['ABCDEFR', 10n]);
    expect(payer('B').command({ ...payCommand('R', 10n), routes }).sent).toEqual(['prepare → B']);
  });
});

describe('the own hop', () => {
  const cases: readonly (readonly [string, Refusal, (machine: Machine) => void])[] = [
    ['insufficient', refuse('insufficient', { hop: 0, limit: 100n, maxNow: 100n, reserved: 0n }), () => undefined],
    ['offline', refuse('neighbour-offline', { hop: 0 }), (machine) => machine.unlink('B')],
    [
      'shut by the own host',
      refuse('not-delegated', { hop: 0 }),
      ({ records }) => {
        records.isShut = (neighbour, equivalent) => neighbour === key('B') && equivalent === UAH;
      },
    ],
    ['closed', refuse('line-closed', { hop: 0 }), (machine) => close(machine, 'closed')],
    ['frozen', refuse('line-frozen', { hop: 0 }), (machine) => close(machine, 'frozen')],
  ];

  function close(machine: Machine, status: 'closed' | 'frozen'): void {
    machine.trustedBy('B', 1_000n, { seq: machine.nowMs + 1, status });
  }

  it.each(cases)('%s: nothing is sent, and that is the reason', (name, refusal, prepare) => {
    const machine = payer('B');
    prepare(machine);
    const step = machine.command(payCommand('R', name === 'insufficient' ? 101n : 10n));
    expect(step.sent).toEqual([]);
    expect(step.notices.at(-1)).toMatchObject({ type: 'payment', state: 'ABORTED', refusal });
  });

  it('one neighbour cannot, another can', () => {
    const machine = payer('BC');
    machine.trustedBy('B', 9n, { seq: machine.nowMs + 1 });
    const step = machine.command(payCommand('R', 10n));
    expect(step.sent).toEqual(['probe → C']);
    expect(probesPass(machine, step).sent).toEqual(['prepare → C']);
  });

  it('is asked for all chosen routes over one neighbour together', () => {
    const machine = payer('BC');
    const nodes = [keys('ABR'), keys('ABCR')];
    const routes = nodes.map((names) => ({ nodes: names, amount: 60n }));
    const step = machine.command({ ...payCommand('R', 120n), routes });
    const refusal = refuse('insufficient', { hop: 0, limit: 100n, maxNow: 100n, reserved: 0n });
    expect(step.notices.at(-1)).toMatchObject({ state: 'ABORTED', refusal });
    expect(step.sent).toEqual([]);
  });
});

describe('the memo', () => {
  it('goes along, sealed', () => {
    const sealedMemo = new Uint8Array(64).fill(7);
    const step = payer('B').command({ ...payCommand('R', 10n), sealedMemo });
    expect(sentIn(step).header.sealedMemo).toEqual(sealedMemo);
  });
});

it('a network of two: what is committed shows the limits it was agreed under', () => {
  const net = network('AB');
  net.trust('BA', 50n);
  const first = net.pay('A', 'B', 30n);
  const second = net.pay('A', 'B', 21n);
  net.run();
  expect(net.payment('A', first).state).toBe('COMMITTED');
  // The first one held 30 of 50 when the second looked.
  expect(net.payment('A', second).state).toBe('NEW');
  net.wait(200);
  const refusal = refuse('insufficient', { hop: 0, limit: 50n, maxNow: 20n, reserved: 30n });
  expect(net.refusal('A', second)).toEqual(refusal);
  expect(net.balances('B')).toEqual({ A: 30n });
});
