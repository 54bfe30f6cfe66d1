/**
 * Changes among the people whom the member knows, made while the hub is away: shown as they will be, and sent when it is
 * back. They are no promises to anybody, so nothing is signed before.
 */
import type { Input, Result } from '#node/api/contract.ts';
import { AskError } from '../ask-error.ts';
import type { WholeState } from '../carrier.ts';
import { type Desk, who } from './acts.ts';
import type { Hub } from './hub.ts';
import type { WaitingContact } from './queue.ts';
import { randomHex } from './random.ts';
import { mustBe } from './who.ts';

type Contact = WholeState['parts']['listContacts']['contacts'][number];

const ID_BYTES = 16;

/**
 * Keeps somebody who is to be added or changed; how they are then, without what their card suggests. Throws `AskError` where
 * nobody but the hub knows who is meant.
 */
export async function putLater(desk: Desk, put: Input<'putContact'>): Promise<Result<'putContact'>> {
  const to = await who(desk, put.who);
  if (to.publicKey === desk.signer.publicKey) throw new AskError('to-self', '');
  await keep(desk, { to, put });
  const { contacts } = (await desk.state()).parts.listContacts;
  return {
    contact: changed(contacts.find(({ publicKey }) => publicKey === to.publicKey) ?? newContact(to), put),
    suggestedLimit: null,
    warnings: [],
    found: false,
  };
}

/** Keeps somebody who is to be removed. Throws `AskError`. */
export async function removeLater(
  desk: Desk,
  { who: typed }: Input<'removeContact'>,
): Promise<Result<'removeContact'>> {
  await keep(desk, { to: await who(desk, typed), put: null });
  return { done: true };
}

async function keep({ queue }: Desk, change: Pick<WaitingContact, 'to' | 'put'>): Promise<void> {
  const latest = (await queue.all()).at(-1)?.madeAtMs ?? 0;
  const { pid, publicKey, name } = change.to;
  await queue.put({
    ...{ kind: 'contact', id: randomHex(ID_BYTES), to: { pid, publicKey, name }, put: change.put, refusal: null },
    // In the order in which they were made, also where the clock is set back.
    madeAtMs: Math.max(Date.now(), latest + 1),
  });
}

/** Asks the hub for it. What is so already is as good. Throws `AskError`. */
export async function sendContact(hub: Hub, { to, put }: WaitingContact): Promise<void> {
  if (put !== null) {
    const { contact } = await hub.act<Result<'putContact'>>('POST', '/participants/me/contacts', put);
    mustBe(to.publicKey, contact.publicKey);
    return;
  }
  try {
    await hub.act('DELETE', `/participants/me/contacts/${to.publicKey}`, null);
  } catch (error) {
    if (!(error instanceof AskError) || error.code !== 'unknown-contact') throw error;
  }
}

/** How it will be once they are sent. */
export function withChanges(state: WholeState, changes: readonly WaitingContact[]): WholeState {
  let { contacts } = state.parts.listContacts;
  const names = new Map<string, string>();
  for (const { to, put } of changes) {
    const known = contacts.find(({ publicKey }) => publicKey === to.publicKey);
    if (put === null) {
      contacts = contacts.filter((contact) => contact !== known);
      continue;
    }
    const after = changed(known ?? newContact(to), put);
    contacts = known === undefined ? [...contacts, after] : contacts.map((one) => (one === known ? after : one));
    if (after.alias !== null) names.set(after.pid, after.alias);
  }
  return { ...state, parts: renamed({ ...state.parts, listContacts: { contacts } }, names) };
}

function newContact({ pid, publicKey, name }: WaitingContact['to']): Contact {
  return { pid, publicKey, name, alias: null, cardName: name, addresses: [], verified: false, linked: false };
}

function changed(contact: Contact, put: Input<'putContact'>): Contact {
  const alias = put.alias ?? contact.alias;
  return {
    ...contact,
    alias,
    verified: put.verified ?? contact.verified,
    name: alias ?? contact.cardName ?? contact.name,
  };
}

/** Whoever is called otherwise is so wherever they are named. */
function renamed<T>(value: T, names: ReadonlyMap<string, string>): T {
  if (names.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => renamed(one, names)) as T;
  const all = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, names)]));
  const name = 'publicKey' in all && 'name' in all ? names.get(String(all.pid)) : undefined;
  return (name === undefined ? all : { ...all, name }) as T;
}
