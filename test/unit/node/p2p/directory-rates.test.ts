import { expect, it } from 'vitest';
import { DirectoryRates } from '#node/p2p/directory-rates.ts';
import { DIRECTORY_AT_ONCE_EACH, DIRECTORY_PER_SECOND, DIRECTORY_PER_SECOND_EACH } from '#node/p2p/limits.ts';
import type { PublicKey } from '#protocol/identity.ts';

const NOW_MS = 1_000_000;

const stranger = (number: number) => number.toString(16).padStart(64, '0') as PublicKey;
const neighbour = stranger(1_000_000);

/** Of so many requests, how many are answered. */
function answered(rates: DirectoryRates, who: PublicKey, requests: number, nowMs = NOW_MS): number {
  let count = 0;
  for (let at = 0; at < requests; at++) if (rates.take(who, who === neighbour, nowMs)) count++;
  return count;
}

it('one participant is answered so often at once, and then so often a second', () => {
  const rates = new DirectoryRates(NOW_MS);
  expect(answered(rates, stranger(1), 1_000)).toBe(DIRECTORY_AT_ONCE_EACH);
  expect(answered(rates, stranger(1), 1_000, NOW_MS + 1_000)).toBe(DIRECTORY_PER_SECOND_EACH);
});

it('all strangers together are answered so often; neighbours are heard however many strangers ask', () => {
  const rates = new DirectoryRates(NOW_MS);
  const fromAll = (nowMs: number): number => {
    let count = 0;
    for (let number = 0; number < 200; number++) count += answered(rates, stranger(number), 5, nowMs);
    return count;
  };
  expect(fromAll(NOW_MS)).toBe(DIRECTORY_PER_SECOND);
  expect(answered(rates, stranger(999), 1)).toBe(0);
  expect(answered(rates, neighbour, 1_000)).toBe(DIRECTORY_AT_ONCE_EACH);
  expect(fromAll(NOW_MS + 1_000)).toBe(DIRECTORY_PER_SECOND);
});

it('what one asks beyond its own rate takes nothing from the others', () => {
  const rates = new DirectoryRates(NOW_MS);
  expect(answered(rates, stranger(1), 10_000)).toBe(DIRECTORY_AT_ONCE_EACH);
  expect(answered(rates, stranger(2), 1)).toBe(1);
});
