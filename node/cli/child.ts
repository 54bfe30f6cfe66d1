/** A command of `geo` that is a program of its own, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { entryPoint } from '../entry.ts';

/** Runs it in place of this process, as far as who called can see; what it ended with. */
export async function runProgram(name: Parameters<typeof entryPoint>[0], argv: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [entryPoint(name), ...argv], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both, and the program decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
