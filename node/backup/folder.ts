/** The folder of backup files: one file for each backup, old ones thinned out. */
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SUMMARY_END } from '#protocol/backup-file.ts';
import { Failure } from '../failure.ts';
import type { Identity } from '../identity/key-file.ts';
import { writePrivateFile } from '../private-file.ts';
import { type BackupSummary, readSummary } from './file.ts';
import { BACKUP_NAME, backupName } from './name.ts';

/** A backup file that this identity can open. */
export interface BackupFile extends BackupSummary {
  /** Within its folder. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

const DAY_MS = 86_400_000;
const NEWEST = 5;
const DAYS = 7;
const WEEKS = 4;

/** Puts a new file into the folder, whole and on disk when it resolves; none is replaced. Returns its path. */
export async function addBackupFile(folder: string, bytes: Uint8Array, createdAtMs: number): Promise<string> {
  const path = join(folder, backupName(createdAtMs));
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writePrivateFile(path, bytes);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Failure('disk-full', `No room is left for a backup in ${folder}.`, { cause, hint: 'Make room there.' });
    }
    const hint = 'Choose another folder with backup-dir in the settings.';
    throw new Failure('folder-unreadable', `No backup can be written to ${folder}: ${code}.`, { cause, hint });
  }
  return path;
}

/** The files of this identity, newest first. What cannot be opened is left out. */
export async function listBackupFiles(folder: string, identity: Identity): Promise<BackupFile[]> {
  const names = await readdir(folder).catch(noSuchFolder);
  const files: BackupFile[] = [];
  for (const name of names.filter((name) => BACKUP_NAME.test(name)).sort()) {
    const path = join(folder, name);
    try {
      const summary = readSummary(await beginningOf(path), identity);
      files.unshift({ name, path, bytes: (await stat(path)).size, ...summary });
    } catch (error) {
      // Of another identity, damaged, or gone in the meantime.
      if (!(error instanceof Failure) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return files;
}

/** Removes what is not to be kept. Returns the paths. */
export async function rotateBackupFiles(folder: string, identity: Identity): Promise<string[]> {
  const removed = superfluous(await listBackupFiles(folder, identity)).map(({ path }) => path);
  for (const path of removed) await rm(path, { force: true });
  return removed;
}

/**
 * Those that may go, of files that are listed newest first: not among the newest, not the last of its day or week. One
 * stays as long as none that stays and is newer has as many accounts: accounts never end, so a file with fewer of them
 * was made after a loss.
 */
export function superfluous<F extends Pick<BackupFile, 'createdAtMs' | 'accounts'>>(files: readonly F[]): F[] {
  const days = new Set<number>();
  const weeks = new Set<number>();
  let fullest = -1;
  return files.filter(({ createdAtMs, accounts }, index) => {
    const day = Math.floor(createdAtMs / DAY_MS);
    const week = Math.floor(day / 7);
    const isLastOfDay = !days.has(day) && days.size < DAYS;
    const isLastOfWeek = !weeks.has(week) && weeks.size < WEEKS;
    if (index >= NEWEST && !isLastOfDay && !isLastOfWeek && accounts <= fullest) return true;
    days.add(day);
    weeks.add(week);
    fullest = Math.max(fullest, accounts);
    return false;
  });
}

async function beginningOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SUMMARY_END), 0, SUMMARY_END, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function noSuchFolder(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw new Failure('folder-unreadable', `The backups cannot be listed: ${String(error)}.`, { cause: error });
}
