/** The directory among hosts, and what those who keep to no rule can do to it. */
import { afterEach, describe, expect, it } from 'vitest';
import { directoryKey } from '#node/p2p/directory-key.ts';
import { MAX_DIRECTORY_REQUEST_BYTES, MAX_LOOKUPS } from '#node/p2p/limits.ts';
import { peerIdOf } from '#node/p2p/peer-id.ts';
import { encode } from '#protocol/codec.ts';
import { pidOf } from '#protocol/identity.ts';
import { PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import {
  makeParticipantRecord,
  type ParticipantRecord,
  participantRecordStatement,
  signedParticipantRecordShape,
} from '#protocol/participant-record.ts';
import {
  ADD_PROVIDER,
  type DirectoryPeer,
  dhtRecord,
  FIND_NODE,
  GET_PROVIDERS,
  GET_VALUE,
  named,
  PUT_VALUE,
  startDirectoryPeer,
} from '#test/support/directory-peer.ts';
import { startDirectory, startFindable } from '#test/support/findable-hosts.ts';
import { HostPark, type RecordedHost, randomSeed } from '#test/support/hosts.ts';
import { type Person, person } from '#test/support/people.ts';

const park = new HostPark();
const peers: DirectoryPeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
  await park.stopAll();
});

async function startLiar(answer?: Parameters<typeof startDirectoryPeer>[0]): Promise<DirectoryPeer> {
  const peer = await startDirectoryPeer(answer);
  peers.push(peer);
  return peer;
}

const [victim, stranger] = [person(41), person(42)];
const key = directoryKey(pidOf(victim.key));

function recordOf(change: Partial<ParticipantRecord> = {}): ParticipantRecord {
  const seq = change.seq ?? Date.now();
  return {
    version: VERSION,
    network: 'test',
    publicKey: victim.key,
    seq,
    expiresAtMs: seq + PARTICIPANT_RECORD_LIFETIME_MS,
    host: null,
    addresses: ['/ip4/127.0.0.1/tcp/4001'],
    capabilities: [],
    ...change,
  };
}

function made(change: Partial<ParticipantRecord> = {}, by: Person = victim): Uint8Array {
  return makeParticipantRecord(recordOf(change), by.sign);
}

function oversized(): Uint8Array {
  const record = recordOf({ addresses: Array.from({ length: 8 }, () => `/dns/${'a'.repeat(200)}.example/tcp/1`) });
  return encode(signedParticipantRecordShape, { record, signature: victim.sign(participantRecordStatement(record)) });
}

/** Everything that is wrong with a record of the victim, by the reason that it is refused for. */
const WRONG: Readonly<Record<string, () => Uint8Array>> = {
  forged: () => made({}, stranger),
  'other-participant': () => made({ publicKey: stranger.key }, stranger),
  'foreign-network': () => made({ network: 'elsewhere' }),
  'too-large': oversized,
  malformed: () => made().subarray(1),
  expired: () => made({ seq: Date.now() - PARTICIPANT_RECORD_LIFETIME_MS }),
  'from-the-future': () => made({ seq: Date.now() + 120_000 }),
  'bad-lifetime': () => made({ seq: Date.now(), expiresAtMs: Date.now() + 2 * PARTICIPANT_RECORD_LIFETIME_MS }),
};

async function keptBy(hosts: readonly RecordedHost[], peer: DirectoryPeer): Promise<(Uint8Array | null)[]> {
  return Promise.all(hosts.map(async ({ host }) => peer.get(host.addresses(), key)));
}

it('finds somebody whom nobody was told of, with the address', async () => {
  const [first, , last] = await startDirectory(park, 4);
  const found = await first?.host.find(pidOf((last as RecordedHost).publicKey));
  expect(found?.record?.publicKey).toBe(last?.publicKey);
  expect(found?.addresses).toEqual(last?.host.addresses());
  expect(first?.host.network().directory).toMatchObject({ nodes: 3, records: 4, lookUps: [] });
  expect((await first?.host.find(pidOf(victim.key)))?.record).toBeNull();
});

it('says at once that there is nobody to ask', async () => {
  const alone = await startFindable(park);
  expect(await alone.host.find(pidOf(victim.key))).toEqual({ record: null, asked: 0, addresses: [] });
  const without = await park.start();
  expect(without.host.find(pidOf(victim.key))).toBeNull();
});

it('comes into the directory when its bootstrap node comes up, and says until then why not', async () => {
  const gone = await startFindable(park);
  const [address = ''] = gone.host.addresses();
  await gone.stop();
  const alice = await startFindable(park, address);
  await alice.untilLogged('a bootstrap node was not reached');
  expect(alice.host.network().bootstrap).toMatchObject([{ address, reachedAtMs: null }]);
  expect(alice.host.network().bootstrap[0]?.trouble?.causes).toEqual([{ code: 'nobody-there', facts: {} }]);
});

it('links with a neighbour that has moved, and tells its new addresses', async () => {
  const [entry] = (await startDirectory(park, 1)) as [RecordedHost];
  // The neighbour takes no part in the directory itself, so that nobody hears of it in another way.
  const bob = await park.start({ seed: victim.seed });
  const peer = await startLiar();
  expect(await peer.put(entry.host.addresses(), key, made({ addresses: bob.host.addresses() }))).toBe(true);
  const told: (readonly string[])[] = [];
  const directory = { bootstrap: entry.host.addresses(), lan: false, nowMs: Date.now };
  const alice = await park.start({ directory, on: { found: (_, addresses) => told.push(addresses) } });
  alice.host.keep(bob.publicKey, ['/ip4/127.0.0.1/tcp/1']);
  await alice.until(() => alice.upCount(bob.publicKey) > 0);
  expect(told).toEqual([bob.host.addresses()]);
});

it('a node that comes back somewhere else is found there', async () => {
  const [entry] = (await startDirectory(park, 1)) as [RecordedHost];
  const seed = randomSeed();
  const directory = { bootstrap: entry.host.addresses(), lan: false, nowMs: Date.now };
  const before = await park.start({ seed, directory });
  await before.untilLogged('this node can be found in the directory');
  const first = (await entry.host.find(pidOf(before.publicKey)))?.record;
  await before.stop();
  const moved = await park.start({ seed, directory });
  await moved.untilLogged('this node can be found in the directory');
  const second = await entry.host.find(pidOf(moved.publicKey));
  expect(second?.record?.seq).toBeGreaterThan(first?.seq as number);
  expect(second?.addresses).toEqual(moved.host.addresses());
  expect(second?.addresses).not.toEqual(first?.addresses);
});

it('a participant whose clock went back counts on from what it said before', async () => {
  const [entry] = (await startDirectory(park, 1)) as [RecordedHost];
  const seed = randomSeed();
  const ahead = { bootstrap: entry.host.addresses(), lan: false, nowMs: () => Date.now() + 50_000 };
  const before = await park.start({ seed, directory: ahead });
  await before.untilLogged('this node can be found in the directory');
  const { seq = 0 } = (await entry.host.find(pidOf(before.publicKey)))?.record ?? {};
  expect(seq).toBeGreaterThan(Date.now());
  await before.stop();
  const after = await park.start({ seed, directory: { ...ahead, nowMs: Date.now } });
  await after.untilLogged('this node can be found in the directory');
  const found = await entry.host.find(pidOf(after.publicKey));
  expect(found?.record?.seq).toBe(seq + 1);
  expect(found?.addresses).toEqual(after.host.addresses());
});

it('is found also when nobody is connected any more', async () => {
  const times = { strangerTimeoutMs: 2_000 };
  const directory = (...bootstrap: readonly string[]) => ({ bootstrap, lan: false, nowMs: Date.now });
  const entry = await park.start({ directory: directory(), times });
  const [alice, bob] = [
    await park.start({ directory: directory(...entry.host.addresses()), times }),
    await park.start({ directory: directory(...entry.host.addresses()), times }),
  ];
  for (const host of [entry, alice, bob]) await host.untilLogged('this node can be found in the directory');
  const connections = async () => alice.counted('geo_directory_connections');
  await expect.poll(connections, { timeout: 60_000 }).toBe(0);
  expect((await alice.host.find(pidOf(bob.publicKey)))?.addresses).toEqual(bob.host.addresses());
  expect((await alice.host.find(pidOf(victim.key)))?.asked).toBe(2);
});

it('refuses a bootstrap address that leads nowhere, or to nobody in particular', async () => {
  await expect(startFindable(park, '/ip4/127.0.0.1/tcp/4001')).rejects.toMatchObject({ code: 'config-invalid' });
  await expect(startFindable(park, '/ip4/169.254.169.254/tcp/80/p2p/x')).rejects.toThrow('cannot be used');
});

describe('one who is hosted', () => {
  const ends = ({ host }: RecordedHost): readonly string[] => host.addresses();

  it('is found at the host, where that says it is now; what the record says of others is left out', async () => {
    const [host, , reader] = (await startDirectory(park, 3)) as [RecordedHost, RecordedHost, RecordedHost];
    const [strangers, old] = [`/ip4/127.0.0.1/tcp/9/p2p/${peerIdOf(stranger.key).toString()}`, '/ip4/127.0.0.1/tcp/1'];
    const bytes = made({ host: host.publicKey, addresses: [strangers, old] });
    const { expiresAtMs } = recordOf();
    host.host.hosted?.publish({ participant: victim.key, bytes, expiresAtMs });
    await host.untilLogged('a hosted participant can be found in the directory');
    const found = await reader.host.find(pidOf(victim.key));
    expect(found?.record?.host).toBe(host.publicKey);
    const its = `${old}/p2p/${peerIdOf(host.publicKey).toString()}`;
    expect(found?.addresses).toEqual([...ends(host), its]);
  });

  it('is not looked for in circles, nor at the host of the host', async () => {
    const [first, second] = (await startDirectory(park, 2)) as [RecordedHost, RecordedHost];
    const liar = await startLiar();
    const chain = made({ host: stranger.key, addresses: ['/ip4/127.0.0.1/tcp/1'] });
    const back = made({ publicKey: stranger.key, host: victim.key, addresses: ['/ip4/127.0.0.1/tcp/2'] }, stranger);
    for (const host of [first, second]) {
      expect(await liar.put(ends(host), key, chain)).toBe(true);
      expect(await liar.put(ends(host), directoryKey(pidOf(stranger.key)), back)).toBe(true);
    }
    const found = await first.host.find(pidOf(victim.key));
    expect(found?.addresses).toEqual([`/ip4/127.0.0.1/tcp/1/p2p/${peerIdOf(stranger.key).toString()}`]);
  });

  it('is published by the host no more, once a newer record is there', async () => {
    const [host, other] = (await startDirectory(park, 2)) as [RecordedHost, RecordedHost];
    const liar = await startLiar();
    const newer = made({ seq: Date.now() + 1_000 });
    for (const one of [host, other]) expect(await liar.put(ends(one), key, newer)).toBe(true);
    const bytes = made({ host: host.publicKey, addresses: ends(host) });
    host.host.hosted?.publish({ participant: victim.key, bytes, expiresAtMs: recordOf().expiresAtMs });
    await expect.poll(async () => host.counted('geo_directory_hosted_total', { outcome: 'superseded' })).toBe(1);
    expect((await other.host.find(pidOf(victim.key)))?.record?.host).toBeNull();
  });

  it('who was a neighbour with a node is told to be at the host now', async () => {
    const [host] = (await startDirectory(park, 1)) as [RecordedHost];
    const told: unknown[] = [];
    const directory = { bootstrap: ends(host), lan: false, nowMs: Date.now };
    const alice = await park.start({ directory, on: { found: (...where) => told.push(where) } });
    const bytes = made({ host: host.publicKey, addresses: ends(host) });
    host.host.hosted?.publish({ participant: victim.key, bytes, expiresAtMs: recordOf().expiresAtMs });
    await host.untilLogged('a hosted participant can be found in the directory');
    alice.host.keep(victim.key, ['/ip4/127.0.0.1/tcp/1']);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual([[victim.key, ends(host), host.publicKey]]);
  });
});

describe('a record that is', () => {
  it('valid is taken and passed on, once and again', async () => {
    const hosts = await startDirectory(park, 3);
    const peer = await startLiar();
    const value = made();
    for (const { host } of hosts) expect(await peer.put(host.addresses(), key, value)).toBe(true);
    for (const { host } of hosts) expect(await peer.put(host.addresses(), key, value)).toBe(true);
    expect(await keptBy(hosts, peer)).toEqual([value, value, value].map((bytes) => Uint8Array.from(bytes)));
    expect((await hosts[0]?.host.find(pidOf(victim.key)))?.record).toEqual(
      recordOf({ seq: expect.any(Number) as never, expiresAtMs: expect.any(Number) as never }),
    );
  });

  it.each(Object.keys(WRONG))('%s is refused by every node, put or answered', async (why) => {
    const hosts = await startDirectory(park, 3);
    const wrong = (WRONG[why] as () => Uint8Array)();
    const liar = await startLiar(({ type, key: asked }) =>
      asked !== undefined && type === GET_VALUE
        ? { type, key: asked, record: dhtRecord(asked, wrong) }
        : { type, ...(asked !== undefined && { key: asked }) },
    );
    for (const { host } of hosts) expect(await liar.put(host.addresses(), key, wrong)).toBe(false);
    expect(await keptBy(hosts, liar)).toEqual([null, null, null]);
    for (const host of hosts) {
      expect(await host.counted('geo_directory_refused_total', { why })).toBeGreaterThan(0);
      // The liar is a node of their directory by now, and is asked like any other.
      await expect.poll(async () => host.counted('geo_directory_nodes'), { timeout: 20_000 }).toBe(3);
      const before = await host.counted('geo_directory_refused_total', { why });
      expect((await host.host.find(pidOf(victim.key)))?.record).toBeNull();
      expect(await host.counted('geo_directory_refused_total', { why })).toBeGreaterThan(before);
    }
    expect(await keptBy(hosts, liar)).toEqual([null, null, null]);
  });

  it('stale does not replace the newer one, and a liar who hands it out changes nothing', async () => {
    const hosts = await startDirectory(park, 3);
    const [stale, newer] = [made({ seq: Date.now() - 1_000, addresses: [] }), made()].map((bytes) =>
      Uint8Array.from(bytes),
    ) as [Uint8Array, Uint8Array];
    const liar = await startLiar(({ type, key: asked }) =>
      asked !== undefined && type === GET_VALUE ? { type, key: asked, record: dhtRecord(asked, stale) } : { type },
    );
    for (const { host } of hosts) expect(await liar.put(host.addresses(), key, newer)).toBe(true);
    for (const { host } of hosts) expect(await liar.put(host.addresses(), key, stale)).toBe(false);
    for (const host of hosts) {
      await expect.poll(async () => host.counted('geo_directory_nodes'), { timeout: 20_000 }).toBe(3);
      expect((await host.host.find(pidOf(victim.key)))?.record?.addresses).toEqual(['/ip4/127.0.0.1/tcp/4001']);
    }
    expect(await keptBy(hosts, liar)).toEqual([newer, newer, newer]);
  });
});

describe('refuses', () => {
  it('keys that are not of the directory, and all about providers', async () => {
    const [first] = (await startDirectory(park, 2)) as [RecordedHost];
    const peer = await startLiar();
    const where = first.host.addresses();
    const text = (written: string): Uint8Array => new TextEncoder().encode(written);
    for (const other of [text('/pk/abc'), text('/geo/'), text('/geo/short'), text('/other/key'), text('none')]) {
      expect(await peer.put(where, other, made())).toBe(false);
    }
    const self = named(peer.publicKey, peer.addresses());
    expect(await peer.ask(where, { type: ADD_PROVIDER, key, providers: [self] })).toBeNull();
    expect(await peer.ask(where, { type: GET_PROVIDERS, key })).toBeNull();
    expect(await peer.ask(where, Uint8Array.of(0x08, 77))).toBeNull();
    expect(first.host.network().directory?.records).toBe(2);
  });

  it('requests longer than any can be, and more of them than anybody needs', async () => {
    const [first] = (await startDirectory(park, 2)) as [RecordedHost];
    const peer = await startLiar();
    const where = first.host.addresses();
    const long = { type: PUT_VALUE, key: new Uint8Array(MAX_DIRECTORY_REQUEST_BYTES) };
    expect(await peer.ask(where, long)).toBeNull();
    // As many as one connection may open at once.
    const said = await Promise.all(Array.from({ length: 60 }, async () => peer.ask(where, { type: FIND_NODE, key })));
    expect(said).toContain(null);
    expect(await first.counted('geo_directory_refused_total', { why: 'too-many' })).toBeGreaterThan(0);
    expect(await first.counted('geo_connection_guarded_total', { why: 'too-many-streams' })).toBe(0);
    expect((await first.host.find(pidOf(victim.key)))?.record).toBeNull();
  });
});

it('looks for so many at one time, and says of the next that there are too many', async () => {
  // As long as the first node to ask may still come, look-ups wait; nobody is there.
  const bootstrap = [`/ip4/127.0.0.1/tcp/1/p2p/${peerIdOf(stranger.key).toString()}`];
  const host = await park.start({ directory: { bootstrap, lan: false, nowMs: Date.now } });
  const pids = Array.from({ length: MAX_LOOKUPS }, (_, at) => pidOf(person(100 + at).key));
  const lookForAll = () => pids.map(async (pid) => host.host.find(pid));
  const lookUps = () => host.host.network().directory?.lookUps.map(({ pid }) => pid);
  const counted = async (outcome: string) => host.counted('geo_directory_lookups_total', { outcome });
  const first = lookForAll();
  const tooMany = host.host.find(pidOf(victim.key));
  // Who is looked for already is waited for, and takes no place.
  const again = lookForAll();
  expect(lookUps()).toEqual(pids);
  expect(await tooMany).toEqual({ record: null, addresses: [], asked: 0 });
  await Promise.all([...first, ...again]);
  expect(lookUps()).toEqual([]);
  await host.host.find(pidOf(victim.key), 1);
  expect([await counted('too-many'), await counted('nobody-to-ask')]).toEqual([1, MAX_LOOKUPS + 1]);
});

it('remembers only so many of the nodes that a liar names', async () => {
  const host = await park.start({ directory: { bootstrap: [], lan: false, nowMs: Date.now, maxHeard: 50 } });
  // Nobody is at any of these.
  const closer = Array.from({ length: 256 }, (_, at) => named(person(at).key, ['/ip4/127.0.0.1/tcp/1']));
  const liar = await startLiar(({ type }) => ({ type, closer }));
  await liar.connect(host.host.addresses());
  await expect.poll(async () => host.counted('geo_directory_nodes'), { timeout: 20_000 }).toBe(1);
  expect((await host.host.find(pidOf(victim.key)))?.record).toBeNull();
  expect(host.host.network().directory).toMatchObject({ nodes: 1, heardOf: 50 });
});
