/** Who may connect: however many strangers come, neighbours have their place. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';
import { atScale } from '#test/support/scale.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';

const STREAMS = atScale(3_000, 10_000);

const park = new HostPark();
const others: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(others.splice(0).map(async (other) => other.stop()));
  await park.stopAll();
});

async function strangers(count: number): Promise<RawPeer[]> {
  const peers: RawPeer[] = [];
  for (let i = 0; i < count; i++) peers.push(await startRawPeer());
  others.push(...peers);
  return peers;
}

/** The host's addresses as somebody sees them who calls it from elsewhere. */
async function addressesFrom(from: string, host: RecordedHost): Promise<readonly string[]> {
  const proxy = await startTcpProxy(host.host.addresses()[0] as string, { from });
  others.push(proxy);
  return [`${proxy.address}/p2p/${/\/p2p\/(.*)/.exec(host.host.addresses()[0] as string)?.[1]}`];
}

async function refused(host: RecordedHost, why: string): Promise<number> {
  return host.counted('geo_connections_refused_total', { why });
}

describe('a neighbour comes in', () => {
  it('while thousands of callers from elsewhere hold their lines and say nothing', async () => {
    const host = await park.start();
    const port = Number(/\/tcp\/(\d+)/.exec(host.host.addresses()[0] as string)?.[1]);
    const silent: Socket[] = [];
    others.push({
      async stop() {
        for (const socket of silent) socket.destroy();
      },
    });
    const calls = 2_000;
    const call = async (): Promise<void> => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      silent.push(socket);
      socket.on('error', () => {});
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    };
    // What comes faster than the node takes it from the system is repeated a second later by the system of the caller.
    for (let i = 0; i < calls; i += 100) await Promise.all(Array.from({ length: 100 }, call));
    const neighbour = await park.start();
    host.host.keep(neighbour.publicKey, []);
    neighbour.host.keep(host.publicKey, host.host.addresses());
    await neighbour.until(() => neighbour.upCount(host.publicKey) === 1);
    neighbour.host.send(host.publicKey, Uint8Array.of(1));
    await host.until(() => host.framesFrom(neighbour.publicKey).length === 1);
    // What they can hold is the places of those who have not shown their key.
    const open = silent.filter(({ destroyed }) => !destroyed).length;
    expect(open).toBeLessThanOrEqual(256);
    expect((await refused(host, 'too-often')) + (await refused(host, 'too-many-pending'))).toBe(calls - open);
  });

  it('where strangers with keys of their own have taken all places, and stays when more of them come', async () => {
    const host = await park.start({ places: { strangers: 6 } });
    const first = await strangers(6);
    for (const peer of first) await peer.link(host.host.addresses());
    const neighbour = await park.start();
    host.host.keep(neighbour.publicKey, []);
    neighbour.host.keep(host.publicKey, host.host.addresses());
    await host.until(() => host.upCount(neighbour.publicKey) === 1);
    await host.until(() => host.host.linked().length === 7);
    for (const peer of await strangers(6)) await peer.link(host.host.addresses());
    await host.until(() => first.every(({ publicKey }) => host.downCount(publicKey) === 1));
    await host.until(() => host.host.linked().length === 7);
    expect(host.downCount(neighbour.publicKey)).toBe(0);
    expect(await refused(host, 'too-many-strangers')).toBe(6);
  });

  it('and keeps the place it had as a stranger', async () => {
    const host = await park.start({ places: { strangers: 2 } });
    const [known, ...more] = await strangers(4);
    const peer = known as RawPeer;
    await peer.link(host.host.addresses());
    await host.until(() => host.upCount(peer.publicKey) === 1);
    host.host.keep(peer.publicKey, []);
    for (const stranger of more) await stranger.link(host.host.addresses());
    await host.until(() => host.downCount((more[0] as RawPeer).publicKey) === 1);
    expect(host.downCount(peer.publicKey)).toBe(0);
  });
});

it('strangers from one place cannot hold out a stranger from another', async () => {
  const host = await park.start({ places: { strangers: 3 } });
  const elsewhere = await addressesFrom('127.0.0.2', host);
  const [modest, ...sybils] = await strangers(6);
  await (modest as RawPeer).link(elsewhere);
  for (const sybil of sybils) await sybil.link(host.host.addresses());
  await host.until(() => sybils.slice(0, 3).every(({ publicKey }) => host.downCount(publicKey) === 1));
  expect(host.downCount((modest as RawPeer).publicKey)).toBe(0);
});

it.each(['neighbour', 'stranger'])('one %s has few connections', async (kind) => {
  const host = await park.start();
  const [greedy] = (await strangers(1)) as [RawPeer];
  if (kind === 'neighbour') host.host.keep(greedy.publicKey, []);
  for (let i = 0; i < 7; i++) {
    await greedy.connect(await addressesFrom('127.0.0.1', host), { force: true }).catch(() => null);
  }
  // Those too many are dropped once the caller has shown its key; it may have taken them for open until then.
  while (greedy.openConnections() > 4) await new Promise((resolve) => setImmediate(resolve));
  expect(greedy.openConnections()).toBe(4);
  expect(await refused(host, 'too-many-of-one')).toBe(3);
});

it('thousands of streams of one stranger get few answers, and a neighbour goes on meanwhile', async () => {
  const host = await park.start({ on: { frame: async (from, frame) => host.host.send(from, frame) } });
  const addresses = host.host.addresses();
  const neighbour = await park.start();
  host.host.keep(neighbour.publicKey, []);
  neighbour.host.keep(host.publicKey, addresses);
  await neighbour.until(() => neighbour.upCount(host.publicKey) === 1);
  const [greedy] = (await strangers(1)) as [RawPeer];
  await greedy.connect(addresses);
  const opened = { count: 0, isOver: false };
  const flood = Promise.all(
    Array.from({ length: STREAMS }, async () =>
      greedy.openLink(addresses).then(
        () => void opened.count++,
        () => undefined,
      ),
    ),
  ).then(() => {
    opened.isOver = true;
  });
  // As many round trips as it takes until all of the streams have been answered, refused or cut off.
  let trips = 0;
  while (!opened.isOver || trips < 100) {
    neighbour.host.send(host.publicKey, Uint8Array.of(trips & 255));
    trips++;
    await neighbour.until(() => neighbour.framesFrom(host.publicKey).length === trips);
  }
  await flood;
  expect(opened.count).toBeLessThanOrEqual(256);
  expect(neighbour.downCount(host.publicKey)).toBe(0);
  expect(trips).toBeGreaterThanOrEqual(100);
});
