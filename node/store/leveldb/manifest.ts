/** LevelDB's manifest: the list of changes by which the set of tables came about. Tables not in it are of no use. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordsOf } from './log.ts';
import { readVarint } from './varint.ts';

/** What the parts of a change are: numbers, texts with their length, or for files a level and more. */
const FORMS: Readonly<Record<number, string>> = {
  1: 't',
  2: 'n',
  3: 'n',
  4: 'n',
  5: 'nt',
  6: 'nn',
  7: 'nnntt',
  9: 'n',
};
const DELETED_FILE = 6;
const NEW_FILE = 7;

/** Numbers of the tables that a database consists of; null when that cannot be read. */
export function tableNumbers(location: string): ReadonlySet<number> | null {
  let manifest: Buffer;
  try {
    const current = readFileSync(join(location, 'CURRENT'), 'latin1');
    if (!/^MANIFEST-\d+\n$/.test(current)) return null;
    manifest = readFileSync(join(location, current.trim()));
  } catch {
    return null;
  }
  const tables = new Set<number>();
  for (const record of recordsOf(manifest)) {
    if (record === null || !applyChange(tables, record)) return null;
  }
  return tables;
}

/** False when the record is none of a manifest. */
function applyChange(tables: Set<number>, record: Buffer): boolean {
  for (let at = 0; at < record.length; ) {
    const [tag, start] = readVarint(record, at);
    const form = FORMS[tag];
    if (form === undefined) return false;
    at = start;
    const numbers: number[] = [];
    for (const part of form) {
      const [number, end] = readVarint(record, at);
      if (!Number.isSafeInteger(number)) return false;
      at = part === 't' ? end + number : end;
      numbers.push(number);
    }
    const [, file] = numbers;
    if (file !== undefined && tag === NEW_FILE) tables.add(file);
    if (file !== undefined && tag === DELETED_FILE) tables.delete(file);
  }
  return true;
}
