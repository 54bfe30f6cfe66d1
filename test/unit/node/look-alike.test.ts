import { describe, expect, it } from 'vitest';
import { skeleton } from '#node/look-alike.ts';

describe('names that may be taken for each other', () => {
  it.each([
    ['Alice', 'alice'],
    ['Alice', 'AIice'],
    ['Alice', 'А1ісе'],
    ['Alice', 'Αlιce'],
    ['Alice', 'Àlicé'],
    ['Alice', 'Ａｌｉｃｅ'],
    ['Alice', '𝐀𝐥𝐢𝐜𝐞'],
    ['Marn', 'Mam'],
    ['Viktor', 'V i k t o r'],
    ['Savva', 'Sawa'],
    ['Оксана', 'Oкcaнa'],
  ])('%s and %s', (one, other) => {
    expect(skeleton(one)).toBe(skeleton(other));
  });

  it.each([
    ['Alice', 'Alicia'],
    ['Bob', 'Rob'],
    ['Оксана', 'Оксано'],
    ['Ірина', 'Ирина'],
    ['李', '季'],
    ['👩', '👨'],
  ])('%s and %s are not', (one, other) => {
    expect(skeleton(one)).not.toBe(skeleton(other));
  });
});
