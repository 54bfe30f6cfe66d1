/**
 * Clients of the API's port that are broken or mean it: nonsense, floods, silence. They keep nothing busy, and the owner
 * is served all the while.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ApiPort } from '#test/support/api-port.ts';
import { atScale } from '#test/support/scale.ts';

const CONNECTIONS = atScale(3_000, 10_000);

/** Connections that may say nothing at a time. */
const MAX_GUESTS = 256;

let api: ApiPort;

beforeAll(async () => {
  api = await ApiPort.start();
});

afterEach(() => api.hangUp());

afterAll(() => api.stop());

/** The WebSocket handshake as any program can make it; the answer's head, and the socket. */
async function upgrade(
  headers: Record<string, string>,
): Promise<{ status: number | undefined; socket: Socket | null }> {
  const sent = request({
    ...{ host: '127.0.0.1', port: api.port, path: '/v1/events' },
    headers: {
      ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  });
  sent.end();
  const upgraded = once(sent, 'upgrade') as Promise<[IncomingMessage, Socket]>;
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  upgraded.catch(() => undefined);
  answered.catch(() => undefined);
  const [response, socket] = await Promise.race([upgraded, answered]);
  if (socket === undefined) {
    response.resume();
    return { status: response.statusCode, socket: null };
  }
  api.keep(socket);
  return { status: response.statusCode, socket };
}

/** A frame of a client; masked by zeros. */
function frame(opcode: number, payload: Uint8Array, length = payload.length): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

describe('WebSocket', () => {
  it.each([
    ['without a token', {}, 401],
    ['with a stale token', { authorization: `Bearer ${'A'.repeat(43)}` }, 401],
    ['with the token as a protocol', { 'sec-websocket-protocol': 'bearer' }, 401],
  ])('%s is refused', async (_what, headers, status) => {
    expect(await upgrade(headers as Record<string, string>)).toEqual({ status, socket: null });
  });

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1'])(
    'of the foreign origin %s is refused',
    async (origin) => {
      expect(await upgrade({ authorization: `Bearer ${api.alice.cookie}`, origin })).toEqual({
        status: 403,
        socket: null,
      });
    },
  );

  it.each([
    ['a text', () => frame(1, Buffer.from('hello'))],
    ['10,000 texts', () => Buffer.concat(Array.from({ length: 10_000 }, () => frame(1, Buffer.from('x'))))],
    ['a frame of 5,000 bytes', () => frame(1, Buffer.alloc(5_000))],
    ['a frame that says it has 2⁶² bytes', () => frame(2, Buffer.alloc(100), 2 ** 62)],
    ['a frame without a mask', () => Buffer.from([0x81, 1, 0x41])],
    ['a ping of 200 bytes', () => frame(9, Buffer.alloc(200))],
    ['an unknown kind of frame', () => frame(0xb, Buffer.alloc(1))],
    ['garbage', () => Buffer.from('\u0000GET / HTTP/1.1\r\n\r\n')],
  ])('that sends %s is closed', async (_what, bytes) => {
    const { socket } = await upgrade({ authorization: `Bearer ${api.alice.cookie}` });
    socket?.write(bytes());
    socket?.resume();
    // Our side goes on until the other one has had enough.
    await new Promise((resolve) => socket?.once('close', resolve));
    await api.serveOwner();
  });

  it('the 129th stream at a time is told to come later, and one more is served once another has gone', async () => {
    const open: WebSocket[] = [];
    const dial = () =>
      new WebSocket(`ws://127.0.0.1:${api.port}/v1/events`, {
        headers: { authorization: `Bearer ${api.alice.cookie}` },
      });
    for (let at = 0; at < 128; at++) {
      const socket = dial();
      open.push(socket);
      await once(socket, 'open');
    }
    expect((await once(dial(), 'close'))[0]).toBe(1013);
    const gone = once(open[0] as WebSocket, 'close');
    open[0]?.close();
    await gone;
    const next = dial();
    await once(next, 'open');
    const pong = once(next, 'pong');
    next.ping();
    await pong;
    for (const socket of [...open, next]) socket.terminate();
  });
});

describe('what is no HTTP, or hardly', () => {
  const get = () => `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${api.port}\r\n\r\n`;

  it.each([
    ['garbage', 'hello\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['NUL in a header', 'GET / HTTP/1.1\r\nhost: a\u0000b\r\n\r\n'],
    ['a header that goes on in the next line', 'GET / HTTP/1.1\r\nhost: a\r\n b\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length below zero', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n'],
    ['a head of 20 KiB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`],
  ])('%s is answered with words, and left', async (_what, bytes) => {
    const answer = await api.answerTo(bytes);
    expect(answer).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n.*"code":"bad-request","message":"The request is wrong: it/s,
    );
    await api.serveOwner();
  });

  it('garbage behind requests is not answered in their place', async () => {
    const answer = await api.answerTo(`${get()}${get()}garbage\r\n\r\n${get()}`);
    expect((answer.match(/HTTP\/1\.1 \d+/g) ?? []).filter((status) => !status.endsWith('200'))).toEqual([]);
    await api.serveOwner();
  });

  it('10,000 requests in a row whose answers nobody reads hold up nobody', async () => {
    const socket = await api.open();
    socket.pause();
    socket.write(get().repeat(10_000));
    await api.serveOwner();
  });

  it('a body above 256 KiB is not read to its end', async () => {
    const head = `POST /v1/payments HTTP/1.1\r\nhost: 127.0.0.1:${api.port}\r\nauthorization: Bearer ${api.alice.cookie}\r\ncontent-type: application/json\r\n`;
    expect(await api.answerTo(`${head}content-length: 1000000000000\r\n\r\n{`)).toMatch(
      /^HTTP\/1\.1 413 .*262144 bytes, which is the limit/s,
    );
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    expect(await api.answerTo(`${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(8)}`)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });
});

describe('silence and slowness', () => {
  it('a head of one byte a second is not waited for longer than some seconds', async () => {
    const socket = await api.open();
    const answer = text(socket);
    const drip = setInterval(() => socket.write('a'), 1_000);
    socket.write('GET /healthz HTTP/1.1\r\nx: ');
    const startedMs = performance.now();
    expect(await answer).toMatch(/^HTTP\/1\.1 400 .*it took too long to come/s);
    clearInterval(drip);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });

  it(`${CONNECTIONS} connections that say nothing keep the owner out at no time, and are ended`, async () => {
    let ended = 0;
    let enough = (): void => undefined;
    const mostEnded = new Promise<void>((resolve) => {
      enough = resolve;
    });
    for (let opened = 0; opened < CONNECTIONS; opened += 100) {
      const some = await Promise.all(Array.from({ length: 100 }, () => api.open()));
      for (const socket of some) {
        socket.once('close', () => {
          if (++ended === CONNECTIONS - MAX_GUESTS) enough();
        });
        socket.resume();
      }
      await api.serveOwner();
    }
    await mostEnded;
    await api.serveOwner();
  });
});
