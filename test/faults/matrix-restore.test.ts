import { expect, it } from 'vitest';
import { drill } from '#simulations/matrix/drill.ts';

it('a node with words only has its 1,000 accounts back from its neighbours within 30 s', () => {
  const { accounts, tookMs, wrong, violations } = drill(1_000);
  console.log(`${accounts} accounts restored from words and neighbours in ${(tookMs ?? 0) / 1_000} s of virtual time`);
  expect(wrong).toBe(0);
  expect(violations).toBe(0);
  expect(tookMs).not.toBeNull();
  expect(tookMs).toBeLessThanOrEqual(30_000);
});
