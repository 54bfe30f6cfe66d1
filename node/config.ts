/**
 * Settings of a node. A flag is stronger than a `GEO_…` variable, that than `config.toml` in the data folder, and that
 * than the default. What is unknown or wrong is refused, never ignored.
 */
import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parse as parseToml, stringify as stringifyToml, TomlError } from 'smol-toml';
import { z } from 'zod';
import { EQUIVALENT_PATTERN, MAX_PRECISION } from '#protocol/equivalent.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { parseName } from '#protocol/name.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { Failure } from './failure.ts';
import { LOG_LEVELS } from './log.ts';
import { RELAY_POLICIES } from './p2p/reach/settings.ts';

/** Where a node listens for neighbours unless somebody chose otherwise. */
export const USUAL_LISTEN = '/ip4/0.0.0.0/tcp/4610';
/** Where its API listens unless somebody chose otherwise. */
export const USUAL_API_PORT = 4611;

/** Decimals that people may enter and see in an equivalent that has no `precision` of its own. */
const DEFAULT_PRECISION = 2;

/** How a setting is written where there is only text: `a,b` for a list, `UAH=2,hour=4` for a table, `on` or `off` for a switch. */
type Form = 'text' | 'number' | 'list' | 'table' | 'switch';

/** A switch as text. */
const SWITCHES: Readonly<Record<string, boolean>> = { on: true, true: true, off: false, false: false };

interface About {
  readonly form: Form;
  readonly about: string;
  readonly allowed: string;
  /** Shown by the example where there is no default. */
  readonly example?: unknown;
}

const port = z.int().min(0).max(65_535);
const isListenAddress = (text: string): boolean => {
  const match = /^\/(ip4|ip6)\/([0-9A-Fa-f.:]+)\/tcp\/(0|[1-9]\d{0,4})(?:\/ws)?$/.exec(text);
  if (match === null || Number(match[3]) > 65_535) return false;
  return match[1] === 'ip4' ? isIPv4(match[2] as string) : isIPv6(match[2] as string);
};

/** Its form only: whether it can be dialled is seen at the start. */
const isBootstrapAddress = (text: string): boolean =>
  /^\/(?:ip4|ip6|dns[46]?)\/[^/\s]{1,253}\/tcp\/\d{1,5}(?:\/[^\s]{1,150})?\/p2p\/12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/.test(
    text,
  );

function about(meta: About): About & Record<string, unknown> {
  return { ...meta };
}

const schema = z.strictObject({
  network: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .default('geo')
    .meta(
      about({
        form: 'text',
        about: 'Participants of different networks have nothing to do with each other.',
        allowed: '1 to 32 of a-z, 0-9 and -',
      }),
    ),
  name: z
    .string()
    .refine((text) => !isRefusal(parseName(text)))
    .transform((text) => parseName(text) as string)
    .nullable()
    .default(null)
    .meta(
      about({
        form: 'text',
        about: 'What your contact card calls you.',
        allowed: '1 to 64 visible characters',
        example: 'Alice',
      }),
    ),
  listen: z
    .array(z.string().refine(isListenAddress))
    .default([USUAL_LISTEN])
    .meta(
      about({
        form: 'list',
        about:
          'Where neighbours can reach this node. Port 0: any free one, also where the usual one is taken. An empty list: nowhere.',
        allowed: 'addresses such as /ip4/0.0.0.0/tcp/4610, /ip6/::/tcp/4610 or /ip4/127.0.0.1/tcp/4612/ws (WebSocket)',
      }),
    ),
  publicAddresses: z
    .array(z.string().regex(/^\/(?:ip[46]|dns[46]?)\/[^/]{1,253}\/tcp\/[1-9]\d{0,4}(?:\/ws|\/tls\/ws)?$/))
    .default([])
    .meta(
      about({
        form: 'list',
        about:
          'Where others reach this node beyond what it finds by itself: a port that a router passes on, the name of a reverse proxy.',
        allowed: 'addresses such as /dns/geo.example.org/tcp/443/tls/ws or /ip4/192.0.2.1/tcp/4610',
        example: ['/dns/geo.example.org/tcp/443/tls/ws'],
      }),
    ),
  relay: z
    .enum(RELAY_POLICIES)
    .default('for-neighbours')
    .meta(
      about({
        form: 'text',
        about: 'Pass on calls to others that nobody can call directly. What passes is encrypted; it costs bandwidth.',
        allowed: 'off, for-neighbours or for-anyone',
      }),
    ),
  relays: z
    .array(
      z.string().regex(/^\/(?:ip[46]|dns[46]?)\/[^/]{1,253}\/tcp\/[1-9]\d{0,4}(?:\/ws|\/tls\/ws)?\/p2p\/[^/]{1,64}$/),
    )
    .default([])
    .meta(
      about({
        form: 'list',
        about:
          'Through whom this node is called when others cannot call it directly, beside neighbours that are relays.',
        allowed: 'addresses that say who is there, such as /ip4/192.0.2.1/tcp/4610/p2p/12D3Koo...',
        example: ['/ip4/192.0.2.1/tcp/4610/p2p/12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'],
      }),
    ),
  directory: z
    .boolean()
    .default(true)
    .meta(
      about({
        form: 'switch',
        about:
          'Take part in the directory: others find this node by its PID, and it finds others. It tells whoever asks where this node is.',
        allowed: 'true or false; where it is text also on or off',
      }),
    ),
  bootstrap: z
    .array(z.string().refine(isBootstrapAddress))
    .max(64)
    .default([])
    .meta(
      about({
        form: 'list',
        about: 'Nodes by which this one enters the directory. `geo id` shows the addresses of a node.',
        allowed: 'at most 64 addresses that end in /p2p/ and a peer id',
        example: ['/dns/example.org/tcp/4610/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'],
      }),
    ),
  indexers: z
    .array(z.string().refine(isBootstrapAddress))
    .max(64)
    .default([])
    .meta(
      about({
        form: 'list',
        about:
          'Indexers that this node asks for ways to a participant, and for the map of announced lines. They see who may want to pay whom, never how much.',
        allowed: 'at most 64 addresses that end in /p2p/ and a peer id',
        example: ['/dns/hub.example.org/tcp/4610/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'],
      }),
    ),
  mdns: z
    .boolean()
    .default(true)
    .meta(
      about({
        form: 'switch',
        about:
          'Look for nodes on the local network (multicast DNS), and answer those that look: whoever shares the network sees that this node is there. Without effect where it listens on this machine only, or takes no part in the directory.',
        allowed: 'true or false; where it is text also on or off',
      }),
    ),
  apiHost: z
    .enum(['127.0.0.1', '::1'])
    .default('127.0.0.1')
    .meta(
      about({
        form: 'text',
        about: 'Where programs on this machine reach the node.',
        allowed: '127.0.0.1 or ::1',
      }),
    ),
  apiPort: port.default(USUAL_API_PORT).meta(
    about({
      form: 'number',
      about: 'Port for programs on this machine. 0: any free one, also where the usual one is taken.',
      allowed: 'an integer from 0 to 65535',
    }),
  ),
  announce: z
    .enum(['ask', 'always'])
    .default('ask')
    .meta(
      about({
        form: 'text',
        about: 'Put trust lines on the public map only where you said so (ask), or all of them (always).',
        allowed: 'ask or always',
      }),
    ),
  clearing: z
    .enum(['always', 'asked', 'never'])
    .default('always')
    .meta(
      about({
        form: 'text',
        about:
          'Look for circles of debt, to clear them together with others: after payments and every now and then (always), only when you say so (asked), or neither that nor for others (never).',
        allowed: 'always, asked or never',
      }),
    ),
  precision: z
    .record(z.string().regex(EQUIVALENT_PATTERN), z.int().min(0).max(MAX_PRECISION))
    .default({})
    .meta(
      about({
        form: 'table',
        about: `Decimals that people enter and see, by equivalent. Others have ${DEFAULT_PRECISION}.`,
        allowed: `for each equivalent (1 to 16 of A-Z, a-z, 0-9 and _) an integer from 0 to ${MAX_PRECISION}`,
        example: { hour: 1 },
      }),
    ),
  backupDir: z
    .string()
    .refine(isAbsolute)
    .nullable()
    .default(null)
    .meta(
      about({
        form: 'text',
        about: 'Folder for backup files, best on another disk; else the folder backups in the data folder.',
        allowed: 'the path of a folder, from the root of the disk on',
        example: '/media/usb/geo-backups',
      }),
    ),
  logLevel: z
    .enum(LOG_LEVELS)
    .default('info')
    .meta(about({ form: 'text', about: 'The least important entries of the log.', allowed: LOG_LEVELS.join(', ') })),
});

type Settings = z.infer<typeof schema>;
type Key = keyof Settings;
const KEYS = Object.keys(schema.shape) as Key[];

export type Config = Readonly<Settings> & {
  /** Absolute. */
  readonly dataDir: string;
};

/** Where settings come from besides the file. */
export interface ConfigSources {
  /** As a parser of the command line gives them: names such as `apiPort`; what was not given is missing or undefined. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The name of the file in the data folder. */
export const CONFIG_FILE = 'config.toml';

/** The data folder these sources name, absolute; it need not exist. */
export function dataDirOf({ flags, environment }: ConfigSources): string {
  const named = flags.dataDir ?? environment.GEO_DATA_DIR;
  if (named === undefined) return defaultDataDir(environment);
  if (typeof named === 'string' && named !== '') return resolve(named);
  throw invalid('--data-dir', named, 'the path of a folder');
}

/** The settings that these sources and the data folder's file give together. Throws `config-invalid`. */
export function readConfig(sources: ConfigSources): Config {
  const dataDir = dataDirOf(sources);
  const path = join(dataDir, CONFIG_FILE);
  const merged: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(readFile(path))) {
    const known = KEYS.find((candidate) => kebab(candidate) === key);
    if (known === undefined) throw unknown(`${key} in ${path}`, KEYS.map(kebab));
    merged[known] = check(`${key} in ${path}`, known, value);
  }
  for (const [variable, value] of Object.entries(sources.environment)) {
    if (!variable.startsWith('GEO_') || variable === 'GEO_DATA_DIR' || value === undefined) continue;
    const known = KEYS.find((candidate) => variableOf(candidate) === variable);
    if (known === undefined) throw unknown(variable, [...KEYS.map(variableOf), 'GEO_DATA_DIR']);
    merged[known] = check(variable, known, fromText(known, value));
  }
  for (const key of KEYS) {
    const value = sources.flags[key];
    if (value !== undefined) merged[key] = check(`--${kebab(key)}`, key, fromText(key, value));
  }
  return { ...schema.parse(merged), dataDir };
}

/** A `config.toml` that says all there is, each line commented out, made from the schema. */
export function configExample(): string {
  const blocks = KEYS.map((key) => {
    const meta = metaOf(key);
    const value = meta.example ?? schema.shape[key].parse(undefined);
    const lines = stringifyToml({ [kebab(key)]: value }).trim();
    return [`${meta.about}\nAllowed: ${meta.allowed}.`, lines].join('\n').replace(/^/gm, '# ');
  });
  // A table ends only where another begins, so it comes last.
  const tables = (block: string) => Number(/^# \[/m.test(block));
  return `${blocks.sort((a, b) => tables(a) - tables(b)).join('\n\n')}\n`;
}

/** Decimals that people enter and see in an equivalent. */
export function precisionOf(config: Pick<Config, 'precision'>, equivalent: string): number {
  // An equivalent may well be called `constructor`.
  return Object.hasOwn(config.precision, equivalent) ? (config.precision[equivalent] as number) : DEFAULT_PRECISION;
}

function metaOf(key: Key): About {
  return schema.shape[key].meta() as unknown as About;
}

/** `apiPort` is `api-port` in the file and on the command line, and `GEO_API_PORT` in the environment. */
function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function variableOf(key: string): string {
  return `GEO_${kebab(key).replaceAll('-', '_').toUpperCase()}`;
}

function readFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new Failure('folder-unreadable', `The settings in ${path} cannot be read: ${String(cause)}.`, { cause });
  }
  try {
    return parseToml(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const where = `line ${cause.line}, column ${cause.column}`;
    throw new Failure('config-invalid', `${path} is not TOML at ${where}.`, {
      cause,
      hint: 'See `geo config example` for how it is written.',
    });
  }
}

/** What text stands for, as far as its form goes; what does not fit is left for the check to refuse. */
function fromText(key: Key, value: unknown): unknown {
  const { form } = metaOf(key);
  const texts = (Array.isArray(value) ? value : [value]).flatMap((text) =>
    typeof text === 'string' && form !== 'text' ? text.split(',').map((part) => part.trim()) : [text],
  );
  switch (form) {
    case 'text':
      return value;
    case 'number':
      return texts.length === 1 ? toInteger(texts[0]) : value;
    case 'list':
      return texts.filter((text) => text !== '');
    case 'switch':
      return typeof value === 'string' ? (SWITCHES[value] ?? value) : value;
    case 'table':
      return Object.fromEntries(texts.filter((text) => text !== '').map(toEntry));
  }
}

function toInteger(text: unknown): unknown {
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : text;
}

function toEntry(text: unknown): [string, unknown] {
  const [name = '', number, ...more] = String(text).split('=');
  return [name, more.length > 0 ? text : toInteger(number ?? '')];
}

function check(source: string, key: Key, value: unknown): unknown {
  const checked = schema.shape[key].safeParse(value);
  if (checked.success && value !== undefined) return checked.data;
  throw invalid(source, value, metaOf(key).allowed);
}

function invalid(source: string, value: unknown, allowed: string): Failure {
  const shown = excerpt(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
  return new Failure('config-invalid', `${source} is "${shown}"; allowed: ${allowed}.`, {
    hint: 'See `geo config example` for all settings.',
  });
}

function unknown(source: string, known: readonly string[]): Failure {
  return new Failure('config-invalid', `There is no setting ${excerpt(source)}; there are ${known.join(', ')}.`, {
    hint: 'See `geo config example` for all settings.',
  });
}

/** Where data lies when nobody says: as each system wants it. */
function defaultDataDir(environment: ConfigSources['environment']): string {
  const { platform } = process;
  if (platform === 'win32') return join(environment.APPDATA || join(homedir(), 'AppData', 'Roaming'), 'geo');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'geo');
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'geo');
}
