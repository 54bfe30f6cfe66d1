/**
 * What a network and a neighbour do to links. Nothing is reordered here: a stream cannot be. What a link loses when it ends
 * is sent again by the state of both sides (design of the machine), so that it ends, is told and comes back is enough.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer, withLength } from '#test/support/raw-peer.ts';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts';

const park = new HostPark();
const others: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(others.splice(0).map(async (other) => other.stop()));
  await park.stopAll();
});

async function rawPeer(): Promise<RawPeer> {
  const peer = await startRawPeer();
  others.push(peer);
  return peer;
}

async function proxyTo(host: RecordedHost, delayMs?: () => number): Promise<TcpProxy> {
  const proxy = await startTcpProxy(host.host.addresses()[0] as string, delayMs === undefined ? {} : { delayMs });
  others.push(proxy);
  return proxy;
}

async function linked(a: RecordedHost, b: RecordedHost, times = 1): Promise<void> {
  await Promise.all([a.until(() => a.upCount(b.publicKey) === times), b.until(() => b.upCount(a.publicKey) === times)]);
}

describe('a wire', () => {
  it.each(['there', 'back'] as const)(
    'that carries nothing %s any more is noticed by both ends, and replaced',
    async (direction) => {
      // Long enough that a busy machine is not taken for a silent one.
      const times = { livenessIntervalMs: 300, livenessTimeoutMs: 2_000 };
      const [a, b] = [await park.start({ times }), await park.start({ times })];
      const proxy = await proxyTo(b);
      b.host.keep(a.publicKey, []);
      a.host.keep(b.publicKey, [proxy.address]);
      await linked(a, b);
      proxy.clog(direction);
      await linked(a, b, 2);
      expect([a.downCount(b.publicKey), b.downCount(a.publicKey)]).toEqual([1, 1]);
    },
  );

  it('with long and very uneven delays carries all frames in order, over one link', async () => {
    const [a, b] = [await park.start(), await park.start()];
    let chunk = 0;
    const proxy = await proxyTo(b, () => (++chunk % 20 === 0 ? 150 : chunk % 7));
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, [proxy.address]);
    await linked(a, b);
    for (let i = 0; i < 200; i++) {
      a.host.send(b.publicKey, Uint8Array.of(i));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await b.until(() => b.framesFrom(a.publicKey).length === 200);
    expect(b.framesFrom(a.publicKey).map(([n]) => n)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect([...a.events, ...b.events].map(({ type }) => type)).toEqual(['up', 'up']);
  });
});

it('fifty neighbours whose connections break at once all come back, and do not call more often than they must', async () => {
  const hub = await park.start();
  const proxy = await proxyTo(hub);
  const neighbours: RecordedHost[] = [];
  for (let i = 0; i < 50; i++) neighbours.push(await park.start({ listen: [] }));
  for (const neighbour of neighbours) {
    hub.host.keep(neighbour.publicKey, []);
    neighbour.host.keep(hub.publicKey, [proxy.address]);
  }
  await Promise.all(neighbours.map(async (neighbour) => linked(hub, neighbour)));
  const before = proxy.accepted;
  proxy.cut();
  await Promise.all(neighbours.map(async (neighbour) => linked(hub, neighbour, 2)));
  expect(proxy.accepted - before).toBeLessThanOrEqual(3 * neighbours.length);
  for (const neighbour of neighbours) expect(neighbour.downCount(hub.publicKey)).toBe(1);
});

describe('a neighbour', () => {
  it('that reads nothing loses its link after a while, little waits for it, and others are not kept waiting', async () => {
    const host = await park.start({ times: { stallMs: 300 } });
    const [deaf, other] = [await rawPeer(), await park.start()];
    host.host.keep(deaf.publicKey, []);
    host.host.keep(other.publicKey, other.host.addresses());
    await linked(host, other);
    const link = await deaf.link(host.host.addresses());
    await host.until(() => host.upCount(deaf.publicKey) === 1);
    link.stream.pause();
    // Two megabytes: more than the window, less than may wait.
    for (let i = 0; i < 40; i++) host.host.send(deaf.publicKey, new Uint8Array(50_000));
    host.host.send(other.publicKey, Uint8Array.of(7));
    await other.until(() => other.framesFrom(host.publicKey).length === 1);
    await host.until(() => host.downCount(deaf.publicKey) === 1);
    expect(await host.counted('geo_link_stream_ends_total', { reason: 'too-slow' })).toBe(1);
    expect(host.host.unlinked()).toMatchObject([{ trouble: { causes: [{ code: 'too-slow' }] } }]);
    // It is no outcast: once it reads, it has a link again.
    const next = await deaf.link(host.host.addresses());
    await host.until(() => host.upCount(deaf.publicKey) === 2);
    host.host.send(deaf.publicKey, Uint8Array.of(8));
    expect(await next.nextFrame()).toEqual(Uint8Array.of(8));
  });

  it('that reads slowly keeps its link', async () => {
    const host = await park.start({ times: { stallMs: 500 } });
    const slow = await rawPeer();
    host.host.keep(slow.publicKey, []);
    const link = await slow.link(host.host.addresses());
    await host.until(() => host.upCount(slow.publicKey) === 1);
    const total = 40;
    for (let i = 0; i < total; i++) host.host.send(slow.publicKey, new Uint8Array(50_000).fill(i));
    for (let i = 0; i < total; i++) expect((await link.nextFrame())[0]).toBe(i);
    expect(host.downCount(slow.publicKey)).toBe(0);
  });

  it('that sends its HELLO byte by byte has the time for a HELLO, not for each byte', async () => {
    const host = await park.start({ times: { helloTimeoutMs: 200 } });
    const peer = await rawPeer();
    const stream = await peer.openLink(host.host.addresses());
    const hello = withLength(peer.hello().length, peer.hello());
    let sent = 0;
    const drip = setInterval(() => {
      if (stream.stream.status === 'open') stream.send(Uint8Array.of(hello[sent++] ?? 0));
    }, 20);
    expect(await stream.ended).toBe('reset');
    clearInterval(drip);
    expect(sent).toBeLessThan(hello.length);
    expect(host.events).toEqual([]);
  });

  it('that floods takes no more than its share: another one waits behind few of its frames', async () => {
    // The node works on one frame after the other, whoever sent it.
    const done: string[] = [];
    let turn = Promise.resolve();
    const host = await park.start({
      on: {
        async frame(from) {
          turn = turn.then(async () => new Promise((resolve) => setImmediate(resolve)));
          await turn;
          done.push(from);
          host.host.send(from, Uint8Array.of(1));
        },
      },
    });
    const [flooding, honest] = [await rawPeer(), await park.start()];
    for (const { publicKey } of [flooding, honest]) host.host.keep(publicKey, []);
    honest.host.keep(host.publicKey, host.host.addresses());
    await linked(host, honest);
    const link = await flooding.link(host.host.addresses());
    const burst = Uint8Array.from({ length: 2 * 9_000 }, (_, i) => (i % 2 === 0 ? 1 : 7));
    for (let i = 0; i < 4; i++) link.send(burst);
    await host.until(() => done.length > 100);
    const before = done.length;
    const trips = 50;
    for (let i = 1; i <= trips; i++) {
      honest.host.send(host.publicKey, Uint8Array.of(i));
      await honest.until(() => honest.framesFrom(host.publicKey).length === i);
    }
    const meanwhile = done.slice(before, done.lastIndexOf(honest.publicKey));
    const foreign = meanwhile.filter((from) => from === flooding.publicKey).length;
    // It did flood all the time, and at most what one neighbour may have under way came between, and once more on the way back.
    expect(foreign).toBeGreaterThan(trips);
    expect(foreign / trips).toBeLessThan(2 * 64 + 1);
    expect(link.stream.status).toBe('open');
  });
});
