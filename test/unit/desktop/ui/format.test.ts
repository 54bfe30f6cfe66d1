import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  formatMoney,
  formatTime,
  isZero,
  magnitude,
  shortPid,
  typedAmount,
} from '#desktop/ui/src/format.ts';

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

describe('amounts', () => {
  it.each([
    ['12.5', 'en', '12.50'],
    ['1234567.12345678', 'en', '1,234,567.12345678'],
    ['0', 'en', '0.00'],
    ['1234567.5', 'uk', '1 234 567,50'],
    ['1234567.5', 'ru', '1 234 567,50'],
    // More digits than a number holds.
    ['90071992547409931.00000001', 'en', '90,071,992,547,409,931.00000001'],
  ])('%s in %s is %s', (amount, language, shown) => {
    expect(plain(formatAmount(amount, language))).toBe(shown);
  });

  it('stand on one line with what they are counted in', () => {
    expect(formatMoney('3', 'UAH', 'en')).toBe('3.00\u00a0UAH');
  });

  it.each([
    ['12,50', '12.50'],
    [' 1 234,5 ', '1234.5'],
    ['12.50', '12.50'],
    // Could mean either, and is for the node to refuse.
    ['1,234.50', '1,234.50'],
    ['1,2,3', '1,2,3'],
    ['abc', 'abc'],
    ['-5', '-5'],
  ])('“%s” as typed is “%s” for the node', (typed, sent) => {
    expect(typedAmount(typed)).toBe(sent);
  });

  it('have a size and may be nothing', () => {
    expect([magnitude('-3.5'), magnitude('3.5')]).toEqual(['3.5', '3.5']);
    expect(['0', '-0', '0.00', '0.01', '-1'].map(isZero)).toEqual([true, true, true, false, false]);
  });
});

it('times are those of the language', () => {
  const atMs = Date.UTC(2031, 4, 6, 12);
  expect(formatTime(atMs, 'en')).toContain('2031');
  expect(formatTime(atMs, 'uk')).toContain('трав');
});

it('a PID is cut in its middle', () => {
  expect(shortPid('abcdefghijklmnopqrstuvwxyz')).toBe('abcdefgh…wxyz');
  expect(shortPid('short')).toBe('short');
});
