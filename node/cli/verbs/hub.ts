import { runProgram } from '../child.ts';
import type { AddVerb } from '../cli.ts';

/** For the help and completion only: `geo hub …` does not come here. */
export const addHub: AddVerb = (program) => {
  program
    .command('hub')
    .usage('start | invite | audit | blocked | unblock | openapi …')
    .description('Run a node that also finds routes for others; see `geo hub --help`');
};

/** Runs the hub; what it ended with. */
export async function runHub(argv: readonly string[]): Promise<number> {
  return runProgram('hub', argv);
}
