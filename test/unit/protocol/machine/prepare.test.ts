/** PREPARE: what the clock, the receiver and the order of checks make of it (§4.4, rules 7 to 9 and 11). */
import { describe, expect, it } from 'vitest';
import { MAX_PAYMENT_LIFETIME_MS } from '#protocol/limits.ts';
import { type RefusalCode, refuse } from '#protocol/refusals.ts';
import { causeIn, type Machine, machineWith, type Step } from '#test/support/machine.ts';
import { type Draft, draft, key, newPaymentId, split } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const MINUTE = 60_000;
const intermediary = () => machineWith('B', { trusts: 'A', trustedBy: 'C' });
const receiver = () => machineWith('C', { trusts: 'BD' });

function prepare(machine: Machine, packet: Draft): Step {
  const position = packet.names.indexOf(machine.name);
  return machine.receive(packet.names[position - 1] as string, packet.prepare(position));
}

/** The refusal's code, or null when the packet is taken. */
function refused(machine: Machine, packet: Draft): RefusalCode | null {
  const step = prepare(machine, packet);
  return machine.state(packet) === 'aborted' ? causeIn(step).code : null;
}

describe('the clock', () => {
  it('expired: not before its last millisecond has passed', () => {
    const machine = receiver();
    const [inTime, late] = [draft('ABC'), draft('ABC')];
    machine.nowMs = inTime.header.expiresAtMs;
    expect(refused(machine, inTime)).toBeNull();
    machine.nowMs++;
    expect(refused(machine, late)).toBe('expired');
  });

  it('too little time: half a second for each hop that is left', () => {
    for (const [names, hopsLeft] of [
      ['ABC', 1],
      ['ABCDE', 3],
    ] as const) {
      const machine = intermediary();
      const expiresAtMs = machine.nowMs + hopsLeft * 500;
      expect(refused(machine, draft(names, { expiresAtMs: expiresAtMs - 1 }))).toBe('too-little-time');
      expect(refused(machine, draft(names, { expiresAtMs }))).toBeNull();
    }
  });

  it('lives longer than the longest route needs', () => {
    const machine = intermediary();
    expect(refused(machine, draft('ABC', { expiresAtMs: THEN_MS + MAX_PAYMENT_LIFETIME_MS + 1 }))).toBe(
      'lifetime-too-long',
    );
    expect(refused(machine, draft('ABC', { expiresAtMs: THEN_MS + MAX_PAYMENT_LIFETIME_MS }))).toBeNull();
  });

  it('made more than a minute ahead of here', () => {
    const machine = intermediary();
    expect(refused(machine, draft('ABC', { createdAtMs: THEN_MS + MINUTE + 1 }))).toBe('from-the-future');
    expect(refused(machine, draft('ABC', { createdAtMs: THEN_MS + MINUTE }))).toBeNull();
  });

  it('does not make young again what was declared expired without a record of it (rule 8)', () => {
    const machine = receiver();
    const old = draft('ABC');
    machine.nowMs = old.header.expiresAtMs + 1;
    expect(machine.receive('A', old.resolve('header')).sent).toEqual(['decline → A']);
    machine.nowMs = THEN_MS;
    expect(refused(machine, old)).toBe('expired');
    machine.restart();
    machine.link('B');
    expect(refused(machine, draft('ABC'))).toBe('expired');
  });
});

describe('the receiver', () => {
  it('a whole payment is committed at once: saved, counted, COMMIT upstream', () => {
    const machine = receiver();
    const payment = draft('ABC');
    const step = prepare(machine, payment);
    expect(step.sent).toEqual(['commit → B']);
    expect(step.messages[0]?.message).toEqual(payment.commit);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry']);
    const { txId, header } = payment;
    const { paymentId, payer } = header;
    expect(step.saved).toContainEqual({ type: 'paid', payer, paymentId, txId });
    expect(step.notices).toContainEqual({
      type: 'received',
      txId,
      paymentId,
      payer,
      equivalent: 'UAH',
      amount: 10n,
    });
    expect(machine.books('B')).toEqual([10n, 0n, 0n]);
  });

  it('a payment of one hop', () => {
    const machine = machineWith('B', { trusts: 'A' });
    expect(prepare(machine, draft('AB')).sent).toEqual(['commit → A']);
  });

  it('already paid: another transaction of the same payer and payment id', () => {
    const machine = receiver();
    const paymentId = newPaymentId();
    prepare(machine, draft('ABC', { paymentId }));
    const again = draft('ABC', { paymentId, createdAtMs: THEN_MS + 1 });
    expect(refused(machine, again)).toBe('already-paid');
    machine.restart();
    machine.link('B');
    expect(refused(machine, draft('ABC', { paymentId, createdAtMs: THEN_MS + 2 }))).toBe('already-paid');
  });

  it('the same payment id of another payer is another payment', () => {
    const machine = receiver();
    const paymentId = newPaymentId();
    prepare(machine, draft('ABC', { paymentId }));
    expect(refused(machine, draft('EBC', { paymentId }))).toBeNull();
  });

  it('an intermediary does not care about payment ids', () => {
    const machine = intermediary();
    const paymentId = newPaymentId();
    expect(refused(machine, draft('ABC', { paymentId }))).toBeNull();
    expect(refused(machine, draft('ABC', { paymentId, createdAtMs: THEN_MS + 1 }))).toBeNull();
  });

  it('nor does one who was paid under it', () => {
    const machine = intermediary();
    const paymentId = newPaymentId();
    prepare(machine, draft('AB', { paymentId }));
    expect(refused(machine, draft('ABC', { paymentId }))).toBeNull();
  });

  it('a route that comes after another of the same payment was aborted', () => {
    const machine = receiver();
    const [first, second] = split([
      ['ABC', 10n],
      ['ADC', 5n],
    ]) as [Draft, Draft];
    prepare(machine, first);
    machine.receive('B', first.cancel);
    expect(refused(machine, second)).toBe('cancelled');
  });
});

describe('routes of one payment at the receiver (rule 7)', () => {
  const parts = [
    ['ABC', 10n],
    ['ADC', 5n],
  ] as const;

  it('are held until all are there, then committed together', () => {
    const machine = receiver();
    const [first, second] = split(parts) as [Draft, Draft];
    const held = prepare(machine, first);
    expect(held.sent).toEqual([]);
    expect(held.timers).toEqual([{ timer: { type: 'expiry', txId: first.txId }, atMs: first.header.expiresAtMs + 1 }]);
    const step = prepare(machine, second);
    expect(step.sent).toEqual(['commit → B', 'commit → D']);
    expect(step.notices.filter(({ type }) => type === 'received')).toMatchObject([{ amount: 15n }]);
    expect([machine.books('B'), machine.books('D')]).toEqual([
      [10n, 0n, 0n],
      [5n, 0n, 0n],
    ]);
  });

  it('may come over one neighbour', () => {
    const machine = receiver();
    const [first, second] = split([
      ['AEBC', 10n],
      ['AFBC', 5n],
    ]) as [Draft, Draft];
    prepare(machine, first);
    expect(prepare(machine, second).sent).toEqual(['commit → B', 'commit → B']);
    expect(machine.books('B')).toEqual([15n, 0n, 0n]);
  });

  it('are counted by index: one that comes twice is one', () => {
    const machine = receiver();
    const [first] = split(parts) as [Draft, Draft];
    prepare(machine, first);
    expect(prepare(machine, first).sent).toEqual([]);
    expect(machine.state(first)).toBe('held');
  });

  it.each([14n, 16n])('that sum to 15 and not to %s are aborted, all of them', (total) => {
    const machine = receiver();
    const [first, second] = split(parts, { total }) as [Draft, Draft];
    prepare(machine, first);
    const step = prepare(machine, second);
    expect(step.sent).toEqual(['abort → B', 'abort → D']);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry', 'retry']);
    expect(machine.state(first)).toBe('aborted');
    expect(machine.position(second, 'aborted').cause).toEqual(refuse('amounts-do-not-add-up', {}));
    expect([machine.books('B'), machine.books('D')]).toEqual([
      [0n, 0n, 0n],
      [0n, 0n, 0n],
    ]);
  });

  it('one route alone that carries less than the total is aborted', () => {
    expect(refused(receiver(), draft('ABC', { total: 11n }))).toBe('amounts-do-not-add-up');
  });

  it('past expiry all that came are aborted; what comes later is refused', () => {
    const machine = receiver();
    const [first, second, third] = split([...parts, ['AEBC', 1n]]) as [Draft, Draft, Draft];
    prepare(machine, first);
    prepare(machine, second);
    machine.nowMs = first.header.expiresAtMs + 1;
    expect(machine.expire(first).sent).toEqual(['abort → B', 'abort → D']);
    expect(refused(machine, third)).toBe('expired');
    machine.nowMs = first.header.createdAtMs;
    expect(prepare(machine, third).sent).toEqual(['abort → B']);
  });

  it('a CANCEL of one aborts all that came', () => {
    const machine = receiver();
    const [first, second] = split([...parts, ['AEBC', 1n]]) as [Draft, Draft, Draft];
    prepare(machine, first);
    prepare(machine, second);
    expect(machine.receive('D', second.cancel).sent).toEqual(['abort → B', 'abort → D']);
  });

  it('a CANCEL does not touch what was let go before', () => {
    const machine = receiver();
    const [first, second] = split([...parts, ['AEBC', 1n]]) as [Draft, Draft, Draft];
    prepare(machine, first);
    prepare(machine, second);
    machine.letGo(first);
    expect(machine.receive('D', second.cancel).sent).toEqual(['abort → D']);
    expect(machine.position(first, 'aborted').cause).toEqual(refuse('let-go', {}));
  });

  it('a person who lets one go ends the payment', () => {
    const machine = receiver();
    const [first, second] = split(parts) as [Draft, Draft];
    prepare(machine, first);
    machine.letGo(first);
    expect(refused(machine, second)).toBe('cancelled');
  });
});

it('an intermediary on two routes of one payment keeps a record for each', () => {
  const machine = machineWith('B', { trusts: 'AD', trustedBy: 'C' });
  const [first, second] = split([
    ['ABC', 10n],
    ['ADBC', 5n],
  ]) as [Draft, Draft];
  prepare(machine, first);
  prepare(machine, second);
  expect(machine.books('C')).toEqual([0n, 0n, 15n]);
  machine.receive('C', first.abort(2));
  expect([machine.state(first), machine.state(second)]).toEqual(['aborted', 'prepared']);
  expect(machine.books('C')).toEqual([0n, 0n, 5n]);
  machine.receive('C', second.commit);
  expect([machine.state(first), machine.state(second)]).toEqual(['aborted', 'committed']);
  expect([machine.books('A'), machine.books('D'), machine.books('C')]).toEqual([
    [0n, 0n, 0n],
    [5n, 0n, 0n],
    [-5n, 0n, 0n],
  ]);
});

describe('of several reasons the first in the order of §4.4 is told', () => {
  const order: readonly RefusalCode[] = [
    'node-restored',
    'lifetime-too-long',
    'insufficient',
    'not-intermediate',
    'blocked',
    'daily-limit',
    'no-trust-line',
    'neighbour-offline',
  ];

  it.each(order)('%s', (code) => {
    const machine = intermediary();
    const has = (flaw: RefusalCode) => order.indexOf(flaw) >= order.indexOf(code);
    const dailyLimit = has('daily-limit') ? 1n : null;
    const blocked = has('blocked') ? [key('A')] : [];
    const canBeIntermediate = !has('not-intermediate');
    machine.trust('A', 100n, { policy: { dailyLimit, blocked, canBeIntermediate } });
    if (has('node-restored')) machine.markRestored();
    machine.unlink('C');
    // Late enough for a restored node not to think that it may have signed it.
    machine.nowMs = THEN_MS + 2 * MINUTE;
    const packet = draft(has('no-trust-line') ? 'ABD' : 'ABC', {
      amount: has('insufficient') ? 101n : 10n,
      createdAtMs: machine.nowMs,
      expiresAtMs: machine.nowMs + (has('lifetime-too-long') ? MAX_PAYMENT_LIFETIME_MS + 1 : MAX_PAYMENT_LIFETIME_MS),
    });
    expect(refused(machine, packet)).toBe(code);
  });

  it('expired before too long a life; too long a life before being from the future', () => {
    const machine = intermediary();
    machine.nowMs = THEN_MS + MAX_PAYMENT_LIFETIME_MS + 2;
    expect(refused(machine, draft('ABC', { expiresAtMs: THEN_MS + MAX_PAYMENT_LIFETIME_MS + 1 }))).toBe('expired');
    const createdAtMs = machine.nowMs + MINUTE + 1;
    const expiresAtMs = createdAtMs + MAX_PAYMENT_LIFETIME_MS + 1;
    expect(refused(machine, draft('ABC', { createdAtMs, expiresAtMs }))).toBe('lifetime-too-long');
  });

  it('at the receiver: expired, already paid, cancelled, then its hop in', () => {
    const machine = receiver();
    const paymentId = newPaymentId();
    const createdAtMs = THEN_MS + 1;
    const [first, second, third] = split(
      [
        ['ABC', 10n],
        ['ADC', 500n],
        ['AEBC', 1n],
      ],
      { paymentId, createdAtMs },
    ) as [Draft, Draft, Draft];
    prepare(machine, first);
    machine.receive('B', first.cancel);
    expect(refused(machine, second)).toBe('cancelled');
    prepare(machine, draft('ABC', { paymentId }));
    expect(refused(machine, third)).toBe('already-paid');
    machine.nowMs = first.header.expiresAtMs + 1;
    const late = split([['ABC', 500n]], { paymentId, createdAtMs: THEN_MS + 2, expiresAtMs: THEN_MS + 3 })[0] as Draft;
    expect(refused(machine, late)).toBe('expired');
  });
});
