/** `geo hub`: a node that also finds routes for others, and hosts people who have none. */

import { isIP } from 'node:net';
import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from '#node/cli/exit-codes.ts';
import { passphraseSource } from '#node/cli/passphrase.ts';
import { type Problem, parserSentence, problemOf, usage } from '#node/cli/problem.ts';
import { withSettings } from '#node/cli/settings.ts';
import { bad, line, safe, safeJson } from '#node/cli/text.ts';
import { readConfig } from '#node/config.ts';
import { runUntilStopped } from '#node/node.ts';
import { EQUIVALENT_PATTERN } from '#protocol/equivalent.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { pidOf } from '#protocol/identity.ts';
import { type HubSettings, type RunningHub, startHub, USUAL_HTTP_PORT, USUAL_MEMBERS_PORT } from './hub.ts';
import type { InviteOptions } from './invite.ts';
import { MAX_FOLLOWED, SNAPSHOT_INTERVAL_S } from './limits.ts';

interface Options {
  readonly json?: true;
  readonly dataDir?: string;
  readonly httpHost: string;
  readonly httpPort: string;
  readonly behindProxy?: true;
  readonly members: string;
  readonly membersHost: string;
  readonly membersPort: string;
  readonly pushContact?: string;
  readonly snapshotEvery: string;
  readonly equivalents?: readonly string[];
  readonly keepLeftDays: string;
  readonly passphraseFile?: string;
}

const LONGEST_SNAPSHOT_INTERVAL_S = 86_400;
const DAY_MS = 86_400_000;
const USUAL_KEEP_LEFT_DAYS = 90;
const MOST_KEEP_LEFT_DAYS = 36_500;
const CONTACT_PATTERN = /^(mailto:[^\s@]{1,64}@[^\s@]{1,200}|https:\/\/\S{1,250})$/;

function program(write: (text: string) => void): Command {
  const hub = new Command('geo hub')
    .description('A node that also keeps the map for others, and tells them candidate routes.')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined })
    .helpOption('-h, --help', 'Show this');
  hub.helpCommand(false);
  const command = hub
    .command('start')
    .description('Run the hub until Ctrl-C or `geo stop`')
    .option('--http-host <address>', 'Where hints are served over HTTP, an IP address of this machine', '127.0.0.1')
    .option('--http-port <port>', 'Its port; 0: any free one', String(USUAL_HTTP_PORT))
    .option('--behind-proxy', 'A proxy on this machine passes requests on, and says whose in X-Forwarded-For')
    .option('--members <who>', 'Host people who have no node: open, invitation (who was invited), or off', 'off')
    .option('--members-host <address>', 'Where members are served, an IP address of this machine', '127.0.0.1')
    .option('--members-port <port>', 'Its port; 0: any free one', String(USUAL_MEMBERS_PORT))
    .option(
      '--keep-left-days <number>',
      'How long the records of members who have left are kept; 0: not at all',
      String(USUAL_KEEP_LEFT_DAYS),
    )
    .option('--push-contact <address>', 'How makers of browsers reach you about notifications: mailto:… or https://…')
    .option('--equivalents <names...>', 'Follow the announcements of these from the beginning, such as UAH hour')
    .option(
      '--snapshot-every <seconds>',
      'How often the index is saved, if it has changed',
      String(SNAPSHOT_INTERVAL_S),
    )
    .option('--passphrase-file <file>', 'File with the passphrase of an encrypted identity')
    .option('--data-dir <folder>', 'Folder of the node (else GEO_DATA_DIR, else the usual place of this system)')
    .option('--json', 'Say that the hub is up as one JSON document on standard output, errors too');
  withSettings(command).action(start);
  addInvite(hub);
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
    .option('--url <address>', 'Where members find the hub, if a proxy stands before it')
    .option('--data-dir <folder>', 'Folder of the hub (else GEO_DATA_DIR, else the usual place of this system)')
    .option('--json', 'One JSON document on standard output, errors too')
    .action(async (options: InviteOptions) => {
      const { invite } = await import('./invite.ts');
      await invite(options);
    });
}

function settingsOf(options: Options): HubSettings {
  const { httpHost, httpPort, behindProxy, snapshotEvery, equivalents = [] } = options;
  if (isIP(httpHost) === 0)
    throw wrong('--http-host', httpHost, 'an IP address of this machine, such as 127.0.0.1 or ::');
  const names = equivalents.flatMap((name) => name.split(',')).filter((name) => name !== '');
  const odd = names.find((name) => !EQUIVALENT_PATTERN.test(name));
  if (odd !== undefined) throw wrong('--equivalents', odd, 'names of 1 to 16 of A-Z, a-z, 0-9 and _');
  if (names.length > MAX_FOLLOWED) throw wrong('--equivalents', `${names.length} names`, `at most ${MAX_FOLLOWED}`);
  return {
    httpHost,
    httpPort: integer('--http-port', httpPort, 0, 65_535),
    isBehindProxy: behindProxy === true,
    members: membersOf(options),
    snapshotIntervalMs: 1_000 * integer('--snapshot-every', snapshotEvery, 1, LONGEST_SNAPSHOT_INTERVAL_S),
    equivalents: names,
  };
}

function membersOf(options: Options): HubSettings['members'] {
  const { members, membersHost, membersPort, keepLeftDays, pushContact } = options;
  if (members === 'off') return null;
  if (members !== 'open' && members !== 'invitation') throw wrong('--members', members, 'open, invitation or off');
  if (isIP(membersHost) === 0)
    throw wrong('--members-host', membersHost, 'an IP address of this machine, such as 127.0.0.1 or ::');
  if (pushContact !== undefined && !CONTACT_PATTERN.test(pushContact))
    throw wrong('--push-contact', pushContact, 'mailto: and an address, or one that begins with https://');
  const port = integer('--members-port', membersPort, 0, 65_535);
  const keepLeftMs = DAY_MS * integer('--keep-left-days', keepLeftDays, 0, MOST_KEEP_LEFT_DAYS);
  const push = pushContact !== undefined && { push: { contact: pushContact } };
  return { admission: members, host: membersHost, port, keepLeftMs, ...push };
}

function integer(flag: string, text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (value >= min && value <= max) return value;
  throw wrong(flag, text, `an integer from ${min} to ${max}`);
}

function wrong(flag: string, given: string, allowed: string) {
  return usage(`${flag} is "${excerpt(given)}"; allowed: ${allowed}.`);
}

/** Runs the hub until it stops. Throws what ended it. */
async function start(options: Options): Promise<void> {
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
    await program((text) => {
      help += text;
    }).parseAsync([...argv], { from: 'user' });
    return EXIT.done;
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
