import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import type { AddVerb, Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Stop } from '../problem.ts';

/** A node that is stopping has no way to tell that it has ended. */
const LOOK_AGAIN_MS = 20;
const LONGEST_MS = 60_000;

export const addStop: AddVerb = (program, run) => {
  program
    .command('stop')
    .description('Stop the node, and wait until it has ended')
    .action(
      run(async (cli) => {
        const pid = await stopNode(cli);
        return { document: { stopped: true, process: pid }, text: 'The node has stopped.' };
      }),
    );
};

/** Stops the node and waits until it has ended; its process, if that is known. */
export async function stopNode(cli: Cli): Promise<number | null> {
  const folder = await cli.folder();
  const { lockHolder } = await import('../../store/lock.ts');
  const pid = lockHolder(folder)?.pid ?? null;
  // A process that stands still does not even answer.
  const late = new AbortController();
  const tooLong = setTimeout(LONGEST_MS, null, { signal: late.signal }).then(() => Promise.reject(doesNotEnd(pid)));
  try {
    await Promise.race([askToStop(cli, pid).then(() => untilFree(folder, pid)), tooLong]);
  } finally {
    late.abort();
    tooLong.catch(() => undefined);
  }
  return pid;
}

async function untilFree(folder: string, pid: number | null): Promise<void> {
  const { lockHolder } = await import('../../store/lock.ts');
  for (;;) {
    const now = lockHolder(folder);
    if (now === null || now.pid !== pid) return;
    await setTimeout(LOOK_AGAIN_MS);
  }
}

/** Through the API; a process that holds the folder without one is just starting or ending, and gets a signal. */
async function askToStop(cli: Cli, holder: number | null): Promise<void> {
  try {
    const client = await cli.client();
    await client.stop();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'node-unreachable' || holder === null) throw error;
    try {
      process.kill(holder, 'SIGTERM');
    } catch (killError) {
      // It has ended in the meantime.
      if ((killError as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function doesNotEnd(pid: number | null): Stop {
  return new Stop({
    code: 'still-running',
    message: `The node (process ${pid ?? 'unknown'}) was asked to stop and still runs after ${LONGEST_MS / 1_000} seconds. See its log.`,
    facts: { process: pid },
    exitCode: EXIT.error,
  });
}
