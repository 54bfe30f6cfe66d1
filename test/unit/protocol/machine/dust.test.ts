/** Amounts that are not worth waiting for (§4.7). */
import { beforeEach, expect, it } from 'vitest';
import { DUST_AFTER_MS } from '#protocol/limits.ts';
import { refuse } from '#protocol/refusals.ts';
import { causeIn, type Machine, machineWith } from '#test/support/machine.ts';
import { type Draft, draft } from '#test/support/packets.ts';

let machine: Machine;

beforeEach(() => {
  machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
});

/** A packet that C never answers, a day and more after its expiry. */
function stuck(amount: bigint): Draft {
  const packet = draft('ABC', { amount });
  machine.receive('A', packet.prepare(1));
  return packet;
}

it('nothing is too small, and nothing is let go, unless the owner says so', () => {
  const packet = stuck(1n);
  machine.nowMs = packet.header.expiresAtMs + DUST_AFTER_MS + 1;
  machine.retry(packet, 9);
  expect(machine.state(packet)).toBe('prepared');
});

it('smaller payments than the owner wants are refused; its own and clearings are not', () => {
  machine.command({ type: 'set-dust', smallest: 5n, letGoUpTo: 0n, budget: 0n });
  const refused = causeIn(machine.receive('A', draft('ABC', { amount: 4n }).prepare(1)));
  expect(refused).toEqual(refuse('below-smallest', { hop: 0, limit: 5n }));
  expect(machine.receive('A', draft('ABC', { amount: 5n }).prepare(1)).sent).toEqual(['prepare → C']);
});

it('is let go a day after its expiry, as far as the budget goes, and that is recorded', () => {
  machine.command({ type: 'set-dust', smallest: 0n, letGoUpTo: 3n, budget: 5n });
  const packets = [stuck(3n), stuck(4n), stuck(2n), stuck(1n)];
  const [fits, tooMuch, alsoFits, overBudget] = packets as [Draft, Draft, Draft, Draft];
  machine.nowMs = fits.header.expiresAtMs + DUST_AFTER_MS;
  machine.retry(fits, 9);
  expect(machine.state(fits)).toBe('prepared');
  machine.nowMs += 1;
  for (const packet of packets) machine.retry(packet, 9);
  expect(packets.map((packet) => machine.state(packet))).toEqual(['aborted', 'prepared', 'aborted', 'prepared']);
  expect(machine.records.node.dust.spent).toBe(5n);
  expect(machine.position(alsoFits, 'aborted')).toMatchObject({ ownRisk: 'reserved', letGoAtMs: machine.nowMs });
  expect([tooMuch, overBudget].map((packet) => machine.state(packet))).toEqual(['prepared', 'prepared']);
});
