/**
 * The table of §4.5, rows committed and aborted: nothing leaves these states, and what they owe to neighbours is sent
 * until it is acknowledged. Seen from B on the route A–B–C, or from C as the receiver.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '#protocol/refusals.ts';
import { type Machine, machineWith, NOTHING, type Step } from '#test/support/machine.ts';
import { type Draft, draft, nameOf } from '#test/support/packets.ts';

const EMPTY = [0n, 0n, 0n];
let payment: Draft;
let machine: Machine;

beforeEach(() => {
  payment = draft('ABC');
  machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  machine.receive('A', payment.prepare(1));
});

/** Whose account a step says has changed. */
function changed(step: Step): readonly string[] {
  return step.notices.flatMap((notice) => (notice.type === 'account' ? [nameOf(notice.neighbour)] : []));
}

it('whoever looks is told of each account that changes, when it does', () => {
  expect(changed(machine.receive('C', payment.commit))).toEqual(['A', 'C']);
  expect(changed(machine.receive('C', payment.commit))).toEqual([]);
  expect(changed(machine.receive('C', payment.abort(2)))).toEqual(['C']);
  expect(changed(machine.receive('A', payment.abort(1)))).toEqual(['A']);
});

describe('committed', () => {
  beforeEach(() => {
    machine.receive('C', payment.commit);
  });

  it('PREPARE again, or RESOLVE of upstream: COMMIT again', () => {
    const again = { sent: ['commit → A'], saved: [], timers: [] };
    expect(machine.receive('A', payment.prepare(1))).toMatchObject(again);
    expect(machine.receive('A', payment.resolve(1))).toMatchObject(again);
    expect(machine.receive('A', payment.resolve('unsigned'))).toMatchObject(again);
  });

  it('RESOLVE with the id: COMMIT to whoever asks', () => {
    expect(machine.receive('D', payment.resolve('id'))).toMatchObject({ sent: ['commit → D'], saved: [] });
    expect(machine.receive('D', payment.resolve('header')).sent).toEqual(['commit → D']);
  });

  it('the certificate again: acknowledged, counted once', () => {
    expect(machine.receive('C', payment.commit)).toMatchObject({ sent: ['ack-commit → C'], saved: [] });
    expect(machine.receive('D', payment.commit)).toEqual(NOTHING);
    expect(machine.books('A')).toEqual([10n, 0n, 0n]);
  });

  it('ABORT from downstream (rule 6): undoes the one hop, tells, acknowledges, is not passed on', () => {
    const step = machine.receive('C', payment.abort(2));
    expect(step.sent).toEqual(['ack-abort → C']);
    expect(step.notices).toContainEqual({ type: 'late-abort', txId: payment.txId, neighbour: payment.route.nodes[2] });
    expect(machine.books('A')).toEqual([10n, 0n, 0n]);
    expect(machine.books('C')).toEqual(EMPTY);
    expect(machine.receive('C', payment.abort(2))).toMatchObject({ sent: ['ack-abort → C'], saved: [], notices: [] });
  });

  it('an own ABORT that was forgotten: restored, the hop in no longer counts, nothing more to send', () => {
    const step = machine.receive('A', payment.abort(1));
    expect(step.notices).toContainEqual({ type: 'restored' });
    expect(step.sent).toEqual([]);
    expect(machine.position(payment, 'committed')).toMatchObject({ acked: true, waivedByMe: { position: 1 } });
    expect(machine.books('A')).toEqual(EMPTY);
    expect(machine.books('C')).toEqual([-10n, 0n, 0n]);
  });

  it('an own ABORT with the one of downstream that it rests on: neither hop counts', () => {
    machine.receive('A', payment.abort(1, undefined, [2]));
    expect([machine.books('A'), machine.books('C')]).toEqual([EMPTY, EMPTY]);
    expect(machine.receive('C', payment.abort(2))).toMatchObject({ sent: ['ack-abort → C'], saved: [] });
  });

  it('CANCEL, DECLINE, expiry, let-go: nothing', () => {
    expect(machine.receive('A', payment.cancel)).toEqual(NOTHING);
    expect(machine.receive('C', payment.decline)).toEqual(NOTHING);
    expect(machine.expire(payment)).toEqual(NOTHING);
    const refusal = refuse('not-held', { id: payment.txId });
    expect(machine.letGo(payment)).toEqual({ ...NOTHING, notices: [{ type: 'refused', refusal }] });
  });

  it('sends COMMIT again until upstream has acknowledged it', () => {
    const step = machine.retry(payment);
    expect(step.sent).toEqual(['commit → A']);
    expect(step.timers.map(({ timer, atMs }) => [timer.type, atMs - machine.nowMs])).toEqual([['retry', 2_000]]);
    expect(machine.relink('A').sent).toEqual(['commit → A']);
    expect(machine.relink('C').sent).toEqual([]);
    for (const [who, of] of [
      ['C', 'commit'],
      ['A', 'abort'],
    ] as const) {
      expect(machine.receive(who, payment.ack(of, 1))).toEqual(NOTHING);
    }
    expect(machine.receive('A', payment.ack('commit', 1)).sent).toEqual([]);
    expect(machine.position(payment, 'committed').acked).toBe(true);
    expect(machine.retry(payment)).toEqual(NOTHING);
    expect(machine.relink('A')).toEqual(NOTHING);
  });

  it('restart: COMMIT again until acknowledged', () => {
    expect(machine.restart().timers.map(({ timer }) => timer.type)).toEqual(['retry']);
    expect(machine.link('A').sent).toEqual(['commit → A']);
    machine.receive('A', payment.ack('commit', 1));
    expect(machine.restart()).toEqual(NOTHING);
    expect(machine.books('A')).toEqual([10n, 0n, 0n]);
  });
});

describe('committed at the receiver', () => {
  beforeEach(() => {
    machine = machineWith('C', { trusts: 'B' });
    machine.receive('B', payment.prepare(2));
  });

  it('the own certificate again: nothing', () => {
    expect(machine.state(payment)).toBe('committed');
    expect(machine.receive('B', payment.commit)).toEqual(NOTHING);
  });

  it('asked past expiry: COMMIT, never DECLINE', () => {
    machine.nowMs = payment.header.expiresAtMs + 1;
    expect(machine.receive('A', payment.resolve('header')).sent).toEqual(['commit → A']);
    expect(machine.expire(payment)).toEqual(NOTHING);
  });

  it('an own ABORT that was forgotten: restored, the hop in no longer counts', () => {
    machine.receive('B', payment.abort(2));
    expect(machine.isRestored).toBe(true);
    expect(machine.books('B')).toEqual(EMPTY);
  });
});

describe('aborted by the ABORT of downstream', () => {
  beforeEach(() => {
    machine.receive('C', payment.abort(2));
  });

  it('PREPARE again, or RESOLVE of upstream: ABORT again', () => {
    const again = { sent: ['abort → A'], saved: [], timers: [] };
    expect(machine.receive('A', payment.prepare(1))).toMatchObject(again);
    expect(machine.receive('A', payment.resolve(1))).toMatchObject(again);
    expect(machine.receive('A', payment.resolve('unsigned'))).toMatchObject(again);
    expect(machine.receive('A', payment.resolve('id'))).toMatchObject(again);
  });

  it('RESOLVE of anybody else: nothing; of downstream: its own ABORT, which it has forgotten', () => {
    expect(machine.receive('D', payment.resolve('id'))).toEqual(NOTHING);
    const step = machine.receive('C', payment.resolve('header'));
    expect(step).toMatchObject({ sent: ['abort → C'], saved: [] });
    expect(step.messages[0]?.message).toEqual(payment.abort(2));
  });

  it('a certificate: acknowledged, stays waived, and downstream is shown its own ABORT', () => {
    const step = machine.receive('C', payment.commit);
    expect(step).toMatchObject({ sent: ['abort → C', 'ack-commit → C'], saved: [] });
    expect(step.messages[0]?.message).toEqual(payment.abort(2));
    expect([machine.books('A'), machine.books('C')]).toEqual([EMPTY, EMPTY]);
    expect(machine.isRestored).toBe(false);
  });

  it('the ABORT of downstream again: acknowledged; the own one: nothing', () => {
    expect(machine.receive('C', payment.abort(2))).toMatchObject({ sent: ['ack-abort → C'], saved: [] });
    expect(machine.receive('A', payment.abort(1, undefined, [2]))).toEqual(NOTHING);
  });

  it('CANCEL, DECLINE, expiry, let-go: nothing', () => {
    expect(machine.receive('A', payment.cancel)).toEqual(NOTHING);
    expect(machine.receive('C', payment.decline)).toEqual(NOTHING);
    expect(machine.expire(payment)).toEqual(NOTHING);
    const refusal = refuse('not-held', { id: payment.txId });
    expect(machine.letGo(payment)).toEqual({ ...NOTHING, notices: [{ type: 'refused', refusal }] });
  });

  it('sends ABORT again until upstream has acknowledged it', () => {
    expect(machine.retry(payment).sent).toEqual(['abort → A']);
    expect(machine.relink('A').sent).toEqual(['abort → A']);
    expect(machine.relink('C').sent).toEqual([]);
    expect(machine.receive('C', payment.ack('abort', 1))).toEqual(NOTHING);
    expect(machine.receive('A', payment.ack('commit', 1))).toEqual(NOTHING);
    machine.receive('A', payment.ack('abort', 1));
    expect(machine.position(payment, 'aborted').acked).toBe(true);
    expect(machine.retry(payment)).toEqual(NOTHING);
    expect(machine.relink('A')).toEqual(NOTHING);
  });

  it('restart: ABORT again until acknowledged', () => {
    expect(machine.restart().timers.map(({ timer }) => timer.type)).toEqual(['retry']);
    expect(machine.link('A').sent).toEqual(['abort → A']);
    machine.receive('A', payment.ack('abort', 1));
    expect(machine.restart()).toEqual(NOTHING);
  });
});

describe('aborted by refusing: never signed', () => {
  beforeEach(() => {
    payment = draft('ABC', { amount: 101n });
    machine.receive('A', payment.prepare(1));
    expect(machine.state(payment)).toBe('aborted');
  });

  it('a certificate holds a signature that was never given here: restored; the hop out counts, the hop in stays waived', () => {
    const before = machine.books('C')[0];
    const step = machine.receive('C', payment.commit);
    expect(step.sent).toEqual(['ack-commit → C']);
    expect(machine.isRestored).toBe(true);
    expect(machine.books('A')[0]).toBe(0n);
    expect(machine.books('C')[0]).toBe(before - 101n);
    expect(machine.receive('C', payment.commit)).toMatchObject({ sent: ['ack-commit → C'], saved: [] });
  });

  it('and the ABORT of downstream, should it come, undoes that', () => {
    const before = machine.books('C')[0];
    machine.receive('C', payment.commit);
    expect(machine.receive('C', payment.abort(2)).sent).toEqual(['ack-abort → C']);
    expect(machine.books('C')[0]).toBe(before);
  });
});

describe('aborted by let-go', () => {
  beforeEach(() => {
    machine.letGo(payment);
  });

  it('asks downstream, in a way that one who never got the packet can answer', () => {
    expect(machine.retry(payment).sent).toEqual(['abort → A', 'resolve-unsigned → C']);
    machine.receive('A', payment.ack('abort', 1));
    expect(machine.retry(payment).sent).toEqual(['resolve-unsigned → C']);
  });

  it('a certificate: the hop out counts against the one who let go, upstream owes nothing', () => {
    const step = machine.receive('C', payment.commit);
    expect(step.sent).toEqual(['ack-commit → C']);
    expect(machine.position(payment, 'aborted')).toMatchObject({ ownRisk: 'counted' });
    expect(machine.books('A')).toEqual(EMPTY);
    expect(machine.books('C')).toEqual([-10n, 0n, 0n]);
    expect(machine.isRestored).toBe(false);
    expect(machine.receive('C', payment.commit)).toMatchObject({ sent: ['ack-commit → C'], saved: [] });
  });

  it('the ABORT of downstream ends the risk, before a certificate or after it', () => {
    const other = draft('ABC');
    machine.receive('A', other.prepare(1));
    machine.letGo(other);
    machine.receive('C', other.commit);
    for (const given of [payment, other]) {
      expect(machine.receive('C', given.abort(2)).sent).toEqual(['ack-abort → C']);
      expect(machine.position(given, 'aborted')).toMatchObject({ ownRisk: null, downstreamAbort: { position: 2 } });
    }
    expect(machine.books('C')).toEqual(EMPTY);
  });

  it('restart: the hop out is still reserved and asked about', () => {
    machine.receive('A', payment.ack('abort', 1));
    expect(machine.restart().timers.map(({ timer }) => timer.type)).toEqual(['retry']);
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
  });
});

describe('aborted at the receiver', () => {
  beforeEach(() => {
    machine = machineWith('C', {});
    machine.trustedBy('B', 100n);
    machine.link('B');
    machine.receive('B', payment.prepare(2));
    expect(machine.state(payment)).toBe('aborted');
  });

  it('DECLINE to whoever asks, in time or late; upstream gets its ABORT as well', () => {
    expect(machine.receive('A', payment.resolve('id')).sent).toEqual(['decline → A']);
    expect(machine.receive('A', payment.resolve('header')).messages[0]?.message).toEqual(payment.decline);
    expect(machine.receive('B', payment.resolve('id')).sent).toEqual(['abort → B', 'decline → B']);
  });

  it('its own commit, should it be shown: restored, stays waived, and nothing is said to have come', () => {
    const step = machine.receive('B', payment.commit);
    expect(step.notices.map(({ type }) => type)).toEqual(['restored']);
    expect(step.saved.map(({ type }) => type).sort()).toEqual(['account', 'node', 'paid', 'transaction']);
    expect(machine.books('B')).toEqual(EMPTY);
    expect(machine.state(payment)).toBe('aborted');
  });
});
