import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { entryPoint } from '../../entry.ts';
import type { AddVerb } from '../cli.ts';

/** For the help and completion only: `geo sim …` does not come here. */
export const addSim: AddVerb = (program) => {
  program.command('sim').usage('…').description('Run the simulator; see `geo sim --help`');
};

/** Runs the simulator as a process of its own; what it ended with. */
export async function runSimulator(argv: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [entryPoint('sim'), ...argv], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both, and the simulator decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
