/** What the data folder says about the node's health, without asking the node. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { refuseMoved } from '../backup/tombstone.ts';
import { Failure } from '../failure.ts';
import { KEY_FILE, readPublicIdentity } from '../identity/key-file.ts';
import { attention, type Check, type Finding, note, well } from './finding.ts';

/** A day of a busy node, its log included. */
const LITTLE_ROOM_BYTES = 268_435_456;
const MEBIBYTE = 1_048_576;
/** Nobody but the owner. */
const OTHERS = 0o077;
/** Before that there was no such program. */
const FIRST_YEAR_MS = Date.UTC(2025, 0);

/** The findings; a folder that is not there has only one. */
export async function checkFolder(folder: string, nowMs: number): Promise<Finding[]> {
  let mode: number;
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) throw new Error('it is a file');
    ({ mode } = found);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isMissing ? 'is not there' : `cannot be read: ${String(error)}`;
    return [
      attention(
        'folder',
        { code: isMissing ? 'folder-missing' : 'folder-unreadable', facts: { folder } },
        `${folder} ${why}.`,
        'Make it with `geo init`, or name the right one with --data-dir.',
      ),
    ];
  }
  return [
    ...checkMoved(folder),
    checkRights(folder, mode),
    await checkIdentity(folder),
    await checkRoom(folder).catch((error: unknown) => failed('disk', error)),
    ...(await checkFileTimes(folder, nowMs).catch((error: unknown) => [failed('clock', error)])),
  ];
}

function checkRights(folder: string, mode: number): Finding {
  const facts = { folder };
  if (isPrivate(mode)) return well('folder', { code: 'folder-private', facts }, `${folder}, for nobody else to read.`);
  const text = `Other users of this computer can look into ${folder}.`;
  return attention('folder', { code: 'folder-open', facts }, text, `chmod 700 '${folder}'`);
}

function checkMoved(folder: string): Finding[] {
  try {
    refuseMoved(folder);
    return [];
  } catch (error) {
    return [failed('folder', error)];
  }
}

async function checkIdentity(folder: string): Promise<Finding> {
  const path = join(folder, KEY_FILE);
  try {
    const { pid, isEncrypted } = await readPublicIdentity(folder);
    const how = isEncrypted ? 'its key is encrypted' : 'its key is protected by the rights of the file alone';
    if (isPrivate((await stat(path)).mode)) {
      const code = isEncrypted ? 'identity-encrypted' : 'identity-plain';
      return well('identity', { code, facts: { pid } }, `${pid}; ${how}.`);
    }
    const whoever = isEncrypted ? 'can try passphrases on it' : 'can pay in your name';
    return attention(
      'identity',
      { code: isEncrypted ? 'identity-open-encrypted' : 'identity-open', facts: { path } },
      `Other users of this computer can read ${path} and ${whoever}.`,
      `chmod 600 '${path}'`,
    );
  } catch (error) {
    return failed('identity', error);
  }
}

async function checkRoom(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const freeMiB = Math.floor(free / MEBIBYTE);
  const text = `${freeMiB} MiB free.`;
  if (free >= LITTLE_ROOM_BYTES) return well('disk', { code: 'disk-room', facts: { freeMiB } }, text);
  return attention(
    'disk',
    { code: 'disk-little', facts: { freeMiB } },
    `Only ${text} A node that cannot write stops.`,
    'Make room on this disk.',
  );
}

/** Nothing can have been written in a time to come. */
async function checkFileTimes(folder: string, nowMs: number): Promise<Finding[]> {
  if (nowMs < FIRST_YEAR_MS) {
    const year = String(new Date(nowMs).getUTCFullYear());
    const told = { code: 'clock-year', facts: { year } } as const;
    return [attention('clock', told, `It is ${year} by this computer.`, 'Set the clock.')];
  }
  const names = await readdir(folder);
  // A file may go in between.
  const timeOf = async (name: string) =>
    stat(join(folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  const times = await Promise.all(names.map(timeOf));
  if (Math.max(0, ...times) <= nowMs + MAX_CLOCK_SKEW_MS) return [];
  const advice = 'Set the clock, best by the network (NTP).';
  return [
    attention(
      'clock',
      { code: 'clock-files', facts: {} },
      'Files in the data folder were written later than the clock of this computer says.',
      advice,
    ),
  ];
}

function isPrivate(mode: number): boolean {
  // Windows has other rights, which this number does not show.
  return process.platform === 'win32' || (mode & OTHERS) === 0;
}

/** A failure, or what the system refused, as a finding; all else is a bug and thrown on. */
export function failed(check: Check, error: unknown): Finding {
  if (error instanceof Failure) {
    return attention(check, { code: 'failure', facts: { failure: error.code } }, error.message, error.hint);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return attention(
    check,
    { code: 'system-refused', facts: { errno: code } },
    `The system does not allow to look: ${message}.`,
    'Run this as the user who runs the node.',
  );
}

/** Who runs on the folder, by its lock, and whether that one answers. */
export function checkProcess(holder: { pid: number; sinceMs: number } | null, answers: boolean): Finding {
  if (holder === null) {
    const none = { code: 'process-none', facts: {} } as const;
    return note('process', none, 'No node runs on this folder.', 'Start it with `geo start`.');
  }
  const facts = { process: String(holder.pid), sinceAtMs: holder.sinceMs };
  const since = new Date(holder.sinceMs).toISOString().slice(0, 16).replace('T', ' ');
  if (answers) {
    const text = `The node runs as process ${holder.pid} since ${since} UTC.`;
    return well('process', { code: 'process-runs', facts }, text);
  }
  return attention(
    'process',
    { code: 'process-silent', facts },
    `Process ${holder.pid} has held this folder since ${since} UTC and does not answer.`,
    'It may be starting or stopping. If that lasts, see node.log in the folder, and end it with `geo stop`.',
  );
}
