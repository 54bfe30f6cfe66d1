/** A script of ours in a process group of its own, so that a test can see whether anything is left of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

export interface ProcessGroup {
  readonly child: ChildProcess;
  /** What it wrote to standard output until now. */
  output(): string;
  /** Resolves when standard output has had the text. */
  untilSaid(text: string): Promise<void>;
  /** What the first process ended with, when it has ended: its exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves when no process of the group is left. */
  untilGone(): Promise<void>;
  /** Ends whatever is left, for a test that failed. */
  kill(): void;
}

export function startGroup(args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): ProcessGroup {
  const child = spawn(process.execPath, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const group = -(child.pid as number);
  let output = '';
  const waiting = new Set<() => void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of waiting) look();
  });
  const ended = once(child, 'exit').then(
    ([code, signal]: (number | NodeJS.Signals | null)[]) => code ?? signal ?? null,
  );
  return {
    child,
    ended,
    output: () => output,
    untilSaid: async (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!output.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async untilGone() {
      // Nobody is told when a process ends that is not their own child.
      while (isAlive(group)) await setTimeout(20);
    },
    kill() {
      if (isAlive(group)) process.kill(group, 'SIGKILL');
    },
  };
}

function isAlive(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}
