/** The rows of a study brought together: means over seeds for each setting, and curves along one parameter. */
import { type Estimate, estimate } from '../../estimate.ts';
import type { Column, Results, Row } from '../results.ts';
import { cellOf, SEED } from './tables.ts';

export type Value = number | string | null;

/** A parameter and the values that it had, in order: numbers by size, texts as they came. */
export interface Varied {
  readonly column: Column;
  readonly values: readonly Value[];
}

/** All runs with the same values of all parameters but the seed. */
export interface Setting {
  /** By the parameters that were varied. */
  readonly values: readonly Value[];
  readonly runs: number;
  /** By metric. */
  readonly means: readonly (Estimate | null)[];
}

/** What is in a report. */
export interface Summary {
  readonly study: string;
  /** Parameters with more than one value, those with one, and seeds apart. */
  readonly varied: readonly Varied[];
  readonly fixed: readonly Varied[];
  readonly seeds: number;
  readonly runs: number;
  /** Metrics that are numbers and that any run has. */
  readonly measured: readonly Column[];
  /** Of those, the ones that are not the same in all runs. */
  readonly metrics: readonly Column[];
  /** The ones that are, where there are several runs; and those that no run has. */
  readonly constant: readonly { readonly column: Column; readonly value: number }[];
  readonly absent: readonly Column[];
  readonly settings: readonly Setting[];
}

/** One metric along one parameter. */
export interface Curve {
  /** Of the second parameter; null where there is none. */
  readonly series: Value;
  readonly points: readonly { readonly x: Value; readonly mean: Estimate | null }[];
}

/** Means of everything. Settings come in the order of their parameters' values. */
export function summaryOf(results: Results): Summary {
  const parameters = results.parameters
    .filter(({ name }) => name !== SEED)
    .map((column) => valuesOf(column, results.rows));
  const varied = parameters.filter(({ values }) => values.length > 1);
  const numbers = results.metrics.filter(({ kind }) => kind !== 'text').map((column) => valuesOf(column, results.rows));
  const isOne = ({ values }: Varied) => values.length === 1 && results.rows.length > 1;
  const metrics = numbers.filter((metric) => !isOne(metric)).map(({ column }) => column);
  const same = numbers.filter(isOne).map(({ column, values: [value] }) => ({ column, value: value as number | null }));
  const absent = same.filter(({ value }) => value === null).map(({ column }) => column);
  const places = varied.map(placesOf);
  const groups = grouped(results.rows, (row) => places.map((placeOf) => placeOf(row)));
  return {
    study: results.study,
    varied,
    fixed: parameters.filter(({ values }) => values.length === 1),
    seeds: new Set(results.rows.map((row) => row[SEED])).size,
    runs: results.rows.length,
    measured: numbers.map(({ column }) => column).filter((column) => !absent.includes(column)),
    metrics,
    constant: same.flatMap(({ column, value }) => (value === null ? [] : [{ column, value }])),
    absent,
    settings: groups.map(({ at, rows }) => ({
      values: varied.map(({ values }, parameter) => values[at[parameter] as number] as Value),
      runs: rows.length,
      means: metrics.map((metric) => estimate(rows.map((row) => numberOf(row, metric)))),
    })),
  };
}

/** The runs of each value of `x`, by each value of `series`: what all curves along `x` are drawn from. */
export interface Cells {
  readonly x: Varied;
  readonly series: Varied | null;
  /** By series, by x. */
  readonly rows: readonly (readonly (readonly Row[])[])[];
}

/** Sorts the runs once for all metrics. */
export function cellsOf(rows: readonly Row[], x: Varied, series: Varied | null): Cells {
  const cells = (series?.values ?? [null]).map(() => x.values.map((): Row[] => []));
  const [xAt, seriesAt] = [placesOf(x), series === null ? null : placesOf(series)];
  for (const row of rows) cells[seriesAt?.(row) ?? 0]?.[xAt(row)]?.push(row);
  return { x, series, rows: cells };
}

/**
 * A metric along `x`, one curve for each value of `series`. Where more parameters were varied, the runs of one seed are
 * first averaged over them, so that the interval is still that of the seeds.
 */
export function curvesOf({ x, series, rows }: Cells, metric: Column): Curve[] {
  return rows.map((ofSeries, at) => ({
    series: series?.values[at] ?? null,
    points: x.values.map((value, place) => ({ x: value, mean: meanOverSeeds(ofSeries[place] ?? [], metric) })),
  }));
}

function meanOverSeeds(rows: readonly Row[], metric: Column): Estimate | null {
  const bySeed = new Map<Value, number[]>();
  for (const row of rows) {
    const value = numberOf(row, metric);
    if (value === null) continue;
    const seed = row[SEED] ?? null;
    const values = bySeed.get(seed) ?? [];
    values.push(value);
    bySeed.set(seed, values);
  }
  return estimate([...bySeed.values()].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length));
}

/** Which of its values a row has. */
function placesOf({ column, values }: Varied): (row: Row) => number {
  const places = new Map(values.map((value, at) => [value, at]));
  return (row) => places.get(cellOf(row, column)) ?? -1;
}

function numberOf(row: Row, column: Column): number | null {
  const value = cellOf(row, column);
  return typeof value === 'number' ? value : null;
}

function valuesOf(column: Column, rows: readonly Row[]): Varied {
  const values = [...new Set(rows.map((row) => cellOf(row, column)))];
  if (column.kind !== 'text') values.sort((one, other) => Number(one ?? -Infinity) - Number(other ?? -Infinity));
  return { column, values };
}

/** Rows of the same key, by the order of the keys. */
function grouped(
  rows: readonly Row[],
  keyOf: (row: Row) => readonly number[],
): { readonly at: readonly number[]; readonly rows: readonly Row[] }[] {
  const groups = new Map<string, { readonly at: readonly number[]; readonly rows: Row[] }>();
  for (const row of rows) {
    const at = keyOf(row);
    const key = at.join();
    const group = groups.get(key) ?? { at, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => {
    const differs = one.at.findIndex((value, index) => value !== other.at[index]);
    return differs < 0 ? 0 : (one.at[differs] as number) - (other.at[differs] as number);
  });
}
