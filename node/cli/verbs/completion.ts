import { Argument } from 'commander';
import type { AddVerb } from '../cli.ts';
import { completionScript, SHELLS, type Shell } from '../completion-script.ts';

export const addCompletion: AddVerb = (program, run) => {
  program
    .command('completion')
    .description('Print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(
      run(async (_cli, shell: Shell) => {
        const script = completionScript(shell, program);
        return { document: { shell, script }, text: script.trimEnd() };
      }),
    );
};
