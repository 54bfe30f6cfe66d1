import { describe, expect, it } from 'vitest';
import { parseName } from '#protocol/name.ts';
import { isRefusal } from '#protocol/refusals.ts';
import naughty from '#test/vectors/naughty-strings/blns.json' with { type: 'json' };

const FAMILY = '👨\u200d👩\u200d👧';

describe('names', () => {
  it.each([
    ['Bob', 'Bob'],
    ['Ольга Петрівна', 'Ольга Петрівна'],
    ['O’Brien & Sons, 3rd', 'O’Brien & Sons, 3rd'],
    ['日本 太郎', '日本 太郎'],
    ['محمد', 'محمد'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['क्\u200dष', 'क्\u200dष'],
    ['😀', '😀'],
    [FAMILY, FAMILY],
    ['❤\ufe0f', '❤\ufe0f'],
    ['❤\ufe0f\u200d🔥', '❤\ufe0f\u200d🔥'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['=1+1', '=1+1'],
    ['  Bob \u00a0 \u3000 Jones ', 'Bob Jones'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['😀'.repeat(64), '😀'.repeat(64)],
    ['e\u0301'.repeat(64), 'é'.repeat(64)],
  ])('may be %j', (text, name) => {
    expect(parseName(text)).toBe(name);
    expect(parseName(name)).toBe(name);
  });

  it('are one name for the twins of NFC', () => {
    const twins = ['Zo\u00eb \u212bngstr\u00f6m', 'Zoe\u0308 A\u030angstro\u0308m', 'Zo\u00eb \u00c5ngstr\u00f6m'];
    expect(new Set(twins.map(parseName)).size).toBe(1);
  });

  it.each([
    ['nothing', '', 'nothing in it can be seen'],
    ['spaces', ' \u00a0\u2003\u3000', 'nothing in it can be seen'],
    ['the Braille blank', '\u2800', 'nothing in it can be seen'],
    ['65 characters', 'x'.repeat(65), 'it has 65 characters'],
    ['10 MB', 'x'.repeat(10_000_000), 'it has 10000000 characters'],
    ['marks that pile up', `Z${'\u0335'.repeat(100)}`, 'it has 101 characters'],
    ['a mark in front', '\u0301Bob', 'begins with a mark'],
    ['NUL', 'Bo\u0000b', 'U+0000'],
    ['a line end', 'Bob\nPaid: 40', 'U+000A'],
    ['a tab', 'Bob\tJones', 'U+0009'],
    ['an escape sequence', '\u001b[31mBob', 'U+001B'],
    ['a control of the upper half', 'Bob\u0085', 'U+0085'],
    ['a line separator', 'Bob\u2028', 'U+2028'],
    ['a paragraph separator', 'Bob\u2029', 'U+2029'],
    ['a right-to-left override', 'Bob\u202egnp', 'U+202E'],
    ['an isolate', '\u2067Bob', 'U+2067'],
    ['a right-to-left mark', 'Bob\u200f', 'U+200F'],
    ['an Arabic letter mark', 'Bob\u061c', 'U+061C'],
    ['a zero-width space', 'Bo\u200bb', 'U+200B'],
    ['a joiner between Latin letters', 'Bo\u200db', 'U+200D'],
    ['a non-joiner between Cyrillic letters', 'Оль\u200cга', 'U+200C'],
    ['an emoji selector after a letter', 'Bob\ufe0f', 'U+FE0F'],
    ['two joiners in a row', `😀\u200d\u200d😀`, 'U+200D'],
    ['a soft hyphen', 'Bo\u00adb', 'U+00AD'],
    ['a word joiner', 'Bo\u2060b', 'U+2060'],
    ['a byte order mark', '\ufeffBob', 'U+FEFF'],
    ['a grapheme joiner', 'Bo\u034fb', 'U+034F'],
    ['a Hangul filler', '\u3164', 'U+3164'],
    ['a tag character', 'Bob\u{e0041}', 'U+E0041'],
    ['private use', 'Bob\ue000', 'U+E000'],
    ['a noncharacter', 'Bob\uffff', 'U+FFFF'],
    ['a lone high surrogate', 'Bob\ud83d', 'U+D83D'],
    ['a lone low surrogate', '\ude00Bob', 'U+DE00'],
  ])('are refused: %s', (_name, text, why) => {
    const refusal = parseName(text);
    expect(refusal).toMatchObject({ code: 'bad-name', why: expect.stringContaining(why) });
    expect(JSON.stringify(refusal)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.stringify(refusal).length).toBeLessThan(600);
  });

  it('from naughty strings are refused, or harmless and stable', () => {
    let refused = 0;
    for (const text of naughty) {
      const name = parseName(text);
      if (isRefusal(name)) {
        refused++;
        continue;
      }
      expect(name).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]/u);
      expect([...name].length).toBeLessThanOrEqual(64);
      expect(parseName(name)).toBe(name);
    }
    expect(refused).toBeGreaterThan(50);
    expect(refused).toBeLessThan(naughty.length / 2);
  });
});
