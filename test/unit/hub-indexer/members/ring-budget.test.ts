import { expect, it } from 'vitest';
import { RING_MESSAGES_PER_SECOND } from '#hub-indexer/limits.ts';
import { RingBudget } from '#hub-indexer/members/ring-budget.ts';
import type { Message } from '#protocol/link.ts';
import { UAH } from '#test/support/packets.ts';

const none: Message = { type: 'ring-none', id: '0a'.repeat(16), equivalent: UAH, steps: 1, deadForMs: 0 };
const request: Message = { type: 'recover', restoredAtMs: null };

/** How many of a search go on now. */
function admitted(budget: RingBudget): number {
  for (let count = 0; ; count++) if (!budget.admits(none)) return count;
}

it('lets so many through at the beginning of a second, and what is no search always', () => {
  const budget = new RingBudget(() => 0);
  expect(admitted(budget)).toBe(RING_MESSAGES_PER_SECOND);
  expect(budget.admits(request)).toBe(true);
  expect(admitted(budget)).toBe(0);
  budget.nextSecond();
  expect(admitted(budget)).toBe(RING_MESSAGES_PER_SECOND);
});

it('the busier the process was, the fewer, but never none', () => {
  let busy = 0;
  const budget = new RingBudget(() => busy);
  const seen = [0.125, 0.25, 0.375, 0.5, 1].map((part) => {
    busy = part;
    budget.nextSecond();
    return admitted(budget);
  });
  expect(seen).toEqual([300, 200, 100, 20, 20]);
});

it('is busy from one half on, until it is a good deal less', () => {
  let busy = 0;
  const budget = new RingBudget(() => busy);
  const seen = [0.4, 0.5, 0.4, 0.3, 0.4].map((part) => {
    busy = part;
    budget.nextSecond();
    return budget.isBusy;
  });
  expect(seen).toEqual([false, true, true, false, false]);
});

it('without anything said, looks at this process', () => {
  const budget = new RingBudget();
  const until = performance.now() + 50;
  while (performance.now() < until);
  budget.nextSecond();
  expect(budget.isBusy).toBe(true);
});
