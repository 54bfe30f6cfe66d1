import { expect, it } from 'vitest';
import { backOffMs, countFailure, STEADY_MS } from '#desktop/main/back-off.ts';

it('waits longer each time, up to a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 100, 10_000].map(backOffMs)).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000,
  ]);
});

it('begins anew with a node that was up for a while', () => {
  expect(countFailure(0, null)).toBe(1);
  expect(countFailure(5, null)).toBe(6);
  expect(countFailure(5, STEADY_MS - 1)).toBe(6);
  expect(countFailure(5, STEADY_MS)).toBe(1);
});
