/** `geo hub`: a node that also finds routes for others, and hosts people who have none. */

import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from '#node/cli/exit-codes.ts';
import { passphraseSource } from '#node/cli/passphrase.ts';
import { type Problem, parserSentence, problemOf, usage } from '#node/cli/problem.ts';
import { bad, line, safe, safeJson } from '#node/cli/text.ts';
import { readConfig } from '#node/config.ts';
import { runUntilStopped } from '#node/node.ts';
import { pidOf } from '#protocol/identity.ts';
import { type RunningHub, startHub } from './hub.ts';
import type { InviteOptions } from './invite.ts';
import { addOperatorCommands, whoTypes } from './operator/commands.ts';
import { addStart, type StartOptions, settingsOf } from './settings.ts';

/** `end` is told what a command ends with that was carried out, if that is not 0. */
function program(write: (text: string) => void, end: (code: ExitCode) => void): Command {
  const hub = new Command('geo hub')
    .description('A node that also keeps the map for others, and tells them candidate routes.')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined })
    .helpOption('-h, --help', 'Show this');
  hub.helpCommand(false);
  addStart(hub, start);
  addInvite(hub);
  addOperatorCommands(hub, end);
  hub
    .command('openapi')
    .description('Print the OpenAPI document of what members use')
    .option('--json', 'It is JSON in any case')
    .option('--data-dir <folder>', 'None is needed')
    .action(async () => {
      const { membersDocument } = await import('./web/document.ts');
      process.stdout.write(`${JSON.stringify(await membersDocument(), null, 2)}\n`);
    });
  return hub;
}

function addInvite(hub: Command): void {
  hub
    .command('invite')
    .description('Make an invitation to the hub that runs on the folder: a link, and its QR code')
    .option('--uses <number>', 'How many may come by it', '1')
    .option('--days <number>', 'How long it counts', '7')
    .option('--by <name>', 'Who invites: for the audit log', whoTypes())
    .option('--url <address>', 'Where members find the hub, if a proxy stands before it')
    .option('--data-dir <folder>', 'Folder of the hub (else GEO_DATA_DIR, else the usual place of this system)')
    .option('--json', 'One JSON document on standard output, errors too')
    .action(async (options: InviteOptions) => {
      const { invite } = await import('./invite.ts');
      await invite(options);
    });
}

/** Runs the hub until it stops. Throws what ended it. */
async function start(options: StartOptions): Promise<void> {
  const settings = settingsOf(options);
  const config = readConfig({ flags: { ...options }, environment: process.env });
  const canAsk = options.json !== true && process.stdin.isTTY && process.stderr.isTTY;
  const passphrase = passphraseSource({ canAsk }, options.passphraseFile);
  const hub = await startHub(config, settings, { passphrase });
  const ended = runUntilStopped(hub.node);
  say(hub, config.dataDir, options.json === true);
  const { failure } = await ended;
  if (failure !== null) throw failure;
}

function say({ node, httpUrl, membersUrl }: RunningHub, dataDir: string, json: boolean): void {
  const up = {
    pid: pidOf(node.publicKey),
    publicKey: node.publicKey,
    http: httpUrl,
    members: membersUrl,
    api: node.apiUrl,
    addresses: node.addresses(),
    dataDir,
    process: process.pid,
  };
  const text = `The hub is up.\n  PID        ${up.pid}\n  Hints      ${httpUrl}\n  Members    ${membersUrl ?? 'none'}\n  API        ${up.api}
  Addresses  ${up.addresses.join(', ')}\nStop it with Ctrl-C or \`geo stop\`.`;
  process.stdout.write(json ? `${safeJson({ schema: 1, ...up })}\n` : `${text}\n`);
}

function tell({ code, message, facts }: Problem, json: boolean): void {
  if (json) process.stdout.write(`${safeJson({ schema: 1, error: { code, message, facts } })}\n`);
  else process.stderr.write(`${line`${bad('geo:')} ${{ trusted: message.split('\n').map(safe).join('\n') }}`}\n`);
}

async function run(argv: readonly string[]): Promise<ExitCode> {
  const json = argv.includes('--json');
  let help = '';
  try {
    let code: ExitCode = EXIT.done;
    const write = (text: string): void => {
      help += text;
    };
    await program(write, (ended) => {
      code = ended;
    }).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const problem = problemOf(error);
      tell(problem, json);
      return problem.exitCode;
    }
    if (error.exitCode === 0) {
      process.stdout.write(help);
      return EXIT.done;
    }
    const see = 'See `geo hub --help`.';
    const isNoCommand = error.code === 'commander.help';
    const what = isNoCommand ? `Which command?\n\n${help.trimEnd()}` : `${parserSentence(error.message)} ${see}`;
    tell(usage(what).problem, json);
    return EXIT.usage;
  }
}

const exitCode = await run(process.argv.slice(2));
process.stdout.write('', () => process.exit(exitCode));
