/** The files of a database, checked before LevelDB reads them: a damaged table may end the process. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordsOf } from './log.ts';
import { tableNumbers } from './manifest.ts';
import { isWholeTable } from './table.ts';

/** Names of the tables in the folder that belong to the database; of all, when it cannot be told which do. */
export function tableNames(location: string): readonly string[] {
  const numbers = tableNumbers(location);
  return readdirSync(location).filter((name) => {
    const [, number] = /^(\d+)\.(?:ldb|sst)$/.exec(name) ?? [];
    return number !== undefined && (numbers === null || numbers.has(Number(number)));
  });
}

/** The name of a table with a block that does not match its checksum, or null. The database may be open. */
export async function damagedTable(location: string): Promise<string | null> {
  // Without a manifest the database does not open anyway.
  if (tableNumbers(location) === null) return null;
  for (const name of tableNames(location)) {
    const file = await readFile(join(location, name)).catch((error: NodeJS.ErrnoException) => {
      // LevelDB has put what it held into another one. At a start it says itself that one is missing.
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (file !== null && !isWholeTable(file)) return name;
  }
  return null;
}

/** Is every log whole? One that ends in the middle of a record may be; from a damaged one LevelDB takes what it can. */
export function hasWholeLogs(location: string): boolean {
  const logs = readdirSync(location).filter((name) => name.endsWith('.log'));
  return logs.every((name) => [...recordsOf(readFileSync(join(location, name)))].every((record) => record !== null));
}
