import { describe, expect, it } from 'vitest';
import { forgotten } from '#hub-indexer/members/profiles.ts';
import { refuse } from '#hub-indexer/web/codes.ts';
import { formatAmount } from '#protocol/amount.ts';
import { pidOf } from '#protocol/identity.ts';
import { ask, join, joinBody, member, outcome, signed, startWeb, type TestWeb } from '#test/support/members-web.ts';
import { person } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [alice, bob, carol, dave] = [person(1), person(2), person(3), person(4)];

it('makes a member of who asks, once, however often it asks', async () => {
  const web = await startWeb();
  const first = await join(web, alice, 'Аліса');
  expect(outcome(first)).toBe('201');
  expect(first.body).toEqual({
    member: {
      ...{ pid: pidOf(alice.key), publicKey: alice.key, name: 'Аліса', kind: 'person' },
      joinedAtMs: web.clock.nowMs(),
    },
    inviter: null,
    suggestedLimit: null,
  });
  web.clock.advance(1_000);
  const again = await join(web, alice, 'Another name');
  expect([again.status, again.body]).toEqual([200, first.body]);
  // Hosting is told of each, since the first may have been cut short.
  expect(web.hosted).toEqual(['Аліса', 'Аліса']);
});

it('asked many times at once, makes one', async () => {
  const web = await startWeb();
  const answers = await Promise.all(Array.from({ length: 8 }, async () => join(web, alice, 'Alice')));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
});

it('remembers its members across a restart', async () => {
  const folder = temporaryFolder();
  const web = await startWeb({ folder });
  const { body } = await join(web, alice, 'Alice', { kind: 'organisation' });
  await web.stop();
  const after = await startWeb({ folder, clock: web.clock });
  const again = await join(after, alice, 'Alice');
  expect([again.status, again.body]).toEqual([200, body]);
  expect(after.profiles.byPid(pidOf(alice.key))?.kind).toBe('organisation');
});

describe('refuses', () => {
  const cases: readonly (readonly [string, (web: TestWeb) => unknown])[] = [
    ['409 other-network', (web) => joinBody(web, alice, 'A', { network: 'geo' })],
    ['409 other-hub', (web) => joinBody(web, alice, 'A', { hub: bob.key })],
    ['403 join-stale', (web) => joinBody(web, alice, 'A', { createdAtMs: web.clock.nowMs() - 300_001 })],
    ['403 join-stale', (web) => joinBody(web, alice, 'A', { createdAtMs: web.clock.nowMs() + 300_001 })],
    ['403 join-forged', (web) => joinBody(web, { ...alice, sign: bob.sign }, 'A')],
    ['403 invitation-wrong', (web) => joinBody(web, alice, 'A', { invitation: 'nonsense' })],
    ['400 bad-request', () => ({ request: 'AAAA' })],
    ['400 bad-request', () => ({ request: '' })],
    ['400 bad-request', () => ({})],
    ['400 bad-request', (web) => ({ ...joinBody(web, alice, 'A'), more: 1 })],
    ['400 bad-request', (web) => ({ request: joinBody(web, alice, 'A').request })],
    ['400 bad-request', () => '{"request":"a","request":"b"}'],
    ['400 bad-request', () => 'no JSON'],
  ];
  it.each(cases)('%s %#', async (expected, body) => {
    const web = await startWeb();
    expect(outcome(await ask(web, 'POST', '/api/v1/participants', { body: body(web) }))).toBe(expected);
    expect([...web.profiles.all()]).toEqual([]);
    expect(web.hosted).toEqual([]);
  });

  it('whom it cannot host, and writes nothing', async () => {
    const web = await startWeb({ refusalFor: () => refuse('hub-full', { limit: 0 }) });
    expect(outcome(await join(web, alice, 'Alice'))).toBe('503 hub-full');
    expect(web.profiles.get(alice.key)).toBeUndefined();
  });

  it('who was suspended, and a request from before somebody left', async () => {
    const web = await startWeb();
    const body = joinBody(web, alice, 'Alice');
    const asks = async (asked: unknown) => outcome(await ask(web, 'POST', '/api/v1/participants', { body: asked }));
    expect(await asks(body)).toBe('201');
    web.clock.advance(1_000);
    const change = async (status: 'suspended' | 'left') =>
      web.profiles.change(alice.key, (now) => now && { ...now, status, statusAtMs: web.clock.nowMs() });
    await change('suspended');
    expect(await asks(body)).toBe('403 member-suspended');
    await change('left');
    expect(await asks(body)).toBe('403 join-stale');
    web.clock.advance(1);
    expect(await asks(joinBody(web, alice, 'Alice'))).toBe('201');
  });
});

describe('by invitation', () => {
  /** An invitation of the operator's. */
  const invitationOf = async (web: TestWeb, uses: number, lifetimeMs = 60_000): Promise<string> => {
    const made = await web.desk.invite(null, { suggestedLimit: null, uses, lifetimeMs });
    if (!('token' in made)) throw new Error('no invitation was made');
    return made.token;
  };

  it('nobody comes without one, and no more than it allows with it', async () => {
    const folder = temporaryFolder();
    const first = await startWeb({ folder, admission: 'invitation' });
    expect(outcome(await join(first, alice, 'Alice'))).toBe('403 invitation-needed');
    const invitation = await invitationOf(first, 2);
    expect(outcome(await join(first, alice, 'Alice', { invitation }))).toBe('201');
    // Who is in uses none up.
    expect(outcome(await join(first, alice, 'Alice', { invitation }))).toBe('200');
    await first.stop();
    const web = await startWeb({ folder, admission: 'invitation', clock: first.clock });
    // Nor does another name.
    await web.desk.update(alice.key, { name: 'A' });
    const both = await Promise.all([join(web, bob, 'Bob', { invitation }), join(web, carol, 'Carol', { invitation })]);
    expect(both.map(outcome).sort()).toEqual(['201', '403 invitation-used-up']);
    expect(outcome(await join(web, dave, 'Dave', { invitation: `${invitation.slice(1)}A` }))).toBe(
      '403 invitation-wrong',
    );
    expect(outcome(await join(web, alice, 'Alice'))).toBe('200');
  });

  it('stays used when who came by it is forgotten, or comes again by another', async () => {
    const folder = temporaryFolder();
    const first = await startWeb({ folder, admission: 'invitation' });
    const [invitation, other] = [await invitationOf(first, 2), await invitationOf(first, 1)];
    for (const who of [alice, bob]) expect(outcome(await join(first, who, 'N', { invitation }))).toBe('201');
    const { profiles } = first;
    await profiles.change(alice.key, (now) => now && forgotten(now, first.clock.nowMs()));
    await profiles.change(bob.key, (now) => now && { ...now, status: 'left' });
    first.clock.advance(1);
    expect(outcome(await join(first, bob, 'N', { invitation: other }))).toBe('201');
    const usedUp = async (web: TestWeb) => outcome(await join(web, carol, 'Carol', { invitation }));
    expect(await usedUp(first)).toBe('403 invitation-used-up');
    await first.stop();
    expect(await usedUp(await startWeb({ folder, admission: 'invitation', clock: first.clock }))).toBe(
      '403 invitation-used-up',
    );
  });

  it('it expires', async () => {
    const web = await startWeb({ admission: 'invitation' });
    const invitation = await invitationOf(web, 1);
    web.clock.advance(60_000);
    expect(outcome(await join(web, alice, 'Alice', { invitation }))).toBe('403 invitation-expired');
  });

  it('of a member says who that is and what limit it suggests, until the member is gone', async () => {
    const web = await startWeb();
    const { accessToken: token } = await member(web, alice, 'Alice');
    const invite = async (wish: object) => {
      const [path, body] = ['/api/v1/invitations', JSON.stringify(wish)];
      web.clock.advance(1);
      const headers = signed(alice, { method: 'POST', path, body, atMs: web.clock.nowMs() });
      return ask(web, 'POST', path, { token, body, headers });
    };
    const suggestedLimit = { equivalent: 'UAH', amount: '500.5' };
    const made = await invite({ suggestedLimit });
    expect(made.status).toBe(201);
    const invitation = String(made.body.invitation);
    const read = () => ask(web, 'POST', '/api/v1/invitations/read', { body: { invitation } });
    const shown = await read();
    expect(shown.body).toMatchObject({ by: { name: 'Alice' }, suggestedLimit, usesLeft: 1 });
    expect(shown.body).toEqual((await read()).body);
    const joined = await join(web, bob, 'Bob', { invitation });
    expect(joined.body).toMatchObject({ inviter: { publicKey: alice.key }, suggestedLimit });
    expect(outcome(await read())).toBe('403 invitation-used-up');

    for (const amount of ['0', '-1', '1e3', '0.000000001', '']) {
      expect(outcome(await invite({ suggestedLimit: { equivalent: 'UAH', amount } }))).toBe('400 bad-limit');
    }
    for (const wish of [
      { uses: 0 },
      { uses: 1.5 },
      { lifetimeMs: 1e12 },
      { suggestedLimit: { amount: '1' } },
      { a: 1 },
    ]) {
      expect(outcome(await invite(wish))).toBe('400 bad-request');
    }
    const other = String((await invite({ uses: 2 })).body.invitation);
    await web.profiles.change(alice.key, (now) => now && { ...now, status: 'left' });
    expect(outcome(await join(web, carol, 'Carol', { invitation: other }))).toBe('403 invitation-wrong');
    expect(formatAmount(50_050_000_000n)).toBe('500.5');
  });

  it('a member has a bounded number of them', async () => {
    const web = await startWeb();
    await join(web, alice, 'Alice');
    const wish = { suggestedLimit: null, uses: 1, lifetimeMs: 1_000 };
    const made = await Promise.all(Array.from({ length: 101 }, async () => web.desk.invite(alice.key, wish)));
    expect(made.filter((one) => !('token' in one))).toEqual([refuse('too-many-invitations', { limit: 100 })]);
    web.clock.advance(1_000);
    expect(await web.desk.invite(alice.key, wish)).toHaveProperty('token');
  });
});
