/** Small files that only their owner may read, replaced as a whole and on disk when the promise resolves. */
import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file with mode 0600. A crash leaves the old content or the new one, never a part.
 * `exclusive`: an existing file is left as it is, and the error has the code `EEXIST`.
 */
export async function writePrivateFile(path: string, content: string | Uint8Array, exclusive = false): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link, unlike a rename, refuses to replace.
    if (exclusive) await link(temporary, path);
    else await rename(temporary, path);
    await syncFolder(dirname(path));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Makes a new name in the folder last. Windows cannot open a folder and needs no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
