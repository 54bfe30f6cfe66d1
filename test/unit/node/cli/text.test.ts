import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { columns, line, safe, safeJson } from '#node/cli/text.ts';

const NAUGHTY = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../vectors/naughty-strings/blns.json'), 'utf8'),
) as string[];

/** What moves a cursor, colours text or turns its direction. */
const ACTS_ON_A_TERMINAL = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\p{Cs}]/u;

describe('text from strangers', () => {
  it.each([
    ['an escape sequence', 'Bob\x1b[2J', 'Bob\\u{1b}[2J'],
    ['the one-byte form of it', 'Bob\x9b2J', 'Bob\\u{9b}2J'],
    ['a bell, a backspace and a delete', '\x07\b\x7f', '\\u{7}\\u{8}\\u{7f}'],
    ['line ends', 'a\r\nb\u2028c', 'a\\u{d}\\u{a}b\\u{2028}c'],
    ['a right-to-left override', '\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['isolates', '\u2067x\u2069', '\\u{2067}x\\u{2069}'],
    ['a lone surrogate', '\ud800', '\\u{d800}'],
    ['a space that hides', 'a\u200bb', 'a\\u{200b}b'],
    ['other spaces', 'a\u00a0\u3000b', 'a  b'],
    ['a joiner that only hides', 'a\u200db', 'a\\u{200d}b'],
  ])('loses %s', (_what, text, shown) => {
    expect(safe(text)).toBe(shown);
  });

  it.each(['Олександра', 'محمد', '山田 太郎', 'नेपाल\u200dी', '👩\u200d🚀', 'José', "O'Brien; rm -rf $HOME"])(
    'keeps what people are called: %s',
    (name) => {
      expect(safe(name)).toBe(name);
    },
  );

  it('is harmless whatever it is', () => {
    for (const text of NAUGHTY) {
      expect(safe(text)).not.toMatch(ACTS_ON_A_TERMINAL);
      expect(safeJson({ text })).not.toMatch(ACTS_ON_A_TERMINAL);
      expect(JSON.parse(safeJson({ text }))).toEqual({ text });
    }
  });

  it('is made safe where it is interpolated, while the sentence around it may have line ends', () => {
    expect(line`a\n${'b\n'}${3}`).toBe('a\nb\\u{a}3');
  });

  it('stays the same in JSON, in other letters', () => {
    const evil = { name: '\u202eBob\x1b[2J\u{e0001}', ok: 'Ольга 👍' };
    expect(safeJson(evil)).toBe(String.raw`{"name":"\u202eBob\u001b[2J\udb40\udc01","ok":"Ольга 👍"}`);
    expect(JSON.parse(safeJson(evil))).toEqual(evil);
  });
});

describe('columns', () => {
  it.each([
    ['plain', 5],
    ['Ольга', 5],
    ['山田', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['👩\u200d🚀', 2],
    ['\x1b[1mbold\x1b[22m', 4],
    ['', 0],
  ])('of %j are %i', (text, width) => {
    expect(columns(text)).toBe(width);
    expect(columns(stripVTControlCharacters(text))).toBe(width);
  });
});
