/** Whom the member means, found here: what is signed for somebody must not depend on what the hub says whom it is. */

import type { Result } from '#node/api/contract.ts';
import { formatAmount } from '#protocol/amount.ts';
import { type Card, readCard } from '#protocol/card.ts';
import { isHex } from '#protocol/hex.ts';
import { type PublicKey, parsePid, pidOf } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import { AskError } from '../ask-error.ts';
import type { WholeState } from '../carrier.ts';
import type { Hub, MemberInfo } from './hub.ts';
import { refused } from './refused.ts';

/** Somebody as the pages show them. */
export interface Someone {
  readonly pid: string;
  readonly publicKey: string;
  readonly name: string | null;
}

interface Finding {
  readonly hub: Hub;
  readonly verify: Verify;
  readonly network: string;
  readonly contacts: WholeState['parts']['listContacts']['contacts'];
}

/** A public key, a contact card, a public name or what a contact is called. Throws `AskError`. */
export async function findWho({ hub, verify, network, contacts }: Finding, typed: string): Promise<Someone> {
  const who = typed.trim();
  const known = contacts.filter(({ publicKey, pid, name }) => [publicKey, pid, name].includes(who));
  const [one] = known;
  if (one !== undefined && known.length === 1) {
    mustBe(who, one.publicKey);
    return one;
  }
  if (isHex(who, 32)) return { pid: pidOf(who as PublicKey), publicKey: who, name: null };
  if (who.startsWith('geo:')) {
    const card: Card = refused(readCard(who, verify, network));
    if (card.expiresAtMs !== null && card.expiresAtMs <= Date.now()) {
      throw new AskError('card-expired', '', { expiredAtMs: card.expiresAtMs });
    }
    return { pid: pidOf(card.publicKey), publicKey: card.publicKey, name: card.name };
  }
  if (isRefusal(parsePid(who))) throw new AskError('unknown-contact', '', { input: who });
  const member = await hub.read<MemberInfo>('GET', `/participants/${who}`);
  mustBe(who, member.publicKey);
  return member;
}

/**
 * The contact that the hub has put down for a text, with the limit that a card suggests. Throws where that is somebody else than
 * the text names.
 */
export function putAs(
  { verify, network }: Pick<Finding, 'verify' | 'network'>,
  named: string,
  put: Result<'putContact'>,
): Result<'putContact'> {
  const { publicKey } = put.contact;
  if (!named.trim().startsWith('geo:')) {
    mustBe(named, publicKey);
    return { ...put, suggestedLimit: null };
  }
  const card = refused(readCard(named, verify, network));
  mustBe(card.publicKey, publicKey);
  const { suggestedLimit } = card;
  const suggested = suggestedLimit && { ...suggestedLimit, amount: formatAmount(suggestedLimit.amount) };
  return { ...put, suggestedLimit: suggested };
}

/** Throws where the hub takes a text that names somebody for somebody else. */
export function mustBe(named: string, publicKey: string): void {
  const who = named.trim();
  const isNamed = isHex(who, 32) || !isRefusal(parsePid(who));
  if (isNamed && who !== publicKey && who !== pidOf(publicKey as PublicKey)) {
    throw new AskError('hub-lies', '', { what: who });
  }
}
