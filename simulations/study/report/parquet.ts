/** The rows of a study as Apache Parquet, with the unit and the meaning of each column in its metadata. */
import assert from 'node:assert/strict';
import type { Column, Results } from '../results.ts';
import { cellOf, columnsOf } from './tables.ts';

const TYPES = { integer: 'INT64', real: 'DOUBLE', text: 'STRING' } as const;

/** The bytes of the file: the same for the same results. Every column may have nulls. */
export async function parquetOf(results: Results): Promise<Uint8Array> {
  // Only those who write results load it.
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const columns = columnsOf(results);
  const buffer = parquetWriteBuffer({
    columnData: columns.map((column) => ({
      name: column.name,
      type: TYPES[column.kind],
      nullable: true,
      data: results.rows.map((row) => stored(column, cellOf(row, column))),
    })),
    kvMetadata: [
      { key: 'study', value: results.study },
      ...columns.map(({ name, unit, what }) => ({ key: `column:${name}`, value: JSON.stringify({ unit, what }) })),
    ],
  });
  return new Uint8Array(buffer);
}

function stored({ name, kind }: Column, value: number | string | null): bigint | number | string | null {
  if (value === null) return null;
  assert.equal(typeof value, kind === 'text' ? 'string' : 'number', `${name} is ${kind}`);
  if (kind !== 'integer') return value;
  assert.ok(Number.isSafeInteger(value), `${name} is a whole number`);
  return BigInt(value);
}
