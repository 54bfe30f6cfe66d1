/** Where somebody stands on the way into the hub. */

import { signal } from '@preact/signals';
import { nobleEd25519 } from '#protocol/ed25519.ts';
import { bytesToHex } from '#protocol/hex.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { type Invitation, invitationIn } from '#protocol/join-request.ts';
import { AskError } from '../ask-error.ts';
import { notLoaded } from '../lazily.tsx';
import { alone, type InvitationInfo, type Limit, type MemberInfo, readHub, readInvitation } from './hub.ts';
import { dropInvitation, keepInvitation, keptInvitation, mustInvite } from './invitation.ts';
import { isPassing } from './passing.ts';
import { refused } from './refused.ts';
import { IDENTITY_LOCK, type Identity, keepIdentity, readIdentity, Session } from './session.ts';
import { browserKept } from './storage.ts';
import { lockSeed, openSeed } from './vault.ts';

export type Stage =
  | { readonly name: 'starting' }
  /** The browser lets no page keep a key here. */
  | { readonly name: 'insecure' }
  /** It does not open: the browser keeps nothing just now, or the hub is away when it has to give something. */
  | { readonly name: 'stuck'; readonly by: unknown }
  | { readonly name: 'welcome' }
  | { readonly name: 'locked'; readonly identity: Identity }
  | { readonly name: 'words'; readonly words: readonly string[]; readonly session: Session }
  | { readonly name: 'joining'; readonly session: Session }
  | ({ readonly name: 'met'; readonly session: Session } & Met)
  /** A member opened an invitation that brings nobody together any more, or is not what it says. */
  | { readonly name: 'not-met'; readonly by: unknown; readonly session: Session }
  | { readonly name: 'in'; readonly session: Session };

/** Whom an invitation is from. */
interface Met {
  readonly inviter: MemberInfo;
  readonly suggestedLimit: Limit | null;
  /** Is it the link that names who invites, and not the hub alone? */
  readonly isByLink: boolean;
  /** Has it brought somebody in, or was that one a member before? */
  readonly isNew: boolean;
}

export const stage = signal<Stage>({ name: 'starting' });

/** The member who is in; null: nobody yet. */
export function sessionNow(): Session | null {
  return 'session' in stage.value ? stage.value.session : null;
}

/** Kept by this window until it is said that the hub has deleted who was here. */
export const ERASED = 'geo-erased';

/** Finds out where somebody stands. */
export async function start(): Promise<void> {
  if (!isSecureContext || indexedDB === undefined) {
    stage.value = { name: 'insecure' };
    return;
  }
  const invitation = invitationIn(location.hash);
  if (invitation !== null) {
    history.replaceState(null, '', '#/home');
    await keepInvitation(browserKept, invitation);
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

/**
 * Makes a key, or takes the one of the words; kept at once. A key that another window has made meanwhile is never written over: it
 * is gone on with. Throws `AskError`.
 */
export async function makeKey(words: string | null, passphrase: string | null): Promise<void> {
  const seed = words === null ? crypto.getRandomValues(new Uint8Array(32)) : await seedOf(words);
  const { publicKey: hub, network } = await readHub(location.origin);
  const publicKey = bytesToHex(nobleEd25519.publicKey(seed)) as PublicKey;
  const locked = await lockSeed(seed, publicKey, passphrase);
  const identity: Identity = {
    ...{ locked, hub, network, isNew: words === null },
    progress: words === null ? 'words' : 'name',
  };
  const isFirst = await alone(IDENTITY_LOCK, async () => {
    if ((await readIdentity()) !== undefined) return false;
    await keepIdentity(identity);
    return true;
  });
  if (!isFirst) return start();
  // Else the browser may forget it when it wants room.
  void navigator.storage?.persist?.();
  await proceed(identity, seed);
}

// The list of words is loaded for who is new here, and for nobody else.
async function seedOf(words: string): Promise<Uint8Array> {
  const { seedFromWords } = await import('#protocol/words.ts').catch(notLoaded);
  return refused(seedFromWords(words));
}

async function wordsOf(seed: Uint8Array): Promise<readonly string[]> {
  const { wordsFromSeed } = await import('#protocol/words.ts').catch(notLoaded);
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
  try {
    await session.hub.read('GET', '/participants/me');
  } catch (error) {
    if (error instanceof AskError && error.code === 'login-refused') return false;
    throw error;
  }
  await session.progress('member');
  await dropInvitation(browserKept);
  await goIn(session);
  return true;
}

/** Becomes a member, if the hub says the same of the invitation as its link. Throws `AskError`. */
export async function join(session: Session, name: string, invitation: Invitation | null): Promise<void> {
  // One that is used up may be so by a request whose answer was lost: the hub says so when it is asked to take in.
  if (invitation !== null) await readInvited(invitation).catch(unlessOnlyInvalid);
  const { inviter, suggestedLimit } = await session.hub.join(
    ...([name, 'person', invitation?.token ?? null, !session.identity.isNew] as const),
  );
  if (invitation !== null) mustInvite(invitation, inviter, suggestedLimit);
  await session.progress('member');
  await dropInvitation(browserKept);
  await session.begin();
  if (inviter === null) {
    stage.value = { name: 'in', session };
    return;
  }
  await meet(session, inviter, suggestedLimit, { isByLink: isByLink(invitation), isNew: true });
}

async function meet(
  session: Session,
  inviter: MemberInfo,
  suggestedLimit: Limit | null,
  how: Pick<Met, 'isByLink' | 'isNew'>,
): Promise<void> {
  await session.carrier.ask('putContact', { who: inviter.publicKey }).catch(() => undefined);
  stage.value = { name: 'met', inviter, suggestedLimit, ...how, session };
}

const isByLink = (invitation: Invitation | null): boolean => invitation !== null && invitation.from !== null;

function unlessOnlyInvalid(error: unknown): void {
  if (!isInvalid(error)) throw error;
}

/** Is it said of an invitation that it counts no more? */
export function isInvalid(error: unknown): boolean {
  return error instanceof AskError && error.code.startsWith('invitation-');
}

/** What the hub says of an invitation; it uses nothing up. Throws `AskError`, also where that is not what the link says. */
export async function readInvited(invitation: Invitation): Promise<InvitationInfo> {
  const info = await readInvitation(location.origin, invitation.token);
  mustInvite(invitation, info.by, info.suggestedLimit);
  return info;
}

/** From what was said after joining to the first screen. */
export function goOn(session: Session): void {
  stage.value = { name: 'in', session };
}

async function goIn(session: Session): Promise<void> {
  await session.begin();
  stage.value = { name: 'in', session };
  void meetAgain(session).catch(() => undefined);
}

/** Is there nobody whom an invitation could bring a member together with? Many open the page by the link by which they once came. */
async function isKnown(session: Session, { from }: Invitation): Promise<boolean> {
  if (from === null || from.pid === pidOf(session.identity.locked.publicKey)) return true;
  const { contacts } = await session.carrier.ask('listContacts', {});
  return contacts.some(({ pid }) => pid === from.pid);
}

/** A member opens an invitation: it is in already, and may not know who invites. Throws `AskError`. */
async function meetAgain(session: Session): Promise<void> {
  const invitation = await keptInvitation(browserKept);
  if (invitation === null) return;
  const { by, suggestedLimit } = await readInvited(invitation).catch(async (error: unknown) => {
    // It is looked at once more when the hub is there.
    if (isPassing(error)) throw error;
    await dropInvitation(browserKept);
    if (!isInvalid(error) || !(await isKnown(session, invitation)))
      stage.value = { name: 'not-met', by: error, session };
    throw error;
  });
  await dropInvitation(browserKept);
  if (by === null || by.publicKey === session.identity.locked.publicKey) return;
  await meet(session, by, suggestedLimit, { isByLink: isByLink(invitation), isNew: false });
}
