/** Why there is no link with a neighbour is told in words, where people can see it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { Cause } from '#node/p2p/causes.ts';
import type { Trouble } from '#node/p2p/trouble.ts';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { startParticipant } from '#test/support/nodes.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';

const park = new HostPark();
const others: RawPeer[] = [];
afterEach(async () => {
  await Promise.all(others.splice(0).map(async (other) => other.stop()));
  await park.stopAll();
});

async function rawPeer(): Promise<RawPeer> {
  const peer = await startRawPeer();
  others.push(peer);
  return peer;
}

function trouble(host: RecordedHost): string | undefined {
  return host.host.unlinked()[0]?.trouble?.text;
}

function causes(host: RecordedHost): readonly Cause[] | undefined {
  return host.host.unlinked()[0]?.trouble?.causes;
}

/** Each reason is logged once, however often it is tried. */
async function told(host: RecordedHost): Promise<Trouble | null | undefined> {
  await host.untilLogged('no link with a neighbour');
  return host.host.unlinked()[0]?.trouble;
}

it('nobody listens, somebody else answers, no address, no GEO node', async () => {
  const [a, b, gone] = [await park.start(), await park.start(), await park.start()];
  const [address] = gone.host.addresses() as [string];
  await gone.stop();
  a.host.keep(gone.publicKey, [address]);
  const place = address.replace(/\/p2p\/.*/, '');
  expect(await told(a)).toEqual({
    text: `no node is running at its address (${place})`,
    causes: [{ code: 'nobody-there', facts: {} }],
    where: [{ address: place, relayed: false }],
  });
  expect(a.host.unlinked()[0]?.nextAttemptAtMs).toBeGreaterThan(0);

  const elsewhere = (b.host.addresses()[0] as string).replace(/\/p2p\/.*/, '');
  const [c, d] = [await park.start(), await park.start()];
  c.host.keep(gone.publicKey, [elsewhere]);
  expect(await told(c)).toEqual({
    text: `somebody else answers at its address (${elsewhere})`,
    causes: [{ code: 'somebody-else', facts: {} }],
    where: [{ address: elsewhere, relayed: false }],
  });
  d.host.keep(gone.publicKey, []);
  expect(await told(d)).toEqual({
    text: 'no address of it is known: it has to call',
    causes: [{ code: 'no-address', facts: {} }],
    where: [],
  });
});

it('another network: both sides say so', async () => {
  const [a, b] = [await park.start(), await park.start({ network: 'elsewhere' })];
  b.host.keep(a.publicKey, []);
  a.host.keep(b.publicKey, b.host.addresses());
  expect(await told(a)).toEqual({
    text: 'it belongs to the network "elsewhere", this node to "test"',
    causes: [{ code: 'other-network', facts: { theirs: 'elsewhere', ours: 'test' } }],
    where: [],
  });
  await b.until(() => trouble(b)?.includes('network') === true);
  expect(trouble(b)).toBe('it belongs to the network "test", this node to "elsewhere"');
  expect([...a.events, ...b.events]).toEqual([]);
});

it('no version in common; and with one, the newest that both speak, whatever else the other can', async () => {
  const [host, peer] = [await park.start(), await rawPeer()];
  host.host.keep(peer.publicKey, []);
  const later = await peer.openLink(host.host.addresses());
  later.sendFrame(peer.hello({ versions: [2, 3] }));
  expect(await later.ended).toBe('closed');
  await host.until(() => trouble(host)?.includes('version') === true);
  expect(trouble(host)).toBe(
    "it speaks version 2, 3 of the protocol, this node 1: this node's program has to be updated",
  );
  expect(causes(host)).toEqual([{ code: 'version-newer', facts: { theirs: '2, 3', ours: '1' } }]);
  await peer.link(host.host.addresses(), { versions: [65_535, 1, 2], capabilities: ['teleport', 'x'.repeat(32)] });
  await host.until(() => host.upCount(peer.publicKey) === 1);
  expect(host.host.linked()).toMatchObject([{ neighbour: peer.publicKey, version: 1 }]);
  expect(host.host.unlinked()).toEqual([]);
});

it('a greeting that another key signed', async () => {
  const [host, peer, other] = [await park.start(), await rawPeer(), await rawPeer()];
  host.host.keep(peer.publicKey, []);
  const stream = await peer.openLink(host.host.addresses());
  stream.sendFrame(other.hello());
  await host.until(() => trouble(host) === 'its greeting is not signed with its key');
});

it.each([
  { what: 'a first frame that is no HELLO', send: Uint8Array.of(1, 2, 3), code: 'hello-malformed' },
  { what: 'no HELLO', send: null, code: 'hello-late' },
])('$what', async ({ send, code }) => {
  const [host, peer] = [await park.start({ times: { helloTimeoutMs: 300 } }), await rawPeer()];
  host.host.keep(peer.publicKey, []);
  const stream = await peer.openLink(host.host.addresses());
  if (send !== null) stream.sendFrame(send);
  await host.until(() => causes(host)?.[0]?.code === code);
});

it('is shown by the API to who asks for a link, and to who looks later', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'geo-trouble-'));
  const alice = await startParticipant('Alice', folder);
  try {
    const other = await park.start({ network: 'elsewhere' });
    const { network } = alice.config;
    const words = {
      text: `it belongs to the network "elsewhere", this node to "${network}"`,
      causes: [{ code: 'other-network', facts: { theirs: 'elsewhere', ours: network } }],
      where: [],
    };
    const asked = { who: other.publicKey, addresses: [...other.host.addresses()], waitMs: 0 };
    await alice.client.connectPeer(asked);
    await other.untilLogged('no link with an incompatible node');
    await vi.waitFor(async () => {
      expect(await alice.client.connectPeer(asked)).toMatchObject({ linked: false, trouble: words });
    }, 20_000);
    expect(await alice.client.listPeers()).toMatchObject({
      peers: [{ participant: { publicKey: other.publicKey }, address: null, linkedAtMs: null, trouble: words }],
    });
  } finally {
    await alice.node.stop('the test is over');
    await rm(folder, { recursive: true });
  }
});

it('a link that went down', async () => {
  const [host, peer] = [await park.start(), await rawPeer()];
  host.host.keep(peer.publicKey, []);
  const link = await peer.link(host.host.addresses());
  await host.until(() => host.upCount(peer.publicKey) === 1);
  link.send(Uint8Array.of(0));
  await host.until(() => host.downCount(peer.publicKey) === 1);
  expect(trouble(host)).toBe('it sent an empty frame, which the protocol forbids');
  expect(causes(host)).toEqual([{ code: 'frame-empty', facts: {} }]);
});
