/** Files that people ask for. What is there already is never replaced. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXIT } from './exit-codes.ts';
import { Stop } from './problem.ts';

/** Writes it as it comes, readable by its owner only, and on disk when it resolves. What failed leaves nothing behind. */
export async function writeNewFile(
  path: string,
  content: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  let isOurs = false;
  file.once('open', () => {
    isOurs = true;
  });
  try {
    await pipeline(Readable.from(content, { objectMode: false }), file);
  } catch (error) {
    if (isOurs) await rm(path, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    // What was to be written failed, not the file.
    if (syscall === undefined) throw error;
    const why = WHY[code ?? ''] ?? code ?? 'unknown error';
    const message = `Cannot write ${path}: ${why}.`;
    throw new Stop({ code: 'file-unwritable', message, facts: { path, why }, exitCode: EXIT.error });
  }
}

const WHY: Readonly<Record<string, string>> = {
  EEXIST: 'it exists already. Choose another name, or move it away',
  ENOENT: 'its folder does not exist',
  EISDIR: 'it is a folder',
  ENOSPC: 'no room is left on the disk',
  EACCES: 'this user may not write there',
};
