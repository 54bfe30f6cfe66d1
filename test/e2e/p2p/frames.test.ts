import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAX_QUEUED_BYTES, STREAMS_AT_ONCE, WRITE_BYTES } from '#node/p2p/limits.ts';
import { HostPark, type RecordedHost, randomSeed } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer, withLength } from '#test/support/raw-peer.ts';

const park = new HostPark();
let host: RecordedHost;
let peer: RawPeer;
let addresses: readonly string[];

beforeEach(async () => {
  host = await park.start();
  peer = await startRawPeer();
  addresses = host.host.addresses();
});
afterEach(async () => {
  await peer.stop();
  await park.stopAll();
});

async function ends(reason: string): Promise<number> {
  return host.counted('geo_link_stream_ends_total', { reason });
}

it('takes a frame of 65,536 bytes', async () => {
  const link = await peer.link(addresses);
  const frame = new Uint8Array(65_536).fill(7);
  link.sendFrame(frame);
  await host.until(() => host.framesFrom(peer.publicKey).length === 1);
  expect(host.framesFrom(peer.publicKey)[0]).toEqual(frame);
});

it.each([
  { what: 'a frame of 65,537 bytes', bytes: withLength(65_537, new Uint8Array(65_537)), reason: 'frame-too-long' },
  { what: 'a frame of 2^31 bytes', bytes: withLength(2 ** 31, new Uint8Array(10)), reason: 'frame-too-long' },
  { what: 'an endless length', bytes: new Uint8Array(64).fill(0xff), reason: 'frame-too-long' },
  { what: 'an empty frame', bytes: Uint8Array.of(0), reason: 'frame-empty' },
  { what: 'a length with a zero behind it', bytes: Uint8Array.of(0x81, 0, 1), reason: 'frame-length-malformed' },
])('closes the link that carries $what, counts it and takes the next link', async ({ bytes, reason }) => {
  const link = await peer.link(addresses);
  link.sendFrame(Uint8Array.of(1));
  link.send(bytes);
  expect(await link.ended).toBe('reset');
  await host.until(() => host.downCount(peer.publicKey) === 1);
  expect(await ends(reason)).toBe(1);
  expect(host.framesFrom(peer.publicKey)).toEqual([Uint8Array.of(1)]);
  const next = await peer.link(addresses);
  next.sendFrame(Uint8Array.of(2));
  await host.until(() => host.framesFrom(peer.publicKey).length === 2);
  expect(host.upCount(peer.publicKey)).toBe(2);
});

it('takes frames that come byte by byte', async () => {
  const link = await peer.link(addresses);
  const frame = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
  for (const byte of [...withLength(300, frame), ...withLength(2, Uint8Array.of(8, 9))]) {
    if (!link.send(Uint8Array.of(byte))) await link.stream.onDrain();
  }
  await host.until(() => host.framesFrom(peer.publicKey).length === 2);
  expect(host.framesFrom(peer.publicKey)).toEqual([frame, Uint8Array.of(8, 9)]);
});

it('notices a stream that ends at any byte of HELLO and a frame, and gives out whole frames only', async () => {
  const seed = randomSeed();
  const again = async (): Promise<void> => {
    await peer.stop();
    peer = await startRawPeer({ seed });
  };
  await again();
  const hello = withLength(peer.hello().length, peer.hello());
  const bytes = Uint8Array.from([...hello, ...withLength(3, Uint8Array.of(1, 2, 3))]);
  for (let cut = 1; cut <= bytes.length; cut++) {
    // One connection may not open so many streams at once.
    if (cut % (STREAMS_AT_ONCE / 2) === 0) await again();
    const stream = await peer.openLink(addresses);
    stream.send(bytes.subarray(0, cut));
    await stream.stream.close();
    await stream.ended;
    const linked = cut >= hello.length;
    if (linked) await host.until(() => host.downCount(peer.publicKey) === cut - hello.length + 1);
  }
  expect(host.framesFrom(peer.publicKey)).toEqual([Uint8Array.of(1, 2, 3)]);
  expect(host.upCount(peer.publicKey)).toBe(4 + 1);
  // Two of the cuts fall between frames: behind HELLO, and at the end.
  expect(await ends('frame-truncated')).toBe(bytes.length - 2);
});

it('closes a stream whose first frame is no HELLO, or none in time', async () => {
  const impatient = await park.start({ times: { helloTimeoutMs: 50 } });
  const silent = await peer.openLink(impatient.host.addresses());
  expect(await silent.ended).toBe('reset');
  expect(await impatient.counted('geo_link_stream_ends_total', { reason: 'hello-late' })).toBe(1);
  const rude = await peer.openLink(addresses);
  rude.sendFrame(Uint8Array.of(1, 2, 3));
  expect(await rude.ended).toBe('reset');
  expect(await ends('hello-malformed')).toBe(1);
  const long = await peer.openLink(addresses);
  long.sendFrame(new Uint8Array(4_096));
  expect(await long.ended).toBe('reset');
  expect(await ends('frame-too-long')).toBe(1);
  expect([...impatient.events, ...host.events]).toEqual([]);
});

it('closes the connection of a stranger that makes no link', async () => {
  const strict = await park.start({ times: { strangerTimeoutMs: 60 } });
  const connection = await peer.connect(strict.host.addresses());
  await new Promise((resolve) => {
    connection.addEventListener('close', resolve);
  });
  expect(connection.status).not.toBe('open');
});

it('lets a neighbour wait whose frames are not worked on, and holds little of what it sends', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const slow = await park.start({ on: { frame: async () => released } });
  slow.host.keep(peer.publicKey, []);
  const link = await peer.link(slow.host.addresses());
  const size = 16_384;
  const total = 2_000;
  let sent = 0;
  const frame = (n: number): Uint8Array => withLength(size, new Uint8Array(size).fill(n & 255));
  // A ping overtakes what the window holds back: if the stream still takes nothing after it, the window is closed.
  let stalledAt = -1;
  while (stalledAt !== sent) {
    stalledAt = sent;
    while (!link.stream.writableNeedsDrain && sent < total) link.send(frame(sent++));
    await peer.roundTrip(slow.host.addresses());
  }
  expect(sent * size).toBeLessThan(4 * 2 ** 20);
  expect(slow.framesFrom(peer.publicKey).length).toBe(64);
  release();
  while (sent < total) {
    if (link.send(frame(sent++))) continue;
    await link.stream.onDrain();
  }
  await slow.until(() => slow.framesFrom(peer.publicKey).length === total);
  const order = slow.framesFrom(peer.publicKey).map(([first]) => first);
  expect(order).toEqual(Array.from({ length: total }, (_, i) => i & 255));
});

it('breaks the link to a neighbour for which too much waits', async () => {
  const slow = await park.start({ on: { frame: async () => new Promise<void>(() => {}) } });
  host.host.keep(slow.publicKey, slow.host.addresses());
  await host.until(() => host.upCount(slow.publicKey) === 1);
  const frame = new Uint8Array(60_000);
  while (host.downCount(slow.publicKey) === 0) {
    host.host.send(slow.publicKey, frame);
    expect(host.host.linked()[0]?.queuedBytes ?? 0).toBeLessThan(MAX_QUEUED_BYTES + 2 * WRITE_BYTES);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await ends('too-slow')).toBe(1);
});

it('lets a neighbour wait that sends faster than its rate, and loses nothing', async () => {
  host.host.keep(peer.publicKey, []);
  const link = await peer.link(addresses);
  const total = 12_000;
  const numbers = Array.from({ length: total }, (_, i) => i);
  link.send(Uint8Array.from(numbers.flatMap((i) => [2, i >> 8, i & 255])));
  await host.until(() => host.framesFrom(peer.publicKey).length === total);
  expect(await host.counted('geo_link_throttled_total')).toBeGreaterThan(0);
  const order = host.framesFrom(peer.publicKey).map(([high = 0, low = 0]) => high * 256 + low);
  expect(order).toEqual(numbers);
});
