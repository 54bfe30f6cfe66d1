/** What the other end of a connection can make a host hold and work on, below the streams. */
import type { Stream, StreamMuxer } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAX_UNSENT_BYTES } from '#node/p2p/limits.ts';
import { startBareNetwork } from '#test/support/bare-network.ts';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';

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

async function guarded(why: string): Promise<number> {
  return host.counted('geo_connection_guarded_total', { why });
}

/** A message of yamux: version, type, flags, stream, length or value. */
function yamux(type: 'data' | 'window' | 'ping', flags: number, stream: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(12));
  bytes.setUint8(1, { data: 0, window: 1, ping: 2 }[type]);
  bytes.setUint16(2, flags);
  bytes.setUint32(4, stream);
  bytes.setUint32(8, value);
  return new Uint8Array(bytes.buffer);
}

/** Sends, as fast as the other side takes it, until the connection is gone or so much has been sent. */
async function sendUntilClosed(bytes: Uint8Array, most: number): Promise<number> {
  let sent = 0;
  while (peer.openConnections() > 0 && sent < most) {
    try {
      await peer.sendBelowStreams(bytes);
    } catch {
      break;
    }
    sent += bytes.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sent;
}

it('ends a connection that announces a message of 4 GiB before much of it has been held', async () => {
  host.host.keep(peer.publicKey, []);
  await peer.connect(addresses);
  await peer.sendBelowStreams(yamux('data', 1, 101, 2 ** 32 - 1));
  const most = 64 * 2 ** 20;
  expect(await sendUntilClosed(new Uint8Array(65_536), most)).toBeLessThan(most);
  expect(await guarded('message-too-long')).toBe(1);
  await peer.link(addresses);
});

it('ends a connection that asks without end and reads no answer', { timeout: 60_000 }, async () => {
  host.host.keep(peer.publicKey, []);
  await peer.connect(addresses);
  await peer.roundTrip(addresses);
  peer.deafen();
  const pings = new Uint8Array(12 * 5_000);
  for (let at = 0; at < pings.length; at += 12) pings.set(yamux('ping', 1, 0, at), at);
  // A ping's answer takes 30 bytes; the system holds some megabytes of them before the node has to.
  const most = 16 * MAX_UNSENT_BYTES;
  expect(await sendUntilClosed(pings, most)).toBeLessThan(most);
  expect(await guarded('unread')).toBe(1);
});

it('cuts off whoever opens streams without end, though none of them stays open', async () => {
  await peer.connect(addresses);
  await peer.roundTrip(addresses);
  const closed = peer.closed();
  const [open, reset] = [1, 8];
  for (let stream = 1_001; stream < 3_001; stream += 2) {
    await peer.sendBelowStreams(yamux('window', open, stream, 0));
    await peer.sendBelowStreams(yamux('window', reset, stream, 0));
  }
  await closed;
  expect(await guarded('too-many-streams')).toBe(1);
  await peer.link(addresses);
});

it('takes messages of a stranger slowly, however short', async () => {
  await peer.connect(addresses);
  await peer.roundTrip(addresses);
  // Of a stream that there is not: nothing is held, nothing answered.
  for (let i = 0; i < 600; i++) await peer.sendBelowStreams(yamux('window', 0, 1_001, i));
  await peer.roundTrip(addresses);
  expect(await guarded('too-fast')).toBeGreaterThan(0);
});

it('takes the bytes of a neighbour as they come, and those of a stranger slowly', async () => {
  const frame = new Uint8Array(60_000);
  host.host.keep(peer.publicKey, []);
  const near = await peer.link(addresses);
  for (let i = 0; i < 100; i++) if (!near.sendFrame(frame)) await near.stream.onDrain();
  await host.until(() => host.framesFrom(peer.publicKey).length === 100);
  expect(await guarded('too-fast')).toBe(0);
  const stranger = await startRawPeer();
  try {
    const far = await stranger.link(addresses);
    for (let i = 0; i < 6; i++) far.sendFrame(frame);
    await host.until(() => host.framesFrom(stranger.publicKey).length === 6);
    expect(await guarded('too-fast')).toBeGreaterThan(0);
  } finally {
    await stranger.stop();
  }
});

it('takes the frames of a stranger slowly, however short, and loses none', async () => {
  const link = await peer.link(addresses);
  const total = 300;
  for (let i = 0; i < total; i++) link.sendFrame(Uint8Array.of(i & 255));
  await host.until(() => host.framesFrom(peer.publicKey).length === total);
  expect(host.framesFrom(peer.publicKey).map(([n]) => n)).toEqual(Array.from({ length: total }, (_, i) => i & 255));
  expect(await host.counted('geo_link_throttled_total')).toBeGreaterThan(50);
});

it('a stream that opens in the moment in which its connection ends harms nobody', async () => {
  const network = await startBareNetwork();
  const failed: unknown[] = [];
  const fail = (error: unknown): void => void failed.push(error);
  process.on('uncaughtException', fail);
  try {
    const connection = await network.dial(addresses.map((address) => multiaddr(address)));
    const { muxer } = connection as unknown as { muxer: StreamMuxer & { maConn: Stream } };
    // It says so to the other side a moment later.
    void muxer.createStream();
    void muxer.maConn.close();
    await new Promise(setImmediate);
    expect(failed).toEqual([]);
  } finally {
    process.off('uncaughtException', fail);
    await network.stop();
  }
});
