import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { LinesDigest } from '#protocol/hints.ts';
import { publicKeyBytes } from '#protocol/identity.ts';
import { key } from '#test/support/packets.ts';

function digestOf(...lines: readonly string[]): string {
  const digest = new LinesDigest();
  for (const [from = '', to = ''] of lines) digest.flip(key(from), key(to));
  return digest.hex;
}

it('the digest of a set of lines', () => {
  const one = createHash('sha256')
    .update(publicKeyBytes(key('A')))
    .update(publicKeyBytes(key('B')));
  expect(digestOf()).toBe('0000000000000000');
  expect(digestOf('AB')).toBe(one.digest('hex').slice(0, 16));
  expect(digestOf('AB', 'BC', 'CA')).toBe(digestOf('CA', 'AB', 'BC'));
  expect(digestOf('AB', 'BC', 'BC')).toBe(digestOf('AB'));
  const continued = new LinesDigest(digestOf('AB', 'CA'));
  continued.flip(key('B'), key('C'));
  expect(continued.hex).toBe(digestOf('AB', 'BC', 'CA'));
  expect(new Set([digestOf(), digestOf('AB'), digestOf('BA'), digestOf('AB', 'BA')]).size).toBe(4);
});
