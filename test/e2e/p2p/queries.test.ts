import { afterEach, expect, it } from 'vitest';
import type { PublicKey } from '#protocol/identity.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import type { TxId } from '#protocol/packet.ts';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer, withLength } from '#test/support/raw-peer.ts';

const park = new HostPark();
const peers: RawPeer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map(async (peer) => peer.stop()));
  await park.stopAll();
});

async function rawPeer(): Promise<RawPeer> {
  const peer = await startRawPeer();
  peers.push(peer);
  return peer;
}

const txId = 'ab'.repeat(32) as TxId;
const question = encodeMessage({
  type: 'decline',
  txId,
  signer: 'aa'.repeat(32) as PublicKey,
  signature: new Uint8Array(64),
});
const answer = encodeMessage({ type: 'ack', of: 'commit', txId, routeIndex: 0, position: 1 });

async function outcomes(host: RecordedHost, outcome: string): Promise<number> {
  return host.counted('geo_queries_in_total', { outcome });
}

it('a question reaches somebody without a link, and the answer comes back though only one knows the way', async () => {
  const asked = await park.start({
    on: { frame: async (from) => asked.host.send(from, answer) },
  });
  const asking = await park.start({ listen: [] });
  asking.host.learn(asked.publicKey, asked.host.addresses());
  asking.host.send(asked.publicKey, question);
  await asking.until(() => asking.framesFrom(asked.publicKey).length === 1);
  expect(asked.framesFrom(asking.publicKey)).toEqual([Uint8Array.from(question)]);
  expect(asking.framesFrom(asked.publicKey)).toEqual([Uint8Array.from(answer)]);
  expect([...asked.events, ...asking.events]).toEqual([]);
});

it('without a link, an address and a connection a frame is dropped and counted', async () => {
  const [a, b] = [await park.start(), await park.start()];
  a.host.send(b.publicKey, question);
  expect(await a.counted('geo_link_frames_dropped_total')).toBe(1);
});

it('only what a stranger may say is passed on', async () => {
  const [host, peer] = [await park.start(), await rawPeer()];
  const offered: Message[] = [
    { type: 'cancel', txId, routeIndex: 0 },
    { type: 'map-digest', count: 0, digest: '00'.repeat(8), isAnswer: false },
    { type: 'hello', network: 'test', versions: [1], capabilities: [], instance: '00'.repeat(16) },
  ];
  for (const bytes of [
    ...offered.map((message) => withLength(encodeMessage(message).length, encodeMessage(message))),
    withLength(3, Uint8Array.of(1, 2, 3)),
    withLength(65_537, new Uint8Array(10)),
    Uint8Array.of(0),
  ]) {
    const stream = await peer.openQuery(host.host.addresses());
    stream.send(bytes);
    expect(await stream.ended).toBe('reset');
  }
  expect(host.framesFrom(peer.publicKey)).toEqual([]);
  expect(await outcomes(host, 'refused')).toBe(4);
  expect(await outcomes(host, 'broken')).toBe(2);
});

it('one stranger may ask ten times at once, and another still gets through', async () => {
  const [host, greedy, modest] = [await park.start(), await rawPeer(), await rawPeer()];
  for (let i = 0; i < 15; i++) {
    const stream = await greedy.openQuery(host.host.addresses());
    // It may have been refused already.
    if (stream.stream.status === 'open') stream.sendFrame(question);
    await stream.ended;
  }
  const taken = host.framesFrom(greedy.publicKey).length;
  // In the time this takes it earns one or two more.
  expect(taken).toBeGreaterThanOrEqual(10);
  expect(taken).toBeLessThan(15);
  expect(await outcomes(host, 'too-many')).toBe(15 - taken);
  const stream = await modest.openQuery(host.host.addresses());
  stream.sendFrame(question);
  await host.until(() => host.framesFrom(modest.publicKey).length === 1);
});
