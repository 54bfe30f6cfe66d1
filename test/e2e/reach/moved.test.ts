/** Neighbours that are found again although they moved. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { cardOf, startAgain, startParticipant, type TestNode } from '#test/support/nodes.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-moved-'));
const running = new Set<TestNode>();
afterEach(async () => {
  await Promise.all([...running].map(async ({ node }) => node.stop('the test is over')));
  rmSync(folder, { recursive: true });
});

async function start(name: string): Promise<TestNode> {
  const node = await startParticipant(name, join(folder, name));
  running.add(node);
  return node;
}

/** Starts it again on another port. */
async function move(node: TestNode): Promise<void> {
  const before = node.node.addresses();
  await node.node.stop('it moves');
  Object.assign(node, { config: { ...node.config, listen: ['/ip4/127.0.0.1/tcp/0'] } });
  await startAgain(node);
  expect(node.node.addresses()).not.toEqual(before);
}

async function linked(one: TestNode): Promise<void> {
  await vi.waitFor(
    async () => {
      const { peers } = await one.client.listPeers();
      expect(peers.map(({ address }) => address === null)).toEqual([false]);
    },
    { timeout: 30_000, interval: 50 },
  );
}

it('two that move one after the other keep each other, as the one who moved tells where it is', async () => {
  const [alice, bob] = [await start('Alice'), await start('Bob')];
  await alice.client.putContact({ who: await cardOf(bob) });
  await bob.client.putContact({ who: await cardOf(alice) });
  await linked(alice);
  // Alice's contact card of Bob is out of date from here on, and only Bob can call.
  await move(bob);
  await linked(bob);
  await linked(alice);
  const { contacts } = await alice.client.listContacts();
  expect(contacts[0]?.addresses).not.toEqual(bob.node.addresses());
  // Bob's one of Alice is so too: it is Alice who has to know where Bob is, after her start.
  await move(alice);
  await linked(alice);
  await linked(bob);
  const { peers } = await alice.client.listPeers();
  expect(bob.node.addresses()).toContain(peers[0]?.address);
});
