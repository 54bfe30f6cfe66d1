/** What a small message costs below the frames: each packet is a call of the system and wakes the other side. */
import { Socket } from 'node:net';
import type { Stream } from '@libp2p/interface';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HostPark, type RecordedHost } from '#test/support/hosts.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';

const park = new HostPark();
let host: RecordedHost;
let peer: RawPeer;
let addresses: readonly string[];

beforeEach(async () => {
  host = await park.start();
  peer = await startRawPeer();
  host.host.keep(peer.publicKey, []);
  addresses = host.host.addresses();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await peer.stop();
  await park.stopAll();
});

it.each([100, 2_000])('a frame of %i bytes goes to the socket in one write', async (size) => {
  const link = await peer.link(addresses);
  await host.until(() => host.upCount(peer.publicKey) === 1);
  const port = Number(/\/tcp\/(\d+)/.exec(addresses[0] ?? '')?.[1]);
  const write = vi.spyOn(Socket.prototype, 'write');
  host.host.send(peer.publicKey, new Uint8Array(size));
  await link.nextFrame();
  const written = write.mock.calls
    .filter((_, call) => (write.mock.contexts[call] as Socket).localPort === port)
    .map(([bytes]) => (bytes as Uint8Array).length);
  // Lengths of the message and of the frame, the multiplexer's head, the cipher's tag.
  expect(written).toContain(size + 2 + (size < 128 ? 1 : 2) + 12 + 16);
  // Nothing shorter than an encrypted head goes out by itself.
  expect(written.filter((bytes) => bytes < 2 + 12 + 16)).toEqual([]);
});

it('the window is opened once in 64 KiB, not after each frame', async () => {
  const link = await peer.link(addresses);
  let opened = 0;
  const stream = link.stream as Stream & { handleWindowUpdate(frame: object): void };
  const handle = stream.handleWindowUpdate.bind(stream);
  stream.handleWindowUpdate = (frame) => {
    opened++;
    handle(frame);
  };
  const send = async (count: number): Promise<void> => {
    const before = host.framesFrom(peer.publicKey).length;
    for (let sent = 0; sent < count; sent++) {
      link.sendFrame(new Uint8Array(998));
      await host.until(() => host.framesFrom(peer.publicKey).length === before + sent + 1);
    }
    await peer.roundTrip(addresses);
  };
  await send(65);
  expect(opened).toBe(0);
  await send(1);
  expect(opened).toBe(1);
  // Many windows.
  await send(4_000);
  expect(opened).toBe(61);
});
