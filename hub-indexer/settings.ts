/** The settings of a hub: the options of `geo hub start`, and what they mean. */
import { isIP } from 'node:net';
import type { Command } from 'commander';
import { usage } from '#node/cli/problem.ts';
import { withSettings } from '#node/cli/settings.ts';
import { EQUIVALENT_PATTERN } from '#protocol/equivalent.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { type HubSettings, USUAL_HTTP_PORT, USUAL_MEMBERS_PORT } from './hub.ts';
import { MAX_FOLLOWED, SNAPSHOT_INTERVAL_S } from './limits.ts';

/** What was typed after `geo hub start`. */
export interface StartOptions {
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

/** Adds `start` with all its options; `start` is what it does. */
export function addStart(hub: Command, start: (options: StartOptions) => Promise<void>): void {
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
}

/** What the options mean. Throws where one means nothing. */
export function settingsOf(options: StartOptions): HubSettings {
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

function membersOf(options: StartOptions): HubSettings['members'] {
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
