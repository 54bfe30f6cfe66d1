/** The connection of a member's browser with its hub: signing in, signed requests, and errors as the page shows them. */

import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import type { HubSession } from '#protocol/hub-session.ts';
import { loginStatement, requestStatement } from '#protocol/hub-session.ts';
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

interface Tokens {
  readonly accessToken: string;
  readonly accessExpiresAtMs: number;
  readonly refreshToken: string;
}

/** What the browser keeps for itself between visits. */
export interface Kept {
  get(name: string): string | null;
  set(name: string, value: string): void;
}

const REFRESH = 'geo-hub-refresh';
/** A token is renewed this long before it ends. */
const EARLY_MS = 60_000;
const API = '/api/v1';

/** What a hub says of itself. Throws `AskError`. */
export async function readHub(url: string): Promise<HubInfo> {
  return (await exchange(url, 'GET', `${API}/hub`, null, {})) as HubInfo;
}

export class Hub {
  readonly url: string;
  readonly #signer: Signer;
  readonly #kept: Kept;
  #tokens: Tokens | null = null;
  #signingIn: Promise<Tokens> | null = null;

  constructor(url: string, signer: Signer, kept: Kept) {
    this.url = url;
    this.#signer = signer;
    this.#kept = kept;
  }

  get #session(): HubSession {
    const { network, hub, publicKey: participant } = this.#signer;
    return { network, hub, participant };
  }

  /** Becomes a member, or finds that it is one. */
  join(name: string, kind: MemberKind, invitation: string | null): Promise<unknown> {
    const request = { version: VERSION, ...this.#session, name, kind, invitation, createdAtMs: Date.now() } as const;
    const bytes = makeJoinRequest(request, this.#signer.sign);
    return exchange(this.url, 'POST', `${API}/participants`, { request: toBase64url(bytes) }, {});
  }

  /** Asks for something that changes nothing. */
  async read<T>(method: 'GET' | 'POST', path: string, body: object | null = null): Promise<T> {
    return (await exchange(this.url, method, `${API}${path}`, body, await this.#bearer())) as T;
  }

  /** Asks for something that is signed as it is sent. */
  async act<T>(method: string, path: string, body: object | null): Promise<T> {
    const bearer = await this.#bearer();
    const bytes = new TextEncoder().encode(body === null ? '' : JSON.stringify(body));
    const timestampMs = Date.now();
    const request = { method, path: `${API}${path}`, timestampMs, body: bytes };
    const signature = toBase64url(this.#signer.sign(requestStatement(this.#session, request)));
    const headers = { ...bearer, 'geo-timestamp': String(timestampMs), 'geo-signature': signature };
    return (await exchange(this.url, method, request.path, body, headers)) as T;
  }

  /** The token of the session, renewed where it is about to end. */
  async token(): Promise<string> {
    const { authorization } = await this.#bearer();
    return (authorization as string).slice('Bearer '.length);
  }

  /** A file of the member's, as text. */
  async download(name: 'ledger'): Promise<string> {
    const response = await fetch(`${this.url}${API}/participants/me/${name}`, { headers: await this.#bearer() });
    if (response.ok) return response.text();
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    throw new AskError(error.code, error.message);
  }

  /** The stream of events, from after this cursor on: messages with JSON in `data`. */
  async openEvents(since: string | null): Promise<WebSocket> {
    const url = new URL(`${this.url}${API}/ws`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (since !== null) url.searchParams.set('since', since);
    return new WebSocket(url, ['geo', await this.token()]);
  }

  async #bearer(): Promise<Record<string, string>> {
    const isGood = this.#tokens !== null && Date.now() < this.#tokens.accessExpiresAtMs - EARLY_MS;
    if (!isGood) {
      this.#signingIn ??= this.#signIn().finally(() => {
        this.#signingIn = null;
      });
      this.#tokens = await this.#signingIn;
    }
    return { authorization: `Bearer ${(this.#tokens as Tokens).accessToken}` };
  }

  /** By the token of the last visit, or by the key. */
  async #signIn(): Promise<Tokens> {
    const refreshToken = this.#tokens?.refreshToken ?? this.#kept.get(REFRESH);
    if (refreshToken !== null) {
      try {
        return this.#keep(await exchange(this.url, 'POST', `${API}/auth/refresh`, { refreshToken }, {}));
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

  #keep(answer: unknown): Tokens {
    const tokens = answer as Tokens;
    this.#kept.set(REFRESH, tokens.refreshToken);
    return tokens;
  }
}

async function exchange(
  url: string,
  method: string,
  path: string,
  body: object | null,
  headers: Record<string, string>,
): Promise<unknown> {
  const init: RequestInit = {
    method,
    headers: { ...headers, ...(body !== null && { 'content-type': 'application/json' }) },
  };
  if (body !== null) init.body = JSON.stringify(body);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${url}${path}`, init);
    answer = await response.json();
  } catch (cause) {
    throw new AskError('unreachable', cause instanceof Error ? cause.message : String(cause));
  }
  if (response.ok) return answer;
  const { error } = answer as { error: { code: string; message: string; facts: AskError['facts'] } };
  throw new AskError(error.code, error.message, error.facts);
}
