import { describe, expect, it } from 'vitest';
import { parseEquivalent, parsePrecision } from '#protocol/equivalent.ts';
import naughty from '#test/vectors/naughty-strings/blns.json' with { type: 'json' };

describe('equivalents', () => {
  it.each(['U', 'UAH', 'uah', 'hour', 'kg_of_apples', '1000', '_', 'A'.repeat(16), '__proto__', 'constructor'])(
    'may be %s',
    (text) => {
      expect(parseEquivalent(text)).toBe(text);
    },
  );

  it.each([
    ['', 'it has 0 characters'],
    ['A'.repeat(17), 'it has 17 characters'],
    ['A'.repeat(10_000_000), 'it has 10000000 characters'],
    [' UAH', 'it contains " "'],
    ['UAH ', 'it contains " "'],
    ['UAH\n', 'it contains "\\u{a}"'],
    ['UA\u0000H', 'it contains "\\u{0}"'],
    ['U-H', 'it contains "-"'],
    ['UAН', 'it contains "Н"'],
    ['₴', 'it contains "₴"'],
    ['😀', 'it contains "😀"'],
    ['１２', 'it contains "１"'],
    ['UAH\u202e', 'it contains "\\u{202e}"'],
    ['\ud800', 'it contains "\\u{d800}"'],
    ['caf\u00e9', 'it contains "é"'],
    ['../etc', 'it contains "."'],
  ])('are refused: %j', (text, why) => {
    expect(parseEquivalent(text)).toMatchObject({
      code: 'bad-equivalent',
      why,
      limit: expect.stringContaining('1 to 16'),
    });
  });

  it('take from the naughty strings only plain ASCII words', () => {
    for (const text of naughty) {
      const plain = [...text].every((c) => c === '_' || (c.length === 1 && c < '\x7f' && /[A-Za-z0-9]/.test(c)));
      expect(parseEquivalent(text) === text).toBe(plain && text.length >= 1 && text.length <= 16);
    }
  });
});

describe('precision', () => {
  it.each([0, 1, 2, 8])('may be %d', (decimals) => {
    expect(parsePrecision(decimals)).toBe(decimals);
  });

  it.each([-1, 9, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('is refused: %d', (decimals) => {
    expect(parsePrecision(decimals)).toMatchObject({
      code: 'bad-equivalent',
      limit: expect.stringContaining('0 to 8'),
    });
  });
});
