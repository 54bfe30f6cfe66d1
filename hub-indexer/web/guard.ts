/**
 * What stands before every route of members: whose request it is, how often it may come, whether it is signed. A route
 * says in its `config` what it needs; none of them has to remember to ask.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { parseStrictJson } from '#node/api/json.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { isSignablePath, requestStatement } from '#protocol/hub-session.ts';
import { MAX_CLOCK_SKEW_MS, MAX_TIME_MS } from '#protocol/limits.ts';
import { placeOf } from '../http/place.ts';
import { ACCESS_LIFETIME_MS, MEMBER_REQUESTS_PER_MINUTE } from '../limits.ts';
import type { MemberProfile } from '../members/profiles.ts';
import { refusalOf, sendRefusal } from './answers.ts';
import { isWebRefusal, refuse, type WebRefusal } from './codes.ts';
import type { WebContext } from './context.ts';
import type { Action } from './member-rates.ts';

/** Whoever asks; a member with an access token; a member who has also signed the very request. */
export type Access = 'anyone' | 'member' | 'signed';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route of members needs; without it, anyone may ask. */
    memberAccess?: Access;
    /** What a request counts as in the rates of its member. */
    memberAction?: Action;
  }
  interface FastifyRequest {
    /** Who asks, on a route that not just anyone may ask. */
    member: MemberProfile | null;
    /** The session of the access token; empty where there was none. */
    sessionId: string;
    /** The body as it came. */
    rawBody: Uint8Array;
  }
}

const NO_BODY = new Uint8Array();

/** Puts the guard before all routes of the scope that are added from now on. */
export function guard(scope: FastifyInstance, context: WebContext): void {
  scope.setValidatorCompiler(validatorCompiler);
  scope.setSerializerCompiler(serializerCompiler);
  scope.decorateRequest('member', null);
  scope.decorateRequest('rawBody');
  scope.decorateRequest('sessionId', '');
  scope.addHook('onRequest', async (request, reply) => {
    request.rawBody = NO_BODY;
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const refusal = await admit(context, request);
    return refusal === null ? undefined : sendRefusal(reply, refusal);
  });
  // Before it is sent: who has the answer finds it counted.
  scope.addHook('onSend', async (_request, { refusedWith = '' }) => context.counts?.answered(refusedWith));
  // Before the form of the request is judged, which is nobody else's business.
  scope.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.config.memberAccess !== 'signed') return undefined;
    const refusal = checkSignature(context, request);
    return refusal === null ? undefined : sendRefusal(reply, refusal);
  });
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = body as Buffer;
    const parsed = parseBody(request.rawBody);
    if ('value' in parsed) done(null, parsed.value);
    else done(Object.assign(new Error(parsed.why), { statusCode: 400 }));
  });
  scope.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error, request);
    if (refusal !== null) return sendRefusal(reply, refusal);
    // Without the request: what somebody asked for is nobody else's business.
    context.log.error({ error }, 'a request of a member failed');
    return sendRefusal(reply, refuse('failed', {}));
  });
  scope.setNotFoundHandler(({ method, url }, reply) => {
    const path = `${method} ${excerpt(url.split('?')[0] ?? '')}`;
    return sendRefusal(reply, refuse('not-found', { path }));
  });
}

function parseBody(body: Uint8Array): ReturnType<typeof parseStrictJson> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return { why: 'it is not UTF-8' };
  }
  return parseStrictJson(text);
}

/** Who asks, and not too often; why it is refused, or null. */
async function admit(context: WebContext, request: FastifyRequest): Promise<WebRefusal | null> {
  const { memberAccess = 'anyone', memberAction = 'rest' } = request.routeOptions.config;
  const { rates } = context;
  if (memberAccess === 'anyone') return rates.stranger(placeOf(request.ip));
  const member = await memberOf(context, request);
  if (isWebRefusal(member)) return rates.stranger(placeOf(request.ip)) ?? member;
  request.member = member;
  return rates.member(memberAction, member.publicKey);
}

/** A browser can give a WebSocket no header but this: the token stands behind the name of the protocol. */
function tokenOfSocket(request: FastifyRequest): string | undefined {
  const protocols = request.headers['sec-websocket-protocol'];
  const token = protocols?.split(',')[1]?.trim();
  return token === undefined ? undefined : `Bearer ${token}`;
}

/** The member with the access token of the request, whose session is noted. */
async function memberOf(
  { accessTokens, sessions, members, clock }: WebContext,
  request: FastifyRequest,
): Promise<MemberProfile | WebRefusal> {
  const authorization = request.headers.authorization ?? tokenOfSocket(request);
  if (authorization === undefined) return refuse('token-missing', {});
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) return refuse('token-wrong', {});
  const nowMs = clock.nowMs();
  const read = await accessTokens.read(token, nowMs);
  if (read === 'expired') return refuse('token-expired', { lifetimeMs: ACCESS_LIFETIME_MS });
  if (read === 'wrong') return refuse('token-wrong', {});
  const participant = sessions.memberOf(read.sessionId, nowMs);
  request.sessionId = read.sessionId;
  const member = participant === null ? undefined : members.profile(participant);
  if (member === undefined || member.status === 'left') return refuse('token-wrong', {});
  return member.status === 'suspended' ? refuse('member-suspended', {}) : member;
}

/** Whether the member has signed this very request, now, and for the first time; why not, or null. */
function checkSignature(context: WebContext, request: FastifyRequest): WebRefusal | null {
  const { hub, network, clock, verify, replays, startedAtMs } = context;
  const { publicKey: participant } = request.member as MemberProfile;
  const timestampMs = timestampOf(request.headers['geo-timestamp']);
  if (timestampMs === null) return refuse('signature-missing', { header: 'geo-timestamp' });
  const signature = signatureOf(request.headers['geo-signature']);
  if (signature === null) return refuse('signature-missing', { header: 'geo-signature' });
  const path = request.raw.url ?? '';
  if (!isSignablePath(path)) return refuse('bad-request', { where: 'path', why: 'it is too long to be signed' });
  const nowMs = clock.nowMs();
  // What was taken before the start is not remembered.
  if (Math.abs(nowMs - timestampMs) > MAX_CLOCK_SKEW_MS || timestampMs < startedAtMs) {
    return refuse('signature-stale', { timestampMs, nowMs, limitMs: MAX_CLOCK_SKEW_MS });
  }
  const { method, rawBody: body } = request;
  const statement = requestStatement({ network, hub, participant }, { method, path, timestampMs, body });
  if (!verify(statement, signature)) return refuse('signature-wrong', {});
  // By what is signed: one and the same may have many signatures.
  const taken = replays.take(participant, digestOf(statement.bytes), timestampMs + MAX_CLOCK_SKEW_MS, nowMs);
  if (taken === 'taken') return null;
  if (taken === 'replayed') return refuse('signature-replayed', {});
  const perMinute = MEMBER_REQUESTS_PER_MINUTE.rest;
  return refuse('too-often', { what: 'signed requests', perMinute, retryAfterS: 60 });
}

function timestampOf(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) return null;
  const timestampMs = Number(header);
  return timestampMs <= MAX_TIME_MS ? timestampMs : null;
}

/** 64 bytes in base64url. */
function signatureOf(header: string | string[] | undefined): Uint8Array | null {
  if (typeof header !== 'string' || !/^[A-Za-z0-9_-]{86}$/.test(header)) return null;
  return Uint8Array.from(Buffer.from(header, 'base64url'));
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
