/** The members' web of a hub on loopback, over a real store in a folder, and members who speak to it. */
import { onTestFinished } from 'vitest';
import { Profiles } from '#hub-indexer/members/profiles.ts';
import { atRest } from '#hub-indexer/members/sealed-documents.ts';
import { type Admission, Desk, type Hosting } from '#hub-indexer/web/desk.ts';
import { Invitations } from '#hub-indexer/web/invitations.ts';
import { type MoreRoutes, startMembersWeb } from '#hub-indexer/web/server.ts';
import { createLog } from '#node/log.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { loginStatement, requestStatement } from '#protocol/hub-session.ts';
import { type JoinRequest, makeJoinRequest } from '#protocol/join-request.ts';
import { VERSION } from '#protocol/limits.ts';
import { ManualClock } from './manual-clock.ts';
import { type Person, person, THEN_MS, verify } from './people.ts';
import { temporaryFolder } from './store.ts';

export const hubKey = person(200).key;
/** What the hub seals with on disk. */
export const HUB_SECRET = new Uint8Array(32).fill(7);
export const NETWORK = 'geo-test';

export interface TestWeb {
  readonly url: string;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly desk: Desk;
  readonly profiles: Profiles;
  /** Whom the hub was told to host, each time. */
  readonly hosted: readonly string[];
  stop(): Promise<void>;
}

interface WebOptions {
  readonly folder?: string;
  readonly clock?: ManualClock;
  readonly admission?: Admission;
  readonly refusalFor?: Hosting['refusalFor'];
  readonly more?: MoreRoutes;
  readonly port?: number;
}

/** A running web; it ends with the test. */
export async function startWeb(options: WebOptions = {}): Promise<TestWeb> {
  const { folder = temporaryFolder(), clock = new ManualClock(THEN_MS), admission = 'open' } = options;
  const store = await openStore(folder, { clock });
  const hosted: string[] = [];
  const hosting: Hosting = {
    refusalFor: options.refusalFor ?? (() => null),
    beginRestored: () => Promise.resolve(),
    host({ name }) {
      hosted.push(name);
      return Promise.resolve();
    },
    equivalents: () => [{ equivalent: 'UAH', lines: 3, participants: 2 }],
  };
  const sealing = atRest(HUB_SECRET);
  const invitations = await Invitations.open(store);
  const profiles = await Profiles.open(store, sealing, (invitation) => invitations.spend(invitation));
  const desk = new Desk({ profiles, invitations, hosting, admission, clock });
  const web = await startMembersWeb(
    {
      ...{
        members: desk,
        store,
        atRest: sealing,
        hub: hubKey,
        network: NETWORK,
        clock,
        verify,
        elapsedMs: () => clock.nowMs(),
      },
      ...{
        log: createLog({ level: 'silent', file: null }),
        host: '127.0.0.1',
        port: options.port ?? 0,
        isBehindProxy: true,
      },
    },
    options.more,
  ).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  let isUp = true;
  const stop = async (): Promise<void> => {
    if (!isUp) return;
    isUp = false;
    await web.stop();
    await store.close();
  };
  onTestFinished(stop);
  return { url: web.url, clock, store, desk, profiles, hosted, stop };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly error?: { readonly code: string; readonly message: string; readonly facts: Record<string, unknown> };
  } & Readonly<Record<string, unknown>>;
}

interface Asking {
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** From where, as a proxy says. */
  readonly from?: string;
}

export async function ask(
  { url }: { url: string },
  method: string,
  path: string,
  asking: Asking = {},
): Promise<Answer> {
  const { body, token, from = '192.0.2.1' } = asking;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'x-forwarded-for': from,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...asking.headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

/** Status and code of an answer: `200`, or `401 token-wrong`. Every error says something in words. */
export function outcome({ status, body }: Answer): string {
  if (body.error === undefined) return String(status);
  if (body.error.message.length < 20) throw new Error(`few words for ${body.error.code}: ${body.error.message}`);
  return `${status} ${body.error.code}`;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export function joinBody(web: TestWeb, who: Person, name: string, change: Partial<JoinRequest> = {}) {
  const request: JoinRequest = {
    ...{ version: VERSION, network: NETWORK, hub: hubKey, participant: who.key, name, kind: 'person' },
    ...{ invitation: null, createdAtMs: web.clock.nowMs() },
    ...change,
  };
  return { request: base64url(makeJoinRequest(request, who.sign)), wasElsewhere: false };
}

export function join(web: TestWeb, who: Person, name: string, change: Partial<JoinRequest> = {}): Promise<Answer> {
  return ask(web, 'POST', '/api/v1/participants', { body: joinBody(web, who, name, change) });
}

export async function challengeFor(web: TestWeb, who: Person): Promise<Uint8Array> {
  const { body } = await ask(web, 'POST', '/api/v1/auth/challenge', { body: { participant: who.key } });
  return Uint8Array.from(Buffer.from(String(body.challenge), 'base64url'));
}

export function loginBody(who: Person, challenge: Uint8Array, signer: Person = who) {
  const statement = loginStatement({ network: NETWORK, hub: hubKey, participant: who.key }, challenge);
  return {
    participant: who.key,
    challenge: base64url(challenge),
    signature: base64url(signer.sign({ ...statement, signer: signer.key })),
  };
}

export async function login(web: TestWeb, who: Person, from?: string): Promise<Answer> {
  const body = loginBody(who, await challengeFor(web, who));
  return ask(web, 'POST', '/api/v1/auth/login', { body, ...(from !== undefined && { from }) });
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** A member who has joined and logged in. */
export async function member(web: TestWeb, who: Person, name: string): Promise<Tokens> {
  await join(web, who, name);
  const { body } = await login(web, who);
  return { accessToken: String(body.accessToken), refreshToken: String(body.refreshToken) };
}

/** The headers that sign a request. */
export function signed(
  who: Person,
  { method, path, body = '', atMs }: { method: string; path: string; body?: string; atMs: number },
): Record<string, string> {
  const session = { network: NETWORK, hub: hubKey, participant: who.key };
  const request = { method, path, timestampMs: atMs, body: new TextEncoder().encode(body) };
  const signature = who.sign(requestStatement(session, request));
  return { 'geo-timestamp': String(atMs), 'geo-signature': base64url(signature) };
}
