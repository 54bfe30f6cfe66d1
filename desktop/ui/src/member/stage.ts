/** Where somebody stands on the way into the hub. */

import { signal } from '@preact/signals';
import { nobleEd25519 } from '#protocol/ed25519.ts';
import { bytesToHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { invitationIn } from '#protocol/join-request.ts';
import { AskError } from '../ask-error.ts';
import { type Joined, readHub } from './hub.ts';
import { refused } from './refused.ts';
import { type Identity, keepIdentity, readIdentity, Session } from './session.ts';
import { browserKept } from './storage.ts';
import { lockSeed, openSeed } from './vault.ts';

export type Stage =
  | { readonly name: 'starting' }
  /** The browser lets no page keep a key here. */
  | { readonly name: 'insecure' }
  | { readonly name: 'welcome' }
  | { readonly name: 'locked'; readonly identity: Identity }
  | { readonly name: 'words'; readonly words: readonly string[]; readonly session: Session }
  | { readonly name: 'joining'; readonly session: Session }
  | { readonly name: 'joined'; readonly joined: Joined; readonly session: Session }
  | { readonly name: 'in'; readonly session: Session };

export const stage = signal<Stage>({ name: 'starting' });

/** The member who is in; null: nobody yet. */
export function sessionNow(): Session | null {
  return 'session' in stage.value ? stage.value.session : null;
}

const INVITATION = 'geo-invitation';
/** Kept by this window until it is said that the hub has deleted who was here. */
export const ERASED = 'geo-erased';

/** The invitation by which somebody came here, kept until it has joined. */
export const keptInvitation = (): Promise<string | null> => browserKept.get(INVITATION);
export const dropInvitation = (): Promise<void> => browserKept.delete(INVITATION);

/** Finds out where somebody stands. */
export async function start(): Promise<void> {
  if (!isSecureContext || indexedDB === undefined) {
    stage.value = { name: 'insecure' };
    return;
  }
  const token = invitationIn(location.hash);
  if (token !== null) {
    history.replaceState(null, '', '#/home');
    await browserKept.set(INVITATION, token);
  }
  const identity = await readIdentity();
  if (identity === undefined) {
    stage.value = { name: 'welcome' };
    return;
  }
  const seed = identity.locked.passphrase === null ? await openSeed(identity.locked, null) : null;
  if (seed === null) stage.value = { name: 'locked', identity };
  else await proceed(identity, seed);
}

/** False: it is another passphrase. */
export async function unlock(identity: Identity, passphrase: string): Promise<boolean> {
  const seed = await openSeed(identity.locked, passphrase);
  if (seed === null) return false;
  await proceed(identity, seed);
  return true;
}

/** Makes a key, or takes the one of the words; kept at once. Throws `AskError`. */
export async function makeKey(words: string | null, passphrase: string | null): Promise<void> {
  const seed = words === null ? crypto.getRandomValues(new Uint8Array(32)) : await seedOf(words);
  const { publicKey: hub, network } = await readHub(location.origin);
  const publicKey = bytesToHex(nobleEd25519.publicKey(seed)) as PublicKey;
  const locked = await lockSeed(seed, publicKey, passphrase);
  const identity: Identity = {
    ...{ locked, hub, network, isNew: words === null },
    progress: words === null ? 'words' : 'name',
  };
  await keepIdentity(identity);
  // Else the browser may forget it when it wants room.
  void navigator.storage?.persist?.();
  await proceed(identity, seed);
}

// The list of words is loaded for who is new here, and for nobody else.
async function seedOf(words: string): Promise<Uint8Array> {
  const { seedFromWords } = await import('#protocol/words.ts');
  return refused(seedFromWords(words));
}

async function wordsOf(seed: Uint8Array): Promise<readonly string[]> {
  const { wordsFromSeed } = await import('#protocol/words.ts');
  return wordsFromSeed(seed).split(' ');
}

async function proceed(identity: Identity, seed: Uint8Array): Promise<void> {
  const session = new Session(identity, seed);
  switch (identity.progress) {
    case 'words':
      stage.value = { name: 'words', words: await wordsOf(seed), session };
      break;
    case 'name':
      stage.value = { name: 'joining', session };
      break;
    case 'member':
      await goIn(session);
      break;
  }
}

/** The words are on paper. */
export async function wordsWritten(session: Session): Promise<void> {
  await session.progress('name');
  stage.value = { name: 'joining', session };
}

/** True: who has these words is a member already, and is in. Throws `AskError`. */
export async function isMemberAlready(session: Session): Promise<boolean> {
  if (session.identity.isNew) return false;
  try {
    await session.hub.read('GET', '/participants/me');
  } catch (error) {
    if (error instanceof AskError && error.code === 'login-refused') return false;
    throw error;
  }
  await session.progress('member');
  await goIn(session);
  return true;
}

/** Becomes a member. Throws `AskError`. */
export async function join(session: Session, name: string, invitation: string | null): Promise<void> {
  const joined = await session.hub.join(name, 'person', invitation, !session.identity.isNew);
  await session.progress('member');
  await dropInvitation();
  await session.begin();
  const { inviter } = joined;
  if (inviter === null) {
    stage.value = { name: 'in', session };
    return;
  }
  await session.carrier.ask('putContact', { who: inviter.publicKey }).catch(() => undefined);
  stage.value = { name: 'joined', joined, session };
}

/** From what was said after joining to the first screen. */
export function goOn(session: Session): void {
  stage.value = { name: 'in', session };
}

async function goIn(session: Session): Promise<void> {
  await session.begin();
  stage.value = { name: 'in', session };
}
