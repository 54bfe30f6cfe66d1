/**
 * Puts a salvaged database in the place of the damaged one. It is made in a folder of its own, which gets its last name
 * when all in it is on disk; from then on it is what counts, and every start finishes what a crash cut short.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Names in a data folder, and in the folder of a salvaged database. */
export const DATABASE = 'store';
export const WATERMARK = 'store.watermark';

/** A salvaged database that is still being written: of no use after a crash. */
export const UNFINISHED = 'store.salvaging';
/** One that is complete, and what is set aside for it, each with the same ending. */
const FINISHED = 'store.salvaged-';
const SET_ASIDE = 'store.damaged-';

/** The folder in which the damaged files will be, for a salvage at this time; nothing has that name yet. */
export function asideOf(folder: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replaceAll(':', '-');
  const taken = new Set(readdirSync(folder));
  for (let number = 1; ; number++) {
    const name = `${SET_ASIDE}${time}${number === 1 ? '' : `-${number}`}`;
    if (!taken.has(name)) return join(folder, name);
  }
}

/** Puts the database in `UNFINISHED`, which is closed, in the place of the damaged one, which goes to `aside`. */
export function swap(folder: string, aside: string): void {
  const ending = aside.slice(join(folder, SET_ASIDE).length);
  renameSync(join(folder, UNFINISHED), join(folder, FINISHED + ending));
  syncFolder(folder);
  finishSwap(folder);
}

/** Goes on where a swap was cut short, if one was. */
export function finishSwap(folder: string): void {
  const finished = readdirSync(folder).find((name) => name.startsWith(FINISHED));
  if (finished === undefined) return;
  const aside = join(folder, SET_ASIDE + finished.slice(FINISHED.length));
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  // The watermark first: without a database beside it, it says that one is missing, and never that all is well.
  for (const name of [WATERMARK, DATABASE]) {
    const [salvaged, damaged] = [join(folder, finished, name), join(folder, name)];
    if (!existsSync(salvaged)) continue;
    if (existsSync(damaged)) renameSync(damaged, join(aside, name));
    renameSync(salvaged, damaged);
    for (const changed of [join(folder, finished), aside, folder]) syncFolder(changed);
  }
  rmSync(join(folder, finished), { recursive: true });
  syncFolder(folder);
}

/** Makes names in a folder last. Windows cannot open a folder and needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
