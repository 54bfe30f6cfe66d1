import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes, isHex } from '#protocol/hex.ts';

describe('hex', () => {
  it('goes both ways over all bytes', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(bytesToHex(all)).toBe(Buffer.from(all).toString('hex'));
    expect(hexToBytes(bytesToHex(all))).toStrictEqual(all);
  });

  it.each([
    ['', 0, true],
    ['00ff', 2, true],
    ['00ff', 1, false],
    ['00FF', 2, false],
    ['00f', 2, false],
    ['00fg', 2, false],
    ['00f\n', 2, false],
    ['٠٠', 1, false],
  ])('%j is hex of %i bytes: %s', (text, bytes, expected) => {
    expect(isHex(text, bytes)).toBe(expected);
  });

  it.each(['0', 'zz', '0x'])('throws on %j', (text) => {
    expect(() => hexToBytes(text)).toThrow();
  });
});
