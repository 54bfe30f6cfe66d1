/**
 * Restored (rule 10, §8.4): a node that may have forgotten what it signed signs nothing, holds what it may have signed,
 * and loses nothing whatever it is shown.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { refuse } from '#protocol/refusals.ts';
import { announced, offer } from '#test/support/announcements.ts';
import { causeIn, type Machine, machineWith, NOTHING, probesPass, refusalIn } from '#test/support/machine.ts';
import { Draft, draft, key, keys, newPaymentId, split, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const EMPTY = [0n, 0n, 0n];
const LATER_MS = THEN_MS + 60_001;
let machine: Machine;
let payment: Draft;

describe('a packet that it may have signed', () => {
  beforeEach(() => {
    payment = draft('ABC');
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    machine.markRestored();
  });

  it('is adopted: both hops held, nothing signed, downstream asked without signatures', () => {
    const step = machine.receive('A', payment.prepare(1));
    expect(step.sent).toEqual(['resolve-unsigned → C']);
    expect(step.messages[0]?.message).toEqual(payment.resolve('unsigned'));
    expect(machine.position(payment, 'prepared')).toMatchObject({ isAdopted: true });
    expect(machine.books('A')).toEqual([0n, 10n, 0n]);
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
    expect(step.timers.map(({ timer }) => timer.type)).toEqual(['retry']);
  });

  it('is adopted from a RESOLVE without signatures too: both ends may be restored', () => {
    expect(machine.receive('A', payment.resolve('unsigned')).sent).toEqual(['resolve-unsigned → C']);
    expect(machine.position(payment, 'prepared')).toMatchObject({ isAdopted: true, signatures: [] });
  });

  it('is adopted whatever the limits, and past its expiry', () => {
    payment = draft('ABC', { amount: 1_000n });
    machine.nowMs = payment.header.expiresAtMs + 1;
    machine.receive('A', payment.prepare(1));
    expect(machine.state(payment)).toBe('prepared');
  });

  it('is one made up to a minute after the loss, by clocks that may be ahead', () => {
    machine.nowMs = LATER_MS;
    payment = draft('ABC', { createdAtMs: LATER_MS - 1 });
    expect(machine.receive('A', payment.prepare(1)).sent).toEqual(['resolve-unsigned → C']);
    payment = draft('ABC', { createdAtMs: LATER_MS });
    expect(causeIn(machine.receive('A', payment.prepare(1)))).toEqual(refuse('node-restored', {}));
  });

  it('asks again whenever a prepared position would send: retry, reconnection, PREPARE again', () => {
    machine.receive('A', payment.prepare(1));
    expect(machine.receive('A', payment.prepare(1)).sent).toEqual(['resolve-unsigned → C']);
    expect(machine.retry(payment).sent).toEqual(['resolve-unsigned → C']);
    expect(machine.relink('C').sent).toEqual(['resolve-unsigned → C']);
    machine.nowMs = payment.header.expiresAtMs + 1;
    expect(machine.retry(payment, 1).sent).toEqual(['resolve-unsigned → C', 'resolve-id → A']);
  });

  it('ends by a certificate', () => {
    machine.receive('A', payment.prepare(1));
    expect(machine.receive('C', payment.commit).sent).toEqual(['commit → A', 'ack-commit → C']);
    expect(machine.books('A')).toEqual([10n, 0n, 0n]);
    expect(machine.books('C')).toEqual([-10n, 0n, 0n]);
  });

  it('ends by the ABORT of downstream: an ABORT by rule 4(b) may be signed', () => {
    machine.receive('A', payment.prepare(1));
    expect(machine.receive('C', payment.abort(2)).sent).toEqual(['abort → A', 'ack-abort → C']);
    expect([machine.books('A'), machine.books('C')]).toEqual([EMPTY, EMPTY]);
  });

  it('is adopted on a split payment for each route, and nothing but it is held', () => {
    machine.link('D');
    machine.trustedBy('D', 100n);
    const [first, second] = split([
      ['ABC', 10n],
      ['ABDC', 5n],
    ]) as [Draft, Draft];
    machine.receive('A', first.prepare(1));
    machine.receive('A', second.prepare(1));
    expect(machine.books('A')).toEqual([0n, 15n, 0n]);
    expect(machine.books('D')).toEqual([0n, 0n, 5n]);
  });
});

describe('a payment that it may have received', () => {
  beforeEach(() => {
    payment = draft('ABC');
    machine = machineWith('C', { trusts: 'B' });
    machine.markRestored();
    machine.receive('B', payment.prepare(2));
  });

  it('is held: no commit, no DECLINE, no ABORT, however late or often it is asked', () => {
    expect(machine.state(payment)).toBe('held');
    machine.nowMs = payment.header.expiresAtMs + 1;
    expect(machine.expire(payment)).toEqual(NOTHING);
    expect(machine.receive('A', payment.resolve('header'))).toEqual(NOTHING);
    expect(machine.receive('B', payment.resolve(2))).toEqual(NOTHING);
    expect(machine.receive('B', payment.cancel)).toEqual(NOTHING);
    expect(machine.books('B')).toEqual([0n, 10n, 0n]);
  });

  it('begins no timer when it comes: none could decide it', () => {
    expect(machine.receive('B', draft('ABC').prepare(2))).toMatchObject({ sent: [], timers: [], notices: [] });
  });

  it('of which it knows nothing at all: no DECLINE either', () => {
    const other = draft('ADC');
    machine.nowMs = other.header.expiresAtMs + 1;
    expect(machine.receive('A', other.resolve('header'))).toEqual(NOTHING);
  });

  it('ends by the certificate: the payment id is paid, and told', () => {
    const step = machine.receive('B', payment.commit);
    const { txId, header } = payment;
    expect(step.saved).toContainEqual({ type: 'paid', payer: header.payer, paymentId: header.paymentId, txId });
    expect(step.notices).toContainEqual(expect.objectContaining({ type: 'received', txId, amount: 10n }));
    expect(machine.books('B')).toEqual([10n, 0n, 0n]);
  });

  it('ends when a person lets it go', () => {
    expect(machine.letGo(payment).sent).toEqual(['abort → B']);
    expect(machine.books('B')).toEqual(EMPTY);
  });

  it('a payment made after the loss it may decline', () => {
    machine.nowMs = LATER_MS;
    const later = draft('ABC', { createdAtMs: LATER_MS });
    machine.nowMs = later.header.expiresAtMs + 1;
    expect(machine.receive('A', later.resolve('header')).sent).toEqual(['decline → A']);
  });
});

it('both routes of a payment whose own commit is shown one after the other: paid once, counted twice', () => {
  machine = machineWith('C', { trusts: 'BD' });
  const [first, second] = split([
    ['ABC', 10n],
    ['ADC', 5n],
  ]) as [Draft, Draft];
  const told = [machine.receive('B', first.commit), machine.receive('D', second.commit)];
  expect(told.flatMap(({ notices }) => notices).filter(({ type }) => type === 'received')).toHaveLength(1);
  expect([machine.books('B')[0], machine.books('D')[0]]).toEqual([10n, 5n]);
});

describe('the whole node', () => {
  beforeEach(() => {
    machine = machineWith('B', { trusts: 'AC', trustedBy: 'AC' });
    machine.markRestored();
    machine.nowMs = LATER_MS;
  });

  it('refuses what is new, over any neighbour', () => {
    for (const names of ['ABC', 'CBA', 'AB']) {
      const packet = draft(names, { createdAtMs: LATER_MS });
      expect(causeIn(machine.receive(names[0] as string, packet.prepare(1)))).toEqual(refuse('node-restored', {}));
    }
  });

  it('pays nothing, clears nothing, sets no line', () => {
    const restored = refuse('node-restored', {});
    const pay = { type: 'pay', paymentId: newPaymentId(), receiver: key('C'), equivalent: UAH, amount: 1n } as const;
    const randomness = '11'.repeat(32);
    expect(refusalIn(machine.command({ ...pay, sealedMemo: null, randomness, routes: null }))).toEqual(restored);
    const clear = { type: 'clear', paymentId: newPaymentId(), equivalent: UAH, amount: 1n, randomness } as const;
    expect(refusalIn(machine.command({ ...clear, nodes: keys('BCAB') }))).toEqual(restored);
    expect(refusalIn(machine.trust('A', 50n))).toEqual(restored);
  });

  it('signs no announcement: neither of its own line nor of one that is offered', () => {
    machine.command({ type: 'configure', announceAll: true });
    expect(machine.relink('A')).toEqual(NOTHING);
    expect(machine.timer({ type: 'housekeeping', round: 0 }).sent).toEqual(['map-digest → C']);
    expect(machine.receive('A', offer('AB', { seq: LATER_MS }))).toEqual(NOTHING);
  });

  it('stays so over a restart, and is marked once', () => {
    machine.restart();
    const sinceMs = machine.records.node.restoredAtMs;
    machine.nowMs++;
    expect(machine.receive('A', draft('ABC').commit).notices).not.toContainEqual(
      expect.objectContaining({ type: 'restored' }),
    );
    expect(machine.records.node.restoredAtMs).toBe(sinceMs);
  });

  it('still takes lines of others and acknowledges them', () => {
    expect(machine.trustedBy('A', 70n).sent).toEqual(['trust-line-ack → A']);
  });
});

it('a payment under way when the loss shows is not tried another way', () => {
  machine = machineWith('A', { trustedBy: 'BD' });
  const paymentId = newPaymentId();
  const pay = { type: 'pay', paymentId, receiver: key('C'), equivalent: UAH, amount: 10n } as const;
  machine.feed({ type: 'gossip', signed: announced('CB') });
  machine.feed({ type: 'gossip', signed: announced('CD') });
  const begun = machine.command({ ...pay, sealedMemo: null, randomness: '11'.repeat(32), routes: null });
  const step = probesPass(machine, begun);
  payment = Draft.of(step.messages[0]?.message);
  machine.markRestored();
  const aborted = machine.receive('B', payment.abort(1, refuse('no-trust-line', { hop: 1 })));
  expect(aborted.sent).toEqual(['ack-abort → B']);
  const refusal = refuse('no-trust-line', { hop: 1 });
  expect(aborted.notices).toContainEqual({ type: 'payment', paymentId, state: 'ABORTED', refusal });
});

/** Found by simulation; each loses an honest node money when the rule is read otherwise. */
describe('counterexamples', () => {
  it('(a) a node that had aborted, forgot, and is shown the PREPARE again, then its own ABORT: it loses nothing', () => {
    payment = draft('ABC');
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    const backup = machine.backup();
    machine.unlink('C');
    expect(machine.receive('A', payment.prepare(1)).sent).toEqual(['abort → A']);
    machine.restore(backup);
    machine.markRestored();
    machine.link('A');
    machine.link('C');
    // A copy that the network had kept. If B signed it again and C committed, A could show B's own ABORT.
    const again = machine.receive('A', payment.prepare(1));
    expect(again.sent).toEqual(['resolve-unsigned → C']);
    machine.receive('A', payment.abort(1));
    expect(machine.books('A')).toEqual(EMPTY);
    // C never got a packet with a signature of B, so it cannot commit, and lets go when it is asked.
    expect(machine.receive('C', payment.abort(2)).sent).toEqual(['ack-abort → C']);
    expect(machine.books('C')).toEqual(EMPTY);
  });

  it('(b) a certificate applied, then the own forgotten ABORT with the one of downstream: both hops waived', () => {
    payment = draft('ABC');
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    const backup = machine.backup();
    machine.receive('A', payment.prepare(1));
    const own = machine.receive('C', payment.abort(2)).messages[0]?.message;
    if (own?.type !== 'abort') throw new Error('no ABORT');
    machine.restore(backup);
    machine.link('A');
    machine.link('C');
    // C lied: it waived and committed. B, which forgot both, is shown the certificate first.
    machine.receive('C', payment.commit);
    expect([machine.books('A')[0], machine.books('C')[0]]).toEqual([10n, -10n]);
    machine.receive('A', own);
    expect([machine.books('A'), machine.books('C')]).toEqual([EMPTY, EMPTY]);
  });

  it('evidence that is forged frees nothing: what an own ABORT rests on must be signed by downstream', () => {
    payment = draft('ABC');
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    machine.receive('A', payment.prepare(1));
    const forged = payment.abort(1, undefined, [2]);
    const [part] = forged.restsOn;
    if (part === undefined) throw new Error('nothing to forge');
    machine.receive('A', { ...forged, restsOn: [{ ...part, signature: new Uint8Array(64) }] });
    expect(machine.books('A')).toEqual(EMPTY);
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
  });

  it('evidence of another participant at the place of downstream frees nothing either', () => {
    payment = draft('ABC');
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    machine.receive('A', payment.prepare(1));
    const other = new Draft(payment.header, { ...payment.route, nodes: keys('ABD') }, 'ABD');
    machine.receive('A', { ...payment.abort(1), restsOn: other.abort(1, undefined, [2]).restsOn });
    expect(machine.books('C')).toEqual([0n, 0n, 10n]);
  });
});
