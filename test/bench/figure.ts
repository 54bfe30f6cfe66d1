/** What the benchmarks report. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same unit, measured in the same run: what the machine needs for the unavoidable part alone. */
  readonly floor: number | null;
  /** How many times the floor's cost: 1 is the best there can be, of times as of rates. */
  readonly ratio: number | null;
}

/** A group of figures that are measured together. */
export interface Bench {
  /** What it is called for; all its figures are meant. */
  readonly word: string;
  readonly names: readonly string[];
  run(size: Size): Promise<readonly Figure[]>;
}

/** How much of what can be large is measured. */
export interface Size {
  /** Of the graph on which hints are asked; ten lines each. */
  readonly participants: number;
}

/** A time or another cost: less is better. */
export function cost(name: string, unit: string, value: number, floor: number | null): Figure {
  return { name, value: rounded(value), unit, floor: roundedOrNull(floor), ratio: ratio(value, floor) };
}

/** A rate: more is better. */
export function rate(name: string, unit: string, value: number, floor: number | null): Figure {
  return {
    name,
    value: rounded(value),
    unit,
    floor: roundedOrNull(floor),
    ratio: floor === null ? null : ratio(floor, value),
  };
}

/** The value below which this share of the samples lies; 0.5 is the median. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function ratio(value: number, floor: number | null): number | null {
  return floor === null ? null : rounded(value / floor);
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

/** Four digits are more than a machine repeats. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
