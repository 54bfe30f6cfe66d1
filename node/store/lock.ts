/**
 * The lock file of a data folder: says which process runs on it and since when. LevelDB locks its files too, but its
 * lock is lost when one process tries a second time, and names nobody.
 */
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.ts';

export interface LockHolder {
  readonly pid: number;
  readonly sinceMs: number;
  /** What tells two processes of one pid apart, where the system has it. */
  readonly processStart: string | null;
}

export interface Lock {
  release(): void;
}

const FILE = 'lock';
/** How far the boot time, counted back from now, may be off. */
const BOOT_SLACK_MS = 10_000;
const MAX_TRIES = 5;
/** Start of a process that has ended: equal to none. */
const DEAD = 'dead';

/** Who runs on the folder now, or null. */
export function lockHolder(folder: string): LockHolder | null {
  const text = readLock(join(folder, FILE));
  const holder = text === null ? null : parseHolder(text);
  return holder !== null && isAlive(holder) ? holder : null;
}

/** Takes the folder for this process; a lock of a dead process is taken over. Throws `folder-in-use`. */
export function takeLock(folder: string, nowMs: number): Lock {
  const path = join(folder, FILE);
  const own: LockHolder = { pid: process.pid, sinceMs: nowMs, processStart: processStart(process.pid) };
  const text = `${JSON.stringify(own)}\n`;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      // A link fails when the name exists, and a reader never sees half a file.
      if (tryLink(draft, path)) return { release: () => releaseLock(path, text) };
      const found = readLock(path);
      const holder = found === null ? null : parseHolder(found);
      if (holder !== null && isAlive(holder)) throw inUse(folder, holder);
      if (found !== null) discardStale(path, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Failure('folder-in-use', `Other processes are starting on the folder ${folder} at this moment.`);
}

function inUse(folder: string, holder: LockHolder): Failure {
  const since = new Date(holder.sinceMs).toISOString();
  return new Failure('folder-in-use', `Process ${holder.pid} has been using the folder ${folder} since ${since}.`, {
    hint: 'Use that node, stop it with `geo stop`, or choose another folder with --data-dir.',
  });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readLock(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Puts a stale lock aside. Two that do so at once must not put aside the fresh lock of the quicker one. */
function discardStale(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== stale) tryLink(aside, path);
  unlinkSync(aside);
}

function releaseLock(path: string, text: string): void {
  if (readLock(path) === text) rmSync(path, { force: true });
}

function parseHolder(text: string): LockHolder | null {
  try {
    const { pid, sinceMs, processStart } = JSON.parse(text) as Partial<LockHolder>;
    if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(sinceMs)) return null;
    return { pid: pid as number, sinceMs: sinceMs as number, processStart: processStart ?? null };
  } catch {
    return null;
  }
}

function isAlive(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const start = processStart(holder.pid);
  if (start !== null && holder.processStart !== null) return start === holder.processStart;
  return holder.sinceMs > Date.now() - uptime() * 1000 - BOOT_SLACK_MS;
}

/** Linux: which boot, and field 22 of /proc/PID/stat, clock ticks from boot to start. Null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets and may hold spaces and brackets itself.
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, and not yet collected by its parent.
    if ('ZX'.includes(state)) return DEAD;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[18]}`;
  } catch {
    return null;
  }
}
