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

/** What comes after `hub`, with the options that every command takes where they stand before it; null: it is another command. */
export function hubArguments(argv: readonly string[]): readonly string[] | null {
  let at = 0;
  while (argv[at]?.startsWith('--')) at += argv[at] === '--data-dir' ? 2 : 1;
  if (argv[at] !== 'hub') return null;
  const command = argv.slice(at + 1);
  return at === 0 ? command : [...command, ...argv.slice(0, at)];
}
