import type { Command } from 'commander';
import type { AddVerb } from '../cli.ts';
import { usage } from '../problem.ts';

export const addHelp: AddVerb = (program, run) => {
  program
    .command('help')
    .description('Show what a command does')
    .argument('[command...]', 'such as trust set')
    .action(
      run(async (_cli, words: string[]) => {
        const help = find(program, words).helpInformation();
        return { document: { help }, text: help.trimEnd() };
      }),
    );
};

function find(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) throw usage(`There is no command \`geo ${words.join(' ')}\`. See \`geo --help\`.`);
    command = next;
  }
  return command;
}
