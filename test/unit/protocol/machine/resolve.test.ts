/** Doubt (§4.5): DECLINE of a receiver, CANCEL of a payer, questions of a person, and what finds its way round. */
import { describe, expect, it } from 'vitest';
import { refuse } from '#protocol/refusals.ts';
import { machineWith, NOTHING, refusalIn } from '#test/support/machine.ts';
import { chain, network } from '#test/support/network.ts';
import { type Draft, draft, split } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const HOUR = 3_600_000;

describe('DECLINE', () => {
  it('of a transaction that never came: once it has expired, and the time is saved first', () => {
    const machine = machineWith('C', { trusts: 'B' });
    const payment = draft('ABC');
    machine.nowMs = payment.header.expiresAtMs;
    expect(machine.receive('A', payment.resolve('header'))).toEqual(NOTHING);
    machine.nowMs++;
    const step = machine.receive('A', payment.resolve('header'));
    expect(step.messages.map(({ message }) => message)).toEqual([payment.decline]);
    expect(step.saved).toMatchObject([{ type: 'node', clockHighMs: machine.nowMs }]);
    expect(machine.transactions()).toEqual([]);
  });

  it('of another that expired no later costs no write', () => {
    const machine = machineWith('C', { trusts: 'B' });
    const [payment, other] = [draft('ABC'), draft('ABC', { expiresAtMs: THEN_MS + 20_000 })];
    machine.nowMs = payment.header.expiresAtMs + 1;
    machine.receive('A', payment.resolve('header'));
    expect(machine.receive('A', other.resolve('header'))).toMatchObject({ sent: ['decline → A'], saved: [] });
  });

  it('of one that expired in the very millisecond that is saved: a later one is saved', () => {
    const machine = machineWith('C', { trusts: 'B' });
    const [first, second] = [
      draft('ABC', { expiresAtMs: THEN_MS + 999 }),
      draft('ABC', { expiresAtMs: THEN_MS + 1_000 }),
    ];
    machine.nowMs = THEN_MS + 1_000;
    machine.receive('A', first.resolve('header'));
    machine.nowMs++;
    expect(machine.receive('A', second.resolve('header')).sent).toEqual(['decline → A']);
    machine.nowMs = THEN_MS;
    expect(machine.receive('B', second.prepare(2)).sent).toEqual(['abort → B']);
  });

  it('never while a route is held: it may still be committed', () => {
    const machine = machineWith('C', { trusts: 'B' });
    const [first, second] = split([
      ['ABC', 10n],
      ['ADC', 5n],
    ]) as [Draft, Draft];
    machine.receive('B', first.prepare(2));
    machine.nowMs = first.header.expiresAtMs + 1;
    expect(machine.receive('A', second.resolve('header'))).toEqual(NOTHING);
    machine.expire(first);
    expect(machine.receive('A', second.resolve('header')).sent).toEqual(['decline → A']);
  });

  it('not of a transaction of somebody else', () => {
    const machine = machineWith('C', { trusts: 'B' });
    const payment = draft('ABD');
    machine.nowMs = payment.header.expiresAtMs + 1;
    expect(machine.receive('A', payment.resolve('header'))).toEqual(NOTHING);
  });

  it('not by the id alone of what is unknown', () => {
    const machine = machineWith('C', { trusts: 'B' });
    const payment = draft('ABC');
    machine.nowMs = payment.header.expiresAtMs + 1;
    expect(machine.receive('A', payment.resolve('id'))).toEqual(NOTHING);
  });

  it('after it the payment never comes through, not even by a clock that steps back', () => {
    const net = chain('ABC');
    const paymentId = net.pay('A', 'C', 10n);
    net.until('B ---prepare--> C');
    const payment = net.draftOf('B ---prepare--> C');
    net.drop('B ---prepare--> C');
    net.cut('BC');
    net.wait(HOUR);
    expect(net.payment('A', paymentId)).toMatchObject({ state: 'ABORTED', decline: { txId: payment.txId } });
    net.nowMs = THEN_MS;
    net.link('BC');
    net.wait(1_000);
    expect(net.machine('C').state(payment)).toBe('aborted');
    expect([net.balances('A'), net.held]).toEqual([{}, 0n]);
  });
});

describe('CANCEL', () => {
  it('before the packet has come: nothing; the packet is held until it expires', () => {
    const machine = machineWith('C', { trusts: 'B' });
    const [first] = split([
      ['ABC', 10n],
      ['ADC', 5n],
    ]) as [Draft, Draft];
    expect(machine.receive('B', first.cancel)).toEqual(NOTHING);
    machine.receive('B', first.prepare(2));
    expect(machine.state(first)).toBe('held');
  });

  it('of one route passes down that route only', () => {
    const machine = machineWith('B', { trusts: 'AE', trustedBy: 'CD' });
    const [first, second] = split([
      ['ABC', 10n],
      ['AEBDC', 5n],
    ]) as [Draft, Draft];
    machine.receive('A', first.prepare(1));
    machine.receive('E', second.prepare(2));
    expect(machine.receive('E', second.cancel).sent).toEqual(['cancel → D']);
    expect(machine.receive('A', second.cancel)).toEqual(NOTHING);
  });
});

describe('RESOLVE with the id', () => {
  it('is about one route: its certificate, its ABORT', () => {
    const machine = machineWith('B', { trusts: 'AE', trustedBy: 'CD' });
    const routes = split([
      ['ABC', 10n],
      ['AEBDC', 5n],
    ]) as [Draft, Draft];
    machine.receive('A', routes[0].prepare(1));
    machine.receive('E', routes[1].prepare(2));
    machine.receive('C', routes[0].commit);
    machine.receive('D', routes[1].commit);
    for (const route of routes) {
      const { messages } = machine.receive('C', route.resolve('id'));
      expect(messages.map(({ message }) => message)).toEqual([route.commit]);
    }
    const aborted = split([
      ['ABC', 10n],
      ['AEBDC', 5n],
    ]) as [Draft, Draft];
    machine.receive('A', aborted[0].prepare(1));
    machine.receive('C', aborted[0].abort(2));
    expect(machine.receive('A', aborted[1].resolve('id'))).toEqual(NOTHING);
    expect(machine.receive('A', aborted[0].resolve('id')).sent).toEqual(['abort → A']);
  });

  it('of a clearing is answered once, though its initiator holds both ends', () => {
    const net = network('ABC');
    for (const pair of ['BA', 'CB', 'AC']) net.trust(pair);
    for (const [from, to] of ['AB', 'BC', 'CA'].map((pair) => [...pair] as [string, string])) net.pay(from, to, 20n);
    net.run();
    net.clear('ACBA', 15n);
    const clearing = net.draftOf('A ---prepare--> C');
    net.run();
    expect(net.machine('A').receive('C', clearing.resolve('id')).sent).toEqual(['commit → C']);
  });
});

describe('a person who asks now', () => {
  const ask = (of: Draft) => ({ type: 'resolve', txId: of.txId }) as const;

  it('asks everybody on the route', () => {
    const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    const payment = draft('EABCD');
    machine.receive('A', payment.prepare(2));
    const { sent } = machine.command(ask(payment));
    const everybody = ['resolve-packet → C', 'resolve-header → D', 'resolve-id → E', 'resolve-id → A'];
    expect(new Set(sent)).toEqual(new Set(everybody));
  });

  it('sends again what upstream has not acknowledged', () => {
    const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    const payment = draft('ABC');
    machine.receive('A', payment.prepare(1));
    machine.receive('C', payment.commit);
    expect(machine.command(ask(payment)).sent).toEqual(['commit → A']);
    machine.receive('A', payment.ack('commit', 1));
    expect(machine.command(ask(payment))).toEqual(NOTHING);
  });

  it('about what is unknown', () => {
    const step = machineWith('B', {}).command(ask(draft('ABC')));
    expect(refusalIn(step)).toEqual(refuse('unknown-transaction', { id: expect.any(String) }));
  });
});

it('a certificate finds its way round a cut link: the payer asks the receiver, and shows it to those between', () => {
  const net = chain('ABC');
  net.pay('A', 'C', 10n);
  net.until('C ---commit--> B');
  net.cut('BC');
  net.wait(HOUR);
  expect([net.balances('A'), net.balances('B')]).toEqual([{ B: -10n }, { A: 10n, C: -10n }]);
  expect(net.held).toBe(0n);
});

it('overdue: no new packets to one who holds old ones, until it is back', () => {
  const net = chain('ABC');
  net.pay('A', 'C', 10n);
  net.until('B ---prepare--> C');
  for (const pair of ['BC', 'AC']) net.cut(pair);
  net.wait(HOUR);
  const second = net.pay('A', 'C', 1n);
  net.run();
  // B is overdue for A, as C is for B.
  expect(net.refusal('A', second)).toEqual(refuse('neighbour-overdue', { hop: 0 }));
  net.link('BC');
  net.wait(HOUR);
  const third = net.pay('A', 'C', 1n);
  net.run();
  expect(net.payment('A', third).state).toBe('COMMITTED');
  expect(net.held).toBe(0n);
});
