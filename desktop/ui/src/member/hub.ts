/** The connection of a member's browser with its hub: signing in, signed requests, and errors as the page shows them. */

import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import type { HubSession } from '#protocol/hub-session.ts';
import { loginStatement, requestStatement } from '#protocol/hub-session.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { type MemberKind, makeJoinRequest } from '#protocol/join-request.ts';
import { VERSION } from '#protocol/limits.ts';
import { AskError } from '../ask-error.ts';
import type { Signer } from './documents.ts';

/** What anybody may know of a hub. */
export interface HubInfo {
  readonly publicKey: HubSession['hub'];
  readonly network: string;
  readonly admission: 'open' | 'invitation';
}

/** A member as others see it. */
export interface MemberInfo {
  readonly pid: string;
  readonly publicKey: PublicKey;
  readonly name: string;
}

/** So much of what. */
export interface Limit {
  readonly equivalent: string;
  readonly amount: string;
}

/** What an invitation says to whoever holds it. */
export interface InvitationInfo {
  /** Null: the operator. */
  readonly by: MemberInfo | null;
  readonly suggestedLimit: Limit | null;
}

/** What joining came to. */
export interface Joined {
  readonly member: MemberInfo;
  readonly inviter: MemberInfo | null;
  readonly suggestedLimit: Limit | null;
}

type Headers = Readonly<Record<string, string>>;

interface Tokens {
  readonly accessToken: string;
  readonly accessExpiresAtMs: number;
  readonly refreshToken: string;
}

/** What the browser keeps for itself between visits. What is set or deleted is so for good when that resolves. */
export interface Kept {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
  /** All names that begin so. */
  names(prefix: string): Promise<readonly string[]>;
}

const REFRESH = 'geo-hub-refresh';
/** A token is renewed this long before it ends. */
const EARLY_MS = 60_000;
const API = '/api/v1';
/** A payment takes up to 20 seconds; who has not answered by then is away. */
const PATIENCE_MS = 40_000;

/** What a hub says of itself. Throws `AskError`. */
export async function readHub(url: string): Promise<HubInfo> {
  return (await exchange(url, 'GET', `${API}/hub`, null, {})) as HubInfo;
}

/** Who invites, by the token of an invitation. Throws `AskError`. */
export async function readInvitation(url: string, invitation: string): Promise<InvitationInfo> {
  return (await exchange(url, 'POST', `${API}/invitations/read`, { invitation }, {})) as InvitationInfo;
}

export class Hub {
  readonly url: string;
  readonly #signer: Signer;
  readonly #kept: Kept;
  readonly #signedIn: () => void;
  #tokens: Tokens | null = null;
  #signingIn: Promise<Tokens> | null = null;

  /** `signedIn` is called after each time that it has signed in. */
  constructor(url: string, signer: Signer, kept: Kept, signedIn: () => void = () => undefined) {
    this.url = url;
    this.#signer = signer;
    this.#kept = kept;
    this.#signedIn = signedIn;
  }

  get #session(): HubSession {
    const { network, hub, publicKey: participant } = this.#signer;
    return { network, hub, participant };
  }

  /** Becomes a member, or finds that it is one. `wasElsewhere`: its key may have signed anything before. */
  async join(name: string, kind: MemberKind, invitation: string | null, wasElsewhere: boolean): Promise<Joined> {
    const request = { version: VERSION, ...this.#session, name, kind, invitation, createdAtMs: Date.now() } as const;
    const bytes = makeJoinRequest(request, this.#signer.sign);
    const body = { request: toBase64url(bytes), wasElsewhere };
    return (await exchange(this.url, 'POST', `${API}/participants`, body, {})) as Joined;
  }

  /** Asks for something that changes nothing. */
  async read<T>(
    method: 'GET' | 'POST',
    path: string,
    body: object | null = null,
    signal: AbortSignal | null = null,
  ): Promise<T> {
    const ask = async (bearer: Headers) => exchange(this.url, method, `${API}${path}`, body, bearer, signal);
    return (await this.#asMember(ask)) as T;
  }

  /** Asks for something that is signed as it is sent. */
  async act<T>(method: string, path: string, body: object | null): Promise<T> {
    const bytes = new TextEncoder().encode(body === null ? '' : JSON.stringify(body));
    const ask = async (bearer: Headers): Promise<unknown> => {
      const timestampMs = Date.now();
      const request = { method, path: `${API}${path}`, timestampMs, body: bytes };
      const signature = toBase64url(this.#signer.sign(requestStatement(this.#session, request)));
      const headers = { ...bearer, 'geo-timestamp': String(timestampMs), 'geo-signature': signature };
      return exchange(this.url, method, request.path, body, headers);
    };
    return (await this.#asMember(ask)) as T;
  }

  /** The token of the session, renewed where it is about to end. */
  async token(): Promise<string> {
    return (await this.#goodTokens()).accessToken;
  }

  /** A file of the member's, as text. */
  async download(name: 'ledger'): Promise<string> {
    return this.#asMember(async (headers) => {
      const response = await fetch(`${this.url}${API}/participants/me/${name}`, { headers });
      if (response.ok) return response.text();
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      throw new AskError(error.code, error.message);
    });
  }

  /** The stream of events, from after this cursor on: messages with JSON in `data`. */
  async openEvents(since: string | null): Promise<WebSocket> {
    const { accessToken } = await this.#goodTokens();
    const url = new URL(`${this.url}${API}/ws`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (since !== null) url.searchParams.set('since', since);
    return new WebSocket(url, ['geo', accessToken]);
  }

  /** Ends the session, if there is one. */
  async signOut(): Promise<void> {
    const refreshToken = await this.#kept.get(REFRESH);
    await this.#kept.delete(REFRESH);
    this.#tokens = null;
    if (refreshToken !== null) await exchange(this.url, 'POST', `${API}/auth/logout`, { refreshToken }, {});
  }

  async #asMember<T>(ask: (bearer: Headers) => Promise<T>): Promise<T> {
    const { accessToken } = await this.#goodTokens();
    try {
      return await ask({ authorization: `Bearer ${accessToken}` });
    } catch (error) {
      // The session was ended elsewhere, or the hub has forgotten it: it was refused before anything was done.
      if (!(error instanceof AskError) || !error.code.startsWith('token-')) throw error;
      if (this.#tokens?.accessToken === accessToken) this.#tokens = null;
      return ask({ authorization: `Bearer ${(await this.#goodTokens()).accessToken}` });
    }
  }

  async #goodTokens(): Promise<Tokens> {
    const tokens = this.#tokens;
    if (tokens !== null && Date.now() < tokens.accessExpiresAtMs - EARLY_MS) return tokens;
    // Two windows of one browser share a refresh token, which counts once.
    this.#signingIn ??= alone(`geo-sign-in-${this.#session.participant}`, () => this.#signIn()).finally(() => {
      this.#signingIn = null;
    });
    return this.#signingIn;
  }

  /** By the token of the last visit, or by the key. */
  async #signIn(): Promise<Tokens> {
    const refreshToken = await this.#kept.get(REFRESH);
    if (refreshToken !== null) {
      try {
        return await this.#keep(await exchange(this.url, 'POST', `${API}/auth/refresh`, { refreshToken }, {}));
      } catch (error) {
        if (!(error instanceof AskError) || !error.code.startsWith('refresh-')) throw error;
      }
    }
    const { participant } = this.#session;
    const asked = (await exchange(this.url, 'POST', `${API}/auth/challenge`, { participant }, {})) as {
      readonly challenge: string;
    };
    const { challenge } = asked;
    const signature = toBase64url(this.#signer.sign(loginStatement(this.#session, fromBase64url(challenge))));
    const login = { participant, challenge, signature };
    return this.#keep(await exchange(this.url, 'POST', `${API}/auth/login`, login, {}));
  }

  async #keep(answer: unknown): Promise<Tokens> {
    const tokens = answer as Tokens;
    await this.#kept.set(REFRESH, tokens.refreshToken);
    this.#tokens = tokens;
    queueMicrotask(this.#signedIn);
    return tokens;
  }
}

/** Does it while no other window of this browser does the same. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  return navigator.locks === undefined ? work() : navigator.locks.request(name, work);
}

async function exchange(
  url: string,
  method: string,
  path: string,
  body: object | null,
  headers: Headers,
  signal: AbortSignal | null = null,
): Promise<unknown> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const init: RequestInit = {
    method,
    headers: { ...headers, ...(body !== null && { 'content-type': 'application/json' }) },
    signal: signal === null ? patience : AbortSignal.any([signal, patience]),
  };
  if (body !== null) init.body = JSON.stringify(body);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${url}${path}`, init);
    answer = await response.json();
  } catch (cause) {
    if (signal?.aborted === true) throw new AskError('aborted', '');
    throw new AskError('unreachable', cause instanceof Error ? cause.message : String(cause));
  }
  if (response.ok) return answer;
  const { error } = answer as { error: { code: string; message: string; facts: AskError['facts'] } };
  throw new AskError(error.code, error.message, error.facts);
}
