/** How a browser is let in, and what is kept from it, from other pages and from other programs. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { connectClient } from '#node/api/client.ts';
import { UI_KEY_HEADER, UI_PROTOCOL, UI_SESSION_PATH } from '#node/api/contract.ts';
import { LINK_LIFETIME_MS, SESSION_IDLE_MS } from '#node/api/ui-sessions.ts';
import { type Clock, systemClock } from '#node/clock.ts';
import { startAgain, startParticipant, type TestNode } from '#test/support/nodes.ts';

/** A clock that a test may put forward. */
let aheadMs = 0;
const clock: Clock = {
  nowMs: () => systemClock.nowMs() + aheadMs,
  wakeAt: (atMs, callback) => systemClock.wakeAt(atMs - aheadMs, callback),
};

let folder: string;
let alice: TestNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-api-ui-'));
  alice = await startParticipant('Alice', folder, clock);
});

afterAll(async () => {
  await alice.node.stop('the test is over');
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

type Headers = Readonly<Record<string, string>>;

/** A request with the headers of a browser, or of somebody who makes them up. */
async function send(method: string, path: string, headers: Headers = {}, body?: object): Promise<Answer> {
  const type: Headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = request(new URL(path, alice.url), { method, headers: { ...type, ...headers } });
  sent.end(body === undefined ? '' : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response), headers: response.headers };
}

const codeOf = ({ status, body }: Answer) => [status, (JSON.parse(body) as { error: { code: string } }).error.code];
const own = (): Headers => ({ origin: alice.url });

async function newSecret(): Promise<string> {
  const { path } = await alice.client.makeUiLink();
  return path.replace(/^\/ui\/#\/open\//, '');
}

const exchange = (secret: string, headers: Headers = own()) => send('POST', UI_SESSION_PATH, headers, { secret });

/** The headers of a page that was let in. */
async function session(): Promise<{ cookie: string } & Headers> {
  const { body, headers } = await exchange(await newSecret());
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] as string;
  return { cookie, [UI_KEY_HEADER]: (JSON.parse(body) as { key: string }).key };
}

describe('a link', () => {
  it('is exchanged for a cookie that no script reads and no other site sends', async () => {
    const { status, headers } = await exchange(await newSecret());
    expect(status).toBe(200);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^geo-ui-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/) as string,
    ]);
  });

  it('works once', async () => {
    const secret = await newSecret();
    expect((await exchange(secret)).status).toBe(200);
    const again = await exchange(secret);
    expect(codeOf(again)).toEqual([403, 'link-used']);
    expect(again.headers).not.toHaveProperty('set-cookie');
  });

  it('works for a minute', async () => {
    const secret = await newSecret();
    aheadMs = LINK_LIFETIME_MS;
    const late = await exchange(secret);
    aheadMs = 0;
    expect(codeOf(late)).toEqual([403, 'link-used']);
    expect(late.body).toContain('it works for a minute');
    expect(codeOf(await exchange(secret))).toEqual([403, 'link-used']);
  });

  it('is not guessed', async () => {
    for (const secret of ['a', 'a'.repeat(256)]) expect(codeOf(await exchange(secret))).toEqual([403, 'link-used']);
    for (const body of [{}, { secret: '' }, { secret: 1 }, { secret: 'a'.repeat(257) }, { secret: 'a', more: 1 }]) {
      expect(codeOf(await send('POST', UI_SESSION_PATH, own(), body))).toEqual([400, 'bad-request']);
    }
  });

  it('is of no use to other pages, under other names, or without saying whose page it is', async () => {
    const secret = await newSecret();
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', alice.url.replace('http', 'https')]) {
      expect(codeOf(await exchange(secret, { origin }))).toEqual([403, 'wrong-origin']);
    }
    expect(codeOf(await exchange(secret, {}))).toEqual([403, 'wrong-origin']);
    expect(codeOf(await exchange(secret, { ...own(), host: 'rebound.example' }))).toEqual([403, 'wrong-host']);
    expect((await exchange(secret)).status).toBe(200);
  });

  it('is made by nobody but the owner', async () => {
    expect(codeOf(await send('POST', '/v1/ui/links'))).toEqual([401, 'no-token']);
    const { secret } = await alice.client.makeToken({ name: 'shop', scope: 'pay' });
    const shop = { authorization: `Bearer ${secret}` };
    expect(codeOf(await send('POST', '/v1/ui/links', shop))).toEqual([403, 'scope-missing']);
  });
});

describe('a page that was let in', () => {
  it('may do what the owner may', async () => {
    const headers = await session();
    expect((await send('GET', '/v1/status', headers)).status).toBe(200);
    const made = await send('POST', '/v1/cards', { ...headers, ...own() }, {});
    expect(made.status).toBe(200);
  });

  it('needs both its cookie and its key', async () => {
    const { cookie, ...key } = await session();
    expect(codeOf(await send('GET', '/v1/status', { cookie }))).toEqual([401, 'no-token']);
    expect(codeOf(await send('GET', '/v1/status', key))).toEqual([401, 'no-token']);
    const another = await session();
    const mixed = { ...another, cookie };
    expect(codeOf(await send('GET', '/v1/status', mixed))).toEqual([401, 'no-token']);
  });

  it('is this node’s own page', async () => {
    const headers = await session();
    const card = (more: Headers) => send('POST', '/v1/cards', { ...headers, ...more }, {});
    expect(codeOf(await card({}))).toEqual([403, 'wrong-origin']);
    expect(codeOf(await card({ origin: 'http://127.0.0.1:1' }))).toEqual([403, 'wrong-origin']);
    expect(codeOf(await card({ ...own(), host: 'rebound.example' }))).toEqual([403, 'wrong-host']);
  });

  it('gets events, with its key as a subprotocol', async () => {
    const { cookie, [UI_KEY_HEADER]: key = '' } = await session();
    const url = new URL('/v1/events', alice.url.replace('http', 'ws'));
    const statusOf = async (protocols: string[], headers: Headers): Promise<number> => {
      const socket = new WebSocket(url, protocols, { headers });
      socket.on('error', () => undefined);
      const refused = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>;
      const status = await Promise.race([once(socket, 'open').then(() => 101), refused.then(([, r]) => r.statusCode)]);
      socket.terminate();
      return status ?? 0;
    };
    expect(await statusOf([UI_PROTOCOL, key], { cookie, ...own() })).toBe(101);
    expect(await statusOf([UI_PROTOCOL, key], { cookie })).toBe(403);
    expect(await statusOf([UI_PROTOCOL, key], { cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf([UI_PROTOCOL, key], own())).toBe(401);
    expect(await statusOf([UI_PROTOCOL, 'x'], { cookie, ...own() })).toBe(401);
  });
});

describe('the browsers that are let in', () => {
  const all = async () => (await alice.client.listPageSessions()).sessions;
  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

  async function openAs(agent: string, before: Headers = {}): Promise<{ headers: Headers; id: string }> {
    const { body, headers } = await exchange(await newSecret(), { ...own(), ...before, 'user-agent': agent });
    const { key, id } = JSON.parse(body) as { key: string; id: string };
    return { headers: { cookie: headers['set-cookie']?.[0]?.split(';')[0] as string, [UI_KEY_HEADER]: key }, id };
  }

  it('are listed, the last used first, in known words', async () => {
    const firefox = await openAs(FIREFOX);
    const other = await openAs('<script>alert(1)</script>');
    expect((await all()).slice(0, 2)).toMatchObject([
      { id: other.id, browser: null },
      { id: firefox.id, browser: 'Firefox, Linux' },
    ]);
    await send('GET', '/v1/status', firefox.headers);
    expect((await all())[0]).toMatchObject({ id: firefox.id });
  });

  it('are signed out at once, their event streams too, and cannot come back', async () => {
    const [{ headers, id }, stays] = [await openAs(FIREFOX), await openAs(FIREFOX)];
    const url = new URL('/v1/events', alice.url.replace('http', 'ws'));
    const { cookie = '', [UI_KEY_HEADER]: key = '' } = headers;
    const socket = new WebSocket(url, [UI_PROTOCOL, key], { headers: { cookie, ...own() } });
    await once(socket, 'open');
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    expect((await send('DELETE', `/v1/ui/sessions/${id}`, { ...headers, ...own() })).status).toBe(200);
    const [code, why] = await closed;
    expect([code, String(why)]).toEqual([1008, 'this page was signed out']);
    expect(codeOf(await send('GET', '/v1/status', headers))).toEqual([401, 'no-token']);
    expect((await send('GET', '/v1/status', stays.headers)).status).toBe(200);
    expect((await all()).map((session) => session.id)).not.toContain(id);
    const again = await send('DELETE', `/v1/ui/sessions/${id}`, { ...stays.headers, ...own() });
    expect(codeOf(again)).toEqual([404, 'unknown-session']);
  });

  it('have one session each', async () => {
    const first = await openAs(FIREFOX);
    const second = await openAs(FIREFOX, first.headers);
    expect(codeOf(await send('GET', '/v1/status', first.headers))).toEqual([401, 'no-token']);
    expect((await send('GET', '/v1/status', second.headers)).status).toBe(200);
  });

  it('are let in after a new start too, and no longer when they were not used for a month', async () => {
    const { port } = new URL(alice.url);
    const { headers, id } = await openAs(FIREFOX);
    await alice.node.stop('to be started again');
    await startAgain({ ...alice, config: { ...alice.config, apiPort: Number(port) } });
    Object.assign(alice, { client: await connectClient(alice.config.dataDir) });
    expect((await send('GET', '/v1/status', headers)).status).toBe(200);
    aheadMs = SESSION_IDLE_MS;
    const late = codeOf(await send('GET', '/v1/status', headers));
    const left = (await all()).map((session) => session.id);
    aheadMs = 0;
    expect([late, left]).toEqual([[401, 'no-token'], expect.not.arrayContaining([id])]);
  });
});

describe('the files of the pages', () => {
  it('come with a policy that lets nothing else in', async () => {
    const { status, headers, body } = await send('GET', '/ui/');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      ...{ 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' },
      ...{ 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY', 'cache-control': 'no-store' },
    });
    const policy = headers['content-security-policy'];
    expect(policy).toMatch(/default-src 'self'/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|\*|http|data:/);
    const script = /src="([^"]+)"/.exec(body)?.[1] as string;
    expect(await send('GET', script)).toMatchObject({ status: 200, headers: { 'x-content-type-options': 'nosniff' } });
  });

  it('are no others than these, and not for other names', async () => {
    expect((await send('GET', '/ui')).headers.location).toBe('/ui/');
    for (const path of ['/ui/nothing', '/ui/../package.json', '/ui/%2e%2e/package.json', '/ui/..%2fpackage.json']) {
      expect([path, (await send('GET', path)).status]).toEqual([path, expect.toBeOneOf([400, 403, 404])]);
    }
    expect(codeOf(await send('GET', '/ui/', { host: 'rebound.example' }))).toEqual([403, 'wrong-host']);
  });
});
