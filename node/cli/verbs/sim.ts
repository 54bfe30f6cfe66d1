import { runProgram } from '../child.ts';
import type { AddVerb } from '../cli.ts';

/** For the help and completion only: `geo sim …` does not come here. */
export const addSim: AddVerb = (program) => {
  program
    .command('sim')
    .usage('…')
    .description('Run the simulator, or draw a network in the browser; see `geo sim --help`');
};

/** Runs the simulator; what it ended with. */
export async function runSimulator(argv: readonly string[]): Promise<number> {
  return runProgram('sim', argv);
}
