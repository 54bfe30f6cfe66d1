/** Runs one command line: parse, do, answer, exit code. */
import { type Command, CommanderError } from 'commander';
import type { Answer, Cli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Problem, parserSentence, problemOf, usage } from './problem.ts';
import { buildProgram } from './program.ts';
import { bad, line, safe, safeJson } from './text.ts';
import { hubArguments, runHub } from './verbs/hub.ts';
import { runSimulator } from './verbs/sim.ts';

/** The version of the documents that `--json` prints. It grows when something in them changes its meaning or goes. */
const SCHEMA = 1;

/** Runs `geo` with these arguments and says what the process ends with. Never throws. */
export async function runCli(argv: readonly string[]): Promise<number> {
  // All that follows is their own, also what would be an option of geo.
  if (argv[0] === 'sim') return runSimulator(argv.slice(1));
  const hub = hubArguments(argv);
  if (hub !== null) return runHub(hub);

  const json = argv.includes('--json');
  let exitCode: ExitCode = EXIT.done;
  let help = '';
  const program = buildProgram(
    (verb) =>
      async (...received) => {
        const command = received.at(-1) as Command;
        const answer = await verb(createCli(json, command.optsWithGlobals()), ...(received.slice(0, -1) as never[]));
        if (answer !== undefined) exitCode = print(answer, json);
      },
    (text) => {
      help += text;
    },
  );

  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return printProblem(problemOf(error), json);
    if (error.exitCode !== 0) return printProblem(usageProblem(error, program, argv, json ? '' : help), json);
    const document = error.code === 'commander.version' ? { version: help.trim() } : { help };
    print({ document, text: help.trimEnd() }, json);
  }
  return exitCode;
}

function createCli(json: boolean, flags: Readonly<Record<string, unknown>>): Cli {
  const { dataDir } = flags;
  const environment = process.env;
  // Verbs that do not need them do not wait for them to load.
  const cli: Cli = {
    json,
    canAsk: !json && process.stdin.isTTY && process.stderr.isTTY,
    namedFolder: dataDir !== undefined,
    folder: async () => (await import('../config.ts')).dataDirOf({ flags: { dataDir }, environment }),
    config: async (settings = {}) =>
      (await import('../config.ts')).readConfig({ flags: { ...settings, dataDir }, environment }),
    client: async () => (await import('../api/client.ts')).connectClient(await cli.folder()),
    say: (text) => void (json || process.stderr.write(`${text}\n`)),
    show: (answer) => void print(answer, json),
  };
  return cli;
}

function print({ document, text, problem }: Answer, json: boolean): ExitCode {
  if (json) {
    const error = problem === undefined ? {} : { error: errorOf(problem) };
    process.stdout.write(`${safeJson({ schema: SCHEMA, ...document, ...error })}\n`);
    return problem?.exitCode ?? EXIT.done;
  }
  if (text !== '') process.stdout.write(`${text}\n`);
  return problem === undefined ? EXIT.done : printProblem(problem, false);
}

function printProblem(problem: Problem, json: boolean): ExitCode {
  if (json) process.stdout.write(`${safeJson({ schema: SCHEMA, error: errorOf(problem) })}\n`);
  else {
    const text = problem.message.split('\n').map(safe).join('\n');
    process.stderr.write(`${line`${bad('geo:')} ${{ trusted: text }}`}\n`);
  }
  return problem.exitCode;
}

function errorOf({ code, message, facts }: Problem): object {
  return { code, message, facts };
}

/** What the parser did not understand, as a sentence, and where to read how it is meant. */
function usageProblem(error: CommanderError, program: Command, argv: readonly string[], help: string): Problem {
  const see = `See \`${commandOf(program, argv)} --help\`.`;
  // Only a group of commands was named.
  if (error.code === 'commander.help')
    return usage(`Which command? ${help === '' ? see : `\n\n${help.trimEnd()}`}`).problem;
  return usage(`${parserSentence(error.message)} ${see}`).problem;
}

/** The command that was typed, as far as there is one: `geo trust set`. */
function commandOf(program: Command, argv: readonly string[]): string {
  let command = program;
  const path = [program.name()];
  for (const word of argv) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) continue;
    command = next;
    path.push(word);
  }
  return path.join(' ');
}
