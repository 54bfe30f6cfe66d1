/**
 * A store that is made of records which were brought back. It is made in a folder of its own and gets its place when
 * all is on disk, so that no start finds a part of it and takes the node for a new one that has signed nothing yet.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableRecord } from '#protocol/records.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Contact } from '../contacts.ts';
import { Failure } from '../failure.ts';
import { syncFolder } from '../private-file.ts';
import { storeFailure } from '../store/failures.ts';
import { takeLock } from '../store/lock.ts';
import { openStore } from '../store/store.ts';
import { DATABASE, WATERMARK } from '../store/swap.ts';

const UNFINISHED = 'store.restoring';

/** Is there a store in the folder, in whatever condition? */
export function hasStore(folder: string): boolean {
  return existsSync(join(folder, DATABASE));
}

/** Makes the store of a folder that has none. Throws a Failure; the folder has none then. */
export async function createStore(
  folder: string,
  { records, contacts = [] }: { records: readonly DurableRecord[]; contacts?: Iterable<Contact> },
  clock: Clock = systemClock,
): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = takeLock(folder, clock.nowMs());
    try {
      if (hasStore(folder)) throw occupied(folder);
      const unfinished = join(folder, UNFINISHED);
      rmSync(unfinished, { recursive: true, force: true });
      const store = await openStore(unfinished, { clock });
      try {
        for (const contact of contacts) await store.documents<Contact>('contact').put(contact.publicKey, contact);
        await store.write(records, { sync: true });
      } finally {
        await store.close();
      }
      // The watermark first: alone, it says that a store is missing, and never that all is well.
      for (const name of [WATERMARK, DATABASE]) {
        renameSync(join(unfinished, name), join(folder, name));
        await syncFolder(folder);
      }
      rmSync(unfinished, { recursive: true });
    } finally {
      lock.release();
    }
  } catch (error) {
    throw storeFailure(error, folder);
  }
}

/** Nothing that is there is ever replaced: it may know more. */
export function occupied(folder: string): Failure {
  return new Failure('store-exists', `The folder ${folder} holds records already, and they are never replaced.`, {
    hint:
      'Use another --data-dir, which need not exist. If this folder itself was copied back from an old copy, say so ' +
      'with `geo restore --old-copy` before you start it.',
  });
}
