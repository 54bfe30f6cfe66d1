/**
 * Whoever reaches the API's port without being its owner: programs of other users of this machine, web pages. They get
 * nothing. Clients that are broken or mean it are in api-floods.test.ts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '#node/api/client.ts';
import { ApiPort } from '#test/support/api-port.ts';
import { refused, startAgain } from '#test/support/nodes.ts';

let api: ApiPort;

beforeAll(async () => {
  api = await ApiPort.start();
});

afterEach(() => api.hangUp());

afterAll(() => api.stop());

describe('without a good token', () => {
  it.each([
    ['no token', {}, /none was sent/],
    ['an empty one', { authorization: '' }, /another form/],
    ['another scheme', { authorization: 'Basic YWxpY2U6cGFzcw==' }, /another form/],
    ['two', { authorization: 'Bearer a, Bearer b' }, /another form/],
    ['the cookie of an earlier start', { authorization: `Bearer ${'A'.repeat(43)}` }, /unknown/],
    ['one in the address', {}, /none was sent/],
    ['a cookie of a browser', { cookie: 'token=x' }, /none was sent/],
  ])('%s: nothing is told and nothing is done', async (what, headers, why) => {
    const query = what === 'one in the address' ? `?token=${api.alice.cookie}` : '';
    for (const [method, path] of [
      ['GET', '/v1/status'],
      ['POST', '/v1/stop'],
      ['GET', '/metrics'],
      ['GET', '/v1/openapi.json'],
    ]) {
      const answer = await api.send(method as string, `${path}${query}`, { host: `127.0.0.1:${api.port}`, ...headers });
      expect(answer).toMatchObject({ status: 401, code: 'no-token', message: expect.stringMatching(why) as string });
    }
    await api.serveOwner();
  });

  it('a stale cookie, of before the last start', async () => {
    const { cookie } = api.alice;
    await api.alice.node.stop('to start again');
    await startAgain(api.alice);
    const answer = await api.send('GET', '/v1/status', api.bearer(cookie));
    expect(answer).toMatchObject({ status: 401, message: expect.stringContaining('an earlier start') as string });
    await api.serveOwner();
  });

  it('a revoked token', async () => {
    const { secret } = await api.alice.client.makeToken({ name: 'revoked', scope: 'admin' });
    expect((await api.send('GET', '/v1/status', api.bearer(secret))).status).toBe(200);
    await api.alice.client.revokeToken({ name: 'revoked' });
    expect(await api.send('GET', '/v1/status', api.bearer(secret))).toMatchObject({ status: 401, code: 'no-token' });
  });

  it('an expired token', async () => {
    const expiresAtMs = Date.now() + 150;
    const { secret } = await api.alice.client.makeToken({ name: 'expired', scope: 'admin', expiresAtMs });
    let answer = await api.send('GET', '/v1/status', api.bearer(secret));
    while (Date.now() < expiresAtMs) answer = await api.send('GET', '/v1/status', api.bearer(secret));
    answer = await api.send('GET', '/v1/status', api.bearer(secret));
    expect(answer).toMatchObject({
      status: 401,
      code: 'no-token',
      message: expect.stringContaining('expired') as string,
    });
  });

  it('a token of another scope', async () => {
    const { secret } = await api.alice.client.makeToken({ name: 'reader', scope: 'read' });
    expect(await api.send('POST', '/v1/stop', api.bearer(secret))).toMatchObject({
      ...{ status: 403, code: 'scope-missing' },
      message: expect.stringMatching(/allows “read”.*needs “admin”/) as string,
    });
    await api.serveOwner();
  });

  it('a token above its daily cap', async () => {
    const dailyCaps = [{ equivalent: 'UAH', amount: '5' }];
    const { secret } = await api.alice.client.makeToken({ name: 'capped', scope: 'pay', dailyCaps });
    const capped = createClient(api.alice.url, secret);
    const to = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    const above = await refused(capped.pay({ to, equivalent: 'UAH', amount: '5.01' }));
    expect(above).toMatchObject({
      code: 'daily-cap',
      message: expect.stringMatching(/may pay 5\.00 UAH.*5\.01 was asked/) as string,
    });
    const other = await refused(capped.pay({ to, equivalent: 'EUR', amount: '0.01' }));
    expect(other).toMatchObject({
      code: 'daily-cap',
      message: expect.stringMatching(/may not pay in this equivalent/) as string,
    });
  });
});

describe('DNS rebinding', () => {
  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.1:0PORT',
    '127.0.0.1:PORT.evil.example',
    '127.0.0.1:PORT@evil.example',
    'evil.example@127.0.0.1:PORT',
    '127.0.0.1:PORT, evil.example',
    '127.0.0.1.evil.example:PORT',
    'localhost.:PORT',
    'localhost.evil.example:PORT',
    'x.localhost:PORT',
    '127.1:PORT',
    '2130706433:PORT',
    '0x7f000001:PORT',
    '0.0.0.0:PORT',
    '127.0.0.2:PORT',
    '::1',
    '[::1]',
    '[::]:PORT',
    '[0:0:0:0:0:0:0:1]:PORT',
    '[::ffff:127.0.0.1]:PORT',
    '[::1%25lo]:PORT',
    '[fe80::1]:PORT',
    '',
  ])('the host %s gets nothing', async (host) => {
    const headers = { host: host.replace('PORT', String(api.port)), authorization: `Bearer ${api.alice.cookie}` };
    for (const path of ['/v1/status', '/healthz', '/']) {
      expect(await api.send('GET', path, headers)).toMatchObject({ status: 403, code: 'wrong-host' });
    }
  });

  it('no host at all gets nothing', async () => {
    expect(
      await api.answerTo(
        `GET /v1/status HTTP/1.1\r\nauthorization: Bearer ${api.alice.cookie}\r\nconnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 403 .*"wrong-host"/s);
    expect(await api.answerTo(`GET /v1/status HTTP/1.0\r\nauthorization: Bearer ${api.alice.cookie}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.[01] 403 .*"wrong-host"/s,
    );
  });

  it('two hosts get nothing of the second', async () => {
    const both = `host: evil.example\r\nhost: 127.0.0.1:${api.port}\r\n`;
    expect(
      await api.answerTo(
        `GET /v1/status HTTP/1.1\r\n${both}authorization: Bearer ${api.alice.cookie}\r\nconnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 (400|403) /);
  });

  it('an address in the request line counts for nothing', async () => {
    const own = `host: 127.0.0.1:${api.port}\r\nauthorization: Bearer ${api.alice.cookie}\r\nconnection: close\r\n\r\n`;
    expect(await api.answerTo(`GET http://evil.example/v1/status HTTP/1.1\r\n${own}`)).toMatch(/^HTTP\/1\.1 40[0-9] /);
    expect(await api.answerTo(`CONNECT evil.example:80 HTTP/1.1\r\n${own}`)).not.toMatch(/ 200 /);
  });

  it.each(['127.0.0.1:PORT', 'localhost:PORT', 'LOCALHOST:PORT', '[::1]:PORT'])(
    'the host %s is the own one',
    async (host) => {
      expect(
        (
          await api.send('GET', '/v1/status', {
            ...api.bearer(api.alice.cookie),
            host: host.replace('PORT', String(api.port)),
          })
        ).status,
      ).toBe(200);
    },
  );
});

describe('a web page elsewhere', () => {
  it.each([
    'http://evil.example',
    'null',
    '',
    'file://',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1',
    'http://127.0.0.1:80',
    'http://127.0.0.1:PORT/',
    'http://127.0.0.1:PORT.evil.example',
    'http://127.0.0.1:PORT@evil.example',
    'http://localhost:PORT, http://evil.example',
    'chrome-extension://abcdefghijklmnop',
  ])('of the origin %s gets nothing, also with a token', async (origin) => {
    const headers = { ...api.bearer(api.alice.cookie), origin: origin.replace('PORT', String(api.port)) };
    for (const [method, path] of [
      ['GET', '/v1/status'],
      ['POST', '/v1/stop'],
      ['GET', '/healthz'],
    ] as const) {
      const answer = await api.send(method, path, headers);
      expect(answer).toMatchObject({ status: 403, code: 'wrong-origin' });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    await api.serveOwner();
  });

  it('may ask first (CORS preflight) and is allowed nothing, not even as the own page', async () => {
    for (const [origin, status] of [
      ['http://evil.example', 403],
      [`http://127.0.0.1:${api.port}`, 404],
    ] as const) {
      const answer = await api.send('OPTIONS', '/v1/payments', {
        ...{ host: `127.0.0.1:${api.port}`, origin },
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
        'access-control-request-private-network': 'true',
      });
      expect(answer.status).toBe(status);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    '',
  ])('cannot send a form: %s is not read', async (type) => {
    const answer = await api.send(
      'POST',
      '/v1/payments',
      { ...api.bearer(api.alice.cookie), 'content-type': type, 'content-length': '2' },
      '{}',
    );
    expect(answer).toMatchObject({
      status: 400,
      code: 'bad-request',
      message: expect.stringContaining('only application/json') as string,
    });
  });

  it('cannot show the API in a frame or have it sniffed', async () => {
    const { headers } = await api.send('GET', '/healthz', { host: `127.0.0.1:${api.port}` });
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });
});
