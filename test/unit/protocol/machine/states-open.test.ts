/**
 * The table of §4.5 (states of a position × what happens), rows none, prepared and held: seen from B on the route A–B–C,
 * or from C as the receiver. Cells that the table leaves empty must do nothing.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '#protocol/refusals.ts';
import { causeIn, type Machine, machineWith, NOTHING } from '#test/support/machine.ts';
import { type Draft, draft, key, split } from '#test/support/packets.ts';

const EMPTY = [0n, 0n, 0n];
let payment: Draft;
let machine: Machine;

function pastExpiry(): void {
  machine.nowMs = payment.header.expiresAtMs + 1;
}

describe('none', () => {
  beforeEach(() => {
    payment = draft('ABC');
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  });

  it('PREPARE: reserves both hops, signs, sends on, and begins to send again', () => {
    const step = machine.receive('A', payment.prepare(1));
    expect(step.sent).toEqual(['prepare → C']);
    expect(step.messages[0]?.message).toEqual(payment.prepare(2));
    expect(machine.state(payment)).toBe('prepared');
    expect(machine.books('A')).toEqual([0n, 10n, 0n]);
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
    expect(step.timers.map(({ timer, atMs }) => [timer.type, atMs - machine.nowMs])).toEqual([['retry', 1_000]]);
  });

  it('RESOLVE that carries the packet: the same as PREPARE', () => {
    expect(machine.receive('A', payment.resolve(1)).sent).toEqual(['prepare → C']);
    expect(machine.state(payment)).toBe('prepared');
  });

  it('PREPARE that is refused: saves aborted, answers ABORT, reserves nothing', () => {
    machine.unlink('C');
    const step = machine.receive('A', payment.prepare(1));
    expect(step.sent).toEqual(['abort → A']);
    expect(causeIn(step)).toEqual(refuse('neighbour-offline', { hop: 1 }));
    expect(machine.state(payment)).toBe('aborted');
    expect([machine.books('A'), machine.books('C')]).toEqual([EMPTY, EMPTY]);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry']);
  });

  it('RESOLVE with header and route, without signatures: never signed here, lets go at once', () => {
    const step = machine.receive('A', payment.resolve('unsigned'));
    expect(step.sent).toEqual(['abort → A']);
    expect(causeIn(step)).toEqual(refuse('node-restored', {}));
    expect(machine.state(payment)).toBe('aborted');
  });

  it('the same from one who is not upstream: nothing', () => {
    expect(machine.receive('C', payment.resolve('unsigned'))).toEqual(NOTHING);
    expect(machine.receive('D', payment.resolve('unsigned'))).toEqual(NOTHING);
  });

  it('RESOLVE with the id or the header: an intermediary has nothing to say', () => {
    pastExpiry();
    expect(machine.receive('A', payment.resolve('id'))).toEqual(NOTHING);
    expect(machine.receive('A', payment.resolve('header'))).toEqual(NOTHING);
  });

  it('a certificate holds an own signature: restored, applied, passed on, acknowledged', () => {
    const step = machine.receive('C', payment.commit);
    expect(step.sent).toEqual(['commit → A', 'ack-commit → C']);
    expect(step.notices).toContainEqual({ type: 'restored' });
    expect(machine.isRestored).toBe(true);
    expect(machine.state(payment)).toBe('committed');
    expect(machine.books('A')).toEqual([10n, 0n, 0n]);
    expect(machine.books('C')).toEqual([-10n, 0n, 0n]);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry']);
  });

  it('a certificate of a route of others: nothing', () => {
    expect(machine.receive('C', draft('ADC').commit)).toEqual(NOTHING);
  });

  it('ABORT from downstream: acknowledged, nothing else', () => {
    expect(machine.receive('C', payment.abort(2))).toMatchObject({ sent: ['ack-abort → C'], saved: [], notices: [] });
  });

  it('an own ABORT, shown by upstream: restored', () => {
    const step = machine.receive('A', payment.abort(1));
    expect(step.notices).toEqual([{ type: 'restored' }]);
    expect(step.saved.map(({ type }) => type)).toEqual(['node', 'account', 'account']);
    expect(machine.isRestored).toBe(true);
  });

  it('CANCEL, DECLINE, acknowledgements, timers, reconnection: nothing', () => {
    expect(machine.receive('A', payment.cancel)).toEqual(NOTHING);
    expect(machine.receive('C', payment.decline)).toEqual(NOTHING);
    expect(machine.receive('A', payment.ack('commit', 1))).toEqual(NOTHING);
    expect(machine.receive('A', payment.ack('abort', 1))).toEqual(NOTHING);
    expect(machine.retry(payment)).toEqual(NOTHING);
    expect(machine.expire(payment)).toEqual(NOTHING);
    expect(machine.relink('C')).toEqual(NOTHING);
  });

  it('let-go: there is nothing to let go', () => {
    const refusal = refuse('not-held', { id: payment.txId });
    expect(machine.letGo(payment).notices).toEqual([{ type: 'refused', refusal }]);
  });
});

describe('prepared', () => {
  beforeEach(() => {
    payment = draft('ABC');
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    machine.receive('A', payment.prepare(1));
  });

  it('PREPARE again, or RESOLVE carrying it: sends the own PREPARE again', () => {
    const again = { sent: ['prepare → C'], saved: [], timers: [] };
    expect(machine.receive('A', payment.prepare(1))).toMatchObject(again);
    expect(machine.receive('A', payment.resolve(1))).toMatchObject(again);
    pastExpiry();
    expect(machine.receive('A', payment.prepare(1))).toMatchObject(again);
  });

  it('RESOLVE without signatures, with the header or the id: nothing to tell yet', () => {
    expect(machine.receive('A', payment.resolve('unsigned'))).toEqual(NOTHING);
    expect(machine.receive('A', payment.resolve('header'))).toEqual(NOTHING);
    expect(machine.receive('A', payment.resolve('id'))).toEqual(NOTHING);
  });

  it('a certificate: reservations become balance, COMMIT upstream, acknowledged', () => {
    const step = machine.receive('C', payment.commit);
    expect(step.sent).toEqual(['commit → A', 'ack-commit → C']);
    expect(step.messages[0]?.message).toEqual(payment.commit);
    expect(machine.position(payment, 'committed').acked).toBe(false);
    expect(machine.books('A')).toEqual([10n, 0n, 0n]);
    expect(machine.books('C')).toEqual([-10n, 0n, 0n]);
    expect(machine.isRestored).toBe(false);
    // Its chain of resends goes on.
    expect(step.timers).toEqual([]);
  });

  it.each(['A', 'D'])('a certificate shown by %s, who is not downstream: applied, not acknowledged', (who) => {
    expect(machine.receive(who, payment.commit).sent).toEqual(['commit → A']);
    expect(machine.books('A')).toEqual([10n, 0n, 0n]);
  });

  it('ABORT from downstream: releases both hops, ABORT upstream with what it rests on, acknowledged', () => {
    const cause = refuse('insufficient', { hop: 1, limit: 7n, maxNow: 3n, reserved: 2n });
    const step = machine.receive('C', payment.abort(2, cause));
    expect(step.sent).toEqual(['abort → A', 'ack-abort → C']);
    expect(step.messages[0]?.message).toEqual(payment.abort(1, cause, [2]));
    // Its chain of resends goes on.
    expect(step.timers).toEqual([]);
    expect(machine.state(payment)).toBe('aborted');
    expect([machine.books('A'), machine.books('C')]).toEqual([EMPTY, EMPTY]);
  });

  it('the ABORT of downstream brought by somebody else: the same', () => {
    expect(machine.receive('A', payment.abort(2)).sent).toEqual(['abort → A', 'ack-abort → A']);
    expect(machine.state(payment)).toBe('aborted');
  });

  it('an own ABORT that was forgotten: restored, the hop in waived, the hop out still at risk', () => {
    const step = machine.receive('A', payment.abort(1));
    expect(step.notices).toEqual([{ type: 'restored' }]);
    expect(machine.position(payment, 'aborted')).toMatchObject({ ownRisk: 'reserved', acked: true });
    expect(machine.books('A')).toEqual(EMPTY);
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
  });

  it('an own ABORT with the one of downstream that it rests on: both hops released', () => {
    machine.receive('A', payment.abort(1, undefined, [2]));
    expect(machine.position(payment, 'aborted')).toMatchObject({ ownRisk: null, downstreamAbort: { position: 2 } });
    expect(machine.books('C')).toEqual(EMPTY);
  });

  it('CANCEL of upstream: passed on, never acted on', () => {
    expect(machine.receive('A', payment.cancel)).toMatchObject({ sent: ['cancel → C'], saved: [] });
    expect(machine.receive('C', payment.cancel)).toEqual(NOTHING);
    expect(machine.receive('D', payment.cancel)).toEqual(NOTHING);
  });

  it('DECLINE of the receiver: releases nothing', () => {
    expect(machine.receive('C', payment.decline)).toEqual(NOTHING);
  });

  it('before expiry sends PREPARE again, later and later', () => {
    const step = machine.retry(payment, 2);
    expect(step.sent).toEqual(['prepare → C']);
    expect(step.timers.map(({ timer, atMs }) => [timer, atMs - machine.nowMs])).toEqual([
      [{ type: 'retry', txId: payment.txId, routeIndex: 0, position: 1, tries: 3 }, 8_000],
    ]);
    expect(machine.retry(payment, 40).timers[0]?.atMs).toBe(machine.nowMs + 600_000);
  });

  it('to the last millisecond of its life PREPARE, then RESOLVE', () => {
    machine.nowMs = payment.header.expiresAtMs;
    expect(machine.retry(payment).sent).toEqual(['prepare → C']);
    machine.nowMs++;
    // The receiver is downstream itself, so it is asked once.
    expect(machine.retry(payment).sent).toEqual(['resolve-packet → C']);
    expect(machine.retry(payment, 1).sent).toEqual(['resolve-packet → C', 'resolve-id → A']);
  });

  it('past expiry asks downstream with the packet, and in turn the receiver, the payer and the others; holds on', () => {
    payment = draft('AEBDC');
    machine = machineWith('B', { trusts: 'E', trustedBy: 'D' });
    machine.receive('E', payment.prepare(2));
    pastExpiry();
    expect(machine.retry(payment, 0).sent).toEqual(['resolve-packet → D', 'resolve-header → C']);
    expect(machine.retry(payment, 1).sent).toEqual(['resolve-packet → D', 'resolve-id → A']);
    expect(machine.retry(payment, 2).sent).toEqual(['resolve-packet → D', 'resolve-id → E']);
    const step = machine.retry(payment, 3);
    expect(step.sent).toEqual(['resolve-packet → D', 'resolve-header → C']);
    expect(step.notices).toEqual([{ type: 'held', txId: payment.txId, waitsFor: key('D') }]);
    expect(step.saved).toEqual([]);
    expect(step.timers).toHaveLength(1);
  });

  it('reconnection with downstream: PREPARE again; with upstream: nothing', () => {
    expect(machine.relink('C').sent).toEqual(['prepare → C']);
    expect(machine.relink('A')).toEqual(NOTHING);
  });

  it('restart: the same state and books, and sending again begins', () => {
    const step = machine.restart();
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry']);
    expect(machine.state(payment)).toBe('prepared');
    expect(machine.link('C').sent).toEqual(['prepare → C']);
  });

  it('let-go: the hop in is waived, the hop out stays reserved until it is settled', () => {
    const step = machine.letGo(payment);
    expect(step.sent).toEqual(['abort → A']);
    expect(causeIn(step)).toEqual(refuse('let-go', {}));
    expect(step.timers).toEqual([]);
    expect(machine.position(payment, 'aborted')).toMatchObject({ ownRisk: 'reserved', acked: false });
    expect(machine.books('A')).toEqual(EMPTY);
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
  });
});

describe('held', () => {
  beforeEach(() => {
    // A second route that has not come keeps the receiver waiting.
    payment = split([
      ['ABC', 10n],
      ['ADC', 5n],
    ])[0] as Draft;
    machine = machineWith('C', { trusts: 'B' });
    machine.receive('B', payment.prepare(2));
  });

  it('reserves the hop in', () => {
    expect(machine.state(payment)).toBe('held');
    expect(machine.books('B')).toEqual([0n, 10n, 0n]);
  });

  it('PREPARE again, RESOLVE in any form: nothing, it may still commit', () => {
    expect(machine.receive('B', payment.prepare(2))).toEqual(NOTHING);
    pastExpiry();
    expect(machine.receive('B', payment.resolve(2))).toEqual(NOTHING);
    expect(machine.receive('B', payment.resolve('unsigned'))).toEqual(NOTHING);
    expect(machine.receive('B', payment.resolve('header'))).toEqual(NOTHING);
    expect(machine.receive('A', payment.resolve('id'))).toEqual(NOTHING);
  });

  it('a certificate with an own commit that it does not know: restored, committed, passed on', () => {
    const step = machine.receive('B', payment.commit);
    expect(step.sent).toEqual(['commit → B']);
    expect(machine.isRestored).toBe(true);
    expect(machine.state(payment)).toBe('committed');
    expect(machine.books('B')).toEqual([10n, 0n, 0n]);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry']);
  });

  it('an own ABORT that was forgotten: restored, aborted', () => {
    machine.receive('B', payment.abort(2));
    expect(machine.isRestored).toBe(true);
    expect(machine.position(payment, 'aborted')).toMatchObject({ ownRisk: null, acked: true });
    expect(machine.books('B')).toEqual(EMPTY);
  });

  it('CANCEL of upstream: aborts; of anybody else: nothing', () => {
    expect(machine.receive('A', payment.cancel)).toEqual(NOTHING);
    const step = machine.receive('B', payment.cancel);
    expect(step.sent).toEqual(['abort → B']);
    expect(causeIn(step)).toEqual(refuse('cancelled', {}));
    expect(machine.state(payment)).toBe('aborted');
    expect(machine.books('B')).toEqual(EMPTY);
  });

  it('expiry: too early it waits on; past it aborts', () => {
    machine.nowMs = payment.header.expiresAtMs;
    const again = { timer: { type: 'expiry', txId: payment.txId }, atMs: payment.header.expiresAtMs + 1 };
    expect(machine.expire(payment)).toEqual({ ...NOTHING, timers: [again] });
    pastExpiry();
    const step = machine.expire(payment);
    expect(step.sent).toEqual(['abort → B']);
    expect(causeIn(step)).toEqual(refuse('expired', {}));
    expect(machine.books('B')).toEqual(EMPTY);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry']);
  });

  it('reconnection: nothing; restart: as saved, and expiry is awaited again', () => {
    expect(machine.relink('B')).toEqual(NOTHING);
    expect(machine.restart().timers.map(({ timer }) => timer.type)).toEqual(['expiry']);
    expect(machine.state(payment)).toBe('held');
  });

  it('let-go: waived for ever', () => {
    expect(causeIn(machine.letGo(payment))).toEqual(refuse('let-go', {}));
    expect(machine.position(payment, 'aborted')).toMatchObject({ ownRisk: null });
    expect(machine.books('B')).toEqual(EMPTY);
  });
});
