/** One participant's process: starts its node, and lets it run until it is asked to stop. */
import { assemble, type RunningNode, type StartOptions } from './assembly.ts';
import type { Config } from './config.ts';
import { Ending, type Stopped } from './ending.ts';
import { Failure } from './failure.ts';
import { readKeyFile } from './identity/key-file.ts';

/** How long a node that has failed may take to end. */
const LONGEST_END_MS = 10_000;

/** Starts the node of a data folder. Throws a Failure that says what stands in the way; nothing is left running then. */
export async function startNode(config: Config, options: StartOptions = {}): Promise<RunningNode> {
  const identity = await readKeyFile(config.dataDir, options.passphrase ?? (() => Promise.resolve(null)));
  const ending = new Ending();
  try {
    return await assemble(config, identity, options, ending);
  } catch (error) {
    await ending.undo();
    // What failed first has closed what others needed.
    throw ending.failure ?? error;
  }
}

/** One Ctrl-C may come twice: to the whole process group, and passed on by the launcher. */
const SAME_SIGNAL_MS = 500;

/**
 * Lets a node run until it is asked to stop: by SIGINT, SIGTERM or SIGHUP, by its API, or by its own failure. A second
 * signal ends the process at once, which is safe: a crash loses nothing that was acknowledged. An error that nobody
 * caught stops the node, since its books may be wrong in memory.
 */
export async function runUntilStopped(node: RunningNode): Promise<Stopped> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let askedAtMs: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (askedAtMs !== null && nowMs - askedAtMs > SAME_SIGNAL_MS) process.exit(1);
    askedAtMs ??= nowMs;
    void node.stop(`${signal} was received`);
  };
  const onBug = (error: unknown): void => {
    const failure = new Failure('bug', `The node's own code failed: ${String(error)}`, { cause: error });
    // What failed may also keep the rest from ending.
    setTimeout(() => process.exit(1), LONGEST_END_MS).unref();
    void node.stop('the node failed', failure);
  };
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
  try {
    return await node.stopped;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('uncaughtException', onBug);
    process.off('unhandledRejection', onBug);
  }
}
