/** Joining, who one is, whom one finds, inviting others. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { formatAmount, parseAmount } from '#protocol/amount.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { type PublicKey, parsePid } from '#protocol/identity.ts';
import { type JoinRequest, readJoinRequest } from '#protocol/join-request.ts';
import { MAX_JOIN_AGE_MS } from '#protocol/limits.ts';
import { lineFlaw } from '#protocol/memo.ts';
import { parseName } from '#protocol/name.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { placeOf } from '../http/place.ts';
import { MAX_CONTACT_CHARACTERS } from '../limits.ts';
import type { MemberProfile } from '../members/profiles.ts';
import { isWebRefusal, refuse, type WebRefusal } from './codes.ts';
import type { WebContext } from './context.ts';
import type { Invitation, ProfileChanges, SuggestedLimit } from './members.ts';
import { addRoute } from './routes.ts';
import * as schemas from './schemas.ts';

/** Amounts have 8 decimals in the protocol; how many one sees is for the pages. */
const PRECISION = 8;

export function addMemberOperations(scope: FastifyInstance, context: WebContext): void {
  const { members } = context;
  const isNew = new WeakSet<object>();
  addRoute(scope, {
    ...{ method: 'POST', path: '/participants', name: 'join', access: 'anyone' },
    summary: 'Be hosted by this hub. Asked again with the same key it says what is',
    input: { body: schemas.joinBody },
    result: schemas.joined,
    makes: (result) => isNew.has(result),
    async handle({ body }, { request }) {
      const joined = await join(context, body, placeOf(request.ip));
      if (isWebRefusal(joined)) return joined;
      const { profile, suggestedLimit } = joined;
      const inviter = memberOrNull(context, profile.invitedBy);
      const result = { member: viewMember(profile), inviter, suggestedLimit: viewLimit(suggestedLimit) };
      if (joined.isNew) isNew.add(result);
      return result;
    },
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/participants/me', name: 'getMe', access: 'member' },
    summary: 'What this hub knows of you',
    input: {},
    result: schemas.ownProfile,
    handle: (_given, { member }) => viewOwn(context, member),
  });
  addRoute(scope, {
    ...{ method: 'PATCH', path: '/participants/me', name: 'changeMe', access: 'signed' },
    summary: 'Another name, or another way to be reached',
    input: { body: schemas.profileChanges },
    result: schemas.ownProfile,
    async handle({ body }, { member }) {
      const changes = changesOf(body);
      if (isWebRefusal(changes)) return changes;
      const changed = await members.update(member.publicKey, changes);
      return isWebRefusal(changed) ? changed : viewOwn(context, changed);
    },
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/participants/:pid', name: 'getMember', access: 'member' },
    summary: 'A member of this hub',
    input: { params: schemas.pidParams },
    result: schemas.member,
    handle({ params: { pid } }) {
      const parsed = parsePid(pid);
      const found = isRefusal(parsed) ? undefined : members.byPid(parsed);
      return found?.status === 'active' ? viewMember(found) : refuse('no-such-member', { pid: excerpt(pid) });
    },
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/participants', name: 'findMembers', access: 'member' },
    summary: 'Members by a part of their name, or by the beginning of their PID',
    input: { querystring: schemas.searchQuery },
    result: schemas.found,
    handle: ({ querystring: { query, limit } }) => ({ members: members.search(query, limit).map(viewMember) }),
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/equivalents', name: 'listEquivalents', access: 'anyone' },
    summary: 'What amounts are counted in here, by the trust lines that members have announced',
    input: {},
    result: schemas.equivalents,
    handle: () => ({ equivalents: [...members.equivalents()] }),
  });
}

export function addInvitationRoutes(scope: FastifyInstance, context: WebContext): void {
  const { members } = context;
  addRoute(scope, {
    ...{ method: 'POST', path: '/invitations', name: 'invite', access: 'signed' },
    summary: 'An invitation to this hub, to be handed to whom one knows',
    input: { body: schemas.invitationBody },
    result: schemas.madeInvitation,
    makes: () => true,
    async handle({ body }, { member }) {
      const suggestedLimit = body.suggestedLimit === null ? null : limitOf(body.suggestedLimit);
      if (isWebRefusal(suggestedLimit)) return suggestedLimit;
      const { uses, lifetimeMs } = body;
      const made = await members.invite(member.publicKey, { suggestedLimit, uses, lifetimeMs });
      return isWebRefusal(made) ? made : { invitation: made.token };
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/invitations/read', name: 'readInvitation', access: 'anyone' },
    summary: 'Who invites, and what limit is suggested. Reading uses nothing up',
    input: { body: schemas.invitationToken },
    result: schemas.invitation,
    handle({ body }) {
      const invitation = members.invitation(body.invitation);
      return isWebRefusal(invitation) ? invitation : viewInvitation(invitation);
    },
  });
}

/** Reads a request to join, judges its age, and lets it in. */
async function join(
  context: WebContext,
  { request: text, wasElsewhere }: z.output<typeof schemas.joinBody>,
  place: string,
) {
  const { members, network, hub, verify, clock } = context;
  const request = readJoinRequest(Uint8Array.from(Buffer.from(text, 'base64url')), { network, hub, verify });
  switch (request) {
    case 'malformed':
      return refuse('bad-request', { where: 'request', why: 'it is no signed request to join' });
    case 'bad-name':
      return refuse('bad-request', { where: 'request', why: 'its name has a form that names do not have' });
    case 'foreign-network':
      return refuse('other-network', { network });
    case 'other-hub':
      return refuse('other-hub', { hub });
    case 'forged':
      return refuse('join-forged', {});
    default: {
      const nowMs = clock.nowMs();
      const { createdAtMs } = request;
      if (Math.abs(nowMs - createdAtMs) > MAX_JOIN_AGE_MS) {
        return refuse('join-stale', { createdAtMs, nowMs, limitMs: MAX_JOIN_AGE_MS });
      }
      return whyNotNow(context, request, place) ?? members.join(request, wasElsewhere);
    }
  }
}

/** Whoever has no profile yet is counted: a member can make keys as it likes, and invitations for them. */
function whyNotNow({ members, rates }: WebContext, request: JoinRequest, place: string): WebRefusal | null {
  if (members.profile(request.participant) !== undefined) return null;
  const invitation = request.invitation === null ? null : members.invitation(request.invitation);
  if (invitation === null || isWebRefusal(invitation)) return rates.newcomer(place, null);
  return invitation.by === null ? null : rates.newcomer(place, invitation.by.publicKey);
}

function changesOf({ name, contact }: z.output<typeof schemas.profileChanges>): ProfileChanges | WebRefusal {
  const parsed = name === undefined ? undefined : parseName(name);
  if (isRefusal(parsed)) {
    const { input, why, limit } = parsed;
    return refuse('bad-name', { input, why, limit });
  }
  const flaw = contact === undefined || contact === null ? null : lineFlaw(contact, MAX_CONTACT_CHARACTERS);
  if (flaw !== null) return refuse('bad-contact', { why: flaw.why, limit: flaw.limit });
  return { ...(parsed !== undefined && { name: parsed }), ...(contact !== undefined && { contact }) };
}

/** A limit that somebody suggests, as it is kept. */
function limitOf({ equivalent, amount }: { equivalent: string; amount: string }): SuggestedLimit | WebRefusal {
  const parsed = parseAmount(amount, PRECISION);
  return isRefusal(parsed) ? refuse('bad-limit', { why: parsed.why }) : { equivalent, amount: parsed };
}

function viewMember({ pid, publicKey, name, kind, joinedAtMs }: MemberProfile): z.input<typeof schemas.member> {
  return { pid, publicKey, name, kind, joinedAtMs };
}

function viewOwn(context: WebContext, profile: MemberProfile): z.input<typeof schemas.ownProfile> {
  const { status, contact, invitedBy } = profile;
  return { ...viewMember(profile), status, contact, invitedBy: memberOrNull(context, invitedBy) };
}

function memberOrNull({ members }: WebContext, publicKey: PublicKey | null): z.input<typeof schemas.member> | null {
  const profile = publicKey === null ? undefined : members.profile(publicKey);
  return profile === undefined ? null : viewMember(profile);
}

function viewLimit(limit: SuggestedLimit | null): { equivalent: string; amount: string } | null {
  return limit === null ? null : { equivalent: limit.equivalent, amount: formatAmount(limit.amount) };
}

function viewInvitation({ by, suggestedLimit, usesLeft, expiresAtMs }: Invitation): z.input<typeof schemas.invitation> {
  return { by: by === null ? null : viewMember(by), suggestedLimit: viewLimit(suggestedLimit), usesLeft, expiresAtMs };
}
