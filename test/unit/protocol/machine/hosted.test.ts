/** The machine of a hosted participant (§11.4): where its host may not sign, nothing is sent and nothing changes. */
import { describe, expect, it } from 'vitest';
import type { PayCommand } from '#protocol/event.ts';
import { refuse } from '#protocol/refusals.ts';
import { DEFAULT_POLICY, type TrustLine } from '#protocol/trust-line.ts';
import { causeIn, type Machine, machineWith, NOTHING, type Step } from '#test/support/machine.ts';
import { Draft, draft, key, NETWORK, split, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const PREPARE_ONLY = new Set(['geo/1/prepare']);

/** B between A and C, whose host may sign all but these. */
function hosted(unsigned: ReadonlySet<string>): Machine {
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  machine.maySign = ({ domain }) => !unsigned.has(domain);
  return machine;
}

describe('a packet on its way', () => {
  it('is refused where its host may not agree to it', () => {
    const machine = hosted(PREPARE_ONLY);
    const packet = draft('ABC');
    const step = machine.receive('A', packet.prepare(1));
    expect(causeIn(step)).toEqual(refuse('not-delegated', { hop: 0 }));
    expect(machine.books('A')).toEqual([0n, 0n, 0n]);
  });

  it.each([
    ['A', 0],
    ['C', 1],
  ] as const)('is refused where its host has shut the account with %s', (name, hop) => {
    const machine = hosted(new Set());
    machine.records.isShut = (neighbour, equivalent) => neighbour === key(name) && equivalent === UAH;
    const step = machine.receive('A', draft('ABC').prepare(1));
    expect(causeIn(step)).toEqual(refuse('not-delegated', { hop }));
    expect([machine.books('A'), machine.books('C')]).toEqual([
      [0n, 0n, 0n],
      [0n, 0n, 0n],
    ]);
    machine.records.isShut = () => false;
    expect(machine.receive('A', draft('ABC', { createdAtMs: machine.nowMs + 1 }).prepare(1)).sent).toEqual([
      'prepare → C',
    ]);
  });

  it('leaves nothing where its host may sign nothing, and is taken later', () => {
    const machine = hosted(new Set(['geo/1/prepare', 'geo/1/abort']));
    const packet = draft('ABC');
    expect(machine.receive('A', packet.prepare(1))).toEqual(NOTHING);
    machine.maySign = () => true;
    expect(machine.receive('A', packet.prepare(1)).sent).toEqual(['prepare → C']);
  });

  it('stays held until its host may pass the waiver on, which comes again', () => {
    const machine = hosted(new Set());
    const packet = draft('ABC');
    machine.receive('A', packet.prepare(1));
    machine.maySign = ({ domain }) => domain !== 'geo/1/abort';
    expect(machine.receive('C', packet.abort(2))).toEqual(NOTHING);
    expect([machine.state(packet), machine.books('A')]).toEqual(['prepared', [0n, 10n, 0n]]);
    machine.maySign = () => true;
    expect(machine.receive('C', packet.abort(2)).sent).toEqual(['abort → A', 'ack-abort → C']);
    expect(machine.books('A')).toEqual([0n, 0n, 0n]);
  });
});

describe('a payment to it', () => {
  it('is waived on all routes where its host may not commit', () => {
    const machine = machineWith('C', { trusts: 'BD' });
    machine.maySign = ({ domain }) => domain !== 'geo/1/commit';
    const [left, right] = split([
      ['ABC', 4n],
      ['ADC', 6n],
    ]) as [Draft, Draft];
    expect(machine.receive('B', left.prepare(2)).sent).toEqual([]);
    const step = machine.receive('D', right.prepare(2));
    expect(step.sent).toEqual(['abort → B', 'abort → D']);
    expect(machine.books('B')).toEqual([0n, 0n, 0n]);
  });
});

describe('what it signs itself', () => {
  const unsigned = (domain: string) => domain === 'geo/1/prepare' || domain === 'geo/1/trust-line';

  function pay(machine: Machine, of: Draft, change: Partial<PayCommand> = {}): Step {
    const { header, route } = of;
    const { paymentId, receiver, equivalent, total: amount, sealedMemo } = header;
    const order = { paymentId, receiver, equivalent, amount, sealedMemo, randomness: '00'.repeat(32) };
    return machine.command({ type: 'pay', ...order, routes: null, signed: { header, routes: [route] }, ...change });
  }

  const payer = (): Machine => {
    const machine = machineWith('A', { trustedBy: 'B' });
    machine.link('B');
    return machine;
  };
  const attemptOf = (paymentId = draft('AB').header.paymentId) =>
    draft('ABC', { paymentId, expiresAtMs: THEN_MS + 34_000 });

  it('a payment is sent as it was made', () => {
    const machine = payer();
    const attempt = attemptOf();
    const step = pay(machine, attempt);
    expect(step.sent).toEqual(['prepare → B']);
    const message = step.messages[0]?.message;
    expect(message?.type === 'prepare' && message.packet.header).toEqual(attempt.header);
  });

  it('is refused unsigned, and then nothing is known of it', () => {
    const machine = payer();
    machine.maySign = ({ domain }) => !unsigned(domain);
    const attempt = attemptOf();
    const step = pay(machine, attempt);
    expect(step.notices).toEqual([{ type: 'refused', refusal: refuse('bad-document', { why: 'it is not signed' }) }]);
    expect(machine.records.payment(attempt.header.paymentId)).toBeUndefined();
  });

  it('another attempt is taken when the one before is over, and no sooner', () => {
    const machine = payer();
    const first = attemptOf();
    const second = attemptOf(first.header.paymentId);
    const later = new Draft(
      { ...second.header, createdAtMs: THEN_MS + 1, expiresAtMs: THEN_MS + 34_001 },
      second.route,
      second.names,
    );
    pay(machine, first);
    expect(pay(machine, later).sent).toEqual([]);
    machine.receive('B', first.abort(1));
    expect(machine.records.payment(first.header.paymentId)?.state).toBe('ABORTED');
    expect(pay(machine, first).sent).toEqual([]);
    expect(pay(machine, later).sent).toEqual(['prepare → B']);
    machine.receive('B', later.commit);
    expect(pay(machine, first).sent).toEqual([]);
    expect(machine.records.payment(first.header.paymentId)?.state).toBe('COMMITTED');
  });

  it.each<[string, Partial<PayCommand>]>([
    ['another amount', { amount: 11n }],
    ['another receiver', { receiver: key('B') }],
    ['another equivalent', { equivalent: 'HOUR' }],
  ])('an attempt of %s is refused', (_, change) => {
    const { notices, sent } = pay(payer(), attemptOf(), change);
    expect([sent, notices.map(({ type }) => type)]).toEqual([[], ['refused']]);
  });

  it('an attempt of another time, or for too long, is refused', () => {
    for (const options of [
      { createdAtMs: THEN_MS - 60_001, expiresAtMs: THEN_MS - 26_001 },
      { createdAtMs: THEN_MS + 60_001, expiresAtMs: THEN_MS + 94_001 },
      { createdAtMs: THEN_MS, expiresAtMs: THEN_MS + 34_001 },
    ]) {
      expect(pay(payer(), draft('ABC', options)).sent).toEqual([]);
    }
  });

  const document = (change: Partial<TrustLine> = {}): TrustLine => ({
    ...{ version: 1, network: NETWORK, from: key('A'), to: key('B'), equivalent: UAH, limit: 50n },
    ...{ status: 'active', policy: DEFAULT_POLICY, seq: THEN_MS, createdAtMs: THEN_MS },
    ...change,
  });
  const set = (machine: Machine, line: TrustLine): Step => {
    const { equivalent, limit, status, policy } = line;
    const wanted = { neighbour: key('B'), equivalent, limit, status, policy };
    return machine.command({ type: 'set-trust-line', ...wanted, document: line });
  };

  it('a trust line is the document that it made', () => {
    const machine = payer();
    expect(set(machine, document({ seq: THEN_MS + 5 })).sent).toEqual(['trust-line → B']);
    expect(machine.records.line(key('A'), key('B'), UAH)?.signed.line.seq).toBe(THEN_MS + 5);
  });

  it.each<[string, Partial<TrustLine>]>([
    ['is of another', { from: key('C') }],
    ['is to another', { to: key('C') }],
    ['is of another network', { network: 'geo' }],
    ['is from the future', { seq: THEN_MS + 60_001 }],
    ['is no newer', { seq: THEN_MS - 1 }],
  ])('one that %s is refused', (_, change) => {
    const machine = payer();
    set(machine, document({ seq: THEN_MS }));
    const { sent, notices } = set(machine, document(change));
    expect([sent, notices.map(({ type }) => type)]).toEqual([[], ['refused']]);
  });

  it('an unsigned one is refused', () => {
    const machine = payer();
    machine.maySign = ({ domain }) => !unsigned(domain);
    expect(set(machine, document()).notices).toEqual([
      { type: 'refused', refusal: refuse('bad-document', { why: 'it is not signed' }) },
    ]);
  });
});
