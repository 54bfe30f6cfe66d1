/** Starting a node in a process of its own, in the background. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { entryPoint } from '../entry.ts';
import { EXIT } from './exit-codes.ts';
import { type Problem, Stop } from './problem.ts';

/** What is said about a node that is up. */
export interface Up {
  readonly name: string | null;
  readonly pid: string;
  readonly publicKey: string;
  readonly api: string;
  readonly addresses: readonly string[];
  readonly dataDir: string;
  readonly process: number;
  /** It lost records and signs nothing new. */
  readonly frozen: boolean;
}

/** What a node that was started with a channel to its parent says through it. */
export type Report =
  | { readonly type: 'up'; readonly up: Up }
  | { readonly type: 'failed'; readonly problem: Problem }
  /** It is encrypted, and no file was named: answered with the passphrase, or null. */
  | { readonly type: 'passphrase' };

/** Where a node in the background leaves what does not reach its log. */
const ERRORS_FILE = 'stderr.log';

/**
 * Runs `geo` with these arguments, which start a node of the folder; resolves when it is up. Ends with the problem that the
 * node tells, or `start-failed`.
 */
export async function startInBackground(
  folder: string,
  argv: readonly string[],
  passphrase: () => Promise<string | null>,
): Promise<Up> {
  const errors = await openErrors(folder);
  const child = spawn(process.execPath, [entryPoint('node'), ...argv], {
    detached: true,
    stdio: ['ignore', 'ignore', errors?.fd ?? 'ignore', 'ipc'],
  });
  await errors?.close();
  const up = await untilUp(child, passphrase);
  child.unref();
  return up;
}

function untilUp(child: ChildProcess, passphrase: () => Promise<string | null>): Promise<Up> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      reject(
        new Stop({
          code: 'start-failed',
          message: `The node ended while it was starting (${signal ?? `exit code ${code}`}); see ${ERRORS_FILE} in its folder.`,
          facts: { code, signal },
          exitCode: EXIT.error,
        }),
      );
    });
    child.on('message', (report: Report) => {
      switch (report.type) {
        case 'up':
          resolve(report.up);
          return;
        case 'failed':
          reject(new Stop(report.problem));
          return;
        case 'passphrase':
          passphrase().then((known) => child.send({ passphrase: known }), reject);
          return;
      }
    });
  });
}

/** Null without a folder: then the node says what is missing. */
async function openErrors(folder: string): Promise<FileHandle | null> {
  try {
    return await open(join(folder, ERRORS_FILE), 'a', 0o600);
  } catch {
    return null;
  }
}
