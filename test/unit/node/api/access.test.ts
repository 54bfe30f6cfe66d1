import { beforeEach, describe, expect, it } from 'vitest';
import { authorize, checkOrigin, newCookie } from '#node/api/access.ts';
import type { Scope } from '#node/api/contract.ts';
import { type Token, Tokens } from '#node/api/tokens.ts';
import { type PageSession, UiSessions } from '#node/api/ui-sessions.ts';
import { isAnyRefusal } from '#node/refusals.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { temporaryFolder } from '#test/support/store.ts';

const NOW_MS = 1_000_000;
const PORT = 4611;

let store: Store;
let tokens: Tokens;
let ui: UiSessions;
const cookie = newCookie();

beforeEach(async () => {
  store = await openStore(temporaryFolder());
  tokens = await Tokens.open(store.documents<Token>('token'), () => undefined);
  ui = await UiSessions.read(store.documents<PageSession>('page-session'));
  return () => store.close();
});

async function secretOf(scope: Scope, expiresAtMs: number | null = null): Promise<string> {
  const made = await tokens.make({ name: scope, scope, dailyCaps: [], expiresAtMs }, NOW_MS);
  if (isAnyRefusal(made)) throw new Error(made.code);
  return made.secret;
}

const ask = (authorization: string | undefined, needs: Scope) =>
  authorize({ headers: authorization === undefined ? {} : { authorization } }, needs, {
    ...{ cookie, tokens, nowMs: NOW_MS, ui },
  });

describe('who may use the API', () => {
  it.each<Scope>(['read', 'pay', 'admin'])('the cookie allows %s', (scope) => {
    expect(ask(`Bearer ${cookie}`, scope)).toEqual({ caller: null, page: null });
  });

  it.each<[Scope, Scope, boolean]>([
    ['read', 'read', true],
    ['read', 'pay', false],
    ['read', 'admin', false],
    ['pay', 'read', true],
    ['pay', 'pay', true],
    ['pay', 'admin', false],
    ['admin', 'read', true],
    ['admin', 'pay', true],
    ['admin', 'admin', true],
  ])('a token for %s, asked for %s: %s', async (has, needs, allowed) => {
    const answer = ask(`Bearer ${await secretOf(has)}`, needs);
    if (allowed) expect(answer).toMatchObject({ caller: { name: has } });
    else expect(answer).toEqual({ kind: 'refusal', code: 'scope-missing', has, needs });
  });

  it.each([
    ['nothing', undefined, 'none was sent'],
    ['another form', 'Basic YTpi', 'what was sent has another form'],
    ['a cookie of an earlier start', `Bearer ${newCookie()}`, 'the one sent is unknown'],
    ['a part of the cookie', `Bearer ${cookie.slice(1)}`, 'the one sent is unknown'],
    ['an empty token', 'Bearer ', 'what was sent has another form'],
    ['100,000 characters', `Bearer ${'a'.repeat(100_000)}`, 'what was sent has another form'],
  ])('not with %s', (_what, authorization, why) => {
    expect(ask(authorization, 'read')).toMatchObject({ code: 'no-token', why: expect.stringContaining(why) as string });
  });

  it('not with a token that has expired', async () => {
    const secret = await secretOf('read', NOW_MS);
    expect(ask(`Bearer ${secret}`, 'read')).toMatchObject({ code: 'no-token', why: 'the one sent has expired' });
  });

  it('not with a token that was revoked', async () => {
    const secret = await secretOf('pay');
    await tokens.revoke('pay');
    expect(ask(`Bearer ${secret}`, 'read')).toMatchObject({ code: 'no-token' });
  });
});

describe('where a request may come from', () => {
  it.each([
    [{ host: '127.0.0.1:4611' }],
    [{ host: 'localhost:4611' }],
    [{ host: 'LOCALHOST:4611' }],
    [{ host: '[::1]:4611' }],
    [{ host: '127.0.0.1:4611', origin: 'http://127.0.0.1:4611' }],
    [{ host: '127.0.0.1:4611', origin: 'http://localhost:4611' }],
  ])('%j', (headers) => {
    expect(checkOrigin({ url: '/', headers }, PORT)).toBeNull();
  });

  it.each([
    ['wrong-host', {}],
    ['wrong-host', { host: 'evil.example' }],
    ['wrong-host', { host: 'evil.example:4611' }],
    ['wrong-host', { host: '127.0.0.1' }],
    ['wrong-host', { host: '127.0.0.1:80' }],
    ['wrong-host', { host: '127.0.0.1:4611.evil.example' }],
    ['wrong-origin', { host: '127.0.0.1:4611', origin: 'null' }],
    ['wrong-origin', { host: '127.0.0.1:4611', origin: 'http://evil.example' }],
    ['wrong-origin', { host: '127.0.0.1:4611', origin: 'https://127.0.0.1:4611' }],
    ['wrong-origin', { host: '127.0.0.1:4611', origin: 'http://127.0.0.1:8080' }],
  ])('%s: %j', (code, headers) => {
    expect(checkOrigin({ url: '/', headers }, PORT)).toMatchObject({ code });
  });
});
