import { afterEach, expect, it } from 'vitest';
import type { PublicKey } from '#protocol/identity.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import type { TxId } from '#protocol/packet.ts';
import { messages } from '#test/support/examples.ts';
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

it('an answer goes back over the connection that the question came by, and nobody is dialled for it', async () => {
  const asked = await park.start({ on: { frame: async (from) => asked.host.answer(from, answer) } });
  const asking = await park.start();
  asking.host.learn(asked.publicKey, asked.host.addresses());
  asked.host.learn(asking.publicKey, asking.host.addresses());
  asked.host.answer(asking.publicKey, answer);
  expect(await asked.counted('geo_link_frames_dropped_total')).toBe(1);
  asking.host.send(asked.publicKey, question);
  await asking.until(() => asking.framesFrom(asked.publicKey).length === 1);
  expect(await asked.counted('geo_link_frames_dropped_total')).toBe(1);
});

it('a request for hints and its answer are for strangers too, at the rate that the host was given', async () => {
  const host = await park.start({ queriesPerSecond: 2 });
  const peer = await rawPeer();
  for (const name of ['hint request', 'hints'] as const) {
    const stream = await peer.openQuery(host.host.addresses());
    stream.sendFrame(encodeMessage(messages[name] as Message));
    await host.until(() => host.framesFrom(peer.publicKey).length > 0);
    await stream.ended;
  }
  await host.until(() => host.framesFrom(peer.publicKey).length === 2);
  expect(await outcomes(host, 'taken')).toBe(2);
  let opened = 0;
  // More than it may in the time that this takes.
  while ((await outcomes(host, 'too-many')) === 0) {
    const stream = await peer.openQuery(host.host.addresses()).catch(() => null);
    if (stream?.stream.status === 'open') stream.sendFrame(encodeMessage(messages.hints as Message));
    await stream?.ended;
    expect(++opened).toBeLessThan(1_000);
  }
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
    { type: 'recover', restoredAtMs: null },
  ];
  for (const bytes of [
    withLength(peer.hello().length, peer.hello()),
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

it('strangers that ask all that may be asked leave a neighbour without a link its questions', async () => {
  const [host, friend] = [await park.start(), await rawPeer()];
  host.host.keep(friend.publicKey, []);
  const crowd: RawPeer[] = [];
  for (let i = 0; i < 25; i++) crowd.push(await rawPeer());
  await Promise.all([friend, ...crowd].map(async (peer) => peer.connect(host.host.addresses())));
  const ask = async (peer: RawPeer): Promise<void> => {
    // It may be refused before it is open, or before anything is said.
    const stream = await peer.openQuery(host.host.addresses()).catch(() => null);
    if (stream?.stream.status === 'open') stream.sendFrame(question);
    await stream?.ended;
  };
  // The friend comes last, when the strangers have used up what they share.
  await Promise.all([...crowd, friend].flatMap((peer) => Array.from({ length: 10 }, async () => ask(peer))));
  expect(await outcomes(host, 'too-many')).toBeGreaterThan(0);
  await host.until(() => host.framesFrom(friend.publicKey).length === 10);
});
