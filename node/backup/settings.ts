/** What the config.toml of a node that comes back from a backup is to say. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { CONFIG_FILE, type Config } from '../config.ts';
import { Failure } from '../failure.ts';
import { settingsFile } from '../preferences.ts';
import type { BackupContents } from './contents.ts';

/**
 * The network, and the text of the file; null: it stays as it is. What is `given` counts more than what the backup has.
 * Fails with `backup-of-other-network` where the network was chosen, by the file that is there or by what is given.
 */
export function restoredSettings(
  config: Pick<Config, 'dataDir' | 'network'>,
  given: object | null,
  backup: BackupContents | null,
): { readonly network: string; readonly settings: string | null } {
  if (backup === null) {
    return { network: config.network, settings: given === null ? null : settingsFile(given) };
  }
  const hasOwn = existsSync(join(config.dataDir, CONFIG_FILE));
  const isChosen = hasOwn || (given !== null && 'network' in given);
  if (isChosen && config.network !== backup.network) {
    throw new Failure(
      'backup-of-other-network',
      `The backup is of the network “${backup.network}”, and the settings say “${config.network}”.`,
      { hint: 'Leave --network away, or use another --data-dir.' },
    );
  }
  const settings = { ...savedSettings(backup), network: backup.network, ...given };
  return { network: backup.network, settings: hasOwn ? null : settingsFile(settings) };
}

/** A file that was no TOML when it was saved is no reason to lose all the rest. */
function savedSettings({ settings }: BackupContents): object {
  try {
    return settings === null ? {} : parse(settings);
  } catch (error) {
    if (error instanceof TomlError) return {};
    throw error;
  }
}
