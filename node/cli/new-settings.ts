/** Settings that were given with the command that makes a data folder, for its config.toml. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { usage } from './problem.ts';

export type Flags = Readonly<Record<string, unknown>>;

/** What config.toml is to say, or null for nothing new. Ends the verb when there is one that would not be read. */
export async function newSettings(config: Config, options: Flags): Promise<object | null> {
  const { CONFIG_FILE } = await import('../config.ts');
  const given = Object.entries(config).filter(([key]) => key in options && key !== 'dataDir');
  if (given.length === 0) return null;
  const path = join(config.dataDir, CONFIG_FILE);
  if (existsSync(path)) throw usage(`${path} exists already and stays as it is: change the settings there.`);
  return Object.fromEntries(
    given.map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]),
  );
}

export async function writeSettings(folder: string, settings: object): Promise<void> {
  const { CONFIG_FILE } = await import('../config.ts');
  const { settingsFile } = await import('../preferences.ts');
  const { writePrivateFile } = await import('../private-file.ts');
  await writePrivateFile(join(folder, CONFIG_FILE), settingsFile(settings));
}
