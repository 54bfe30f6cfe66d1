import dns from 'node:dns';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';

const park = new HostPark();
afterEach(async () => park.stopAll());

async function startListener(): Promise<RecordedHost> {
  return park.start({ listen: ['/ip4/127.0.0.1/tcp/0/ws'] });
}

function portOf(host: RecordedHost): number {
  return Number(/\/tcp\/(\d+)\/ws\//.exec(host.host.addresses()[0] as string)?.[1]);
}

describe('over WebSocket', () => {
  it('a link carries frames both ways, at once and in order', async () => {
    const [a, b] = [await park.start({ listen: [] }), await startListener()];
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, b.host.addresses());
    await b.until(() => b.upCount(a.publicKey) === 1);
    await a.until(() => a.upCount(b.publicKey) === 1);
    expect(a.host.linked()).toMatchObject([{ address: expect.stringMatching(/\/ws\/p2p\//) as string }]);
    const count = 400;
    for (let i = 0; i < count; i++) {
      const frame = new Uint8Array(30_000).fill(i & 255);
      a.host.send(b.publicKey, frame);
      b.host.send(a.publicKey, frame);
    }
    await a.until(() => a.framesFrom(b.publicKey).length === count);
    await b.until(() => b.framesFrom(a.publicKey).length === count);
    for (const frames of [a.framesFrom(b.publicKey), b.framesFrom(a.publicKey)]) {
      expect(frames.map(([first]) => first)).toEqual(Array.from({ length: count }, (_, i) => i & 255));
    }
    expect([...a.events, ...b.events].map(({ type }) => type)).toEqual(['up', 'up']);
  });

  it('a reader that is slow makes the sender wait, and keeps its link', async () => {
    const held = Promise.withResolvers<void>();
    const a = await park.start({ listen: [] });
    const b = await park.start({ listen: ['/ip4/127.0.0.1/tcp/0/ws'], on: { frame: async () => held.promise } });
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, b.host.addresses());
    await a.until(() => a.upCount(b.publicKey) === 1);
    for (let i = 0; i < 240; i++) a.host.send(b.publicKey, new Uint8Array(50_000));
    await b.until(() => b.framesFrom(a.publicKey).length > 0);
    held.resolve();
    await b.until(() => b.framesFrom(a.publicKey).length === 240);
    expect(a.downCount(b.publicKey)).toBe(0);
  });

  it('a name is looked up as all others: one that stands for a service of the cloud is not dialled', async () => {
    const [a, b] = [await park.start({ listen: [] }), await startListener()];
    b.host.keep(a.publicKey, []);
    const lookup = vi.spyOn(dns, 'lookup');
    onTestFinished(() => lookup.mockRestore());
    const standFor = (address: string): void => {
      const answer = (...[, , callback]: [unknown, unknown, (error: null, found: unknown) => void]): void =>
        callback(null, [{ address, family: 4 }]);
      lookup.mockImplementation(answer as unknown as typeof dns.lookup);
    };
    standFor('169.254.169.254');
    a.host.keep(b.publicKey, [`/dns4/example.org/tcp/${portOf(b)}/ws`]);
    await a.untilLogged('no link with a neighbour');
    expect(a.host.unlinked()).toMatchObject([{ trouble: { causes: [{ code: 'name-unknown' }] } }]);
    standFor('127.0.0.1');
    a.host.keep(b.publicKey, [`/dns4/example.com/tcp/${portOf(b)}/ws`]);
    await a.until(() => a.upCount(b.publicKey) === 1);
  });

  it('a stranger cannot send a message of any size', async () => {
    const host = await startListener();
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(host)}`);
    await once(socket, 'open');
    socket.on('error', () => undefined);
    socket.send(new Uint8Array(2_000_000));
    const [code] = (await once(socket, 'close')) as [number];
    expect([1006, 1009]).toContain(code);
  });

  // Less than the 10 s after which what has not shown its key is ended anyway.
  it('a place that another one needs is taken away at once', { timeout: 9_000 }, async () => {
    const host = await park.start({ listen: ['/ip4/127.0.0.1/tcp/0/ws'], places: { pending: 1 } });
    const [first, second] = [0, 1].map(() => new WebSocket(`ws://127.0.0.1:${portOf(host)}`)) as [WebSocket, WebSocket];
    const gone = Promise.race([once(first, 'close'), once(second, 'close')]);
    await Promise.all([once(first, 'open'), once(second, 'open')]);
    await gone;
    expect([first, second].filter(({ readyState }) => readyState === WebSocket.OPEN)).toHaveLength(1);
  });

  it('what is no WebSocket is answered as by a web server that has nothing, and the node goes on', async () => {
    const host = await startListener();
    for (const said of [
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      '\x16\x03\x01 no TLS here',
      '\0\0\0',
    ]) {
      const socket = connect(portOf(host), '127.0.0.1', () => socket.write(said));
      socket.on('error', () => undefined).resume();
      await once(socket, 'close');
    }
    const other = await park.start({ listen: [] });
    host.host.keep(other.publicKey, []);
    other.host.keep(host.publicKey, host.host.addresses());
    await other.until(() => other.upCount(host.publicKey) === 1);
  });

  it('a link comes back when the connection broke', async () => {
    const [a, b] = [await park.start({ listen: [] }), await startListener()];
    const proxy = await startTcpProxy(b.host.addresses()[0] as string);
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, [`${proxy.address}/ws`]);
    await a.until(() => a.upCount(b.publicKey) === 1);
    proxy.cut();
    await a.until(() => a.upCount(b.publicKey) === 2);
    await proxy.stop();
  });
});
