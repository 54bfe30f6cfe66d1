/** What a payer makes of refusals (§4.6): another way, a wait, or the end and its reason; split payments; DECLINE. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { NewPayment } from '#protocol/payment.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';
import { announced } from '#test/support/announcements.ts';
import { type Machine, machineWith, NOTHING, probesPass, type Step } from '#test/support/machine.ts';
import { type Network, network } from '#test/support/network.ts';
import { Draft, key, keys, NETWORK, newPaymentId, sign, UAH } from '#test/support/packets.ts';

const paymentId = newPaymentId();
const randomness = '5a'.repeat(32);
const pay = { type: 'pay', paymentId, receiver: key('R'), equivalent: UAH, sealedMemo: null, randomness } as const;
const busy = (maxNow: bigint, reserved: bigint, hop = 1) =>
  refuse('insufficient', { hop, limit: maxNow + reserved, maxNow, reserved });
const lasting = (maxNow: bigint, hop = 1) => busy(maxNow, 0n, hop);

let machine: Machine;
let attempt: Draft;

/** A, whom those named trust; each of them is trusted by R. The payment of 10 is under way over the first. */
function start(first: string, amount = 10n): Step {
  machine = machineWith('A', { trustedBy: first });
  for (const name of first) machine.feed({ type: 'gossip', signed: announced(`R${name}`) });
  return sent(machine.command({ ...pay, amount, routes: null }));
}

function sent(begun: Step): Step {
  const step = probesPass(machine, begun);
  const prepare = step.messages.find(({ message }) => message.type === 'prepare');
  if (prepare !== undefined) attempt = Draft.of(prepare.message);
  return step;
}

/** The attempt under way is refused at a position, the ABORT carried up from there. */
function refuseAt(position: number, cause: Refusal): Step {
  const rests = Array.from({ length: position - 1 }, (_, at) => at + 2);
  return sent(machine.receive(attempt.names[1] as string, attempt.abort(1, cause, rests)));
}

function outcome(): Refusal | string {
  const payment = machine.records.payment(paymentId);
  return payment?.state === 'ABORTED' ? payment.refusal : (payment?.state ?? 'unknown');
}

describe('after a refusal', () => {
  it('another route is tried, in a transaction of its own, under the same payment id', () => {
    start('BC');
    const first = attempt;
    const step = refuseAt(1, lasting(3n));
    expect(step.sent).toEqual(['prepare → C', 'ack-abort → B']);
    expect(attempt.txId).not.toBe(first.txId);
    expect(attempt.header.paymentId).toBe(paymentId);
    expect(machine.books('B')).toEqual([0n, 0n, 0n]);
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
  });

  it('the hop that refused is avoided, wherever on the route it is', () => {
    machine = machineWith('A', { trustedBy: 'B' });
    for (const pair of ['CB', 'DB', 'RC', 'RD', 'EC']) machine.feed({ type: 'gossip', signed: announced(pair) });
    sent(machine.command({ ...pay, amount: 10n, routes: null }));
    const through = attempt.names[2] as string;
    refuseAt(2, lasting(3n, 2));
    expect(attempt.names).toBe(through === 'C' ? 'ABDR' : 'ABCR');
  });

  it('a cause without a hop is laid to the hop into the one who refused first', () => {
    machine = machineWith('A', { trustedBy: 'B' });
    for (const pair of ['CB', 'DB', 'RC', 'RD']) machine.feed({ type: 'gossip', signed: announced(pair) });
    sent(machine.command({ ...pay, amount: 10n, routes: null }));
    const through = attempt.names[2] as string;
    refuseAt(2, refuse('node-restored', {}));
    expect(attempt.names).toBe(through === 'C' ? 'ABDR' : 'ABCR');
  });

  it('a cause that names a hop outside the route is laid to the first, so that the search ends', () => {
    start('BC');
    refuseAt(1, lasting(3n, 9));
    expect(attempt.names).toBe('ACR');
    refuseAt(1, refuse('blocked', { hop: 2 }));
    expect(outcome()).toEqual(lasting(3n, 9));
  });

  it('when no way is left, the hop that came closest is the reason', () => {
    start('BCD');
    refuseAt(1, lasting(3n));
    refuseAt(1, refuse('daily-limit', { hop: 1, maxNow: 6n }));
    refuseAt(1, refuse('not-intermediate', { hop: 0 }));
    expect(outcome()).toEqual(refuse('daily-limit', { hop: 1, maxNow: 6n }));
  });

  it('a reason that is no matter of amount, when there is no other', () => {
    start('B');
    refuseAt(1, refuse('blocked', { hop: 0 }));
    expect(outcome()).toEqual(refuse('blocked', { hop: 0 }));
  });

  it('another, and another, and the 16th is the last', () => {
    machine = machineWith('A', { trustedBy: 'B' });
    for (let at = 0; at < 20; at++) {
      const via = String.fromCharCode(100 + at);
      for (const pair of [`${via}B`, `R${via}`]) machine.feed({ type: 'gossip', signed: announced(pair) });
    }
    const refused = new Set<string>();
    sent(machine.command({ ...pay, amount: 10n, routes: null }));
    while (outcome() === 'PREPARE_IN_PROGRESS') {
      refused.add(attempt.names);
      refuseAt(1, refuse('blocked', { hop: 1 }));
    }
    expect(refused.size).toBe(16);
    expect(outcome()).toEqual(refuse('blocked', { hop: 1 }));
  });
});

describe('a refusal that another way would meet too ends the payment', () => {
  const final: readonly Refusal[] = [
    refuse('already-paid', {}),
    refuse('expired', {}),
    refuse('too-little-time', {}),
    refuse('lifetime-too-long', {}),
    refuse('from-the-future', {}),
    refuse('cancelled', {}),
    refuse('amounts-do-not-add-up', {}),
  ];

  it.each(final.map((refusal) => [refusal.code, refusal] as const))('%s, of the receiver', (_code, refusal) => {
    start('BC');
    expect(refuseAt(2, refusal).sent).toEqual(['ack-abort → B']);
    expect(outcome()).toEqual(refusal);
  });

  it.each(final.map((refusal) => [refusal.code, refusal] as const))(
    '%s, of one on the way, does not',
    (_code, refusal) => {
      start('BC');
      refuseAt(1, refusal);
      expect(attempt.names).toBe('ACR');
    },
  );

  it('another refusal of the receiver does not', () => {
    start('BC');
    refuseAt(2, lasting(3n, 1));
    expect(attempt.names).toBe('ACR');
  });
});

describe('when all ways are only busy', () => {
  const waiting = () => (machine.records.payment(paymentId) as NewPayment).busyWaits;
  const again = () => sent(machine.timer({ type: 'route-again', paymentId }));

  it('the payment waits, a little longer each time, and then tries them again', () => {
    start('B');
    const step = refuseAt(1, busy(4n, 6n));
    expect(step.sent).toEqual(['ack-abort → B']);
    expect(step.timers.map(({ timer, atMs }) => [timer, atMs - machine.nowMs])).toEqual([
      [{ type: 'route-again', paymentId }, 150],
    ]);
    expect(outcome()).toBe('NEW');
    expect(again().sent).toEqual(['prepare → B']);
    expect(refuseAt(1, busy(4n, 6n)).timers[0]?.atMs).toBe(machine.nowMs + 300);
    expect(waiting()).toBe(2);
  });

  it('six times, not more', () => {
    start('B');
    for (let waits = 0; waits < 6; waits++) {
      refuseAt(1, busy(4n, 6n));
      expect(outcome()).toBe('NEW');
      again();
    }
    refuseAt(1, busy(4n, 6n));
    expect(outcome()).toEqual(busy(4n, 6n));
  });

  it('not if the hop would not carry the amount without the others either', () => {
    start('B');
    refuseAt(1, busy(4n, 5n));
    expect(outcome()).toEqual(busy(4n, 5n));
  });

  it('too much open is busy as well', () => {
    start('B');
    refuseAt(1, refuse('too-much-open', { hop: 0 }));
    expect(outcome()).toBe('NEW');
  });

  it('a way that refused for good is not tried again after the wait', () => {
    start('BC');
    const [first, second] = [attempt.names, 'ACR'];
    refuseAt(1, lasting(3n));
    expect(attempt.names).toBe(second);
    refuseAt(1, busy(4n, 6n));
    again();
    expect(attempt.names).not.toBe(first);
    expect(attempt.names).toBe(second);
  });

  it('the own hop can be what is busy', () => {
    machine = machineWith('A', { trustedBy: 'B' });
    machine.feed({ type: 'gossip', signed: announced('RB') });
    machine.command({ ...pay, paymentId: newPaymentId(), amount: 95n, routes: null });
    const step = machine.command({ ...pay, amount: 10n, routes: null });
    expect(step.sent).toEqual([]);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['route-again']);
    expect(outcome()).toBe('NEW');
  });

  it('a restart begins the wait again', () => {
    start('B');
    refuseAt(1, busy(4n, 6n));
    expect(machine.restart().timers.map(({ timer }) => timer)).toContainEqual({ type: 'route-again', paymentId });
    machine.link('B');
    expect(again().sent).toEqual(['prepare → B']);
  });

  it('a timer that comes twice, or late, does nothing more', () => {
    start('B');
    refuseAt(1, busy(4n, 6n));
    again();
    expect(again()).toEqual(NOTHING);
    expect(machine.timer({ type: 'route-again', paymentId: newPaymentId() })).toEqual(NOTHING);
  });
});

describe('routes that the person chose', () => {
  const routes = (...planned: [string, bigint][]) => planned.map(([names, amount]) => ({ nodes: keys(names), amount }));

  it('are tried once', () => {
    machine = machineWith('A', { trustedBy: 'BC' });
    machine.feed({ type: 'gossip', signed: announced('RC') });
    sent(machine.command({ ...pay, amount: 10n, routes: routes(['ABR', 10n]) }));
    expect(refuseAt(1, busy(4n, 6n)).sent).toEqual(['ack-abort → B']);
    expect(outcome()).toEqual(busy(4n, 6n));
  });
});

describe('a payment over several routes', () => {
  let net: Network;

  beforeEach(() => {
    net = network('ABCDR');
    for (const pair of ['BA', 'CA', 'DA', 'RB', 'RC', 'RD']) net.trust(pair);
  });

  const three = {
    routes: [
      ['ABR', 10n],
      ['ACR', 20n],
      ['ADR', 30n],
    ],
  } as const;

  it('is one: committed at once on all of them', () => {
    const id = net.pay('A', 'R', 60n, three);
    expect(net.inFlight).toEqual(['A ---prepare--> B', 'A ---prepare--> C', 'A ---prepare--> D']);
    net.run();
    expect(net.payment('A', id).state).toBe('COMMITTED');
    expect(net.balances('R')).toEqual({ B: 10n, C: 20n, D: 30n });
    expect(net.held).toBe(0n);
    expect(net.notices('R', 'received')).toHaveLength(1);
    expect(net.notices('A', 'payment').filter(({ state }) => state === 'COMMITTED')).toHaveLength(1);
  });

  it('the certificate of one route proves the payment while the others are still out', () => {
    const id = net.pay('A', 'R', 60n, three);
    net.until('B ---commit--> A');
    net.deliver('B ---commit--> A');
    expect(net.payment('A', id)).toMatchObject({ state: 'COMMITTED', routes: { length: 3 } });
    net.run();
    expect(net.balances('A')).toEqual({ B: -10n, C: -20n, D: -30n });
  });

  it('what a refusing hop could carry counts what the own other routes hold of it, if they have come so far', () => {
    net = network('ABCDER');
    for (const first of 'BCD') for (const pair of [`${first}A`, `E${first}`]) net.trust(pair, 10n);
    net.trust('RE', 30n);
    const id = net.pay('A', 'R', 30n);
    net.until('A ---prepare--> B');
    // Half of what the probes have shown is gone.
    net.pay('E', 'R', 15n);
    for (const label of ['E ---prepare--> R', 'R ---commit--> E']) net.deliver(label);
    net.until('E ---abort--> C');
    net.until('C ---abort--> A');
    net.deliver('C ---abort--> A');
    // Of the fifteen one route holds ten; the third has been refused as well, whatever the payer knows of that.
    expect(net.machine('A').records.knowledge.hop(key('E'), key('R'), UAH)).toMatchObject({ atMost: 15n });
    net.run();
    expect(net.refusal('A', id)?.code).toBe('insufficient');
  });

  it('is not begun when what its routes have in common does not carry them together, though each passes by itself', () => {
    net = network('ABCER');
    for (const first of 'BC') for (const pair of [`${first}A`, `E${first}`]) net.trust(pair, 10n);
    net.trust('RE', 15n);
    const id = net.pay('A', 'R', 20n);
    net.run();
    expect(net.refusal('A', id)).toMatchObject({ code: 'insufficient', maxNow: 15n });
    expect(net.log.filter((line) => line.includes('prepare'))).toEqual([]);
    expect(net.pay('A', 'R', 15n) && net.run()).toBeUndefined();
    expect(net.log.filter((line) => /prepare|cancel/.test(line))).toHaveLength(6);
  });

  it('the next attempt may go over the own hop that the last one has just let go', () => {
    net = network('ABCD');
    for (const pair of ['BA', 'DB', 'CB', 'DC']) net.trust(pair, 20n);
    // It knows from this that eighteen pass over B, so it sends them without asking.
    net.command('A', {
      ...{ type: 'quote', quoteId: newPaymentId(), receiver: key('D'), equivalent: UAH },
      ...{ most: 18n, randomness: '5a'.repeat(32) },
    });
    net.run();
    net.pay('B', 'D', 10n, { routes: [['BD', 10n]] });
    net.run();
    const before = net.log.length;
    const id = net.pay('A', 'D', 18n);
    net.run();
    expect(net.log.slice(before, before + 3)).toEqual(['A is told to pay', 'A ---prepare--> B', 'B ---abort--> A']);
    expect(net.payment('A', id)).toMatchObject({ state: 'COMMITTED', attempts: 2 });
    expect(net.balances('A')).toEqual({ B: -18n });
  });

  it('no new attempt begins before every route of the last one is aborted (rule 11)', () => {
    const id = net.pay('A', 'R', 60n, three);
    net.until('C ---prepare--> R');
    net.drop('C ---prepare--> R');
    net.cut('CR');
    net.wait(40_000);
    // Two routes are aborted by the receiver at expiry; over the third it might still have committed.
    expect(net.payment('A', id)).toMatchObject({ state: 'PREPARE_IN_PROGRESS', abortedRoutes: { length: 2 } });
  });
});

describe('DECLINE of the receiver', () => {
  it('ends the payment though its hops are still held; they end later, whichever way', () => {
    start('B');
    const step = machine.receive('R', attempt.decline);
    expect(step.sent).toEqual([]);
    expect(outcome()).toEqual(refuse('expired', {}));
    expect(machine.books('B')).toEqual([0n, 0n, 10n]);
    expect(machine.state(attempt)).toBe('prepared');
    machine.receive('B', attempt.abort(1));
    expect(machine.books('B')).toEqual([0n, 0n, 0n]);
    expect(outcome()).toEqual(refuse('expired', {}));
  });

  it('is believed of nobody else', () => {
    start('B');
    const { txId } = attempt;
    const signature = sign({ domain: 'geo/1/decline', network: NETWORK, txId, signer: key('B') });
    expect(machine.receive('B', { type: 'decline', txId, signer: key('B'), signature })).toEqual(NOTHING);
    expect(outcome()).toBe('PREPARE_IN_PROGRESS');
  });

  it('of an attempt that is over says nothing about the one under way', () => {
    start('BC');
    const first = attempt;
    refuseAt(1, lasting(3n));
    expect(machine.receive('R', first.decline)).toEqual(NOTHING);
    expect(outcome()).toBe('PREPARE_IN_PROGRESS');
  });

  it('broken by a certificate: that wins, and the two together prove the lie', () => {
    start('B');
    machine.receive('R', attempt.decline);
    const step = machine.receive('B', attempt.commit);
    expect(step.notices).toContainEqual({ type: 'payment', paymentId, state: 'COMMITTED', refusal: null });
    expect(machine.records.payment(paymentId)).toMatchObject({ state: 'COMMITTED', decline: { signer: key('R') } });
  });
});
