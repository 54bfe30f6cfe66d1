import { expect, it } from 'vitest';
import { pauseMs } from '#node/p2p/keeper.ts';

const MINUTE = 60_000;

it('attempts to reach a neighbour follow each other after 1 s … 10 min, half of it at least', () => {
  for (let attempts = 0; attempts < 2_000; attempts++) {
    const [least, most] = [pauseMs(attempts, 0), pauseMs(attempts, 1)];
    expect(most).toBe(Math.min(1_000 * 2 ** attempts, 10 * MINUTE));
    expect(least).toBe(most / 2);
  }
});

it('many whose links broke at once come apart', () => {
  const pauses = Array.from({ length: 50 }, (_, i) => pauseMs(4, i / 50));
  expect(new Set(pauses).size).toBe(50);
  expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(7_000);
});
