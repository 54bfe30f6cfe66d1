/** A backup of a node that does not run. */
import { Records } from '#protocol/records.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Contact } from '../contacts.ts';
import type { Identity } from '../identity/key-file.ts';
import { openStore } from '../store/store.ts';
import { type BackupContents, collectBackup } from './contents.ts';
import { sealBackup } from './file.ts';
import { settingsText } from './keeper.ts';
import { refuseMoved } from './tombstone.ts';

export interface SealedBackup {
  readonly backup: BackupContents;
  readonly bytes: Uint8Array;
}

/** Reads and seals it, and hands it to `use` while nobody else can start on the folder. */
export async function withStoppedBackup<T>(
  config: Config,
  identity: Identity,
  clock: Clock,
  use: (sealed: SealedBackup) => Promise<T>,
): Promise<T> {
  const { dataDir, network } = config;
  refuseMoved(dataDir);
  const store = await openStore(dataDir, { clock });
  try {
    const records = new Records(identity.publicKey, network, store.read);
    await store.load(records);
    const contacts: Contact[] = [];
    for await (const [, contact] of store.documents<Contact>('contact').entries()) contacts.push(contact);
    const source = { records, store, contacts, settings: await settingsText(dataDir) };
    const backup = await collectBackup(source, clock.nowMs());
    return await use({ backup, bytes: await sealBackup(backup, identity) });
  } finally {
    await store.close();
  }
}
