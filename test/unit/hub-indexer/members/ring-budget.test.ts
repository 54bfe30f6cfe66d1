import { expect, it } from 'vitest';
import { RING_MESSAGES_PER_SECOND } from '#hub-indexer/limits.ts';
import { RingBudget } from '#hub-indexer/members/ring-budget.ts';
import type { Message } from '#protocol/link.ts';
import { UAH } from '#test/support/packets.ts';

const none: Message = { type: 'ring-none', id: '0a'.repeat(16), equivalent: UAH, steps: 1, deadForMs: 0 };
const request: Message = { type: 'recover' };

/** A budget in a process that is as busy, at a time, as the test says. */
function budgetOf(busy: number) {
  const load = { nowMs: 10_000, busy };
  const budget = new RingBudget({ elapsedMs: () => load.nowMs, busy: () => load.busy });
  const admitted = (): number => {
    for (let count = 0; ; count++) if (!budget.admits(none)) return count;
  };
  return { load, budget, admitted };
}

it('lets so many through at the beginning of a second, and what is no search always', () => {
  const { load, budget, admitted } = budgetOf(0);
  expect(admitted()).toBe(RING_MESSAGES_PER_SECOND);
  expect(budget.admits(request)).toBe(true);
  load.nowMs += 999;
  expect(admitted()).toBe(0);
  load.nowMs += 1;
  expect(admitted()).toBe(RING_MESSAGES_PER_SECOND);
});

it('the busier the process was, the fewer, but never none', () => {
  expect([0.125, 0.25, 0.375, 0.5, 1].map((busy) => budgetOf(busy).admitted())).toEqual([300, 200, 100, 20, 20]);
});

it('without anything said, looks at this process', () => {
  const budget = new RingBudget();
  expect(budget.admits(none)).toBe(true);
});
