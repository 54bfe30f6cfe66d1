/** Operations on who there is: this participant, its neighbours, its contacts. */
import { formatAmount } from '#protocol/amount.ts';
import { makeCard as makeCardLink, type SuggestedLimit } from '#protocol/card.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { MAX_ADDRESSES, VERSION } from '#protocol/limits.ts';
import { isRefusal, type Refusal, refuse } from '#protocol/refusals.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Resolved } from '../../contacts.ts';
import { checkAddress, parseAddress } from '../../p2p/address.ts';
import { type AnyRefusal, isAnyRefusal, refuseHere } from '../../refusals.ts';
import type { NodeContext, ParticipantContext } from '../context.ts';
import {
  findWho,
  type Handler,
  type ParticipantHandler,
  parseMoney,
  resolveWho,
  waitUntil,
  whyNotToCome,
} from '../handler.ts';
import { totalsOf } from '../held-views.ts';
import { shortPid, viewContact, viewParticipant, viewReachability, viewRestored } from '../views.ts';

const LINK_WAIT_MS = 5_000;

export const getStatus: ParticipantHandler<'getStatus'> = (context) => {
  const { records } = context.driver;
  const self = context.identity.publicKey;
  const lines = [...records.lines()].filter(({ signed }) => signed.line.status === 'active');
  const given = lines.filter(({ signed }) => signed.line.from === self).length;
  return {
    participant: viewParticipant(context, self),
    network: context.config.network,
    version: packageJson.version,
    instance: context.instance,
    startedAtMs: context.startedAtMs,
    uptimeMs: Math.max(0, context.clock.nowMs() - context.startedAtMs),
    addresses: [...context.host.addresses()],
    reachability: viewReachability(context),
    restored: viewRestored(context),
    counts: {
      contacts: context.contacts.count,
      linked: records.linked.size,
      accounts: [...records.accounts()].length,
      trustLinesGiven: given,
      trustLinesReceived: lines.length - given,
      unsettled: [...records.unsettled()].length,
      mapLines: records.topology.count,
    },
    held: totalsOf(context.held.all()),
  };
};

export const stop: Handler<'stop'> = (context) => {
  context.requestStop('asked by the API');
  return { stopping: true };
};

export const getId: Handler<'getId'> = (context) => ({
  participant: viewParticipant(context, context.identity.publicKey),
  network: context.config.network,
  addresses: [...context.host.addresses()],
  card: ownCard(context, null, null),
});

export const makeCard: Handler<'makeCard'> = (context, { suggestedLimit, expiresAtMs }) => {
  const suggested = suggestedLimit === undefined ? null : parseMoney(context, suggestedLimit);
  if (isRefusal(suggested)) return suggested;
  const past = expiresAtMs === undefined ? null : whyNotToCome(context, expiresAtMs);
  if (past !== null) return past;
  return { card: ownCard(context, suggested, expiresAtMs ?? null) };
};

function ownCard(context: NodeContext, suggestedLimit: SuggestedLimit | null, expiresAtMs: number | null): string {
  const { publicKey } = context.identity;
  const card = {
    version: VERSION,
    network: context.config.network,
    publicKey,
    name: context.preferences.now.name ?? shortPid(publicKey),
    addresses: context.host.addresses().slice(0, MAX_ADDRESSES),
    suggestedLimit,
    createdAtMs: context.clock.nowMs(),
    expiresAtMs,
  } as const;
  return makeCardLink(card, context.sign);
}

export const listPeers: ParticipantHandler<'listPeers'> = (context) => ({
  reachability: viewReachability(context),
  peers: [
    ...context.host.linked().map(({ neighbour, address, sinceMs }) => ({
      participant: viewParticipant(context, neighbour),
      address,
      linkedAtMs: sinceMs,
      trouble: null,
      nextAttemptAtMs: null,
    })),
    ...context.host.unlinked().map(({ neighbour, trouble, nextAttemptAtMs }) => ({
      participant: viewParticipant(context, neighbour),
      address: null,
      linkedAtMs: null,
      trouble,
      nextAttemptAtMs,
    })),
  ],
});

export const connectPeer: ParticipantHandler<'connectPeer'> = async (context, { who, addresses, waitMs }) => {
  const reached: Reached | AnyRefusal = who.startsWith('/') ? atAddress(who) : await findWho(context, who);
  if (isAnyRefusal(reached)) return reached;
  const { publicKey, card } = reached;
  const checked = checkAddresses([...(reached.address === undefined ? [] : [reached.address]), ...(addresses ?? [])]);
  if (isRefusal(checked)) return checked;
  const known = context.contacts.get(publicKey)?.addresses ?? [];
  const contact = await context.contacts.put(
    {
      publicKey,
      cardName: card?.name,
      addresses: checked.length > 0 ? checked : (card?.addresses ?? reached.addresses ?? known),
    },
    context.clock.nowMs(),
  );
  if (isAnyRefusal(contact)) return contact;
  context.keepLinked(publicKey);
  const isLinked = () => context.driver.records.linked.has(publicKey);
  await waitUntil(context, isLinked, waitMs ?? LINK_WAIT_MS);
  const unlinked = context.host.unlinked().find(({ neighbour }) => neighbour === publicKey);
  return {
    participant: viewParticipant(context, publicKey),
    linked: isLinked(),
    trouble: unlinked?.trouble ?? null,
  };
};

interface Reached extends Resolved {
  readonly address?: string;
  readonly addresses?: readonly string[] | null;
}

/** An address says who is there when it ends in a peer id. */
function atAddress(text: string): Reached | Refusal<'bad-address'> {
  const checked = checkAddress(text);
  if (isRefusal(checked)) return checked;
  const { participant, text: address } = checked;
  if (participant !== null) return { publicKey: participant, card: null, address };
  return refuse('bad-address', {
    input: text,
    why: 'it does not say who is there',
    limit: 'an address with /p2p/ at its end',
  });
}

function checkAddresses(addresses: readonly string[]): string[] | Refusal<'bad-address'> {
  const checked: string[] = [];
  for (const text of addresses) {
    const address = parseAddress(text);
    if (isRefusal(address)) return address;
    checked.push(address);
  }
  return checked;
}

export const listContacts: ParticipantHandler<'listContacts'> = (context) => ({
  contacts: [...context.contacts.all()].map((contact) => viewContact(context, contact)),
});

export const putContact: ParticipantHandler<'putContact'> = async (context, input) => {
  // Before anybody is looked for, which takes a while.
  const given = input.addresses === undefined ? undefined : checkAddresses(input.addresses);
  if (isRefusal(given)) return given;
  const resolved = await findWho(context, input.who, input.waitMs);
  if (isAnyRefusal(resolved)) return resolved;
  const { publicKey, card } = resolved;
  const found = resolved.addresses ?? (await findAddresses(context, resolved, given, input.waitMs));
  const { alias, verified, allowLookAlike } = input;
  const change = {
    publicKey,
    alias,
    verified,
    allowLookAlike,
    cardName: card?.name,
    addresses: given ?? card?.addresses ?? found ?? undefined,
  };
  const contact = await context.contacts.put(change, context.clock.nowMs());
  if (isAnyRefusal(contact)) return contact;
  context.keepLinked(publicKey);
  const twin = contact.cardName === null ? null : context.contacts.lookAlike(contact.cardName, publicKey);
  const suggested = card?.suggestedLimit ?? null;
  return {
    found: found !== null,
    contact: viewContact(context, contact),
    suggestedLimit: suggested && { equivalent: suggested.equivalent, amount: formatAmount(suggested.amount) },
    warnings:
      twin === null ? [] : [lookAlikeWarning(contact.cardName ?? '', twin.alias ?? twin.cardName ?? '', publicKey)],
  };
};

/** Where somebody new is whose key is known and whose addresses are not; null: no need to look, or nothing was found. */
async function findAddresses(
  context: ParticipantContext,
  { publicKey, card }: Resolved,
  given: readonly string[] | undefined,
  waitMs: number | undefined,
): Promise<readonly string[] | null> {
  const isKnown = context.contacts.get(publicKey) !== undefined || context.driver.records.linked.has(publicKey);
  if (isKnown || given !== undefined || card !== null || publicKey === context.identity.publicKey) return null;
  const found = await context.host.find(pidOf(publicKey), waitMs);
  return found === null || found.record === null ? null : found.addresses;
}

function lookAlikeWarning(name: string, other: string, publicKey: PublicKey): string {
  return (
    `They call themselves “${name}”, which looks like “${other}”, who is someone else. ` +
    `Make sure that ${pidOf(publicKey)} is who you mean, and give them an alias.`
  );
}

export const removeContact: ParticipantHandler<'removeContact'> = async (context, { who }) => {
  const resolved = resolveWho(context, who);
  if (isAnyRefusal(resolved)) return resolved;
  const { publicKey } = resolved;
  if (context.contacts.get(publicKey) === undefined) return refuseHere('unknown-contact', { input: excerpt(who) });
  for (const account of context.driver.records.accounts()) {
    const { neighbour, equivalent, balance, limitGiven, limitReceived, reservedIn, reservedOut } = account;
    const isUsed = [balance, limitGiven, limitReceived, reservedIn, reservedOut].some((amount) => amount !== 0n);
    if (neighbour === publicKey && isUsed) {
      return refuseHere('contact-in-use', { pid: pidOf(publicKey), equivalent });
    }
  }
  await context.contacts.remove(publicKey);
  context.host.forget(publicKey);
  return { done: true };
};
