/** Bringing a node back into a data folder, so that its first start is that of a node which has lost records (§8.4). */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublicKey } from '#protocol/identity.ts';
import { EMPTY_NODE } from '#protocol/node-record.ts';
import { restoredFromBackup, restoredFromPieces } from '#protocol/rebuild.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type Clock, systemClock } from '../clock.ts';
import { CONFIG_FILE } from '../config.ts';
import type { Contact } from '../contacts.ts';
import { Failure } from '../failure.ts';
import { createKeyFile, hasKeyFile, identityOf, readPublicIdentity } from '../identity/key-file.ts';
import { writePrivateFile } from '../private-file.ts';
import { openStore, type Store } from '../store/store.ts';
import type { BackupContents } from './contents.ts';
import { createStore, hasStore, occupied } from './new-store.ts';
import { earlierStarts, NO_STARTS, noteStarts } from './starts.ts';
import { refuseMoved } from './tombstone.ts';

export interface Restoring {
  readonly seed: Uint8Array;
  /** Encrypts the key file where there is none yet. */
  readonly passphrase: string | null;
  /** Null: words are all there is. */
  readonly backup: BackupContents | null;
  /** The text of config.toml, where there is none yet. */
  readonly settings: string | null;
  /** Whom to ask, besides the contacts of the backup. */
  readonly neighbours: readonly Contact[];
}

/**
 * Brings a node back into a folder that has no store. First of all the folder says that there were starts: whatever is
 * cut short after that, a start finds that its records are lost.
 */
export async function restoreInto(
  folder: string,
  { seed, passphrase, backup, settings, neighbours }: Restoring,
  clock: Clock = systemClock,
): Promise<void> {
  refuseMoved(folder);
  if (hasStore(folder)) throw occupied(folder);
  const { publicKey } = identityOf(seed);
  if (hasKeyFile(folder)) await refuseOther(folder, publicKey);
  const contacts = new Map(backup?.contacts.map((contact) => [contact.publicKey, contact]));
  for (const neighbour of neighbours) {
    const known = contacts.get(neighbour.publicKey);
    const addresses = [...new Set([...neighbour.addresses, ...(known?.addresses ?? [])])];
    contacts.set(neighbour.publicKey, { ...neighbour, ...known, addresses });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await noteStarts(folder, earlierStarts(folder) ?? NO_STARTS);
  if (!hasKeyFile(folder)) await createKeyFile(folder, seed, passphrase);
  if (settings !== null && !existsSync(join(folder, CONFIG_FILE))) {
    await writePrivateFile(join(folder, CONFIG_FILE), settings);
  }
  // Journals are made anew: those of the backup begin at the last checkpoint, and nobody could follow them from there.
  const records = restoredFromPieces(backup?.records ?? [], backup?.publicKey ?? publicKey, clock.nowMs());
  await createStore(folder, { records, contacts: contacts.values() }, clock);
}

/** The folder is of somebody already. */
async function refuseOther(folder: string, publicKey: PublicKey): Promise<void> {
  const { publicKey: owner, pid } = await readPublicIdentity(folder);
  if (owner === publicKey) return;
  throw new Failure('identity-exists', `The folder ${folder} is of ${pid}, who is someone else.`, {
    hint: 'Use another --data-dir, which need not exist.',
  });
}

/**
 * Says of a stopped node that its whole folder is an old copy: what it has signed since then it does not know, nor what it has
 * signed for those whom it hosts. Cut short, it is to be said again. Returns how many it hosts.
 */
export async function declareOldCopy(folder: string, clock: Clock = systemClock): Promise<{ readonly hosted: number }> {
  refuseMoved(folder);
  const store = await openStore(folder, { clock });
  try {
    const names = await store.sections();
    for (const name of names) await freeze(store.section(name), clock.nowMs());
    await freeze(store, clock.nowMs());
    return { hosted: names.length };
  } finally {
    await store.close();
  }
}

/** Mandates go: how far they were used since the copy nobody knows, and a use that is signed twice is proof of a lie (§11). */
async function freeze(store: Store, nowMs: number): Promise<void> {
  const records = [store.read('node') ?? EMPTY_NODE];
  for await (const account of store.entries('account/')) records.push(account);
  const forget: string[] = [];
  for await (const mandate of store.entries('mandate/')) forget.push(recordKey(mandate));
  await store.write(restoredFromBackup(records, nowMs), { sync: true, forget });
}
