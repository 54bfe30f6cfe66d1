import { describe, expect, it } from 'vitest';
import { excerpt } from '#protocol/excerpt.ts';
import naughty from '#test/vectors/naughty-strings/blns.json' with { type: 'json' };

describe('excerpt', () => {
  it.each([
    ['12,50', '12,50'],
    ['Zoë 日本 Ω', 'Zoë 日本 Ω'],
    ['a\u0000b\u001b[31m\n', 'a\\u{0}b\\u{1b}[31m\\u{a}'],
    ['evil\u202etxt', 'evil\\u{202e}txt'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['half \ud800 pair', 'half \\u{d800} pair'],
    ['😀 «₴»', '😀 «₴»'],
    ['x'.repeat(40), 'x'.repeat(40)],
    ['x'.repeat(41), `${'x'.repeat(40)}…`],
  ])('shows %j as %j', (input, shown) => {
    expect(excerpt(input)).toBe(shown);
  });

  it('is short for input of any length', () => {
    expect(excerpt('9'.repeat(10_000_000))).toBe(`${'9'.repeat(40)}…`);
    expect(excerpt('\u202e'.repeat(100_000)).length).toBeLessThan(400);
  });

  it('is one printable line for every naughty string', () => {
    for (const input of naughty) expect(excerpt(input)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  });
});
