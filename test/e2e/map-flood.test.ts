/** What floods of announcements do to a node and its map: nothing that is forged is on it, and what it takes is bounded. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Forger, Gossip, Intruder } from '#test/support/flood.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { temporaryFolder } from '#test/support/store.ts';

const UAH = 'UAH';
let node: TestNode;
let forger: Forger;
let others: { stop(): Promise<void> }[];

beforeEach(async () => {
  node = await startParticipant('Victim', temporaryFolder());
  forger = new Forger(node.config.network, UAH);
  others = [];
});

afterEach(async () => {
  for (const other of others) await other.stop();
  await node.node.stop('the test is over');
});

async function intruder(): Promise<Intruder> {
  const { publicKey: key } = node.node;
  const started = await Intruder.start({ key, addresses: node.node.addresses() }, node.config.network, UAH);
  others.push(started);
  return started;
}

/** One that the node trusts, and so one whose announcements it reads. */
async function trusted(): Promise<Intruder> {
  const peer = await intruder();
  await node.client.putContact({ who: peer.publicKey, alias: 'Trusted' });
  await node.client.setTrustLine({ who: 'Trusted', equivalent: UAH, limit: '1', waitMs: 0 });
  return peer;
}

async function counted(name: string, label = ''): Promise<number> {
  const response = await fetch(`${node.url}/metrics`, { headers: { authorization: `Bearer ${node.cookie}` } });
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(name) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const linesOnMap = async (): Promise<number> => (await node.client.getStatus()).counts.mapLines;
const dropped = (why: string): Promise<number> => counted('geo_map_frames_dropped_total', `"${why}"`);

it('a neighbour whose announcements are forged is cut off from the map at the first frame', async () => {
  const liar = await trusted();
  const forged = Array.from({ length: 160 }, () => forger.forged(Date.now()));
  liar.announce(forged);
  await until(async () => (await counted('geo_faults_total', 'bad-signature')) === 1);
  for (let frame = 0; frame < 60; frame++) liar.announce(frame % 2 === 0 ? forged : [forger.valid(Date.now())]);
  await until(async () => (await dropped('condemned')) === 60);
  expect(await linesOnMap()).toBe(0);
  expect(await counted('geo_faults_total', 'bad-signature')).toBe(1);
  // Others are heard as before.
  const other = await intruder();
  const before = await counted('geo_messages_in_total', '"map-digest"');
  other.compare();
  await until(async () => (await counted('geo_messages_in_total', '"map-digest"')) > before);
}, 60_000);

it('of a neighbour that never ends, a bounded number is read', async () => {
  const flooding = await trusted();
  const frame = Array.from({ length: 160 }, () => forger.valid(Date.now()));
  const frames = 200;
  for (let sent = 0; sent < frames; sent++) {
    if (!flooding.announce(frame))
      await new Promise((resolve) => flooding.link.stream.addEventListener('drain', resolve, { once: true }));
  }
  await until(
    async () => (await dropped('too-many')) + (await counted('geo_messages_in_total', '"announcements"')) === frames,
  );
  expect(await dropped('too-many')).toBeGreaterThan(0);
  expect(await linesOnMap()).toBe(160);
}, 120_000);

it('of one who opened a line unasked, nothing is read', async () => {
  const uninvited = await intruder();
  for (let sent = 0; sent < 10; sent++) uninvited.announce([forger.valid(Date.now())]);
  await until(async () => (await dropped('stranger')) === 10);
  expect(await linesOnMap()).toBe(0);
}, 60_000);

it('strangers that gossip what is forged are not listened to after some; what is stale is never on the map', async () => {
  const addresses = node.node.addresses();
  // The node follows an equivalent once it has an account in it.
  await intruder();
  const [forging, stale] = [
    await Gossip.start(addresses, node.config.network, UAH),
    await Gossip.start(addresses, node.config.network, UAH),
  ];
  others.push(forging, stale);
  for (let said = 0; said < 500; said++) {
    await forging.say(forger.forged(Date.now()));
    await stale.say(forger.stale(Date.now()));
  }
  await forging.heard(addresses);
  await stale.heard(addresses);
  const judged = 'geo_gossip_announcements_total';
  expect(await counted(judged, 'reject')).toBeGreaterThan(0);
  expect(await counted(judged, 'ignore')).toBeGreaterThan(0);
  // Each is let say 40 at once and 10 a second; whoever is rejected 8 times is heard no more.
  expect(await counted(judged, 'reject')).toBeLessThan(100);
  expect(await counted(judged, 'accept')).toBe(0);
  expect(await linesOnMap()).toBe(0);
}, 120_000);
