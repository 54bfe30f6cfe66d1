import { describe, expect, it } from 'vitest';
import { meanFigure, valueFigure } from '#simulations/study/report/figures.ts';

const plain = (text: string) => text.replaceAll(/[\u00A0\u202F]/g, ' ');

describe('a mean', () => {
  it.each<[number, number | null, string]>([
    [93.41873, 0.3123, '93.42 ± 0.31'],
    [93.41873, 3.1, '93.4 ± 3.1'],
    [93.41873, 31, '93 ± 31'],
    [93.41873, 0, '93.42 ± 0'],
    [93.41873, null, '93.42'],
    [-0.5, 0.025, '−0.500 ± 0.025'],
    [7, null, '7'],
    [7, 0, '7 ± 0'],
    [0, 0, '0 ± 0'],
    [0, 0.5, '0.00 ± 0.50'],
    [1_234_567.8, 12, '1 234 568 ± 12'],
    [1e6, null, '1 000 000'],
    [1.0002e-6, 2.5e-9, '(1.0002 ± 0.0025) × 10⁻⁶'],
    [1.5e-7, null, '1.500 × 10⁻⁷'],
    [-3e14, 2e13, '(−3.00 ± 0.20) × 10¹⁴'],
    [0.0012, 0.0001, '0.00120 ± 0.00010'],
    [0.00012, 0.00001, '(1.20 ± 0.10) × 10⁻⁴'],
  ])('%f and its interval %f', (mean, interval, text) => {
    expect(plain(meanFigure({ mean, interval }))).toBe(text);
  });

  it('that is not there', () => {
    expect(meanFigure(null)).toBe('–');
  });
});

describe('a value', () => {
  it.each<[number | string | null, string]>([
    [0.05, '0.05'],
    [-0.1, '−0.1'],
    [1e-9, '1e−9'],
    [10_000, '10 000'],
    [1_234.5, '1 234.5'],
    [0.1 + 0.2, '0.30000000000000004'],
    ['ba:5000,4', 'ba:5000,4'],
    [null, '–'],
  ])('%j has all of its digits', (value, text) => {
    expect(plain(valueFigure(value))).toBe(text);
  });
});
