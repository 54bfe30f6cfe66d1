/** The first start on this computer: a new identity, or one that is brought back by its words. */
import { mkdir } from 'node:fs/promises';
import { explain, type Teller } from '#node/api/words.ts';
import { Failure } from '#node/failure.ts';
import { hasKeyFile, MIN_PASSPHRASE_CHARACTERS } from '#node/identity/key-file.ts';
import { makeIdentity } from '#node/identity/make-identity.ts';
import { keepSettings } from '#node/preferences.ts';
import { parseName } from '#protocol/name.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import { seedFromWords } from '#protocol/words.ts';
import type { Answer } from '../preload/bridge.ts';
import { no } from './carrier.ts';
import { Keychain } from './keychain.ts';

/** What both ways to begin need. */
interface Start {
  readonly folder: string;
  readonly keychain: Keychain;
}

/** Makes an identity. Answers its 24 words, which are shown this once. An empty name is none. */
export async function createIdentity(
  { folder, keychain }: Start,
  { name, passphrase }: { readonly name: string; readonly passphrase: string | null },
): Promise<Answer> {
  const called = name.trim() === '' ? null : parseName(name);
  if (isRefusal(called)) return refused(called);
  return withPassphrase({ folder, keychain }, passphrase, async (kept) => {
    const { words } = await makeIdentity(folder, null, kept);
    if (called !== null) await keepSettings(folder, { name: called });
    return { words };
  });
}

/** Brings an identity back: its first start is that of a node which has lost its records. */
export async function restoreIdentity(
  { folder, keychain }: Start,
  { words, passphrase }: { readonly words: string; readonly passphrase: string | null },
): Promise<Answer> {
  const seed = seedFromWords(words);
  if (isRefusal(seed)) return refused(seed);
  return withPassphrase({ folder, keychain }, passphrase, async (kept) => {
    await makeIdentity(folder, seed, kept);
    return {};
  });
}

/** The passphrase is kept first: a key that nothing opens would be lost. */
async function withPassphrase(
  { folder, keychain }: Start,
  typed: string | null,
  make: (passphrase: string) => Promise<object>,
): Promise<Answer> {
  if (hasKeyFile(folder)) return no('identity-exists', 'There is an identity on this computer already.');
  if (typed === null && keychain.why !== null) {
    return no('passphrase-missing', 'This computer has no keychain that could keep a passphrase: type one.');
  }
  if (typed !== null && [...typed].length < MIN_PASSPHRASE_CHARACTERS) {
    return no('passphrase-short', `A passphrase needs at least ${MIN_PASSPHRASE_CHARACTERS} characters.`);
  }
  const passphrase = typed ?? Keychain.newPassphrase();
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (keychain.why === null) await keychain.put(passphrase);
    return { ok: true, result: await make(passphrase) };
  } catch (error) {
    // An identity that somebody else made in the meantime has another passphrase.
    const isOthers = error instanceof Failure && error.code === 'identity-exists';
    if (isOthers || !hasKeyFile(folder)) await keychain.forget();
    if (error instanceof Failure) return no(error.code, error.message);
    return no('bug', 'The identity could not be made.');
  }
}

/** What was typed names no participant and no amount. */
const NOBODY: Teller = { self: '' as Teller['self'], callName: () => '', precisionOf: () => 0 };

function refused(refusal: Refusal): Answer {
  return no(refusal.code, explain(refusal, { equivalent: null, hop: null }, NOBODY));
}
