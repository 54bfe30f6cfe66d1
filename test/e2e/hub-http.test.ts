/** The hub's HTTP interface: what it answers, and what it refuses in words. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningHub, startHub } from '#hub-indexer/hub.ts';
import { HTTP_AT_ONCE_EACH } from '#hub-indexer/limits.ts';
import { readConfig } from '#node/config.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import { createLog } from '#node/log.ts';
import { pidOf } from '#protocol/identity.ts';
import { openMember, order, startMembersHub } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const GOOD = `equivalent=UAH&source=${A}&target=${B}`;

let hub: RunningHub;
const folders: string[] = [];

async function start(isBehindProxy: boolean): Promise<RunningHub> {
  const folder = mkdtempSync(join(tmpdir(), 'geo-hub-'));
  folders.push(folder);
  const dataDir = join(folder, 'hub');
  await createKeyFile(dataDir, newSeed(), null);
  const flags = { dataDir, listen: ['/ip4/127.0.0.1/tcp/0'], apiPort: '0' };
  return startHub(
    readConfig({ flags, environment: {} }),
    { httpHost: '127.0.0.1', httpPort: 0, isBehindProxy, snapshotIntervalMs: 600_000, equivalents: [], members: null },
    { log: createLog({ level: 'silent', file: null }) },
  );
}

beforeAll(async () => {
  // Each request of the tables comes from a place of its own.
  hub = await start(true);
});
afterAll(async () => {
  await hub.node.stop('the tests are over');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let places = 0;
async function ask(path: string, init: RequestInit = {}, to = hub): Promise<Response> {
  places++;
  const from = `198.18.${places >> 8}.${places & 255}`;
  return fetch(`${to.httpUrl}${path}`, { ...init, headers: { 'x-forwarded-for': from } });
}

/** Parameters, and the words that they are refused with. */
const WRONG: readonly (readonly [query: string, words: RegExp])[] = [
  ['', /^equivalent is missing: an equivalent has 1 to 16 of A-Z, a-z, 0-9 and _\.$/],
  ['equivalent=UAH', /^source is missing: a participant is written as its public key, 64 lower-case hex digits\.$/],
  [`equivalent=UAH&source=${A}`, /^target is missing/],
  [GOOD.replace('UAH', ''), /^equivalent is "": /],
  [GOOD.replace('UAH', 'U-A-H'), /^equivalent is "U-A-H": /],
  [GOOD.replace('UAH', 'U'.repeat(17)), /^equivalent is "U{17}": /],
  [GOOD.replace('UAH', '%D0%93%D1%80%D0%BD'), /^equivalent is "Грн": /],
  [GOOD.replace('UAH', '__proto__%00'), /^equivalent is "__proto__\\u\{0\}": /],
  [GOOD.replace(A, A.toUpperCase()), /^source is "A{40}…": /],
  [GOOD.replace(A, A.slice(1)), /^source is /],
  [GOOD.replace(A, `${A}a`), /^source is /],
  [GOOD.replace(A, `${A}%0A`), /^source is /],
  [GOOD.replace(A, '%E2%80%AEx'), /^source is "\\u\{202e\}x": /],
  [GOOD.replace(B, 'x'.repeat(4_000)), /^target is "x{40}…": /],
  [`${GOOD}&target=${B}`, /^target is given more than once\.$/],
  ...['0', '9', '-1', '1.0', '1e0', '0x1', ' 1', '+1', '٣', '', 'NaN', '8'.repeat(400)].map(
    (most) => [`${GOOD}&most=${most}`, /^most is ".*": write a whole number from 1 to 8, or leave it out\.$/] as const,
  ),
  [`${GOOD}&most=1&most=2`, /^most is given more than once\.$/],
  [`${GOOD}&limit=5`, /^There is no parameter "limit"; there are equivalent, source, target, most\.$/],
  [`${GOOD}&__proto__=5`, /^There is no parameter "__proto__"/],
  [`${GOOD}&%3Cscript%3E=5`, /^There is no parameter "<script>"/],
];

describe('what is wrong is refused in words', () => {
  it.each(WRONG.map(([query, words]) => ({ shown: query.slice(0, 20), end: query.slice(-20), query, words })))(
    'GET /v1/hints?$shown…$end',
    async ({ query, words }) => {
      const response = await ask(`/v1/hints?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: { code: 'bad-request', message: expect.stringMatching(words) } });
    },
  );

  it.each([
    ['GET', '/', 404],
    ['GET', '/v1/Hints', 404],
    ['GET', '/v1/hints/', 404],
    ['POST', '/v1/hints', 404],
    ['DELETE', '/v1/index', 404],
    ['HEAD', '/v1/index', 404],
    ['GET', '/%zz', 400],
  ])('%s %s', async (method, path, status) => {
    const response = await ask(path, { method });
    expect(response.status).toBe(status);
    if (method === 'HEAD') return;
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(/^There is no |^The path cannot be read/);
    expect(error.message.length).toBeLessThan(120);
  });

  it('a path that is long', async () => {
    const response = await ask(`/${'x'.repeat(8_000)}`);
    expect(response.status).toBe(404);
    expect((await response.text()).length).toBeLessThan(200);
  });

  it('a body, and what is no HTTP at all', async () => {
    const response = await ask('/v1/hints', { method: 'POST', body: 'x'.repeat(10_000) });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    for (const nonsense of [
      '\0\x01\x02\r\n\r\n',
      'GET /v1/index SPDY/9\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(99_999)}`,
    ]) {
      const socket = connect(Number(new URL(hub.httpUrl).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.end(nonsense);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*"code":"bad-request"/s);
    }
  });
});

describe('what is right is answered', () => {
  it('hints, of which there are none', async () => {
    const response = await ask(`/v1/hints?${GOOD}&most=3`);
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      ...{ equivalent: 'UAH', source: A, target: B },
      ...{ count: 0, digest: '0'.repeat(16), routes: [] },
    });
  });

  it('the index, health and readiness', async () => {
    expect(await (await ask('/v1/index')).json()).toEqual({
      ...{ publicKey: hub.node.publicKey, network: 'geo', isReady: true, equivalents: [] },
    });
    expect(await (await ask('/healthz')).json()).toEqual({ ok: true });
    const ready = await ask('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, index: true, members: null }]);
  });

  it('its own figures, and none of the node', async () => {
    const figures = await (await ask('/metrics')).text();
    expect(figures).toMatch(/^geo_hub_answers_total\{way="http",outcome="none"\} [1-9]/m);
    const names = [...figures.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(names.filter((name) => name?.startsWith('geo_hub_') !== true)).toEqual([]);
  });

  it('its description, which names every parameter and no schema of the node', async () => {
    const document = (await (await ask('/openapi.json')).json()) as {
      paths: Record<string, { get: { parameters?: { name: string; required?: boolean }[] } }>;
      components?: { schemas?: object };
    };
    expect(Object.keys(document.paths)).toEqual(['/v1/hints', '/v1/index']);
    expect(document.paths['/v1/hints']?.get.parameters?.map(({ name, required = false }) => [name, required])).toEqual([
      ['equivalent', true],
      ['source', true],
      ['target', true],
      ['most', false],
    ]);
    expect(document.components?.schemas ?? {}).toEqual({});
  });
});

describe('how often', () => {
  it('one place may ask so often at once, and another still may', async () => {
    const from = (address: string) => fetch(`${hub.httpUrl}/v1/index`, { headers: { 'x-forwarded-for': address } });
    const statuses = await Promise.all(
      Array.from({ length: HTTP_AT_ONCE_EACH + 60 }, async () => (await from('192.0.2.1')).status),
    );
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(HTTP_AT_ONCE_EACH);
    expect(statuses).toContain(429);
    // Until it is refused again, whatever was earned meanwhile.
    let refused = await from('192.0.2.1');
    while (refused.status !== 429) refused = await from('192.0.2.1');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toEqual({
      error: { code: 'too-often', message: expect.stringMatching(/^At most 10 requests a second are answered/) },
    });
    expect((await from('192.0.2.2')).status).toBe(200);
    expect((await fetch(`${hub.httpUrl}/healthz`, { headers: { 'x-forwarded-for': '192.0.2.1' } })).status).toBe(200);
  });

  it('without a proxy nobody chooses whose rate it is', async () => {
    const direct = await start(false);
    try {
      let refused = 0;
      for (let at = 0; refused === 0 && at < 5_000; at++) {
        const headers = { 'x-forwarded-for': `192.0.2.${at % 256}` };
        if ((await fetch(`${direct.httpUrl}/v1/index`, { headers })).status === 429) refused++;
      }
      expect(refused).toBe(1);
    } finally {
      await direct.node.stop('the test is over');
    }
  });
});

describe('a hub with members', () => {
  it('is ready once they are served, and counts them, their pages and what they are refused, naming nobody', async () => {
    const testHub = await startMembersHub();
    const { url } = testHub;
    const { httpUrl, node } = testHub.hub;
    const figures = async () => (await fetch(`${httpUrl}/metrics`)).text();
    const ready = await fetch(`${httpUrl}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, index: true, members: true }]);
    expect(await figures()).toMatch(/^geo_hub_members 0$/m);
    const [alice, bob] = [await openMember(url, person(1), 'Alice'), await openMember(url, person(2), 'Bob')];
    await bob.trust(alice.key, 'UAH', 100_000_000n);
    for (const member of [alice, bob]) await member.renewMandate();
    expect((await alice.pay(order(bob.key, 100_000_000n))).state).toBe('paid');
    const page = await alice.connection.openEvents(null);
    await once(page, 'open');
    const before = Number(/^geo_hub_member_requests_total (\d+)$/m.exec(await figures())?.[1]);
    expect(before).toBeGreaterThan(5);
    expect((await fetch(`${url}/api/v1/balance`)).status).toBe(401);
    const unknown = { to: 'nobody-of-that-name', equivalent: 'UAH', amount: '1' };
    await expect(alice.connection.read('POST', '/payments/preview', unknown)).rejects.toThrow();
    const now = await figures();
    for (const line of [
      'geo_hub_members 2',
      'geo_hub_members_served 1',
      'geo_hub_member_sockets 1',
      'geo_hub_member_refusals_total{code="token-missing"} 1',
      'geo_hub_member_refusals_total{code="unknown-contact"} 1',
      'geo_hub_member_refusals_total{code="failed"} 0',
      'geo_hub_blocked_accounts 0',
    ])
      expect(now.split('\n')).toContain(line);
    expect(Number(/^geo_hub_member_requests_total (\d+)$/m.exec(now)?.[1])).toBe(before + 2);
    for (const key of [alice.key, bob.key, node.publicKey])
      for (const name of [key, pidOf(key)]) expect(now).not.toContain(name);
    const closed = once(page, 'close');
    page.close();
    await closed;
    await expect.poll(figures).toMatch(/^geo_hub_member_sockets 0$/m);
    await testHub.stop();
  });
});
