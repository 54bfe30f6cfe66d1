/** Trust lines (§3.1): what their owner may set, what the other end makes of them, and how they are delivered. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '#protocol/link.ts';
import { refuse } from '#protocol/refusals.ts';
import { DEFAULT_POLICY, trustLineStatement } from '#protocol/trust-line.ts';
import { lineMessage, Machine, machineWith, NOTHING, refusalIn } from '#test/support/machine.ts';
import { network } from '#test/support/network.ts';
import { draft, key, sign, UAH } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const nth = (number: number) => String.fromCharCode(200 + number);
const ownLine = (machine: Machine, to: string) => machine.records.line(machine.key, key(to), UAH);
const lineOf = (machine: Machine, from: string) => machine.records.line(key(from), machine.key, UAH);
/** A line to B in another equivalent. */
function lineIn(equivalent: string, from: string): Message {
  const made = lineMessage(from, 'B', 1n);
  if (made.type !== 'trust-line') throw new Error('no line');
  const line = { ...made.signed.line, equivalent };
  return { type: 'trust-line', signed: { line, signature: sign(trustLineStatement(line)) } };
}
const limits = (machine: Machine, name: string) => {
  const account = machine.records.account(key(name), UAH);
  return [account?.limitGiven, account?.limitReceived];
};

describe('the owner', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine('A');
    machine.link('B');
  });

  it('opens a line: saved, in force at once, sent', () => {
    const step = machine.trust('B', 50n);
    expect(step.sent).toEqual(['trust-line → B']);
    expect(ownLine(machine, 'B')?.signed.line).toEqual({
      version: 1,
      network: 'geo-test',
      from: key('A'),
      to: key('B'),
      equivalent: UAH,
      seq: THEN_MS,
      limit: 50n,
      status: 'active',
      policy: DEFAULT_POLICY,
      createdAtMs: THEN_MS,
    });
    expect(limits(machine, 'B')).toEqual([50n, 0n]);
    expect(step.notices).toEqual([{ type: 'trust-line', from: key('A'), to: key('B'), equivalent: UAH }]);
  });

  it('changes it: the seq is the time, and always higher than the last', () => {
    machine.trust('B', 50n);
    machine.trust('B', 60n);
    expect(ownLine(machine, 'B')?.signed.line.seq).toBe(THEN_MS + 1);
    machine.nowMs = THEN_MS - 5_000;
    machine.trust('B', 70n);
    expect(ownLine(machine, 'B')?.signed.line.seq).toBe(THEN_MS + 2);
    machine.nowMs = THEN_MS + 5_000;
    machine.trust('B', 80n);
    expect(ownLine(machine, 'B')?.signed.line.seq).toBe(THEN_MS + 5_000);
    expect(limits(machine, 'B')).toEqual([80n, 0n]);
  });

  it.each(['frozen', 'closed'] as const)('sets it %s: nothing more can be owed', (status) => {
    machine.trust('B', 50n);
    machine.trust('B', 50n, { status });
    expect(limits(machine, 'B')).toEqual([0n, 0n]);
    machine.trust('B', 50n);
    expect(limits(machine, 'B')).toEqual([50n, 0n]);
  });

  it('a limit of 0 is a line', () => {
    expect(machine.trust('B', 0n).sent).toEqual(['trust-line → B']);
  });

  it('not to itself', () => {
    const step = machine.trust('A', 5n);
    expect(refusalIn(step)).toEqual(refuse('to-self', { what: 'trust line' }));
    expect([step.saved, step.sent]).toEqual([[], []]);
  });

  it('not below what is owed and what is reserved, unless the line is closed', () => {
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    const [owed, reserved] = [draft('ABC', { amount: 30n }), draft('ABC', { amount: 20n })];
    machine.receive('A', owed.prepare(1));
    machine.receive('C', owed.commit);
    machine.receive('A', reserved.prepare(1));
    for (const status of ['active', 'frozen'] as const) {
      const step = machine.trust('A', 49n, { status });
      expect(refusalIn(step)).toEqual(refuse('limit-below-debt', { debt: 30n, reserved: 20n, asked: 49n }));
      expect([step.saved, step.sent]).toEqual([[], []]);
    }
    expect(refusalIn(machine.trust('A', 50n))).toBeNull();
    expect(refusalIn(machine.trust('A', 0n, { status: 'closed' }))).toBeNull();
    // The reservation stands.
    machine.receive('C', reserved.commit);
    expect(machine.books('A')).toEqual([50n, 0n, 0n]);
  });

  it('any limit while it is itself the one who owes', () => {
    machine = machineWith('B', { trusts: 'AC', trustedBy: 'AC' });
    const past = draft('ABC', { amount: 30n });
    machine.receive('A', past.prepare(1));
    machine.receive('C', past.commit);
    expect(refusalIn(machine.trust('C', 0n))).toBeNull();
  });

  it('trusts at most 1000, whatever lines others have opened to it', () => {
    for (let number = 0; number < 1_000; number++) machine.records.apply(ownLineRecord(number));
    const tooMany = refuse('too-many-neighbours', { limit: 1_000 });
    expect(refusalIn(machine.trust('B', 5n))).toEqual(tooMany);
    machine.trustedBy('B', 5n);
    expect(refusalIn(machine.trust('B', 5n))).toEqual(tooMany);
    expect(refusalIn(machine.trust(nth(0), 5n))).toBeNull();
  });

  function ownLineRecord(number: number) {
    const message = lineMessage('A', nth(number), 5n);
    if (message.type !== 'trust-line') throw new Error('no line');
    return { type: 'line', signed: message.signed, acked: true, conflicting: null } as const;
  }
});

describe('the other end', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine('B');
    machine.link('A');
  });

  it('stores, acknowledges and is told', () => {
    const step = machine.trustedBy('A', 50n);
    expect(step.sent).toEqual(['trust-line-ack → A']);
    expect(step.messages[0]?.message).toMatchObject({ from: key('A'), to: key('B'), equivalent: UAH, seq: THEN_MS });
    expect(step.notices).toEqual([{ type: 'trust-line', from: key('A'), to: key('B'), equivalent: UAH }]);
    expect(limits(machine, 'A')).toEqual([0n, 50n]);
  });

  it('the same again: acknowledged', () => {
    machine.trustedBy('A', 50n);
    expect(machine.trustedBy('A', 50n)).toMatchObject({ sent: ['trust-line-ack → A'], saved: [], notices: [] });
  });

  it('a higher seq replaces, a lower one is only acknowledged', () => {
    machine.trustedBy('A', 50n, { seq: 10 });
    machine.trustedBy('A', 60n, { seq: 11 });
    expect(limits(machine, 'A')).toEqual([0n, 60n]);
    const step = machine.trustedBy('A', 50n, { seq: 10 });
    expect(step).toMatchObject({ sent: ['trust-line-ack → A'], saved: [], notices: [] });
    expect(step.messages[0]?.message).toMatchObject({ seq: 10 });
    expect(limits(machine, 'A')).toEqual([0n, 60n]);
  });

  it('two of one seq: both are kept as proof, nothing more can be used, the person is told once', () => {
    machine.trustedBy('A', 50n, { seq: 10 });
    const step = machine.trustedBy('A', 60n, { seq: 10 });
    expect(step.notices).toEqual([
      expect.objectContaining({ type: 'evidence', about: key('A'), kind: 'two-trust-lines' }),
      { type: 'equivocation', neighbour: key('A'), equivalent: UAH },
    ]);
    expect(lineOf(machine, 'A')).toMatchObject({
      signed: { line: { limit: 50n } },
      conflicting: { line: { limit: 60n } },
    });
    expect(limits(machine, 'A')).toEqual([0n, 0n]);
    for (const limit of [50n, 60n, 70n]) {
      expect(machine.trustedBy('A', limit, { seq: 10 })).toMatchObject({ saved: [], notices: [] });
    }
  });

  it('a higher seq ends that', () => {
    machine.trustedBy('A', 50n, { seq: 10 });
    machine.trustedBy('A', 60n, { seq: 10 });
    machine.trustedBy('A', 70n, { seq: 11 });
    expect(lineOf(machine, 'A')).toMatchObject({ signed: { line: { limit: 70n } }, conflicting: null });
    expect(limits(machine, 'A')).toEqual([0n, 70n]);
  });

  it('a lower limit than the debt: nothing is left to use, the debt stays', () => {
    machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    const past = draft('ABC', { amount: 30n });
    machine.receive('A', past.prepare(1));
    machine.receive('C', past.commit);
    expect(machine.trustedBy('C', 5n, { seq: THEN_MS + 1 }).sent).toEqual(['trust-line-ack → C']);
    expect(machine.books('C')).toEqual([-30n, 0n, 0n]);
  });

  it('takes lines of one neighbour in 32 equivalents', () => {
    for (let number = 0; number < 32; number++) {
      expect(machine.receive('A', lineIn(`E${number}`, 'A')).sent).toEqual(['trust-line-ack → A']);
    }
    expect(machine.receive('A', lineIn('E32', 'A'))).toEqual(NOTHING);
    expect(machine.receive('A', lineIn('E0', 'A')).sent).toEqual(['trust-line-ack → A']);
    expect(machine.trustedBy('C', 1n).sent).toEqual(['trust-line-ack → C']);
  });

  it('takes lines of 500 whom it does not trust; those whom it trusts do not count', () => {
    for (let number = 0; number < 500; number++) machine.receive(nth(number), lineMessage(nth(number), 'B', 1n));
    expect(machine.receive('A', lineMessage('A', 'B', 1n))).toEqual(NOTHING);
    // A stranger that was taken may still change its line.
    const changed = lineMessage(nth(0), 'B', 2n, { seq: THEN_MS + 1 });
    expect(machine.receive(nth(0), changed).sent).toHaveLength(1);
    machine.trust('A', 1n);
    expect(machine.receive('A', lineMessage('A', 'B', 1n)).sent).toEqual(['trust-line-ack → A']);
    machine.trust(nth(0), 1n);
    expect(machine.receive('C', lineMessage('C', 'B', 1n)).sent).toEqual(['trust-line-ack → C']);
    expect(machine.receive('D', lineMessage('D', 'B', 1n))).toEqual(NOTHING);
    // Who is one of them, or is trusted, may open lines in more equivalents.
    for (const known of [nth(1), 'A']) expect(machine.receive(known, lineIn('hour', known)).sent).toHaveLength(1);
  });
});

describe('delivery', () => {
  it('sends again, later and later, until it is acknowledged', () => {
    const machine = new Machine('A');
    machine.link('B');
    const first = machine.trust('B', 50n);
    const timer = { type: 'resend-line', to: key('B'), equivalent: UAH, seq: THEN_MS, tries: 0 };
    expect(first.timers).toEqual([{ timer, atMs: THEN_MS + 1_000 }]);
    const again = machine.fire(first);
    expect(again.sent).toEqual(['trust-line → B']);
    expect(again.timers.map(({ timer: { type }, atMs }) => [type, atMs - THEN_MS])).toEqual([['resend-line', 2_000]]);
    const ack = { type: 'trust-line-ack', from: key('A'), to: key('B'), equivalent: UAH, seq: THEN_MS } as const;
    expect(machine.receive('B', ack).notices).toEqual([
      { type: 'trust-line-acked', to: key('B'), equivalent: UAH, seq: THEN_MS },
    ]);
    expect(machine.fire(again)).toEqual(NOTHING);
  });

  it('an acknowledgement counts only from the other end, and only for the newest', () => {
    const machine = new Machine('A');
    machine.trust('B', 50n);
    machine.trust('B', 60n);
    const ack = { type: 'trust-line-ack', from: key('A'), to: key('B'), equivalent: UAH, seq: THEN_MS + 1 } as const;
    expect(machine.receive('C', ack)).toEqual(NOTHING);
    expect(machine.receive('B', { ...ack, to: key('C') })).toEqual(NOTHING);
    expect(machine.receive('B', { ...ack, equivalent: 'hour' })).toEqual(NOTHING);
    expect(machine.receive('B', { ...ack, seq: THEN_MS })).toEqual(NOTHING);
    expect(ownLine(machine, 'B')?.acked).toBe(false);
    machine.receive('B', ack);
    expect(ownLine(machine, 'B')?.acked).toBe(true);
  });

  it('the timer of a line that was replaced does nothing', () => {
    const machine = new Machine('A');
    const replaced = machine.trust('B', 50n);
    machine.trust('B', 60n);
    expect(machine.fire(replaced)).toEqual(NOTHING);
  });

  it('reconnection and restart send what is not acknowledged, and nothing else', () => {
    const machine = new Machine('A');
    machine.trust('B', 50n);
    machine.trustedBy('B', 50n);
    expect(machine.link('B').sent).toEqual(['trust-line → B']);
    expect(machine.link('C').sent).toEqual([]);
    const start = machine.restart();
    expect(start.sent).toEqual(['trust-line → B']);
    expect(start.timers.map(({ timer }) => timer.type)).toEqual(['resend-line']);
    machine.receive('B', { type: 'trust-line-ack', from: key('A'), to: key('B'), equivalent: UAH, seq: THEN_MS });
    expect(machine.restart()).toEqual(NOTHING);
    expect(machine.link('B')).toEqual(NOTHING);
  });

  it('over a link that comes and goes both ends have the newest in the end', () => {
    const net = network('AB');
    net.cut('AB');
    for (const limit of [10n, 20n, 30n]) net.machine('A').trust('B', limit);
    net.link('AB');
    net.drop('A ---trust-line--> B');
    net.restart('A');
    net.wait(5_000);
    expect(limits(net.machine('B'), 'A')).toEqual([0n, 30n]);
    expect(ownLine(net.machine('A'), 'B')?.acked).toBe(true);
  });
});
