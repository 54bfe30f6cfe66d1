/** The files that a study leaves: the same rows for every kind of reader, and what made them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Results } from '../results.ts';
import { type Manifest, sha256 } from './manifest.ts';
import { pageOf } from './page.ts';
import { parquetOf } from './parquet.ts';
import { columnsOf, csvOf, jsonLinesOf } from './tables.ts';

/** Grows with each change that a reader of an older manifest would misread. */
const SCHEMA = 1;

/**
 * Writes `results.csv`, `results.jsonl`, `results.parquet`, `report.html` and, last, `manifest.json` into a folder, which
 * is made if need be; the names of the files. All but the manifest are byte for byte the same for the same results.
 * Throws what the file system throws.
 */
export async function writeResults(dir: string, results: Results, manifest: Manifest): Promise<readonly string[]> {
  const files = new Map<string, string | Uint8Array>([
    ['results.csv', csvOf(results)],
    ['results.jsonl', jsonLinesOf(results)],
    ['results.parquet', await parquetOf(results)],
    ['report.html', await pageOf(results)],
  ]);
  files.set('manifest.json', manifestText(results, manifest, files));
  await mkdir(dir, { recursive: true });
  for (const [name, content] of files) await writeFile(join(dir, name), content);
  return [...files.keys()];
}

function manifestText(results: Results, manifest: Manifest, files: ReadonlyMap<string, string | Uint8Array>): string {
  const listed = Object.fromEntries([...files].map(([name, content]) => [name, { sha256: sha256(content) }]));
  const { study, rows } = results;
  return `${JSON.stringify(
    { schema: SCHEMA, study, ...manifest, runs: rows.length, columns: columnsOf(results), files: listed },
    null,
    2,
  )}\n`;
}
