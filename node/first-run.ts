/** The first run in a data folder: what a person wants, checked before anything is written, and then made. */
import { mkdir } from 'node:fs/promises';
import { pidOf } from '#protocol/identity.ts';
import { parseName } from '#protocol/name.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import { seedFromWords } from '#protocol/words.ts';
import type { FirstRunCourse, FirstRunWishes } from './api/contract.ts';
import type { BackupContents } from './backup/contents.ts';
import { MAX_BACKUP_FILE_BYTES, openBackup } from './backup/file.ts';
import { inside } from './backup/inside.ts';
import { hasStore, occupied } from './backup/new-store.ts';
import { restoredSettings } from './backup/settings.ts';
import type { Config } from './config.ts';
import { identityOf, MIN_PASSPHRASE_CHARACTERS } from './identity/key-file.ts';
import { type KnownIdentity, makeIdentity, refuseSecond } from './identity/make-identity.ts';
import { keepSettings, withSetting } from './preferences.ts';

/** A backup file as base64 has at most so many characters, four for three bytes. */
export const MAX_BACKUP_CHARACTERS = Math.ceil(MAX_BACKUP_FILE_BYTES / 3) * 4;

/** Nothing is wrong with it. */
export interface FirstRunPlan {
  /** Null: a new identity. */
  readonly known: KnownIdentity | null;
  /** For the settings; null: nothing was typed. */
  readonly name: string | null;
}

type Made = NonNullable<FirstRunCourse['identity']>;
type Settings = Pick<Config, 'dataDir' | 'name' | 'network'>;

/** What leads through the first run is told. */
export function courseOf(
  { dataDir, name }: Settings,
  passphrase: FirstRunCourse['passphrase'],
  identity: Made | null,
): FirstRunCourse {
  return {
    ...{ folder: dataDir, name, identity, passphrase },
    leastPassphrase: MIN_PASSPHRASE_CHARACTERS,
    mostBackupBytes: MAX_BACKUP_FILE_BYTES,
  };
}

/**
 * Finds all that is wrong with what is wanted. Fails as opening a backup does, and where the folder has an identity. A name that it
 * has already stays.
 */
export async function planFirstRun(
  config: Settings,
  { name, words, backup }: Omit<FirstRunWishes, 'passphrase'>,
): Promise<FirstRunPlan | Refusal<'bad-name'> | Refusal<'bad-words'>> {
  const called = name.trim() === '' || config.name !== null ? null : parseName(name.trim());
  if (isRefusal(called)) return called;
  refuseSecond(config.dataDir);
  if (words === null) return { known: null, name: called };
  const seed = seedFromWords(words);
  if (isRefusal(seed)) return seed;
  if (hasStore(config.dataDir)) throw occupied(config.dataDir);
  if (backup === null) return { known: { seed }, name: called };
  const contents = await openBackup(Buffer.from(backup, 'base64'), identityOf(seed));
  const { settings } = restoredSettings(config, null, contents);
  return { known: { seed, backup: contents, settings }, name: called };
}

/** Makes it, on disk when this resolves. Fails as `makeIdentity` does. */
export async function carryOutPlan(
  { dataDir }: Settings,
  { known, name }: FirstRunPlan,
  passphrase: string | null,
): Promise<Made> {
  const settings = known?.settings ?? null;
  // First: were it to fail later, the words of a new identity would never be shown.
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (name !== null && settings === null) await keepSettings(dataDir, { name });
  const called = name === null || settings === null ? settings : withSetting(settings, 'name', name);
  const { publicKey, words } = await makeIdentity(dataDir, known && { ...known, settings: called }, passphrase);
  return { pid: pidOf(publicKey), words, backup: summaryOf(known?.backup ?? null) };
}

function summaryOf(backup: BackupContents | null): Made['backup'] {
  if (backup === null) return null;
  const { createdAtMs, accounts, contacts } = inside(backup);
  return { createdAtMs, accounts, contacts };
}
