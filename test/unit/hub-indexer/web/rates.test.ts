import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MAX_SIGNED_REQUESTS_EACH } from '#hub-indexer/limits.ts';
import { MemberRates } from '#hub-indexer/web/member-rates.ts';
import { Replays } from '#hub-indexer/web/replays.ts';
import { addRoute } from '#hub-indexer/web/routes.ts';
import {
  ask,
  challengeFor,
  join,
  joinBody,
  login,
  loginBody,
  member,
  outcome,
  startWeb,
  type TestWeb,
} from '#test/support/members-web.ts';
import { type Person, person } from '#test/support/people.ts';

const [alice, bob] = [person(1), person(2)];
const ME = '/api/v1/participants/me';

/** How each of so many requests came out, one after the other. */
async function many(count: number, one: () => Promise<string>): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (let i = 0; i < count; i++) outcomes.push(await one());
  return outcomes;
}

async function invitationBy({ desk }: TestWeb, by: Person | null): Promise<string> {
  const made = await desk.invite(by?.key ?? null, { suggestedLimit: null, uses: 100, lifetimeMs: 60_000 });
  return 'token' in made ? made.token : '';
}

it('logs a member in five times a minute, wherever from', async () => {
  const web = await startWeb();
  await join(web, alice, 'Alice');
  await join(web, bob, 'Bob');
  let place = 0;
  const logIn = async () => outcome(await login(web, alice, `192.0.2.${++place}`));
  expect(await many(5, logIn)).toEqual(['200', '200', '200', '200', '200']);
  const refused = await login(web, alice, '192.0.2.99');
  expect(outcome(refused)).toBe('429 too-often');
  expect(refused.headers.get('retry-after')).toBe('12');
  expect(refused.body.error?.facts).toEqual({ what: 'logins', perMinute: 5, retryAfterS: 12 });
  expect(outcome(await login(web, bob))).toBe('200');
  web.clock.advance(12_000);
  expect(await many(2, logIn)).toEqual(['200', '429 too-often']);
});

it('who guesses keeps nobody else from logging in', async () => {
  const web = await startWeb();
  await join(web, alice, 'Alice');
  const guess = async () => {
    const body = loginBody(alice, await challengeFor(web, alice), bob);
    return outcome(await ask(web, 'POST', '/api/v1/auth/login', { body, from: '198.51.100.7' }));
  };
  const guesses = await many(7, guess);
  expect(guesses.slice(0, 5)).toEqual(Array(5).fill('401 login-refused'));
  expect(guesses.slice(5)).toEqual(['429 too-often', '429 too-often']);
  expect(outcome(await login(web, alice))).toBe('200');
});

it('answers a member a hundred times a minute, and others meanwhile', async () => {
  const web = await startWeb();
  const { accessToken: token } = await member(web, alice, 'Alice');
  const { accessToken: other } = await member(web, bob, 'Bob');
  const reads = await many(101, async () => outcome(await ask(web, 'GET', ME, { token })));
  expect(reads.filter((one) => one === '200')).toHaveLength(100);
  expect(reads.at(-1)).toBe('429 too-often');
  expect(outcome(await ask(web, 'GET', ME, { token: other }))).toBe('200');
  web.clock.advance(600);
  expect(outcome(await ask(web, 'GET', ME, { token }))).toBe('200');
});

it('answers strangers, and those with wrong tokens, by where they are', async () => {
  const web = await startWeb();
  const asks = async (from: string, token?: string) =>
    outcome(await ask(web, 'GET', token === undefined ? '/api/v1/equivalents' : ME, { from, ...(token && { token }) }));
  const anonymous = await many(41, async () => asks('2001:db8::1'));
  expect(anonymous.filter((one) => one === '200')).toHaveLength(40);
  // Another address of the same network of 64 bits is the same place.
  expect(await asks('2001:db8::2')).toBe('429 too-often');
  expect(await asks('2001:db8:0:1::2')).toBe('200');
  const guesses = await many(41, async () => asks('198.51.100.1', 'guessed'));
  expect(guesses.at(39)).toBe('401 token-wrong');
  expect(guesses.at(40)).toBe('429 too-often');
  web.clock.advance(1_000);
  expect(await asks('198.51.100.1')).toBe('200');
});

it('lets ten a minute join from one place whom the operator has not invited', async () => {
  const web = await startWeb();
  let next = 10;
  const joins = await many(11, async () => outcome(await join(web, person(next++), 'N')));
  expect(joins).toEqual([...Array<string>(10).fill('201'), '429 too-often']);
  // Who is in, and who was invited by the operator, is let in all the same.
  expect(outcome(await join(web, person(10), 'N'))).toBe('200');
  expect(outcome(await join(web, person(30), 'N', { invitation: await invitationBy(web, null) }))).toBe('201');
  const invitation = await invitationBy(web, person(10));
  expect(outcome(await join(web, person(32), 'N', { invitation }))).toBe('429 too-often');
  web.clock.advance(6_000);
  expect(outcome(await join(web, person(31), 'N'))).toBe('201');
});

it('lets twenty a minute join by invitations of one member, wherever from', async () => {
  const web = await startWeb();
  for (const who of [alice, bob]) await join(web, who, 'N');
  const [invitation, another] = [await invitationBy(web, alice), await invitationBy(web, bob)];
  let next = 10;
  const comes = async (by: string) => {
    const from = `192.0.2.${++next}`;
    const body = joinBody(web, person(next), 'N', { invitation: by });
    return outcome(await ask(web, 'POST', '/api/v1/participants', { body, from }));
  };
  expect(await many(21, () => comes(invitation))).toEqual([...Array<string>(20).fill('201'), '429 too-often']);
  expect(await comes(another)).toBe('201');
});

describe('the rates', () => {
  it.each([
    ['payments', 30],
    ['trust-lines', 10],
    ['rest', 100],
    ['login', 5],
  ] as const)('of %s are %d a minute for each member, apart from the others', (action, perMinute) => {
    let nowMs = 0;
    const rates = new MemberRates(() => nowMs);
    const taken = (): number => {
      let count = 0;
      while (rates.member(action, alice.key) === null) count++;
      return count;
    };
    expect(taken()).toBe(perMinute);
    expect(rates.member(action, bob.key)).toBeNull();
    for (const other of ['payments', 'trust-lines', 'rest', 'login'] as const) {
      expect(rates.member(other, alice.key) === null).toBe(other !== action);
    }
    nowMs = 60_000;
    expect(taken()).toBe(perMinute);
    const refusal = rates.member(action, alice.key);
    nowMs += 1_000 * (refusal?.facts.retryAfterS ?? 0);
    expect(rates.member(action, alice.key)).toBeNull();
  });
});

it('replays are remembered as long as they are fresh, and so many for each', () => {
  const replays = new Replays();
  for (let i = 0; i < MAX_SIGNED_REQUESTS_EACH; i++) {
    expect(replays.take(alice.key, String(i), 1_000 + i, 0)).toBe('taken');
  }
  expect(replays.take(alice.key, 'one more', 9_000, 0)).toBe('full');
  expect(replays.take(alice.key, '0', 1_000, 1_000)).toBe('replayed');
  expect(replays.take(bob.key, 'one more', 9_000, 0)).toBe('taken');
  expect(replays.take(alice.key, 'one more', 9_000, 1_001)).toBe('taken');
  expect(replays.take(alice.key, 'one more', 9_000, 100_000)).toBe('taken');
});

it('an error of the hub’s own is told without details, and other routes may be added', async () => {
  const web = await startWeb({
    more: (scope) => {
      const broken = { method: 'GET', path: '/broken', name: 'broken', summary: 'It fails', access: 'anyone' } as const;
      addRoute(scope, {
        ...{ ...broken, input: {}, result: z.object({}) },
        handle: () => {
          throw new Error('a secret');
        },
      });
    },
  });
  const answer = await ask(web, 'GET', '/api/v1/broken');
  expect(outcome(answer)).toBe('500 failed');
  expect(JSON.stringify(answer.body)).not.toContain('secret');
});
