import dns from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { identityOf } from '#node/identity/key-file.ts';
import { HostPark, type RecordedHost, randomInstance, randomSeed } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.ts';

const park = new HostPark();
const others: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(others.splice(0).map(async (other) => other.stop()));
  await park.stopAll();
});

async function rawPeer(seed?: Uint8Array): Promise<RawPeer> {
  const peer = await startRawPeer(seed === undefined ? {} : { seed });
  others.push(peer);
  return peer;
}

async function proxyTo(host: RecordedHost): Promise<TcpProxy> {
  const proxy = await startTcpProxy(host.host.addresses()[0] as string);
  others.push(proxy);
  return proxy;
}

async function linked(a: RecordedHost, b: RecordedHost, times = 1): Promise<void> {
  await Promise.all([a.until(() => a.upCount(b.publicKey) === times), b.until(() => b.upCount(a.publicKey) === times)]);
}

describe('a link', () => {
  it('comes up on both sides and carries thousands of frames both ways in order', async () => {
    const [a, b] = [await park.start(), await park.start()];
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, b.host.addresses());
    await linked(a, b);
    const count = 5_000;
    for (let i = 0; i < count; i++) {
      a.host.send(b.publicKey, Uint8Array.of(1, i >> 8, i & 255));
      b.host.send(a.publicKey, Uint8Array.of(2, i >> 8, i & 255));
    }
    await Promise.all([
      a.until(() => a.framesFrom(b.publicKey).length === count),
      b.until(() => b.framesFrom(a.publicKey).length === count),
    ]);
    const order = (frames: readonly Uint8Array[]): number[] => frames.map(([, high = 0, low = 0]) => high * 256 + low);
    const expected = Array.from({ length: count }, (_, i) => i);
    expect(order(a.framesFrom(b.publicKey))).toEqual(expected);
    expect(order(b.framesFrom(a.publicKey))).toEqual(expected);
    expect(a.host.linked()).toMatchObject([{ neighbour: b.publicKey, openedBy: 'us' }]);
    expect(b.host.linked()).toMatchObject([{ neighbour: a.publicKey, openedBy: 'them' }]);
  });

  it('is reported down once when the neighbour stops, and comes back when it starts again somewhere else', async () => {
    const seed = randomSeed();
    const [a, b] = [await park.start(), await park.start({ seed })];
    a.host.keep(b.publicKey, b.host.addresses());
    await linked(a, b);
    await b.stop();
    await a.until(() => a.downCount(b.publicKey) === 1);
    expect(b.downCount(a.publicKey)).toBe(1);
    const again = await park.start({ seed });
    // It kept nobody and has another port: only new addresses lead to it.
    a.host.keep(b.publicKey, again.host.addresses());
    await a.until(() => a.upCount(b.publicKey) === 2);
    a.host.send(again.publicKey, Uint8Array.of(5));
    await again.until(() => again.framesFrom(a.publicKey).length === 1);
    expect(a.events.map(({ type }) => type)).toEqual(['up', 'down', 'up']);
  });

  it('comes back by itself when the neighbour starts again on its port', async () => {
    const seed = randomSeed();
    const [a, b] = [await park.start(), await park.start({ seed })];
    const addresses = b.host.addresses();
    a.host.keep(b.publicKey, addresses);
    await linked(a, b);
    await b.stop();
    await a.until(() => a.downCount(b.publicKey) === 1);
    const again = await park.start({ seed, listen: addresses.map((address) => address.replace(/\/p2p\/.*/, '')) });
    await a.until(() => a.upCount(b.publicKey) === 2);
    await again.until(() => again.upCount(a.publicKey) === 1);
  });

  it('comes back when the neighbour that called starts again', async () => {
    const seed = randomSeed();
    const [a, b] = [await park.start(), await park.start({ seed })];
    a.host.keep(b.publicKey, []);
    b.host.keep(a.publicKey, a.host.addresses());
    await linked(a, b);
    await b.stop();
    const again = await park.start({ seed });
    again.host.keep(a.publicKey, a.host.addresses());
    await Promise.all([
      a.until(() => a.upCount(b.publicKey) === 2),
      again.until(() => again.upCount(a.publicKey) === 1),
    ]);
    expect(a.events.map(({ type }) => type)).toEqual(['up', 'down', 'up']);
  });

  it('is made where a name leads, once the name has been looked up', async () => {
    const [a, b] = [await park.start(), await park.start()];
    const port = /\/tcp\/(\d+)/.exec(b.host.addresses()[0] as string)?.[1];
    const lookup = vi.spyOn(dns, 'lookup');
    a.host.keep(b.publicKey, [`/dns4/localhost/tcp/${port}`]);
    await linked(a, b);
    expect(lookup).toHaveBeenCalled();
    lookup.mockRestore();
  });

  it('is opened once when both call at the same time, and loses no frame', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 20; round++) {
      const sendOnce = (neighbour: () => RecordedHost, self: () => RecordedHost) => ({
        linkUp: () => {
          for (let i = 0; i < 3; i++) self().host.send(neighbour().publicKey, Uint8Array.of(i));
        },
      });
      const a: RecordedHost = await park.start({
        on: sendOnce(
          () => b,
          () => a,
        ),
      });
      const b: RecordedHost = await park.start({
        on: sendOnce(
          () => a,
          () => b,
        ),
      });
      a.host.keep(b.publicKey, b.host.addresses());
      b.host.keep(a.publicKey, a.host.addresses());
      await Promise.all([
        a.until(() => a.framesFrom(b.publicKey).length === 3),
        b.until(() => b.framesFrom(a.publicKey).length === 3),
      ]);
      // Once each has asked the other something more, a second stream would have been settled too.
      a.host.send(b.publicKey, Uint8Array.of(3));
      b.host.send(a.publicKey, Uint8Array.of(3));
      await Promise.all([
        a.until(() => a.framesFrom(b.publicKey).length === 4),
        b.until(() => b.framesFrom(a.publicKey).length === 4),
      ]);
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        expect(one.events).toEqual([{ type: 'up', neighbour: other.publicKey }]);
        expect(one.framesFrom(other.publicKey).map(([n]) => n)).toEqual([0, 1, 2, 3]);
        expect(one.host.linked().length).toBe(1);
      }
      await park.stopAll();
    }
  });

  it('is not made with a node of another network, nor of another version, and both say why', async () => {
    const a = await park.start();
    const other = await park.start({ network: 'elsewhere' });
    a.host.keep(other.publicKey, other.host.addresses());
    const incompatible = async (host: RecordedHost): Promise<void> => {
      await host.untilLogged('no link with an incompatible node');
    };
    await Promise.all([incompatible(a), incompatible(other)]);
    expect(a.logged).toContainEqual(
      expect.objectContaining({ why: 'it belongs to the network "elsewhere", this node to "test"' }),
    );
    const old = await rawPeer();
    const stream = await old.openLink(a.host.addresses());
    stream.sendFrame(old.hello({ versions: [7, 8] }));
    await stream.ended;
    expect(a.logged).toContainEqual(
      expect.objectContaining({
        why: "it speaks version 7, 8 of the protocol, this node 1: this node's program has to be updated",
      }),
    );
    expect([...a.events, ...other.events]).toEqual([]);
  });
});

describe('a link that stands', () => {
  it('outlives others that come over its connection at the same time', async () => {
    const a = await park.start();
    // The host has the smaller key, so it is the one that decides.
    let seed = randomSeed();
    while (identityOf(seed).publicKey < a.publicKey) seed = randomSeed();
    const peer = await rawPeer(seed);
    const instance = randomInstance();
    const stands = await peer.link(a.host.addresses(), { instance });
    const late = await Promise.all([peer.openLink(a.host.addresses()), peer.openLink(a.host.addresses())]);
    for (const stream of late) stream.sendFrame(peer.hello({ instance }));
    await Promise.all(late.map(({ ended }) => ended));
    stands.sendFrame(Uint8Array.of(1));
    await a.until(() => a.framesFrom(peer.publicKey).length === 1);
    expect(a.events).toEqual([{ type: 'up', neighbour: peer.publicKey }]);
  });
});

describe('a broken connection', () => {
  it('is noticed and replaced when its socket is destroyed', async () => {
    const [a, b] = [await park.start(), await park.start()];
    const proxy = await proxyTo(b);
    a.host.keep(b.publicKey, [proxy.address]);
    await linked(a, b);
    proxy.cut();
    await linked(a, b, 2);
    expect(a.downCount(b.publicKey)).toBe(1);
    expect(b.downCount(a.publicKey)).toBe(1);
  });

  it('is noticed and replaced when it falls silent', async () => {
    // Long enough that a busy machine is not taken for a silent one.
    const times = { livenessIntervalMs: 300, livenessTimeoutMs: 2_000 };
    const [a, b] = [await park.start({ times }), await park.start({ times })];
    const proxy = await proxyTo(b);
    a.host.keep(b.publicKey, [proxy.address]);
    await linked(a, b);
    proxy.freeze();
    await linked(a, b, 2);
    expect(a.downCount(b.publicKey)).toBe(1);
    expect(b.downCount(a.publicKey)).toBe(1);
  });
});

describe('two nodes with one identity', () => {
  it('are noticed by a neighbour, which stays with the first', async () => {
    const seed = randomSeed();
    const a = await park.start();
    const [first, second] = [await park.start({ seed }), await park.start({ seed })];
    first.host.keep(a.publicKey, a.host.addresses());
    await linked(a, first);
    second.host.keep(a.publicKey, a.host.addresses());
    await a.until(() => a.events.some(({ type }) => type === 'twin'));
    a.host.send(first.publicKey, Uint8Array.of(1));
    await first.until(() => first.framesFrom(a.publicKey).length === 1);
    expect(second.framesFrom(a.publicKey)).toEqual([]);
    expect(a.upCount(first.publicKey)).toBe(1);
    expect(a.downCount(first.publicKey)).toBe(0);
  });

  it('are not seen in a node that starts again while its old connection lies dead', async () => {
    const seed = randomSeed();
    const [a, first] = [await park.start(), await park.start({ seed })];
    const proxy = await proxyTo(a);
    first.host.keep(a.publicKey, [proxy.address]);
    await linked(a, first);
    proxy.freeze();
    await first.stop();
    const again = await park.start({ seed });
    again.host.keep(a.publicKey, a.host.addresses());
    await Promise.all([
      again.until(() => again.upCount(a.publicKey) === 1),
      a.until(() => a.upCount(first.publicKey) === 2),
    ]);
    expect(a.events.map(({ type }) => type)).toEqual(['up', 'down', 'up']);
  });
});

it('a peer that opens streams without end gets only a few, and others are served', async () => {
  const host = await park.start();
  const addresses = host.host.addresses();
  for (const count of [8, 400]) {
    const greedy = await rawPeer();
    const streams = await Promise.allSettled(Array.from({ length: count }, async () => greedy.openLink(addresses)));
    const opened = streams.flatMap((result) => (result.status === 'fulfilled' ? [result.value.stream] : []));
    // A stream too many is refused after it has been opened; what is asked for at once costs the whole connection.
    if (count === 8) await greedy.roundTrip(addresses);
    expect(opened.filter(({ status }) => status === 'open').length).toBeLessThanOrEqual(4);
  }
  const neighbour = await park.start();
  neighbour.host.keep(host.publicKey, addresses);
  await linked(host, neighbour);
});

it('a host that cannot listen says whether the port is taken or the address wrong, and leaves nothing behind', async () => {
  const listen = [(await park.start()).host.addresses()[0]?.replace(/\/p2p\/.*/, '') as string];
  await expect(park.start({ listen })).rejects.toMatchObject({ name: 'Failure', code: 'port-in-use' });
  for (const wrong of ['/ip4/192.0.2.1/tcp/0', '/ip4/127.0.0.1/udp/0', '/ip4/300.0.0.1/tcp/0', 'nonsense']) {
    await expect(park.start({ listen: [wrong] })).rejects.toMatchObject({ name: 'Failure', code: 'config-invalid' });
  }
});
