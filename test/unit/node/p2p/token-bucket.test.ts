import { expect, it } from 'vitest';
import { TokenBucket } from '#node/p2p/token-bucket.ts';

function takeAll(bucket: TokenBucket, nowMs: number): number {
  let taken = 0;
  while (bucket.take(nowMs)) taken++;
  return taken;
}

it('gives so many at once, so many a second, and no more after a long pause', () => {
  const bucket = new TokenBucket(100, 250, 1_000);
  expect(takeAll(bucket, 1_000)).toBe(250);
  expect(takeAll(bucket, 1_100)).toBe(10);
  expect(takeAll(bucket, 2_100)).toBe(100);
  expect(takeAll(bucket, 1_000_000)).toBe(250);
});

it('gives as many as asked for, or none', () => {
  const bucket = new TokenBucket(10, 10, 0);
  expect(bucket.take(0, 6)).toBe(true);
  expect(bucket.take(0, 6)).toBe(false);
  expect(bucket.take(0, 4)).toBe(true);
});

it('says how long what was used already has to be waited for', () => {
  const bucket = new TokenBucket(4, 2, 0);
  expect(bucket.spend(0, 2)).toBe(0);
  expect(bucket.spend(0, 1)).toBe(250);
  expect(bucket.spend(0, 1)).toBe(500);
  expect(bucket.take(250)).toBe(false);
  expect(bucket.spend(500, 0)).toBe(0);
  expect(bucket.spend(750, 1)).toBe(0);
});
