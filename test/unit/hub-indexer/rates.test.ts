import { expect, it } from 'vitest';
import { Rates } from '#hub-indexer/rates.ts';

it('one may ask so often, and all together so often', () => {
  const rates = new Rates({ each: 1, atOnceEach: 2, all: 5 }, 10);
  // Whole milliseconds: a second later is then a second later, to the last bit.
  const nowMs = Math.ceil(performance.now()) + 1_000;
  const taken = (who: string, atMs = nowMs) => rates.take(who, atMs);
  expect([taken('a'), taken('a'), taken('a')]).toEqual([true, true, false]);
  expect([taken('b'), taken('b'), taken('b')]).toEqual([true, true, false]);
  // The refused ones cost the others nothing.
  expect([taken('c'), taken('c')]).toEqual([true, false]);
  expect(taken('a', nowMs + 1_000)).toBe(true);
});
