import { describe, expect, it } from 'vitest';
import { count, nameOf, span, unitsOf, when } from '#node/cli/show.ts';

describe('shown to people', () => {
  it.each([
    ['0', 0n],
    ['12.5', 1_250_000_000n],
    ['-0.00000001', -1n],
    ['92233720368.54775807', 2n ** 63n - 1n],
  ])('%s is that many units', (decimal, units) => {
    expect(unitsOf(decimal)).toBe(units);
  });

  it.each([
    [85, '85 ms'],
    [2_000, '2 s'],
    [180_000, '3 min'],
    [7_200_000, '2 h'],
    [864_000_000, '10 days'],
  ])('%i ms is %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it('a time is local', () => {
    expect(when(new Date(2030, 0, 5, 7, 9).getTime())).toBe('2030-01-05 07:09');
  });

  it('one is not many', () => {
    expect([count(0, 'hop'), count(1, 'hop'), count(2, 'hop')]).toEqual(['0 hops', '1 hop', '2 hops']);
  });

  it('who has no name is called by the whole PID', () => {
    expect(nameOf({ name: 'Bob', pid: 'x' })).toBe('Bob');
    expect(nameOf({ name: null, pid: 'x' })).toBe('x');
  });
});
