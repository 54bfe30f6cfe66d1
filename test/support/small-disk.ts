/** A disk without room: a small one in memory where that may be mounted, else a limit on the size of files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './store.ts';

export interface SmallDisk {
  readonly kind: 'tmpfs' | 'file size limit';
  /** A folder on the disk. */
  readonly folder: string;
  /** The command by which a process is started that meets the end of the disk. */
  readonly command: readonly string[];
  /** Leaves only this much room. */
  fill(bytesLeft: number): void;
  /** There is room again, for processes that are started without the command. */
  free(): void;
}

const MEGABYTE = 1_048_576;
/** In blocks of 512 bytes: about as much as `fill` leaves on the other kind. */
const LIMIT_BLOCKS = 200;

/** Only root may mount, and not in every container; a limit on files fails in the same place of a program. */
export function smallDisk(): SmallDisk {
  const folder = temporaryFolder();
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${16 * MEGABYTE}`, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  if (mount.status !== 0) {
    console.log(`no small disk can be mounted (${mount.stderr?.trim() ?? mount.error}): files are limited instead`);
    const command = ['sh', '-c', `ulimit -f ${LIMIT_BLOCKS}; exec "$0" "$@"`, process.execPath];
    return { kind: 'file size limit', folder, command, fill: () => undefined, free: () => undefined };
  }
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  const own = join(folder, 'own');
  const ballast = join(folder, 'ballast');
  mkdirSync(own);
  return {
    kind: 'tmpfs',
    folder: own,
    command: [process.execPath],
    fill(bytesLeft) {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytesLeft)));
    },
    free: () => rmSync(ballast, { force: true }),
  };
}
