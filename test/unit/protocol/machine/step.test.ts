/** One step (§8): what a start, a link and the driver's own events make of all that is open. */
import { expect, it } from 'vitest';
import { Machine, machineWith, NOTHING } from '#test/support/machine.ts';
import { chain } from '#test/support/network.ts';
import { type Draft, draft, split } from '#test/support/packets.ts';

it('hello, link down and timers of unknown things do nothing', () => {
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const hello = {
    type: 'hello',
    network: 'geo-test',
    versions: [1],
    capabilities: [],
    instance: '00'.repeat(16),
    startedAtMs: 0,
    signature: new Uint8Array(64),
  } as const;
  expect(machine.receive('A', hello)).toEqual(NOTHING);
  expect(machine.unlink('A')).toEqual(NOTHING);
  expect(new Machine('A').feed({ type: 'start' })).toEqual(NOTHING);
});

it('a start begins one timer for each open position, and none for what is settled', () => {
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const [open, waived, done, short] = [draft('ABC'), draft('ABC'), draft('ABC'), draft('AB', { total: 11n })];
  for (const each of [open, waived, done, short]) machine.receive('A', each.prepare(1));
  const [waiting] = split([
    ['AB', 5n],
    ['ACB', 5n],
  ]) as [Draft, Draft];
  machine.receive('A', waiting.prepare(1));
  machine.receive('C', waived.abort(2));
  machine.receive('C', done.commit);
  machine.receive('A', done.ack('commit', 1));
  const { timers, sent, saved } = machine.restart();
  const begun = timers.map(({ timer }) => [timer.type, 'txId' in timer ? timer.txId : null]);
  expect(new Set(begun.map(String))).toEqual(
    new Set(
      [
        ['retry', open.txId],
        ['retry', waived.txId],
        ['expiry', waiting.txId],
        ['retry', short.txId],
      ].map(String),
    ),
  );
  expect(begun).toHaveLength(4);
  expect([sent, saved]).toEqual([[], []]);
  const expiry = timers.find(({ timer }) => timer.type === 'expiry');
  expect(expiry?.atMs).toBe(waiting.header.expiresAtMs + 1);
});

it('a neighbour that is back is sent what each state says it may lack, and only what concerns it', () => {
  const machine = machineWith('B', { trusts: 'AD', trustedBy: 'CE' });
  const made = { toC: draft('ABC'), toE: draft('DBE'), waived: draft('ABE'), done: draft('DBC') };
  machine.receive('A', made.toC.prepare(1));
  machine.receive('D', made.toE.prepare(1));
  machine.receive('A', made.waived.prepare(1));
  machine.receive('E', made.waived.abort(2));
  machine.receive('D', made.done.prepare(1));
  machine.receive('C', made.done.commit);
  expect(machine.relink('A').sent).toEqual(['abort → A']);
  expect(machine.relink('C').sent).toEqual(['prepare → C']);
  expect(machine.relink('D').sent).toEqual(['commit → D']);
  expect(machine.relink('E').sent).toEqual(['prepare → E']);
});

it('housekeeping with nobody linked has nobody to ask', () => {
  expect(new Machine('A').timer({ type: 'housekeeping', round: 3 })).toEqual(NOTHING);
});

it('the chain of resends of a position is one, through all its states', () => {
  const net = chain('ABC');
  net.pay('A', 'C', 10n);
  net.until('B ---prepare--> C');
  const payment = net.draftOf('B ---prepare--> C');
  const b = net.machine('B');
  const first = b.retry(payment);
  expect(first.timers).toHaveLength(1);
  b.receive('C', payment.commit);
  const next = b.fire(first);
  expect([next.sent, next.timers.length]).toEqual([['commit → A'], 1]);
  b.receive('A', payment.ack('commit', 1));
  expect(b.fire(next)).toEqual(NOTHING);
});
