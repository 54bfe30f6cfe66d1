/** Invitations to the hub: the link says itself who gives it, so that nobody has to believe the hub about that. */
import { parseAmount } from '#protocol/amount.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { type Invitation, invitationIn, invitationLink } from '#protocol/join-request.ts';
import { AskError } from '../ask-error.ts';
import type { Kept, Limit, MemberInfo } from './hub.ts';
import { refused } from './refused.ts';

const KEPT = 'geo-invitation';
const PRECISION = 8;

/** The link that a member gives to whom it invites. Throws `AskError`. */
export function linkToHub(url: string, token: string, by: PublicKey, suggested: Limit): string {
  return invitationLink(`${url}/`, { token, from: { pid: pidOf(by), suggestedLimit: limitOf(suggested) } });
}

/** Keeps the invitation by which somebody came here until it has joined. */
export function keepInvitation(kept: Kept, invitation: Invitation): Promise<void> {
  return kept.set(KEPT, invitationLink('', invitation));
}

/** Null: nobody came by one. */
export async function keptInvitation(kept: Kept): Promise<Invitation | null> {
  const text = await kept.get(KEPT);
  // Pages of earlier versions kept the token alone.
  return text === null ? null : (invitationIn(text) ?? invitationIn(`#join=${text}`));
}

export function dropInvitation(kept: Kept): Promise<void> {
  return kept.delete(KEPT);
}

/** Throws where the hub says something else than the link of who invites, and for how much. */
export function mustInvite({ from }: Invitation, by: MemberInfo | null, suggested: Limit | null): void {
  if (from === null) return;
  const isBy = by !== null && by.pid === from.pid && pidOf(by.publicKey) === from.pid;
  const { equivalent, amount } = from.suggestedLimit;
  const isAsked =
    suggested !== null && suggested.equivalent === equivalent && parseAmount(suggested.amount, PRECISION) === amount;
  if (!isBy || !isAsked) throw new AskError('inviter-differs', '', { what: from.pid });
}

function limitOf({ equivalent, amount }: Limit) {
  return { equivalent: refused(parseEquivalent(equivalent)), amount: refused(parseAmount(amount, PRECISION)) };
}
