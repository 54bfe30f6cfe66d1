import { expect, it } from 'vitest';
import { RingBudget } from '#hub-indexer/members/ring-budget.ts';
import { encodeMessage } from '#protocol/link.ts';
import { UAH } from '#test/support/packets.ts';

const none = encodeMessage({ type: 'ring-none', id: '0a'.repeat(16), equivalent: UAH, steps: 1, deadForMs: 0 });
const request = encodeMessage({ type: 'recover' });

it('lets so many through at the beginning of a second, and what is no search always', () => {
  const clock = { nowMs: 10_000 };
  const budget = new RingBudget(2, () => clock.nowMs);
  const admitted = (frame: Uint8Array) => budget.admits(frame);
  expect([admitted(none), admitted(none), admitted(none)]).toEqual([true, true, false]);
  expect(admitted(request)).toBe(true);
  clock.nowMs += 999;
  expect(admitted(none)).toBe(false);
  clock.nowMs += 1;
  expect([admitted(none), admitted(none), admitted(none)]).toEqual([true, true, false]);
});
