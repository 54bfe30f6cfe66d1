/** The identity of a folder that has none: a new one, or one that comes back by its words. */
import type { PublicKey } from '#protocol/identity.ts';
import { wordsFromSeed } from '#protocol/words.ts';
import { type Restoring, restoreInto } from '../backup/restore.ts';
import { Failure } from '../failure.ts';
import { createKeyFile, hasKeyFile, identityOf, newSeed } from './key-file.ts';

export interface MadeIdentity {
  readonly publicKey: PublicKey;
  /** Of a new one: the only time that they are shown. */
  readonly words: string | null;
}

/** One that exists already, with what there is of its records and settings. */
export type KnownIdentity = Pick<Restoring, 'seed'> & Partial<Pick<Restoring, 'backup' | 'settings'>>;

/**
 * Makes it, on disk when this resolves. `passphrase` encrypts it. Fails with `identity-exists` when the folder has one,
 * and what writing fails with.
 */
export async function makeIdentity(
  folder: string,
  known: KnownIdentity | null,
  passphrase: string | null,
): Promise<MadeIdentity> {
  if (known !== null) return { publicKey: await restoreKnown(folder, known, passphrase), words: null };
  const seed = newSeed();
  const { publicKey } = await createKeyFile(folder, seed, passphrase);
  return { publicKey, words: wordsFromSeed(seed) };
}

/** An identity that may have signed before: its first start here is one after a loss, as with `geo restore`. */
async function restoreKnown(
  folder: string,
  { seed, backup = null, settings = null }: KnownIdentity,
  passphrase: string | null,
): Promise<PublicKey> {
  const { publicKey } = identityOf(seed);
  refuseSecond(folder);
  await restoreInto(folder, { seed, passphrase, backup, settings, neighbours: [] });
  return publicKey;
}

/** Fails with `identity-exists` where the folder has one. */
export function refuseSecond(folder: string): void {
  if (!hasKeyFile(folder)) return;
  throw new Failure('identity-exists', `The folder ${folder} holds an identity already.`, {
    hint: 'Use another --data-dir for another participant. An identity is never replaced: it may have open accounts.',
  });
}
