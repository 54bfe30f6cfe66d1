import { describe, expect, it } from 'vitest';
import { pidOf } from '#protocol/identity.ts';
import { ask, join, member, outcome, signed, startWeb, type TestWeb, type Tokens } from '#test/support/members-web.ts';
import { type Person, person } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const [alice, bob, carol] = [person(1), person(2), person(3)];
const ME = '/api/v1/participants/me';

interface Change {
  readonly signer?: Person;
  readonly atMs?: number;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** Changes a profile, signed as it should be unless said otherwise. */
function patch(web: TestWeb, { accessToken: token }: Tokens, changes: unknown, how: Change = {}) {
  const { signer = alice, atMs = web.clock.nowMs(), path = ME } = how;
  const body = typeof changes === 'string' ? changes : JSON.stringify(changes);
  const headers = how.headers ?? signed(signer, { method: 'PATCH', path: ME, body, atMs });
  return ask(web, 'PATCH', path, { token, body, headers });
}

describe('one’s own profile', () => {
  it('can be read and changed, and stays changed', async () => {
    const folder = temporaryFolder();
    const first = await startWeb({ folder });
    const tokens = await member(first, alice, 'Alice');
    const changed = await patch(first, tokens, { name: '  Аліса\u0301  B ', contact: 'alice@example.org' });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({
      ...{ pid: pidOf(alice.key), publicKey: alice.key, name: 'Аліса\u0301 B', kind: 'person', status: 'active' },
      ...{ joinedAtMs: first.clock.nowMs(), contact: 'alice@example.org', invitedBy: null },
    });
    first.clock.advance(1);
    const empty = await patch(first, tokens, {});
    expect(empty.body).toEqual(changed.body);
    await first.stop();
    const web = await startWeb({ folder, clock: first.clock });
    expect((await ask(web, 'GET', ME, { token: tokens.accessToken })).body).toEqual(changed.body);
    web.clock.advance(1);
    expect((await patch(web, tokens, { contact: null })).body).toMatchObject({ contact: null, name: 'Аліса\u0301 B' });
  });

  it('two changes at the same time are both made', async () => {
    const web = await startWeb();
    const tokens = await member(web, alice, 'Alice');
    await Promise.all([patch(web, tokens, { name: 'A' }), patch(web, tokens, { contact: 'c' })]);
    expect(web.profiles.get(alice.key)).toMatchObject({ name: 'A', contact: 'c' });
  });

  it('takes no name and no contact that act on the text around them', async () => {
    const web = await startWeb();
    const tokens = await member(web, alice, 'Alice');
    const cases: readonly (readonly [unknown, string])[] = [
      [{ name: '' }, '400 bad-name'],
      [{ name: 'a\u202eb' }, '400 bad-name'],
      [{ name: 'x'.repeat(65) }, '400 bad-name'],
      [{ name: 'x'.repeat(2_000) }, '400 bad-request'],
      [{ contact: 'a\nb' }, '400 bad-contact'],
      [{ contact: 'x'.repeat(201) }, '400 bad-contact'],
      [{ contact: 7 }, '400 bad-request'],
      [{ name: null }, '400 bad-request'],
      [{ status: 'active' }, '400 bad-request'],
      ['[]', '400 bad-request'],
      ['{"__proto__":{}}', '400 bad-request'],
      ['{"name":"a","name":"b"}', '400 bad-request'],
      ['', '400 bad-request'],
    ];
    for (const [changes, expected] of cases) {
      web.clock.advance(1_000);
      expect([changes, outcome(await patch(web, tokens, changes))]).toEqual([changes, expected]);
    }
    expect(web.profiles.get(alice.key)).toMatchObject({ name: 'Alice', contact: null });
  });
});

describe('a change', () => {
  it('has to be signed by the member, now, for what is sent', async () => {
    const web = await startWeb();
    const tokens = await member(web, alice, 'Alice');
    await join(web, bob, 'Bob');
    const now = web.clock.nowMs();
    web.clock.advance(60_000);
    const good = signed(alice, { method: 'PATCH', path: ME, body: '{"name":"B"}', atMs: web.clock.nowMs() });
    const cases: readonly (readonly [string, Change])[] = [
      ['401 signature-missing', { headers: {} }],
      ['401 signature-missing', { headers: { 'geo-timestamp': good['geo-timestamp'] as string } }],
      ['401 signature-missing', { headers: { ...good, 'geo-timestamp': '1.5' } }],
      ['401 signature-missing', { headers: { ...good, 'geo-timestamp': '999999999999999' } }],
      ['401 signature-missing', { headers: { ...good, 'geo-signature': 'AAAA' } }],
      ['401 signature-wrong', { signer: bob }],
      ['401 signature-wrong', { path: `${ME}?x=1` }],
      ['401 signature-wrong', { headers: { ...good, 'geo-timestamp': String(web.clock.nowMs() + 1) } }],
      [
        '401 signature-wrong',
        { headers: signed(alice, { method: 'POST', path: ME, body: '{"name":"B"}', atMs: now }) },
      ],
      ['401 signature-wrong', { headers: signed(alice, { method: 'PATCH', path: ME, body: '{}', atMs: now }) }],
      ['401 signature-stale', { atMs: web.clock.nowMs() + 60_001 }],
      ['400 bad-request', { path: `${ME}?${'x'.repeat(2_048)}` }],
    ];
    for (const [expected, how] of cases) {
      expect([how, outcome(await patch(web, tokens, { name: 'B' }, how))]).toEqual([how, expected]);
    }
    expect(web.profiles.get(alice.key)?.name).toBe('Alice');
    expect(outcome(await patch(web, tokens, { name: 'B' }, { headers: good }))).toBe('200');
    web.clock.advance(60_000);
    const late = await patch(web, tokens, { name: 'C' }, { atMs: web.clock.nowMs() - 60_001 });
    expect(late.body.error?.facts).toEqual({
      ...{ timestampMs: web.clock.nowMs() - 60_001, nowMs: web.clock.nowMs(), limitMs: 60_000 },
    });
    expect(outcome(await patch(web, tokens, { name: 'C' }, { atMs: web.clock.nowMs() - 60_000 }))).toBe('200');
  });

  it('is taken once', async () => {
    const folder = temporaryFolder();
    const first = await startWeb({ folder });
    const tokens = await member(first, alice, 'Alice');
    // By a clock that is ahead, so that it stays fresh for two minutes.
    const atMs = first.clock.nowMs() + 60_000;
    expect(outcome(await patch(first, tokens, { name: 'B' }, { atMs }))).toBe('200');
    expect(outcome(await patch(first, tokens, { name: 'B' }, { atMs }))).toBe('409 signature-replayed');
    first.clock.advance(120_000);
    expect(outcome(await patch(first, tokens, { name: 'B' }, { atMs }))).toBe('409 signature-replayed');
    first.clock.advance(1);
    expect(outcome(await patch(first, tokens, { name: 'B' }, { atMs }))).toBe('401 signature-stale');
    const before = first.clock.nowMs();
    expect(outcome(await patch(first, tokens, { name: 'C' }, { atMs: before }))).toBe('200');
    await first.stop();
    first.clock.advance(1);
    const web = await startWeb({ folder, clock: first.clock });
    // What was taken before the start is not remembered, so nothing from before it is taken.
    expect(outcome(await patch(web, tokens, { name: 'C' }, { atMs: before }))).toBe('401 signature-stale');
    expect(outcome(await patch(web, tokens, { name: 'D' }))).toBe('200');
  });

  it('signed by its member is nothing with the token of another', async () => {
    const web = await startWeb();
    const tokens = await member(web, alice, 'Alice');
    const others = await member(web, bob, 'Bob');
    expect(outcome(await patch(web, others, { name: 'Mallory' }, { signer: alice }))).toBe('401 signature-wrong');
    expect(outcome(await patch(web, tokens, { name: 'Mallory' }, { signer: bob }))).toBe('401 signature-wrong');
    expect(outcome(await patch(web, { ...tokens, accessToken: 'x' }, { name: 'M' }))).toBe('401 token-wrong');
    expect([...web.profiles.all()].map(({ name }) => name)).toEqual(['Alice', 'Bob']);
  });

  it('is bounded in size, told by how much', async () => {
    const web = await startWeb();
    const tokens = await member(web, alice, 'Alice');
    const body = (bytes: number) => `{"name":"${'x'.repeat(bytes - 11)}"}`;
    expect(outcome(await patch(web, tokens, body(65_536)))).toBe('400 bad-request');
    const large = await patch(web, tokens, body(65_537));
    expect(outcome(large)).toBe('413 too-large');
    expect(large.body.error?.facts).toEqual({ limitBytes: 65_536, lengthBytes: 65_537 });
    // In pieces, whose sum nobody says beforehand.
    const pieces = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(new Uint8Array(16_384).fill(32));
        controller.close();
      },
    });
    const init = { method: 'POST', body: pieces, duplex: 'half', headers: { 'content-type': 'application/json' } };
    const streamed = await fetch(`${web.url}/api/v1/participants`, init as RequestInit);
    expect([streamed.status, await streamed.json()]).toMatchObject([413, { error: { code: 'too-large' } }]);
    const text = await ask(web, 'POST', '/api/v1/participants', {
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(outcome(text)).toBe('400 bad-request');
  });
});

describe('others', () => {
  it('are found by a part of their name and by their PID, without what is theirs alone', async () => {
    const web = await startWeb();
    const { accessToken: token } = await member(web, alice, 'Alice');
    await member(web, bob, 'Bob Alison');
    await join(web, carol, 'Керол');
    await web.desk.update(bob.key, { contact: 'bob@example.org' });
    const find = async (query: string) => {
      const { body } = await ask(web, 'GET', `/api/v1/participants?${query}`, { token });
      return (body.members as { name: string }[]).map(({ name }) => name);
    };
    expect(await find('query=ali')).toEqual(['Alice', 'Bob Alison']);
    expect(await find('query=ali&limit=1')).toEqual(['Alice']);
    expect(await find('query=%20%D0%9A%D0%95%D0%A0')).toEqual(['Керол']);
    expect(await find(`query=${pidOf(bob.key).slice(0, 12)}`)).toEqual(['Bob Alison']);
    expect(await find('query=nobody')).toEqual([]);
    expect(await find('')).toEqual(['Alice', 'Bob Alison', 'Керол']);
    const one = await ask(web, 'GET', `/api/v1/participants/${pidOf(bob.key)}`, { token });
    expect(one.body).toEqual({
      ...{ pid: pidOf(bob.key), publicKey: bob.key, name: 'Bob Alison', kind: 'person' },
      joinedAtMs: web.clock.nowMs(),
    });
    await web.profiles.change(bob.key, (now) => now && { ...now, status: 'left' });
    expect(await find('query=ali')).toEqual(['Alice']);
  });

  it('are for members alone, and asked for as documented', async () => {
    const web = await startWeb();
    const { accessToken: token } = await member(web, alice, 'Alice');
    const pid = pidOf(bob.key);
    const cases: readonly (readonly [string, string])[] = [
      [`/api/v1/participants/${pid}`, '404 no-such-member'],
      ['/api/v1/participants/0OIl', '404 no-such-member'],
      [`/api/v1/participants/${'1'.repeat(99)}`, '404 no-such-member'],
      [`/api/v1/participants/${'1'.repeat(101)}`, '400 bad-request'],
      ['/api/v1/participants?limit=0', '400 bad-request'],
      ['/api/v1/participants?limit=51', '400 bad-request'],
      ['/api/v1/participants?limit=1.5', '400 bad-request'],
      ['/api/v1/participants?query=a&query=b', '400 bad-request'],
      ['/api/v1/participants?other=1', '400 bad-request'],
      ['/api/v1/nothing', '404 not-found'],
      ['/api/v1/participants/%', '400 bad-request'],
    ];
    for (const [path, expected] of cases) {
      expect([path, outcome(await ask(web, 'GET', path, { token }))]).toEqual([path, expected]);
    }
    for (const path of [`/api/v1/participants/${pidOf(alice.key)}`, '/api/v1/participants']) {
      expect(outcome(await ask(web, 'GET', path))).toBe('401 token-missing');
    }
    const equivalents = await ask(web, 'GET', '/api/v1/equivalents');
    expect(equivalents.body).toEqual({ equivalents: [{ equivalent: 'UAH', lines: 3, participants: 2 }] });
  });
});
