/** The tombstone of a data folder whose node goes on elsewhere: it never starts here again. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { writePrivateFile } from '../private-file.ts';

const TOMBSTONE = 'moved.json';

interface Tombstone {
  readonly movedAtMs: number;
  /** The backup file from which it goes on. */
  readonly file: string;
}

/** From now on nothing starts on this folder; on disk when it resolves. */
export async function writeTombstone(folder: string, { movedAtMs, file }: Tombstone): Promise<void> {
  await writePrivateFile(join(folder, TOMBSTONE), `${JSON.stringify({ version: 1, movedAtMs, file }, null, 2)}\n`);
}

/** Throws `node-moved` when the folder has a tombstone. */
export function refuseMoved(folder: string): void {
  const path = join(folder, TOMBSTONE);
  if (!existsSync(path)) return;
  throw new Failure('node-moved', `The node of ${folder} was moved away${whereTo(path)}.`, {
    hint:
      'Two running nodes of one identity would spend the same money twice. To have it on this machine again, ' +
      'bring it back from its newest backup into an empty folder: geo restore FILE --data-dir NEW_FOLDER',
  });
}

/** A tombstone that cannot be read is one all the same. */
function whereTo(path: string): string {
  try {
    const { movedAtMs, file } = JSON.parse(readFileSync(path, 'utf8')) as Tombstone;
    return ` on ${new Date(movedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC: it goes on from ${file}`;
  } catch {
    return '';
  }
}
