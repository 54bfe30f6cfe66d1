/**
 * Who may use the API: the owner's own tools by the cookie of this start, other programs by their tokens. The address
 * that a request was made for, and the page it was made from, are checked too: a web page anywhere may make the
 * browser send requests to this machine (DNS rebinding), and must get nothing.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { excerpt } from '#protocol/excerpt.ts';
import { type NodeRefusal, refuseHere } from '../refusals.ts';
import { type Scope, UI_KEY_HEADER, UI_PROTOCOL } from './contract.ts';
import type { Caller } from './handler.ts';
import type { Tokens } from './tokens.ts';
import type { UiSession, UiSessions } from './ui-sessions.ts';

const RANKS: Readonly<Record<Scope, number>> = { read: 0, pay: 1, admin: 2 };
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** A new secret for the owner's tools. */
export function newCookie(): string {
  return randomBytes(32).toString('base64url');
}

/** Refuses requests made for another name or port than the node's own, or from pages that are not its own. */
export function checkOrigin(
  { url = '/', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  port: number,
): NodeRefusal<'wrong-host' | 'wrong-origin'> | null {
  const { host = '', origin } = headers;
  const hosts = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
  // As proxies are asked: a whole address, which would count more than the header.
  if (!url.startsWith('/')) return refuseHere('wrong-host', { host: excerpt(url) });
  if (!hosts.includes(host.toLowerCase())) return refuseHere('wrong-host', { host: excerpt(host) });
  const isOwn = origin === undefined || hosts.some((own) => origin.toLowerCase() === `http://${own}`);
  return isOwn ? null : refuseHere('wrong-origin', { origin: excerpt(origin) });
}

/** What a request is judged by. */
interface Known {
  readonly cookie: string;
  readonly tokens: Tokens;
  readonly ui: UiSessions;
  readonly nowMs: number;
}

/** Who was let in; `page`: the id of the session, where it is a page of this node. */
interface Access {
  readonly caller: Caller;
  readonly page: string | null;
}

/** Who makes this request, if they may do what needs this scope. */
export function authorize(
  { method = 'GET', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  needs: Scope,
  known: Known,
): Access | NodeRefusal<'no-token' | 'scope-missing' | 'wrong-origin'> {
  const { authorization } = headers;
  const session = authorization === undefined ? sessionOf(headers) : null;
  if (session !== null) return authorizePage(method, headers, session, known);
  if (authorization === undefined) return refuseHere('no-token', { why: 'none was sent' });
  const secret = /^Bearer ([\x21-\x7e]{1,256})$/.exec(authorization)?.[1];
  if (secret === undefined) return refuseHere('no-token', { why: 'what was sent has another form' });
  if (isSame(secret, known.cookie)) return { caller: null, page: null };
  const token = known.tokens.find(secret, known.nowMs);
  if (token === 'unknown') {
    return refuseHere('no-token', { why: 'the one sent is unknown: revoked, or the cookie of an earlier start' });
  }
  if (token === 'expired') return refuseHere('no-token', { why: 'the one sent has expired' });
  return RANKS[token.scope] >= RANKS[needs]
    ? { caller: token, page: null }
    : refuseHere('scope-missing', { has: token.scope, needs });
}

/** A page of this node may do what its owner may, who opened it. */
function authorizePage(
  method: string,
  { origin, upgrade }: IncomingHttpHeaders,
  session: UiSession,
  { ui, nowMs }: Known,
): Access | NodeRefusal<'no-token' | 'wrong-origin'> {
  // Browsers say whose page it is, except where a page only reads what is its own.
  const mustSay = method !== 'GET' || upgrade !== undefined;
  if (mustSay && origin === undefined) return refuseHere('wrong-origin', { origin: '' });
  const page = ui.use(session, nowMs);
  return page === null
    ? refuseHere('no-token', { why: 'this page was signed out, or not used for a month' })
    : { caller: null, page: page.id };
}

/** The name of the cookie of a page. Cookies know no ports, and several nodes may run on one machine. */
export function sessionCookieName(port: number): string {
  return `geo-ui-${port}`;
}

/** Both halves of a session, if the request has them. */
export function sessionOf(headers: IncomingHttpHeaders): UiSession | null {
  const port = /:(\d+)$/.exec(headers.host ?? '')?.[1];
  const cookie = (headers.cookie ?? '')
    .split(/; */)
    .find((pair) => pair.startsWith(`${sessionCookieName(Number(port))}=`))
    ?.replace(/^[^=]*=/, '');
  const [protocol, asked] = (headers['sec-websocket-protocol'] ?? '').split(/, */);
  const key = headers[UI_KEY_HEADER] ?? (protocol === UI_PROTOCOL ? asked : undefined);
  return cookie === undefined || typeof key !== 'string' ? null : { cookie, key };
}

/** Compares hashes, which have one length and tell nothing about how much of a guess was right. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
