/** A running node and a neighbour that sends rubbish: nothing of it may stop it, grow it, or leave a trace. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readApiFiles } from '#node/api/address.ts';
import { encodeMessage } from '#protocol/link.ts';
import { Random } from '#simulations/random.ts';
import { messages, payment } from '#test/support/examples.ts';
import { type GeoFolder, GeoFolders } from '#test/support/geo.ts';
import { type RawPeer, startRawPeer } from '#test/support/raw-peer.ts';
import { atScale } from '#test/support/scale.ts';

const FRAMES = atScale(3_000, 10_000);
const { network } = payment.header;

let folders: GeoFolders;
let victim: GeoFolder;
let peer: RawPeer;

interface Status {
  readonly process: number;
  readonly addresses: readonly string[];
}

beforeAll(async () => {
  folders = await GeoFolders.create();
  victim = folders.add('victim');
  await victim.json([
    'init',
    '--name',
    'Victim',
    '--network',
    network,
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--api-port',
    '0',
  ]);
  await victim.json(['start', '--background']);
  peer = await startRawPeer();
});

afterAll(async () => {
  await peer.stop();
  await folders.close();
});

/** Bytes that are no message, and messages with something broken in them. None is empty: that ends a link (p2p/frames.test.ts). */
function rubbish(random: Random): Uint8Array {
  if (random.permille(300)) return Uint8Array.from({ length: random.between(1, 600) }, () => random.below(256));
  const bytes = Array.from(encodeMessage(random.pick(Object.values(messages))));
  for (let changes = random.between(1, 4); changes > 0; changes--) {
    const at = random.below(bytes.length);
    const kind = random.below(4);
    if (kind === 0) bytes[at] = random.below(256);
    if (kind === 1) bytes.splice(at, random.between(1, 40));
    if (kind === 2) bytes.splice(at, 0, ...Array.from({ length: random.between(1, 40) }, () => random.below(256)));
    if (kind === 3) bytes.push(...bytes.slice(at));
    if (bytes.length === 0) bytes.push(random.below(256));
  }
  return Uint8Array.from(bytes.slice(0, 65_536));
}

function residentBytes(pid: number): number {
  const pages = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(pages) * 1_024;
}

/** Sum of a counter over its labels. */
async function counted(name: string): Promise<number> {
  const { url, cookie } = await readApiFiles(victim.path);
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${cookie}` } });
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Of what was sent: faults, what was taken, and what is about the map and beyond the sender's rate for that. */
async function taken(): Promise<readonly number[]> {
  const names = ['geo_faults_total', 'geo_messages_in_total', 'geo_map_frames_dropped_total'];
  return Promise.all(names.map(counted));
}

async function untilTaken(frames: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const counts = await taken();
    if (counts.reduce((sum, count) => sum + count, 0) >= frames) return;
    if (Date.now() > deadline) throw new Error(`the node took ${counts.join(' + ')} of ${frames} frames`);
  }
}

it(`takes ${FRAMES} random and mutated frames and is as it was`, async () => {
  const random = new Random(20_261_120);
  const { addresses, process: pid } = await victim.json<Status>(['status']);
  // A neighbour, which may send much more than a stranger.
  await victim.json(['contact', 'add', peer.publicKey, '--as', 'Rubbish']);
  const link = await peer.link(addresses, { network });
  let fed = 0;
  const feed = async (frames: number): Promise<number> => {
    for (let sent = 0; sent < frames; sent++) {
      if (!link.sendFrame(rubbish(random)))
        await new Promise((resolve) => link.stream.addEventListener('drain', resolve, { once: true }));
    }
    fed += frames;
    await untilTaken(fed);
    return residentBytes(pid);
  };
  await feed(FRAMES / 4);
  const early = await feed(FRAMES / 4);
  const late = await feed(FRAMES / 2);
  expect(late - early, 'bytes grown over the second half').toBeLessThan(64 * 2 ** 20);
  expect(await counted('geo_faults_total')).toBeGreaterThan(FRAMES * 0.8);
  expect(link.stream.status).toBe('open');

  // Nothing of it was kept, and the node still does its work.
  expect(await victim.json(['balance'])).toMatchObject({ accounts: [] });
  expect(await victim.json(['history'])).toMatchObject({ entries: [] });
  expect((await victim.run(['status'])).code).toBe(0);
}, 120_000);

it('a message of a later version is counted as a fault, and the link stays', async () => {
  const { addresses } = await victim.json<Status>(['status']);
  const later = await startRawPeer();
  try {
    await victim.json(['contact', 'add', later.publicKey, '--as', 'Later']);
    const link = await later.link(addresses, { network });
    const before = await counted('geo_faults_total');
    const soFar = (await taken()).reduce((sum, count) => sum + count, 0);
    // A type that this version does not know, and a known one with one field more.
    link.sendFrame(Uint8Array.of(0x82, 0x18, 0x63, 0x01));
    link.sendFrame(Uint8Array.of(0x84, 0x05, ...new Uint8Array(3)));
    link.sendFrame(encodeMessage({ type: 'map-digest', slot: 0, count: 0, digest: '00'.repeat(8), isAnswer: true }));
    await untilTaken(soFar + 3);
    expect(await counted('geo_faults_total')).toBe(before + 2);
    expect(link.stream.status).toBe('open');
  } finally {
    await later.stop();
  }
});
