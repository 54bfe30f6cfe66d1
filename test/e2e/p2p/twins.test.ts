/** Two running nodes with one identity: a neighbour of both notices, and both are told. */
import { afterEach, expect, it } from 'vitest';
import { MAX_HELLO_BYTES } from '#node/p2p/limits.ts';
import { TWIN_PROTOCOL } from '#node/p2p/twins.ts';
import type { Hello } from '#protocol/link.ts';
import { HostPark, type RecordedHost, randomInstance, randomSeed } from '#test/support/hosts.ts';
import { helloBytes, type RawPeer, startRawPeer, withLength } from '#test/support/raw-peer.ts';

const park = new HostPark();
const others: RawPeer[] = [];
afterEach(async () => {
  await Promise.all(others.splice(0).map(async (other) => other.stop()));
  await park.stopAll();
});

async function keepEachOther(node: RecordedHost, neighbour: RecordedHost): Promise<void> {
  neighbour.host.keep(node.publicKey, []);
  node.host.keep(neighbour.publicKey, neighbour.host.addresses());
}

it('each twin hears of the other, and the neighbour goes on with the first', async () => {
  const seed = randomSeed();
  const instances = [randomInstance(), randomInstance()] as const;
  const neighbour = await park.start();
  const first = await park.start({ seed, instance: instances[0] });
  await keepEachOther(first, neighbour);
  await neighbour.until(() => neighbour.upCount(first.publicKey) === 1);
  const second = await park.start({ seed, instance: instances[1] });
  await keepEachOther(second, neighbour);
  const heard = (host: RecordedHost): boolean => host.events.some(({ type }) => type === 'twin-of-self');
  await Promise.all([first.until(() => heard(first)), second.until(() => heard(second))]);
  const word = { type: 'twin-of-self', neighbour: neighbour.publicKey };
  expect(first.events).toContainEqual({ ...word, instance: instances[1] });
  expect(second.events).toContainEqual({ ...word, instance: instances[0] });
  expect(neighbour.events).toContainEqual({ type: 'twin', neighbour: first.publicKey });
  expect(neighbour.downCount(first.publicKey)).toBe(0);
  await second.until(() => second.host.unlinked().length === 1);
  expect(neighbour.host.linked().length).toBe(1);
});

/** Sends words of a twin to a host; resolves when they have been taken or refused. */
async function sendWords(peer: RawPeer, host: RecordedHost, words: readonly Uint8Array[]): Promise<void> {
  for (const word of words) {
    const stream = await peer.open(host.host.addresses(), TWIN_PROTOCOL);
    if (stream.stream.status === 'open') stream.send(withLength(word.length, word));
    await stream.ended;
  }
}

it('a word is taken from neighbours only, with the own signature on a start that was not an own one, and seldom', async () => {
  const seed = randomSeed();
  const [own, earlier, strange] = [randomInstance(), randomInstance(), randomInstance()];
  const lostAtMs = Date.now() - 1_000;
  const host = await park.start({
    ...{ seed, instance: own },
    isEarlierStart: ({ instance }) => instance === earlier,
    restoredAtMs: () => lostAtMs,
  });
  const said = (hello: Partial<Hello>): Uint8Array => helloBytes(host.publicKey, seed, hello);
  const words: readonly (readonly Uint8Array[])[] = [
    [said({ instance: own })],
    [said({ instance: earlier })],
    [said({ startedAtMs: lostAtMs })],
    [said({ network: 'elsewhere' })],
    [helloBytes(host.publicKey, randomSeed())],
    [new Uint8Array(16)],
    [new Uint8Array(MAX_HELLO_BYTES + 1)],
    [said({ instance: strange }), said({}), said({})],
  ];
  const peers = await Promise.all(words.map(async () => startRawPeer()));
  const stranger = await startRawPeer();
  others.push(...peers, stranger);
  for (const { publicKey } of peers) host.host.keep(publicKey, []);
  await sendWords(stranger, host, [said({})]);
  for (const [at, peer] of peers.entries()) await sendWords(peer, host, words[at] ?? []);
  await host.until(() => host.events.length > 0);
  expect(host.events).toEqual([{ type: 'twin-of-self', neighbour: peers.at(-1)?.publicKey, instance: strange }]);
});

it('a HELLO that is not signed by its sender makes no link, and starts no word of twins', async () => {
  const seed = randomSeed();
  const [host, real] = [await park.start(), await startRawPeer({ seed })];
  others.push(real);
  host.host.keep(real.publicKey, []);
  await real.link(host.host.addresses());
  await host.until(() => host.upCount(real.publicKey) === 1);
  const signature = new Uint8Array(64).fill(1);
  const forged = await real.openLink(host.host.addresses());
  forged.sendFrame(real.hello({ signature }));
  expect(await forged.ended).toBe('reset');
  expect(await host.counted('geo_link_stream_ends_total', { reason: 'hello-forged' })).toBe(1);
  expect(host.events).toEqual([{ type: 'up', neighbour: real.publicKey }]);
  expect(host.host.linked().length).toBe(1);
});
