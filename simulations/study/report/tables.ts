/** The rows of a study as text for other programs: CSV (RFC 4180) and one line of JSON a row. */
import { stringify } from 'csv-stringify/sync';
import type { Column, Results, Row } from '../results.ts';

/** The name of the column of seeds. */
export const SEED = 'seed';

/** All columns, in the order in which every file has them. */
export function columnsOf({ parameters, metrics }: Results): readonly Column[] {
  return [...parameters, ...metrics];
}

/** What a row has in a column: null where it has nothing, and for a number that is none, such as 0 / 0. */
export function cellOf(row: Row, { name }: Column): number | string | null {
  const value = row[name] ?? null;
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

/** RFC 4180: a head of names, then one line a row; what is not there is empty. */
export function csvOf(results: Results): string {
  const columns = columnsOf(results);
  const lines = results.rows.map((row) => columns.map((column) => cellOf(row, column)));
  return stringify([columns.map(({ name }) => name), ...lines], { record_delimiter: '\r\n' });
}

/** One object of JSON a line, all with the same names in the same order; what is not there is null. */
export function jsonLinesOf(results: Results): string {
  const columns = columnsOf(results);
  return results.rows
    .map(
      (row) => `${JSON.stringify(Object.fromEntries(columns.map((column) => [column.name, cellOf(row, column)])))}\n`,
    )
    .join('');
}
