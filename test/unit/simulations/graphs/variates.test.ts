import { describe, expect, it } from 'vitest';
import { exp, ln, lognormal, normal, pareto, uniform } from '#simulations/graphs/variates.ts';
import { Random } from '#simulations/random.ts';

const DRAWS = 40_000;

const sorted = (draw: (random: Random) => number): number[] => {
  const random = new Random(5);
  return Array.from({ length: DRAWS }, () => draw(random)).sort((one, other) => one - other);
};
const quantile = (values: readonly number[], share: number) => values[Math.floor(share * values.length)] as number;

describe('exp and ln from the four operations', () => {
  it.each([-700, -20.5, -1, -1e-9, 0, 1e-9, 0.5, 1, 3.7, 700])(
    'exp(%f) is that of the engine but for rounding',
    (x) => {
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
    },
  );

  it.each([1e-300, 1e-9, 0.3, 0.75, 1, 1.5, 2, 123.4, 1e300])('ln(%f) is that of the engine but for rounding', (x) => {
    expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-13 * Math.max(1, Math.abs(Math.log(x))));
  });
});

describe('what is drawn', () => {
  it('is even between 0 and 1', () => {
    const values = sorted(uniform);
    expect(values[0]).toBeGreaterThan(0);
    expect(values.at(-1)).toBeLessThan(1);
    for (const share of [0.1, 0.5, 0.9]) expect(Math.abs(quantile(values, share) - share)).toBeLessThan(0.01);
  });

  it('is normal', () => {
    const values = sorted(normal);
    for (const [share, value] of [
      [0.0228, -2],
      [0.1587, -1],
      [0.5, 0],
      [0.8413, 1],
    ] as const)
      expect(Math.abs(quantile(values, share) - value)).toBeLessThan(0.05);
  });

  it('is lognormal about its median', () => {
    const values = sorted((random) => lognormal(random, 100, 1));
    expect(quantile(values, 0.5) / 100).toBeCloseTo(1, 1);
    expect(quantile(values, 0.8413) / 271.8).toBeCloseTo(1, 1);
  });

  it('is Pareto: as often over twice as the shape says', () => {
    const values = sorted((random) => pareto(random, 20, 1.5));
    expect(values[0]).toBeGreaterThanOrEqual(20);
    expect(values.filter((value) => value > 40).length / DRAWS).toBeCloseTo(2 ** -1.5, 2);
  });

  it('is the same on every machine', () => {
    const random = new Random(1);
    expect([uniform(random), normal(random), lognormal(random, 1, 1), pareto(random, 1, 1)]).toMatchInlineSnapshot(`
      [
        0.10286284344689672,
        -0.6605863793924,
        4.226355709334663,
        31.05542764844094,
      ]
    `);
  });
});
