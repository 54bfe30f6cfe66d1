/** Logging in, going on, logging out. */
import type { FastifyInstance } from 'fastify';
import { loginStatement } from '#protocol/hub-session.ts';
import { placeOf } from '../http/place.ts';
import { CHALLENGE_LIFETIME_MS, REFRESH_LIFETIME_MS } from '../limits.ts';
import { refuse, type WebRefusal } from './codes.ts';
import type { WebContext } from './context.ts';
import { addRoute } from './routes.ts';
import { challenge, challengeBody, done, loginBody, refreshBody, tokens } from './schemas.ts';
import type { Continued } from './sessions.ts';

export function addSessionRoutes(scope: FastifyInstance, context: WebContext): void {
  const { sessions, challenges, clock, members } = context;
  addRoute(scope, {
    ...{ method: 'POST', path: '/auth/challenge', name: 'challenge', access: 'anyone' },
    summary: 'What is to be signed to log in. Whether anybody is a member with this key is not said',
    input: { body: challengeBody },
    result: challenge,
    handle({ body: { participant } }) {
      const issued = challenges.issue(participant, clock.nowMs());
      return { challenge: toBase64url(issued.challenge), expiresAtMs: issued.expiresAtMs };
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/auth/login', name: 'login', access: 'anyone', action: 'login' },
    summary: 'Tokens for who has signed a challenge',
    input: { body: loginBody },
    result: tokens,
    handle: ({ body }, { request }) => login(context, body, placeOf(request.ip)),
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/auth/refresh', name: 'refresh', access: 'anyone' },
    summary: 'New tokens for a refresh token, which is used up by that',
    input: { body: refreshBody },
    result: tokens,
    async handle({ body: { refreshToken } }) {
      const holder = sessions.holderOf(refreshToken);
      const status = holder === null ? undefined : members.profile(holder)?.status;
      if (status === 'suspended') return refuse('member-suspended', {});
      if (status !== 'active') return refuse('refresh-wrong', {});
      const continued = await sessions.rotate(refreshToken, clock.nowMs());
      return typeof continued === 'string' ? refreshRefusal(continued) : tokensOf(context, continued);
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/auth/logout', name: 'logout', access: 'anyone' },
    summary: 'Ends the session of a refresh token, with all its tokens',
    input: { body: refreshBody },
    result: done,
    async handle({ body: { refreshToken } }) {
      const ended = await sessions.end(refreshToken, clock.nowMs());
      return ended === 'ended' ? { done: true as const } : refreshRefusal(ended);
    },
  });
}

async function login(
  context: WebContext,
  given: { readonly participant: WebContext['hub']; readonly challenge: string; readonly signature: string },
  place: string,
) {
  const { challenges, members, sessions, rates, clock, verify, hub, network } = context;
  const { participant } = given;
  const guessed = rates.guess(place, participant);
  if (guessed !== null) return guessed;
  const nowMs = clock.nowMs();
  const challenge = fromBase64url(given.challenge);
  if (!challenges.isOpen(challenge, participant, nowMs)) {
    return refuse('challenge-wrong', { lifetimeMs: CHALLENGE_LIFETIME_MS });
  }
  const statement = loginStatement({ network, hub, participant }, challenge);
  const isSigned = verify(statement, fromBase64url(given.signature));
  const member = members.profile(participant);
  if (!isSigned || member === undefined || member.status === 'left') return refuse('login-refused', {});
  challenges.spend(challenge, nowMs);
  const often = rates.member('login', participant);
  if (often !== null) return often;
  if (member.status === 'suspended') return refuse('member-suspended', {});
  return tokensOf(context, await sessions.begin(participant, nowMs));
}

async function tokensOf({ accessTokens, clock }: WebContext, session: Continued) {
  const access = await accessTokens.issue(session, clock.nowMs());
  return {
    accessToken: access.token,
    accessExpiresAtMs: access.expiresAtMs,
    refreshToken: session.refreshToken,
    refreshExpiresAtMs: session.expiresAtMs,
  };
}

function refreshRefusal(flaw: 'wrong' | 'expired' | 'reused'): WebRefusal {
  switch (flaw) {
    case 'wrong':
      return refuse('refresh-wrong', {});
    case 'expired':
      return refuse('refresh-expired', { lifetimeMs: REFRESH_LIFETIME_MS });
    case 'reused':
      return refuse('refresh-reused', {});
  }
}

/** Text whose form the schema has checked. */
function fromBase64url(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
