/** What went wrong with the disk, in words that say what can be done. */
import { Failure } from '../failure.ts';

/** Stored records are damaged or missing. */
export function corrupt(what: string, cause?: unknown): Failure {
  return new Failure('store-corrupt', `The stored records are damaged: ${what}.`, {
    cause,
    hint: 'Check the disk, then start the node: it sets the damaged files aside and keeps what can be read of them.',
  });
}

/** What LevelDB or the system reported, as a Failure. A Failure stays as it is. */
export function storeFailure(error: unknown, location: string): Failure {
  if (error instanceof Failure) return error;
  const { code, cause } = error as { code?: string; cause?: unknown };
  if (code === 'LEVEL_DATABASE_NOT_OPEN' && cause !== undefined) return storeFailure(cause, location);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'LEVEL_LOCKED') {
    return new Failure('folder-in-use', `Another process is using ${location}.`, { cause: error });
  }
  if (code === 'LEVEL_CORRUPTION' || code === 'EISDIR' || DAMAGE.test(message)) return corrupt(message, error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left|quota exceeded|file too large/i.test(message)) {
    return new Failure('disk-full', `No room is left on the disk that holds ${location}.`, {
      cause: error,
      hint: 'Make room and start the node again. Nothing that was confirmed is lost.',
    });
  }
  if (UNREADABLE.has(code ?? '') || /permission denied|read-only file system/i.test(message)) {
    return new Failure('folder-unreadable', `${location} cannot be read or written: ${message}.`, {
      cause: error,
      hint: 'Give the user who runs the node the right to read and write this folder, or name another with --data-dir.',
    });
  }
  return new Failure('store-failed', `${location} cannot be read or written: ${message}.`, {
    cause: error,
    hint: 'Check the disk, then start the node again.',
  });
}

/** In LevelDB's words. It asks only for files and places that its other files speak of. */
const DAMAGE = /^(Corruption: |IO error: .*: (No such file|Is a directory|Invalid argument))/;

const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR']);
