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

it('says when there is one again', () => {
  const bucket = new TokenBucket(4, 1, 0);
  expect(bucket.take(0)).toBe(true);
  expect(bucket.take(100)).toBe(false);
  expect(bucket.waitMs).toBe(150);
  expect(bucket.take(249)).toBe(false);
  expect(bucket.take(250)).toBe(true);
});
