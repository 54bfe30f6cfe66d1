import { afterEach, expect, it } from 'vitest';
import { HostPark } from '#test/support/hosts.ts';

const park = new HostPark();
afterEach(async () => park.stopAll());

it('a link comes up on both sides and carries frames in order both ways', async () => {
  const [a, b] = [await park.start(), await park.start()];
  a.host.keep(b.publicKey, b.host.addresses());
  await Promise.all([a.until(() => a.upCount(b.publicKey) === 1), b.until(() => b.upCount(a.publicKey) === 1)]);
  const count = 5_000;
  for (let i = 0; i < count; i++) {
    a.host.send(b.publicKey, Uint8Array.of(1, i >> 8, i & 255));
    b.host.send(a.publicKey, Uint8Array.of(2, i >> 8, i & 255));
  }
  await Promise.all([
    a.until(() => a.framesFrom(b.publicKey).length === count),
    b.until(() => b.framesFrom(a.publicKey).length === count),
  ]);
  const order = (frames: readonly Uint8Array[]): number[] => frames.map(([, high = 0, low = 0]) => high * 256 + low);
  const expected = Array.from({ length: count }, (_, i) => i);
  expect(order(a.framesFrom(b.publicKey))).toEqual(expected);
  expect(order(b.framesFrom(a.publicKey))).toEqual(expected);
});
