/** Rule 9, hop by hop: what B between A and C takes, what it refuses, and how the refusal reads. */
import { describe, expect, it } from 'vitest';
import { type Refusal, refuse } from '#protocol/refusals.ts';
import { causeIn, lineMessage, type Machine, machineWith, NOTHING } from '#test/support/machine.ts';
import { type Draft, draft, key, split } from '#test/support/packets.ts';

/** As many neighbours as it takes to have 256 packets open with one other. */
const EIGHT = 'CDEFGHIJ';
const intermediary = () => machineWith('B', { trusts: 'A', trustedBy: 'C' });
/** B has lines both ways with A and C, and owes A 30, which C owes B: C paid A. */
function indebted(): Machine {
  const machine = machineWith('B', { trusts: 'AC', trustedBy: 'AC' });
  const past = draft('CBA', { amount: 30n });
  machine.receive('C', past.prepare(1));
  machine.receive('A', past.commit);
  expect([machine.books('A')[0], machine.books('C')[0]]).toEqual([-30n, 30n]);
  return machine;
}

function refusalOf(machine: Machine, packet: Draft): Refusal {
  const position = packet.names.indexOf(machine.name);
  const before = machine.books('A');
  const step = machine.receive(packet.names[position - 1] as string, packet.prepare(position));
  expect(machine.state(packet)).toBe('aborted');
  expect(machine.books('A')).toEqual(before);
  return causeIn(step);
}

function takes(machine: Machine, packet: Draft): void {
  const position = packet.names.indexOf(machine.name);
  machine.receive(packet.names[position - 1] as string, packet.prepare(position));
  expect(machine.state(packet)).toMatch(/prepared|committed/);
}

describe('the hop in', () => {
  it('up to what the own line leaves: limit − balance − reserved', () => {
    const machine = intermediary();
    machine.trustedBy('C', 1_000n, { seq: machine.nowMs + 1 });
    const committed = draft('ABC', { amount: 50n });
    takes(machine, committed);
    machine.receive('C', committed.commit);
    takes(machine, draft('ABC', { amount: 30n }));
    const tooMuch = { hop: 0, limit: 100n, maxNow: 20n, reserved: 30n };
    expect(refusalOf(machine, draft('ABC', { amount: 21n }))).toEqual(refuse('insufficient', tooMuch));
    takes(machine, draft('ABC', { amount: 20n }));
    const nothingLeft = { hop: 0, limit: 100n, maxNow: 0n, reserved: 50n };
    expect(refusalOf(machine, draft('ABC', { amount: 1n }))).toEqual(refuse('insufficient', nothingLeft));
  });

  it('a reservation of the other direction adds nothing', () => {
    const machine = machineWith('B', { trusts: 'AC', trustedBy: 'AC' });
    takes(machine, draft('CBA', { amount: 40n }));
    const refusal = refuse('insufficient', { hop: 0, limit: 100n, maxNow: 100n, reserved: 0n });
    expect(refusalOf(machine, draft('ABC', { amount: 101n }))).toEqual(refusal);
  });

  it('no own line', () => {
    const machine = machineWith('B', { trustedBy: 'AC' });
    expect(refusalOf(machine, draft('ABC'))).toEqual(refuse('no-trust-line', { hop: 0 }));
  });

  it.each([
    ['frozen', 'line-frozen'],
    ['closed', 'line-closed'],
  ] as const)('own line %s', (status, code) => {
    const machine = intermediary();
    machine.trust('A', 100n, { status });
    expect(refusalOf(machine, draft('ABC'))).toEqual(refuse(code, { hop: 0 }));
  });

  it('a line through which nobody may pay still lets its owner be paid', () => {
    const machine = intermediary();
    machine.trust('A', 100n, { policy: { canBeIntermediate: false } });
    expect(refusalOf(machine, draft('ABC'))).toEqual(refuse('not-intermediate', { hop: 0 }));
    takes(machine, draft('AB'));
  });

  it.each(['D', 'E'])('blocked: %s as payer or as receiver', (who) => {
    const machine = intermediary();
    machine.trust('A', 100n, { policy: { blocked: [key(who)] } });
    expect(refusalOf(machine, draft('DABCE'))).toEqual(refuse('blocked', { hop: 1 }));
    takes(machine, draft('FABCG'));
  });

  it('the limit of a day, over midnight', () => {
    const machine = intermediary();
    machine.trust('A', 100n, { policy: { dailyLimit: 15n } });
    const midnight = 86_400_000 * Math.ceil(machine.nowMs / 86_400_000);
    machine.nowMs = midnight - 20_000;
    const createdAtMs = machine.nowMs;
    takes(machine, draft('ABC', { amount: 10n, createdAtMs }));
    const refusal = refuse('daily-limit', { hop: 0, maxNow: 5n });
    expect(refusalOf(machine, draft('ABC', { amount: 6n, createdAtMs }))).toEqual(refusal);
    takes(machine, draft('ABC', { amount: 5n, createdAtMs }));
    machine.nowMs = midnight - 1;
    expect(refusalOf(machine, draft('ABC', { amount: 1n, createdAtMs })).code).toBe('daily-limit');
    machine.nowMs = midnight;
    takes(machine, draft('ABC', { amount: 15n, createdAtMs }));
    expect(refusalOf(machine, draft('ABC', { amount: 1n, createdAtMs })).code).toBe('daily-limit');
  });

  it('what is released again does not count for the day', () => {
    const machine = intermediary();
    machine.trust('A', 100n, { policy: { dailyLimit: 15n } });
    const first = draft('ABC', { amount: 15n });
    takes(machine, first);
    machine.receive('C', first.abort(2));
    takes(machine, draft('ABC', { amount: 15n }));
  });

  it('256 open transactions with one neighbour', () => {
    const machine = machineWith('B', { trusts: 'A', trustedBy: EIGHT });
    machine.trust('A', 256n);
    for (let open = 0; open < 256; open++) takes(machine, draft(`AB${EIGHT[open % 8]}`, { amount: 1n }));
    expect(refusalOf(machine, draft('ABC', { amount: 1n }))).toEqual(refuse('too-much-open', { hop: 0 }));
  });
});

it('512 open transactions with one neighbour: no answer and no trace of more', () => {
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  machine.trust('A', 600n);
  machine.trustedBy('C', 600n, { seq: machine.nowMs + 1 });
  const prepare = () => machine.receive('A', draft('ABC', { amount: 1n }).prepare(1)).sent;
  for (let open = 0; open < 32; open++) expect(prepare()).toEqual(['prepare → C']);
  for (let open = 32; open < 512; open++) expect(prepare()).toEqual(['abort → A']);
  expect(machine.receive('A', draft('ABC', { amount: 1n }).prepare(1))).toEqual(NOTHING);
  expect(machine.receive('A', draft('ABC', { amount: 1n }).resolve('unsigned'))).toEqual(NOTHING);
});

describe('the hop out', () => {
  it('up to what the line of the neighbour leaves: limit + balance − reserved', () => {
    const machine = intermediary();
    machine.trust('A', 1_000n);
    const committed = draft('ABC', { amount: 50n });
    takes(machine, committed);
    machine.receive('C', committed.commit);
    takes(machine, draft('ABC', { amount: 30n }));
    const tooMuch = { hop: 1, limit: 100n, maxNow: 20n, reserved: 30n };
    expect(refusalOf(machine, draft('ABC', { amount: 21n }))).toEqual(refuse('insufficient', tooMuch));
    takes(machine, draft('ABC', { amount: 20n }));
  });

  it('the number of the hop is its place on the route', () => {
    const machine = intermediary();
    machine.unlink('C');
    expect(refusalOf(machine, draft('FGABC'))).toEqual(refuse('neighbour-offline', { hop: 3 }));
  });

  it('no account with the next one', () => {
    expect(refusalOf(intermediary(), draft('ABD'))).toEqual(refuse('no-trust-line', { hop: 1 }));
  });

  it('an account, but no line of the next one', () => {
    const machine = machineWith('B', { trusts: 'AC' });
    expect(refusalOf(machine, draft('ABC'))).toEqual(refuse('no-trust-line', { hop: 1 }));
  });

  it.each([
    ['frozen', 'line-frozen'],
    ['closed', 'line-closed'],
  ] as const)('line of the next one %s', (status, code) => {
    const machine = intermediary();
    machine.trustedBy('C', 100n, { status, seq: machine.nowMs + 1 });
    expect(refusalOf(machine, draft('ABC'))).toEqual(refuse(code, { hop: 1 }));
  });

  it('two lines of one seq freeze it, a higher seq ends that', () => {
    const machine = intermediary();
    machine.trustedBy('C', 90n);
    expect(refusalOf(machine, draft('ABC'))).toEqual(refuse('line-frozen', { hop: 1 }));
    machine.trustedBy('C', 90n, { seq: machine.nowMs + 1 });
    takes(machine, draft('ABC'));
  });

  it('the next one is not linked', () => {
    const machine = intermediary();
    machine.unlink('C');
    expect(refusalOf(machine, draft('ABC'))).toEqual(refuse('neighbour-offline', { hop: 1 }));
    machine.link('C');
    takes(machine, draft('ABC'));
  });

  it('256 open transactions with the next one', () => {
    const machine = machineWith('B', { trusts: `A${EIGHT}`, trustedBy: 'Z' });
    machine.trustedBy('Z', 300n, { seq: machine.nowMs + 1 });
    for (let open = 0; open < 256; open++) takes(machine, draft(`${EIGHT[open % 8]}BZ`, { amount: 1n }));
    expect(refusalOf(machine, draft('ABZ', { amount: 1n }))).toEqual(refuse('too-much-open', { hop: 1 }));
  });

  it('32 hops to the next one that came from one neighbour, be they of a few split payments', () => {
    const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    const eight = Array.from({ length: 8 }, () => ['ABC', 1n] as const);
    for (let payment = 0; payment < 4; payment++) for (const route of split(eight)) takes(machine, route);
    expect(refusalOf(machine, draft('ABC', { amount: 1n }))).toEqual(refuse('too-much-open', { hop: 1 }));
  });

  it('32 open transactions with the next one that came from one neighbour: others still pass', () => {
    const machine = machineWith('B', { trusts: 'AD', trustedBy: 'C' });
    for (let open = 0; open < 32; open++) takes(machine, draft('ABC', { amount: 1n }));
    expect(refusalOf(machine, draft('ABC', { amount: 1n }))).toEqual(refuse('too-much-open', { hop: 1 }));
    takes(machine, draft('DBC', { amount: 1n }));
  });

  it('a next one that holds something past its time gets nothing new until that ends', () => {
    const machine = intermediary();
    const old = draft('ABC');
    takes(machine, old);
    machine.nowMs = old.header.expiresAtMs;
    const createdAtMs = machine.nowMs;
    takes(machine, draft('ABC', { createdAtMs }));
    machine.nowMs++;
    expect(refusalOf(machine, draft('ABC', { createdAtMs }))).toEqual(refuse('neighbour-overdue', { hop: 1 }));
    // What upstream leaves open is no reason, nor what is decided and only not acknowledged.
    machine.receive('C', old.commit);
    takes(machine, draft('ABC', { createdAtMs }));
  });

  it('a hop let go at own risk still counts as overdue', () => {
    const machine = intermediary();
    const old = draft('ABC');
    takes(machine, old);
    machine.letGo(old);
    machine.nowMs = old.header.expiresAtMs + 1;
    const next = draft('ABC', { createdAtMs: machine.nowMs });
    expect(refusalOf(machine, next)).toEqual(refuse('neighbour-overdue', { hop: 1 }));
  });
});

describe('debts can be paid back whatever became of the lines', () => {
  it.each(['frozen', 'closed'] as const)('own line and line of the other end %s', (status) => {
    const machine = indebted();
    for (const name of 'AC') {
      machine.trust(name, 100n, { status });
      machine.trustedBy(name, 100n, { status, seq: machine.nowMs + 1 });
    }
    const tooMuch = refuse('insufficient', { hop: 0, limit: 0n, maxNow: 30n, reserved: 0n });
    expect(refusalOf(machine, draft('ABC', { amount: 31n }))).toEqual(tooMuch);
    takes(machine, draft('ABC', { amount: 30n }));
  });

  it('without an own line at all', () => {
    const machine = machineWith('B', { trusts: 'C', trustedBy: 'AC' });
    const past = draft('CBA', { amount: 30n });
    takes(machine, past);
    machine.receive('A', past.commit);
    takes(machine, draft('ABC', { amount: 30n }));
  });
});

it('a limit lowered below the debt leaves nothing to use and takes nothing back', () => {
  const machine = intermediary();
  const before = draft('ABC', { amount: 60n });
  takes(machine, before);
  const reserved = draft('ABC', { amount: 20n });
  takes(machine, reserved);
  machine.receive('C', before.commit);
  machine.trustedBy('C', 5n, { seq: machine.nowMs + 1 });
  const refusal = refuse('insufficient', { hop: 1, limit: 5n, maxNow: 0n, reserved: 20n });
  expect(refusalOf(machine, draft('ABC', { amount: 1n }))).toEqual(refusal);
  machine.receive('C', reserved.commit);
  expect(machine.books('C')).toEqual([-80n, 0n, 0n]);
});

describe('the hops of a clearing', () => {
  // B owes A 30 and C owes B 30: the ring A → B → C → A lowers both.
  const ring = (amount: bigint) => draft('ABCA', { kind: 'clear', amount });

  it('take no more than the debts, whatever the limits', () => {
    const machine = indebted();
    expect(refusalOf(machine, ring(31n))).toEqual(refuse('nothing-to-clear', { hop: 0, maxNow: 30n, reserved: 0n }));
    takes(machine, ring(20n));
    expect(refusalOf(machine, ring(11n))).toEqual(refuse('nothing-to-clear', { hop: 0, maxNow: 10n, reserved: 20n }));
    takes(machine, ring(10n));
  });

  it('the hop out alone may be what is too little', () => {
    const machine = indebted();
    const more = draft('DBA', { amount: 5n });
    machine.trust('D', 100n);
    machine.link('D');
    takes(machine, more);
    machine.receive('A', more.commit);
    expect(refusalOf(machine, ring(35n))).toEqual(refuse('nothing-to-clear', { hop: 1, maxNow: 30n, reserved: 0n }));
  });

  it('do not count debt that a payment back has spoken for', () => {
    const machine = indebted();
    takes(machine, draft('ABC', { amount: 25n }));
    expect(refusalOf(machine, ring(6n))).toEqual(refuse('nothing-to-clear', { hop: 0, maxNow: 5n, reserved: 25n }));
    takes(machine, ring(5n));
  });

  it.each(['frozen', 'closed'] as const)('go over lines that are %s', (status) => {
    const machine = indebted();
    for (const name of 'AC') {
      machine.trust(name, 100n, { status });
      machine.receive(name, lineMessage(name, 'B', 0n, { status, seq: machine.nowMs + 1 }));
    }
    takes(machine, ring(30n));
  });

  it('ask the owner of the line whose debt is lowered: B for what C owes it, not for what it owes A', () => {
    const machine = indebted();
    machine.trust('A', 100n, { policy: { autoClearing: false } });
    takes(machine, ring(10n));
    machine.trust('C', 100n, { policy: { autoClearing: false } });
    expect(refusalOf(machine, ring(10n))).toEqual(refuse('no-auto-clearing', { hop: 1 }));
  });

  it('are held to no policy of payments', () => {
    const machine = indebted();
    machine.trust('A', 100n, { policy: { canBeIntermediate: false, blocked: [key('A')], dailyLimit: 0n } });
    takes(machine, ring(10n));
  });

  it('need the next one linked, not overdue', () => {
    const machine = indebted();
    machine.unlink('C');
    expect(refusalOf(machine, ring(10n))).toEqual(refuse('neighbour-offline', { hop: 1 }));
    machine.link('C');
    const old = draft('ABC', { amount: 1n });
    takes(machine, old);
    machine.nowMs = old.header.expiresAtMs + 1;
    const late = draft('ABCA', { kind: 'clear', createdAtMs: machine.nowMs });
    expect(refusalOf(machine, late)).toEqual(refuse('neighbour-overdue', { hop: 1 }));
  });
});
