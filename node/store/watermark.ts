/**
 * The watermark: the number of the last batch that was on disk, kept beside the database. A log of LevelDB that is
 * lost or cut short leaves an older state that is right in itself; it is known by being older than the watermark.
 *
 * Written without a sync after each synced batch: it may lag after a loss of power, it is never ahead.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { corrupt } from './failures.ts';

const DIGITS = 16;

export interface Watermark {
  raise(batch: number): void;
  close(): void;
}

/** The batch that was certainly on disk, or null where there is no file. Throws `store-corrupt` for a damaged one. */
export function readWatermark(path: string): number | null {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const batch = Number(text.slice(0, DIGITS));
  if (!Number.isSafeInteger(batch) || lineOf(batch) !== text) {
    throw corrupt(`the file ${path} is not as it was written`);
  }
  return batch;
}

/** Opens the file for writing; a new one begins, on disk, with `batch`. */
export function openWatermark(path: string, batch: number): Watermark {
  const isNew = readWatermark(path) === null;
  const file = openSync(path, isNew ? 'w' : 'r+', 0o600);
  const raise = (next: number): void => {
    writeSync(file, lineOf(next), 0);
  };
  if (isNew) {
    raise(batch);
    fsyncSync(file);
  }
  return { raise, close: () => closeSync(file) };
}

function lineOf(batch: number): string {
  const digits = String(batch).padStart(DIGITS, '0');
  return `${digits} ${crc32(digits).toString(16).padStart(8, '0')}\n`;
}
