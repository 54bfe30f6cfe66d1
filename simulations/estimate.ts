/** Means over seeds, with the interval that so few of them leave. */

/** A mean over seeds and half the width of its 95 % interval; null where one seed cannot tell. */
export interface Estimate {
  readonly mean: number;
  readonly interval: number | null;
}

/** Student's t for 95 %, two-sided, by degrees of freedom from 1. */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

const Z_95 = 1.959964;

/** Student's t for 95 %, two-sided: from the table, beyond it by the series about the normal distribution, to 0.001. */
function t95(degrees: number): number {
  const z = Z_95;
  const square = z * z;
  const first = (z * (square + 1)) / 4;
  const second = (z * (5 * square * square + 16 * square + 3)) / 96;
  return T_95[degrees - 1] ?? z + first / degrees + second / (degrees * degrees);
}

/** Over the runs in which there is such a number. */
export function estimate(values: readonly (number | null)[]): Estimate | null {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return { mean, interval: null };
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1);
  return { mean, interval: t95(known.length - 1) * Math.sqrt(variance / known.length) };
}
