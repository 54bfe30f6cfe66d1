import { type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { atRest, sealedDocuments } from '#hub-indexer/members/sealed-documents.ts';
import { openStore } from '#node/store/store.ts';
import {
  ask,
  challengeFor,
  HUB_SECRET,
  hubKey,
  join,
  login,
  loginBody,
  member,
  outcome,
  startWeb,
  type TestWeb,
} from '#test/support/members-web.ts';
import { person } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [alice, bob] = [person(1), person(2)];
const ME = '/api/v1/participants/me';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function loginWith(web: TestWeb, body: object): Promise<string> {
  return outcome(await ask(web, 'POST', '/api/v1/auth/login', { body }));
}

async function keptSessions({ store }: TestWeb): Promise<readonly unknown[]> {
  const kept: unknown[] = [];
  for await (const [, session] of store.documents('session').entries()) kept.push(session);
  return kept;
}

const refresh = (web: TestWeb, refreshToken: unknown) =>
  ask(web, 'POST', '/api/v1/auth/refresh', { body: { refreshToken } });
const me = async (web: TestWeb, token: unknown) => outcome(await ask(web, 'GET', ME, { token: String(token) }));

describe('a challenge', () => {
  it('looks the same for those who are no members', async () => {
    const web = await startWeb();
    await join(web, alice, 'Alice');
    const answers = [];
    for (const { key } of [alice, bob]) {
      answers.push(await ask(web, 'POST', '/api/v1/auth/challenge', { body: { participant: key } }));
    }
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(Object.keys(body)).toEqual(['challenge', 'expiresAtMs']);
      expect(body.challenge).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(body.expiresAtMs).toBe(web.clock.nowMs() + MINUTE_MS);
    }
    expect(answers[0]?.body.challenge).not.toBe(answers[1]?.body.challenge);
    expect(await loginWith(web, loginBody(bob, await challengeFor(web, bob)))).toBe('401 login-refused');
  });

  it('counts once, for one key, for a minute', async () => {
    const web = await startWeb();
    await join(web, alice, 'Alice');
    await join(web, bob, 'Bob');
    const challenge = await challengeFor(web, alice);
    expect(await loginWith(web, loginBody(bob, challenge))).toBe('401 challenge-wrong');
    expect(await loginWith(web, loginBody(alice, challenge))).toBe('200');
    expect(await loginWith(web, loginBody(alice, challenge))).toBe('401 challenge-wrong');
    const old = await challengeFor(web, alice);
    web.clock.advance(MINUTE_MS);
    expect(await loginWith(web, loginBody(alice, old))).toBe('401 challenge-wrong');
    const invented = (await challengeFor(web, alice)).with(31, 0).with(30, 0);
    expect(await loginWith(web, loginBody(alice, invented))).toBe('401 challenge-wrong');
  });

  it('is not used up by a wrong signature', async () => {
    const web = await startWeb();
    await join(web, alice, 'Alice');
    const challenge = await challengeFor(web, alice);
    expect(await loginWith(web, loginBody(alice, challenge, bob))).toBe('401 login-refused');
    expect(await loginWith(web, loginBody(alice, challenge))).toBe('200');
  });

  it('has to be written as it is', async () => {
    const web = await startWeb();
    for (const participant of ['', 'x', alice.key.toUpperCase(), 7, null]) {
      const answer = await ask(web, 'POST', '/api/v1/auth/challenge', { body: { participant } });
      expect(outcome(answer)).toBe('400 bad-request');
    }
    const good = loginBody(alice, new Uint8Array(32));
    for (const change of [
      { challenge: '' },
      { challenge: 'A'.repeat(44) },
      { signature: 'A'.repeat(85) },
      { more: 1 },
    ]) {
      expect(await loginWith(web, { ...good, ...change })).toBe('400 bad-request');
    }
  });
});

describe('an access token', () => {
  it('is needed, and counts for a quarter of an hour', async () => {
    const web = await startWeb();
    const { accessToken } = await member(web, alice, 'Alice');
    expect(outcome(await ask(web, 'GET', ME))).toBe('401 token-missing');
    expect(await me(web, accessToken)).toBe('200');
    web.clock.advance(15 * MINUTE_MS);
    expect(await me(web, accessToken)).toBe('401 token-expired');
  });

  it('of another secret, algorithm, form or hub is wrong', async () => {
    const web = await startWeb();
    const { accessToken } = await member(web, alice, 'Alice');
    const [head, payload, seal] = accessToken.split('.') as [string, string, string];
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32));
    const secrets = sealedDocuments<Uint8Array>(web.store.documents('hub-secret'), atRest(HUB_SECRET));
    const secret = secrets.get('access-tokens-sealed') as Uint8Array;
    const elsewhere = await new SignJWT({ ...claims, iss: bob.key, aud: bob.key })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(secret);
    const other = await new SignJWT(claims).setProtectedHeader({ alg: 'HS384' }).sign(new Uint8Array(48));
    expect(claims.iss).toBe(hubKey);
    for (const token of [
      ...['x', 'a.b.c', `${head}.${payload}.`, `${none}.${payload}.`, `${none}.${payload}.${seal}`],
      ...[forged, elsewhere, other, `${accessToken}A`, 'x'.repeat(5_000)],
    ]) {
      expect([token, await me(web, token)]).toEqual([token, '401 token-wrong']);
    }
    const basic = await ask(web, 'GET', ME, { headers: { authorization: `Basic ${accessToken}` } });
    expect(outcome(basic)).toBe('401 token-wrong');
    expect(basic.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('is made with a secret that is sealed on disk, and not with one that earlier versions kept there', async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder);
    const exposed = new Uint8Array(32).fill(9);
    await store.documents('hub-secret').put('access-tokens', exposed);
    await store.close();
    const web = await startWeb({ folder });
    const { accessToken } = await member(web, alice, 'Alice');
    const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] as string, 'base64url').toString()) as JWTPayload;
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(exposed);
    expect([await me(web, accessToken), await me(web, forged)]).toEqual(['200', '401 token-wrong']);
    const documents = web.store.documents<Uint8Array>('hub-secret');
    const secret = sealedDocuments<Uint8Array>(documents, atRest(HUB_SECRET)).get('access-tokens-sealed');
    for await (const [, kept] of documents.entries()) {
      expect(Buffer.from(kept).includes(Buffer.from(secret as Uint8Array))).toBe(false);
      expect(kept).not.toEqual(exposed);
    }
  });

  it('ends with its session, and with the membership', async () => {
    const web = await startWeb();
    const { accessToken, refreshToken } = await member(web, alice, 'Alice');
    const logout = await ask(web, 'POST', '/api/v1/auth/logout', { body: { refreshToken } });
    expect(logout.body).toEqual({ done: true });
    expect(await me(web, accessToken)).toBe('401 token-wrong');
    expect(outcome(await ask(web, 'POST', '/api/v1/auth/logout', { body: { refreshToken } }))).toBe(
      '401 refresh-wrong',
    );
    const second = (await login(web, alice)).body;
    await web.profiles.change(alice.key, (now) => now && { ...now, status: 'suspended' });
    expect(await me(web, second.accessToken)).toBe('403 member-suspended');
    expect(outcome(await refresh(web, second.refreshToken))).toBe('403 member-suspended');
    expect(outcome(await login(web, alice))).toBe('403 member-suspended');
    await web.profiles.change(alice.key, (now) => now && { ...now, status: 'left' });
    expect(await me(web, second.accessToken)).toBe('401 token-wrong');
    expect(outcome(await refresh(web, second.refreshToken))).toBe('401 refresh-wrong');
    expect(outcome(await login(web, alice))).toBe('401 login-refused');
  });
});

describe('a refresh token', () => {
  it('goes on across a restart, with one write each time', async () => {
    const folder = temporaryFolder();
    const first = await startWeb({ folder });
    const { refreshToken, accessToken } = await member(first, alice, 'Alice');
    await first.stop();
    const web = await startWeb({ folder, clock: first.clock });
    expect(await me(web, accessToken)).toBe('200');
    const next = await refresh(web, refreshToken);
    expect(outcome(next)).toBe('200');
    expect(next.body.refreshToken).not.toBe(refreshToken);
    expect(await me(web, next.body.accessToken)).toBe('200');
    const kept = await keptSessions(web);
    expect(kept).toHaveLength(1);
  });

  it('used again ends the whole session, also after a restart', async () => {
    const folder = temporaryFolder();
    const first = await startWeb({ folder });
    const { refreshToken, accessToken } = await member(first, alice, 'Alice');
    const other = (await login(first, alice)).body;
    const next = (await refresh(first, refreshToken)).body;
    await first.stop();
    const web = await startWeb({ folder, clock: first.clock });
    expect(outcome(await refresh(web, refreshToken))).toBe('401 refresh-reused');
    expect(outcome(await refresh(web, next.refreshToken))).toBe('401 refresh-wrong');
    for (const token of [accessToken, next.accessToken]) expect(await me(web, token)).toBe('401 token-wrong');
    // Another browser of the same member is not concerned.
    expect(await me(web, other.accessToken)).toBe('200');
    expect(outcome(await refresh(web, other.refreshToken))).toBe('200');
  });

  it('used twice at the same time gives tokens to one of both, which then do not count either', async () => {
    const web = await startWeb();
    const { refreshToken } = await member(web, alice, 'Alice');
    const both = await Promise.all([refresh(web, refreshToken), refresh(web, refreshToken)]);
    expect(both.map(outcome).sort()).toEqual(['200', '401 refresh-reused']);
    const given = both.find(({ status }) => status === 200);
    expect(outcome(await refresh(web, given?.body.refreshToken))).toBe('401 refresh-wrong');
    expect(await keptSessions(web)).toEqual([]);
  });

  it('expires after a month without use, and is forgotten', async () => {
    const folder = temporaryFolder();
    const first = await startWeb({ folder });
    const { refreshToken } = await member(first, alice, 'Alice');
    const unused = (await login(first, alice)).body;
    first.clock.advance(29 * DAY_MS);
    const next = await refresh(first, refreshToken);
    first.clock.advance(DAY_MS);
    expect(outcome(await refresh(first, unused.refreshToken))).toBe('401 refresh-expired');
    await login(first, alice);
    first.clock.advance(29 * DAY_MS);
    await first.stop();
    const web = await startWeb({ folder, clock: first.clock });
    expect(await keptSessions(web)).toHaveLength(1);
    expect(outcome(await refresh(web, next.body.refreshToken))).toBe('401 refresh-wrong');
  });

  it('that is none is refused', async () => {
    const web = await startWeb();
    for (const token of ['x', 'A'.repeat(64)]) expect(outcome(await refresh(web, token))).toBe('401 refresh-wrong');
    for (const token of ['', 7, 'x'.repeat(2_000)]) expect(outcome(await refresh(web, token))).toBe('400 bad-request');
  });

  it('of the session not used the longest ends when there are too many', async () => {
    const web = await startWeb();
    const { refreshToken } = await member(web, alice, 'Alice');
    for (let i = 0; i < 16; i++) {
      web.clock.advance(MINUTE_MS);
      expect(outcome(await login(web, alice))).toBe('200');
    }
    expect(outcome(await refresh(web, refreshToken))).toBe('401 refresh-wrong');
  });
});
