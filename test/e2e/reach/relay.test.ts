import { RELAY_V2_HOP_CODEC, RELAY_V2_STOP_CODEC } from '@libp2p/circuit-relay-v2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { peerIdOf } from '#node/p2p/peer-id.ts';
import { DIAL_BACK_PROTOCOL } from '#node/p2p/reach/dial-back.ts';
import type { RelayPolicy } from '#node/p2p/reach/settings.ts';
import { decodeDialBackAnswer, encodeDialBack } from '#protocol/dial-back.ts';
import { pidOf } from '#protocol/identity.ts';
import { HostPark, type RecordedHost, randomSeed } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';

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

async function refusedBy(relay: RecordedHost, why?: string): Promise<number> {
  return relay.counted('geo_relay_refusals_total', why === undefined ? {} : { why });
}

async function startRelay(relay: RelayPolicy = 'for-anyone'): Promise<RecordedHost> {
  return park.start({ reach: { relay } });
}

/** One that nobody can call: it does not listen. */
async function startHidden(...relays: RecordedHost[]): Promise<RecordedHost> {
  return park.start({ listen: [], reach: { relays: relays.flatMap(({ host }) => host.addresses().slice(0, 1)) } });
}

async function untilReachable(host: RecordedHost, relays = 1): Promise<void> {
  await vi.waitFor(() => expect(host.host.reachability().relays).toHaveLength(relays), 10_000);
}

async function linked(a: RecordedHost, b: RecordedHost, times = 1): Promise<void> {
  await Promise.all([a.until(() => a.upCount(b.publicKey) === times), b.until(() => b.upCount(a.publicKey) === times)]);
}

describe('two that do not listen', () => {
  it('are linked through a relay, which each of them tells as its address', async () => {
    const relay = await startRelay();
    const [a, b] = [await startHidden(relay), await startHidden(relay)];
    await Promise.all([untilReachable(a), untilReachable(b)]);
    const [address] = b.host.addresses();
    expect(address).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3KooW\w+\/p2p-circuit\/p2p\/12D3KooW\w+$/);
    expect(b.host.reachability()).toEqual({ direct: 'no', relays: [relay.publicKey] });
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, b.host.addresses());
    await linked(a, b);
    const count = 2_000;
    for (let i = 0; i < count; i++) {
      a.host.send(b.publicKey, Uint8Array.of(1, i >> 8, i & 255));
      b.host.send(a.publicKey, Uint8Array.of(2, i >> 8, i & 255));
    }
    await Promise.all([
      a.until(() => a.framesFrom(b.publicKey).length === count),
      b.until(() => b.framesFrom(a.publicKey).length === count),
    ]);
    expect(a.host.linked()).toMatchObject([{ address, openedBy: 'us' }]);
  });
});

it('one that nobody can call is found in the directory, with its address through the relay', async () => {
  const directory = (...bootstrap: string[]) => ({ bootstrap, lan: false, nowMs: Date.now });
  const relay = await park.start({ directory: directory(), reach: { relay: 'for-anyone' } });
  const [address] = relay.host.addresses() as [string];
  const hidden = await park.start({ listen: [], directory: directory(address), reach: { relays: [address] } });
  await untilReachable(hidden);
  // It does not listen either, so there is no other way between the two.
  const seeker = await park.start({ listen: [], directory: directory(address) });
  const pid = pidOf(hidden.publicKey);
  await vi.waitFor(
    async () => expect((await seeker.host.find(pid))?.addresses).toEqual(hidden.host.addresses()),
    20_000,
  );
  hidden.host.keep(seeker.publicKey, []);
  seeker.host.keep(hidden.publicKey, (await seeker.host.find(pid))?.addresses ?? []);
  await linked(seeker, hidden);
  expect(seeker.host.linked()).toMatchObject([{ address: expect.stringContaining('/p2p-circuit/') }]);
});

describe('a relay', () => {
  it('for neighbours gives no place to strangers', async () => {
    const relay = await startRelay('for-neighbours');
    const [stranger, neighbour] = [await startHidden(relay), await startHidden(relay)];
    relay.host.keep(neighbour.publicKey, []);
    await untilReachable(neighbour);
    await vi.waitFor(async () => expect(await refusedBy(relay, 'stranger')).toBeGreaterThan(0), 10_000);
    expect(stranger.host.reachability()).toEqual({ direct: 'no', relays: [] });
    expect(stranger.host.addresses()).toEqual([]);
  });

  it('that is off is none', async () => {
    const none = await startRelay('off');
    const host = await startHidden(none);
    await host.untilLogged('no place at a relay');
    expect(host.host.reachability()).toEqual({ direct: 'no', relays: [] });
  });

  it('lets strangers call, each call bounded by whether who is called is a neighbour', async () => {
    const relay = await startRelay();
    const [stranger, neighbour] = [await startHidden(relay), await startHidden(relay)];
    relay.host.keep(neighbour.publicKey, []);
    await Promise.all([untilReachable(stranger), untilReachable(neighbour)]);
    const caller = await rawPeer();
    const limits = async (called: RecordedHost): Promise<bigint | undefined> =>
      (await caller.connect(called.host.addresses())).limits?.bytes;
    // What the two have said to each other until now is counted.
    expect(Number(await limits(stranger)) / 16_777_216).toBeCloseTo(1, 2);
    expect(Number(await limits(neighbour)) / 1_073_741_824).toBeCloseTo(1, 2);
    expect(await refusedBy(relay)).toBe(0);
  });

  it('passes on no more calls to one participant at once than it takes', async () => {
    const relay = await startRelay();
    const called = await startHidden(relay);
    await untilReachable(called);
    const id = peerIdOf(called.publicKey).toMultihash().bytes;
    // CONNECT in the protocol of relays, as far as the relay is concerned: nothing is said through it.
    const call = Uint8Array.of(8, 1, 18, id.length + 2, 10, id.length, ...id);
    const callers = await Promise.all(Array.from({ length: 5 }, () => rawPeer()));
    const open = (caller: (typeof callers)[number]) => caller.open(relay.host.addresses(), RELAY_V2_HOP_CODEC);
    const streams = [];
    // One after another: each caller is to have one connection.
    for (const caller of callers) for (let call = 0; call < 15; call++) streams.push(await open(caller));
    // All at once, however slow the machine is.
    for (const stream of streams) stream.sendFrame(call);
    await Promise.all(streams.map((stream) => stream.nextFrame()));
    expect(await refusedBy(relay, 'too-often')).toBeGreaterThan(0);
    expect(await refusedBy(relay, 'too-often')).toBeLessThanOrEqual(75 - 32);
    // Who is called has not hung up on the relay.
    expect(called.host.reachability().relays).toEqual([relay.publicKey]);
  });

  it('that starts again is used again, by those who hold places and those who call', async () => {
    const seed = randomSeed();
    const relay = await park.start({ seed, reach: { relay: 'for-anyone' } });
    const listen = relay.host.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
    const [a, b] = [await startHidden(relay), await startHidden(relay)];
    await Promise.all([untilReachable(a), untilReachable(b)]);
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, b.host.addresses());
    await linked(a, b);
    await relay.stop();
    await Promise.all([untilReachable(a, 0), untilReachable(b, 0)]);
    expect(a.host.addresses()).toEqual([]);
    await park.start({ seed, listen, reach: { relay: 'for-anyone' } });
    await Promise.all([untilReachable(a), untilReachable(b)]);
    await linked(a, b, 2);
  });
});

it('a peer that nobody chose as a relay cannot pass calls on, nor get into the addresses', async () => {
  const host = await park.start();
  const [before, peer] = [host.host.addresses(), await rawPeer()];
  const stream = await peer.open(host.host.addresses(), RELAY_V2_STOP_CODEC);
  const id = peerIdOf(host.publicKey).toMultihash().bytes;
  // CONNECT, as a relay says it to the one who is called; a relay would be answered.
  if (stream.stream.status === 'open') stream.sendFrame(Uint8Array.of(8, 0, 18, id.length + 2, 10, id.length, ...id));
  await expect(stream.nextFrame()).rejects.toThrow();
  expect(host.host.addresses()).toEqual(before);
  expect(host.host.reachability().relays).toEqual([]);
});

describe('whether others can call', () => {
  it('a neighbour finds out, by calling back', async () => {
    const [a, b] = [await park.start(), await park.start()];
    b.host.keep(a.publicKey, []);
    expect(a.host.reachability().direct).toBe('unknown');
    a.host.keep(b.publicKey, b.host.addresses());
    await a.untilLogged('others can call this node');
    expect(a.host.reachability()).toEqual({ direct: 'yes', relays: [] });
    expect(a.events.map(({ type }) => type)).toEqual(['up']);
  });

  it('not at a host where it does not listen', async () => {
    const [a, b] = [await park.start(), await park.start()];
    const proxy = await startTcpProxy(b.host.addresses()[0] as string, { from: '127.0.0.2' });
    others.push(proxy);
    b.host.keep(a.publicKey, []);
    a.host.keep(b.publicKey, [proxy.address]);
    await a.untilLogged('others cannot call this node directly');
    expect(a.host.reachability()).toEqual({ direct: 'no', relays: [] });
  });

  it('a stranger is not asked', async () => {
    const a = await park.start();
    const stranger = await park.start();
    stranger.host.keep(a.publicKey, a.host.addresses());
    await a.until(() => a.upCount(stranger.publicKey) === 1);
    await stranger.untilLogged('others can call this node');
    const neighbour = await park.start();
    neighbour.host.keep(a.publicKey, []);
    a.host.keep(neighbour.publicKey, neighbour.host.addresses());
    await a.untilLogged('others can call this node');
    expect(neighbour.logged.filter(({ msg }) => msg === 'called back')).toHaveLength(1);
    expect(stranger.logged.filter(({ msg }) => msg === 'called back')).toHaveLength(0);
  });

  it('is answered to few questions of one stranger, and to none that is malformed', async () => {
    const [host, peer] = [await park.start(), await rawPeer()];
    const ask = async (frame: Uint8Array): Promise<unknown> => {
      const stream = await peer.open(host.host.addresses(), DIAL_BACK_PROTOCOL);
      if (stream.stream.status === 'open') stream.sendFrame(frame);
      const answer = await stream.nextFrame().then(
        (bytes) => decodeDialBackAnswer(bytes),
        () => 'no answer',
      );
      stream.stream.abort(new Error('done'));
      return answer;
    };
    expect(await ask(Uint8Array.of(1, 2, 3))).toBe('no answer');
    const question = encodeDialBack({ listeners: [{ port: 1, isWebSocket: false }] });
    expect(await ask(question)).toEqual({ reached: [false] });
    const more = [await ask(question), await ask(question), await ask(question)];
    expect(more.at(-1)).toBe('no answer');
  });

  it('the owner knows better', async () => {
    const publicAddresses = ['/dns/geo.example.org/tcp/443/tls/ws'];
    const host = await park.start({ reach: { publicAddresses } });
    expect(host.host.reachability().direct).toBe('yes');
    expect(host.host.addresses()[0]).toMatch(/^\/dns\/geo\.example\.org\/tcp\/443\/tls\/ws\/p2p\/12D3KooW/);
  });

  it.each([
    [{ relays: ['/ip4/192.0.2.1/tcp/4610'] }, 'peer id'],
    [{ relays: ['/ip4/169.254.169.254/tcp/80/p2p/12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'] }, 'metadata'],
    [{ publicAddresses: ['/ip4/0.0.0.0/tcp/4610'] }, 'no host'],
    [{ publicAddresses: ['/ip4/192.0.2.1/tcp/1/tls/ws'] }, 'certificate'],
  ])('and is told what is wrong with an address: %o', async (reach, why) => {
    await expect(park.start({ reach })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(why) as string,
    });
  });
});
