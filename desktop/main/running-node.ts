/** A node that runs on the folder already, started by whomever: the program uses it instead of failing on its lock. */
import { connectClient } from '#node/api/client.ts';
import { hasKeyFile, readPublicIdentity } from '#node/identity/key-file.ts';
import { lockHolder } from '#node/store/lock.ts';

/** `answers`: it can be used. `busy`: a process holds the folder and does not answer, or not yet. */
export type Running = 'none' | 'busy' | 'answers';

/** Does a node run on this folder? */
export async function runningNode(folder: string): Promise<Running> {
  try {
    const client = await connectClient(folder);
    await client.getStatus();
    return 'answers';
  } catch {
    // Files of a node that was killed, one of another version, one that is starting or stopping.
    return lockHolder(folder) === null ? 'none' : 'busy';
  }
}

/** How the key of the folder is kept; null: there is none. Throws a `Failure` for a file that is damaged. */
export async function keyOf(folder: string): Promise<'plain' | 'encrypted' | null> {
  if (!hasKeyFile(folder)) return null;
  const { isEncrypted } = await readPublicIdentity(folder);
  return isEncrypted ? 'encrypted' : 'plain';
}
