import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';

let folder: string;
let alice: TestNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-api-http-'));
  alice = await startParticipant('Alice', folder);
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

/** A request as a program without our client would make it; `fetch` would not let us choose the Host. */
async function send(
  method: string,
  path: string,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const sent = request(new URL(path, alice.url), {
    method,
    headers: { authorization: `Bearer ${alice.cookie}`, ...headers },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response), headers: response.headers };
}

const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = json) => send('POST', '/v1/payments', { headers, body });

const errorOf = ({ status, body }: Answer) => ({
  status,
  ...(JSON.parse(body) as { error: { code: string; message: string } }).error,
});

describe('a request that is none is refused with what is wrong, and changes nothing', () => {
  it('another type of content', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(errorOf(await post('{}', { 'content-type': type }))).toMatchObject({
        ...{ status: 400, code: 'bad-request', message: expect.stringContaining('only application/json') as string },
      });
    }
  });

  it('more than 256 KiB', async () => {
    const { status, code } = errorOf(await post(JSON.stringify({ memo: 'a'.repeat(300_000) })));
    expect({ status, code }).toEqual({ status: 413, code: 'body-too-large' });
  });

  it.each([
    ['/v1/history?limit=1&limit=2', 400, 'bad-request'],
    ['/v1/history?unknown=1', 400, 'bad-request'],
    ['/v1/transactions/xyz', 400, 'bad-request'],
    ['/v1/%00', 404, 'not-found'],
    ['/v1/%zz', 400, 'bad-request'],
    ['/v2/status', 404, 'not-found'],
    ['/../../etc/passwd', 404, 'not-found'],
  ])('%s', async (path, status, code) => {
    expect(errorOf(await send('GET', path))).toMatchObject({ status, code });
  });

  it('another method', async () => {
    for (const method of ['PATCH', 'OPTIONS', 'DELETE']) {
      expect(errorOf(await send(method, '/v1/status'))).toMatchObject({ status: 404, code: 'not-found' });
    }
  });
});

describe('a web page elsewhere gets nothing', () => {
  it.each([
    [{ host: 'rebound.example' }, 'wrong-host'],
    [{ host: 'rebound.example:80' }, 'wrong-host'],
    [{ origin: 'http://evil.example' }, 'wrong-origin'],
    [{ origin: 'null' }, 'wrong-origin'],
  ])('%j', async (headers, code) => {
    for (const path of ['/v1/status', '/healthz', '/metrics', '/nothing']) {
      const answer = await send('GET', path, { headers });
      expect(errorOf(answer)).toMatchObject({ status: 403, code });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('not over WebSocket either', async () => {
    const headers = { authorization: `Bearer ${alice.cookie}`, origin: 'http://evil.example' };
    const socket = new WebSocket(new URL('/v1/events', alice.url.replace('http', 'ws')), { headers });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(403);
    response.resume();
    socket.on('error', () => undefined);
    socket.terminate();
  });
});

describe('what needs no token', () => {
  const noToken = { headers: { authorization: '' } };

  it('is whether the node lives and is ready', async () => {
    expect(await send('GET', '/healthz', noToken)).toMatchObject({ status: 200, body: '{"ok":true}' });
    expect(await send('GET', '/readyz', noToken)).toMatchObject({ status: 200, body: '{"ready":true}' });
  });

  it.each(['/v1/status', '/v1/openapi.json', '/v1/events', '/metrics', '/v1/balance'])('is not %s', async (path) => {
    expect(errorOf(await send('GET', path, noToken))).toMatchObject({ status: 401, code: 'no-token' });
  });
});

describe('metrics', () => {
  it('are those of Prometheus, each with its meaning', async () => {
    const { status, body, headers } = await send('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain');
    const names = [...body.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
    expect(names).toContain('geo_steps_total');
    for (const name of names) expect(body).toMatch(new RegExp(`^# HELP ${name} .{10,}$`, 'm'));
  });
});

describe('what is no HTTP', () => {
  it('is answered and left', async () => {
    const socket = connect(Number(new URL(alice.url).port), '127.0.0.1');
    socket.write('\u0000\u0001nonsense\r\n\r\n');
    expect(await text(socket)).toContain('400 Bad Request');
    expect(await send('GET', '/healthz')).toMatchObject({ status: 200 });
  });

  it('and a WebSocket that talks is not listened to', async () => {
    const socket = new WebSocket(new URL('/v1/events', alice.url.replace('http', 'ws')), {
      headers: { authorization: `Bearer ${alice.cookie}` },
    });
    await once(socket, 'open');
    socket.send('a'.repeat(100_000));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
    expect(await send('GET', '/healthz')).toMatchObject({ status: 200 });
  });
});
