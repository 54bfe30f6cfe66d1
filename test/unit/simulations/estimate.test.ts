import { describe, expect, it } from 'vitest';
import { estimate } from '#simulations/estimate.ts';

describe('an estimate over seeds', () => {
  it('has no interval from one, and that of Student from several', () => {
    expect(estimate([0.5])).toEqual({ mean: 0.5, interval: null });
    const three = estimate([1, 2, 3]);
    expect(three?.mean).toBe(2);
    expect(three?.interval).toBeCloseTo(4.303 / Math.sqrt(3), 6);
  });

  it('leaves out what is no number', () => {
    expect(estimate([Number.NaN, 3, null])).toEqual({ mean: 3, interval: null });
    expect(estimate([Number.NaN])).toBe(null);
  });

  it.each([
    [31, 2.0395],
    [40, 2.0211],
    [100, 1.984],
    [1_000, 1.9623],
  ])('has the t of %i degrees of freedom, beyond the table', (degrees, t) => {
    const values = Array.from({ length: degrees + 1 }, (_, at) => at);
    const mean = degrees / 2;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / degrees;
    expect(estimate(values)?.interval).toBeCloseTo(t * Math.sqrt(variance / (degrees + 1)), 2);
  });
});
