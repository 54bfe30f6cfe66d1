/**
 * The settings that the owner may change while the node runs. A change is written to config.toml first and in force at
 * once; a flag or a variable that is given at a later start is stronger, as ever.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'smol-toml';
import { CONFIG_FILE, type Config } from './config.ts';
import { Failure } from './failure.ts';
import { writePrivateFile } from './private-file.ts';

/** What can be changed, with the names of config.toml. */
export type Preference = Pick<Config, 'name' | 'clearing' | 'announce'>;

/** A name is not taken away again: the PID says it then, which nobody remembers. */
type Change = { readonly [K in keyof Preference]?: NonNullable<Preference[K]> };

interface Options {
  readonly config: Config;
  /** Puts what has changed in force. */
  readonly apply: (now: Preference) => Promise<void>;
}

export class Preferences {
  readonly #options: Options;
  #now: Preference;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    const { name, clearing, announce } = options.config;
    this.#now = { name, clearing, announce };
  }

  /** As they are in force. */
  get now(): Preference {
    return this.#now;
  }

  /** Keeps the change in the file, then puts it in force. Throws a Failure, with nothing changed where the file cannot be. */
  change(change: Change): Promise<Preference> {
    // One after the other: each reads the file that the one before wrote.
    const changed = this.#changing.then(() => this.#change(change));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async #change(change: Change): Promise<Preference> {
    await keepSettings(this.#options.config.dataDir, change);
    const now = { ...this.#now, ...change };
    await this.#options.apply(now);
    this.#now = now;
    return now;
  }
}

/** Keeps the settings in the config.toml of a data folder, which may hold others. Throws a Failure, with nothing changed. */
export async function keepSettings(dataDir: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const path = join(dataDir, CONFIG_FILE);
  const before = await readFile(path, 'utf8').catch(nothingYet);
  let text = before;
  for (const [key, value] of Object.entries(settings)) text = withSetting(text, key, value);
  if (text !== before) await writePrivateFile(path, text);
}

/** The text of a new config.toml with these settings. */
export function settingsFile(settings: object): string {
  return `# Settings of this node. \`geo config example\` shows all there are.\n${stringify(settings)}`;
}

/**
 * The text of a config.toml with one setting changed and all else, comments too, as it was.
 * Throws a Failure where that cannot be done without touching anything else.
 */
export function withSetting(text: string, key: string, value: string): string {
  const lines = text.split('\n');
  const firstTable = lines.findIndex((line) => /^\s*\[/.test(line));
  const end = firstTable === -1 ? lines.length : firstTable;
  const at = lines.findIndex((line, index) => index < end && new RegExp(`^\\s*["']?${key}["']?\\s*=`).test(line));
  const written = stringify({ [key]: value }).trim();
  if (at !== -1) lines.splice(at, 1, written);
  else lines.splice(text === '' ? 0 : firstLine(lines, end), 0, written);
  const changed = lines.join('\n');
  if (isDeepStrictEqual(readToml(changed), { ...readToml(text), [key]: value })) return changed;
  throw byHand(`“${key}” is written there in a way that this program does not change.`);
}

/** Where a new setting goes: before the first table, behind the comments at the top. */
function firstLine(lines: readonly string[], end: number): number {
  const first = lines.findIndex((line) => !line.startsWith('#'));
  return first === -1 ? end : Math.min(first, end);
}

function readToml(text: string): Record<string, unknown> {
  try {
    // Tables of the parser have no prototype.
    return JSON.parse(JSON.stringify(parse(text))) as Record<string, unknown>;
  } catch (cause) {
    throw byHand('It is not TOML at the moment.', cause);
  }
}

function byHand(why: string, cause?: unknown): Failure {
  return new Failure('config-invalid', `The setting was not changed in ${CONFIG_FILE}: ${why}`, {
    cause,
    hint: 'Change it there by hand, and start the node again.',
  });
}

function nothingYet(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
  throw new Failure('folder-unreadable', `The settings cannot be read: ${String(error)}.`, { cause: error });
}
