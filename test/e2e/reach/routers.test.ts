/** Two households, each behind a router that lets nothing in, and relays in public: real processes, real translation. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Household, Internet } from '#test/support/namespaces.ts';
import { ReachNode } from '#test/support/reach-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-reach-'));
const nodes: ReachNode[] = [];
let internet: Internet | null = null;
let home: Household;
let [relay, otherRelay, alice, bob] = [] as unknown as [ReachNode, ReachNode, ReachNode, ReachNode];

async function start(...args: Parameters<typeof ReachNode.start>): Promise<ReachNode> {
  const node = await ReachNode.start(...args);
  nodes.push(node);
  return node;
}

beforeAll(async () => {
  internet = await Internet.create();
  home = await internet.household('alice', 21);
  const otherHome = await internet.household('bob', 22);
  [relay, otherRelay] = await Promise.all([
    start('Relay', await internet.machine('relay', 11), folder, { relay: 'for-anyone' }),
    start('Other-relay', await internet.machine('other', 12), folder, {}),
  ]);
  // Alice has no relays in her settings, but neighbours that are; Bob is a stranger to one of them.
  const relays = [relay.address, otherRelay.address];
  [alice, bob] = await Promise.all([
    start('Alice', home.machine, folder, {}),
    start('Bob', otherHome.machine, folder, { relays }),
  ]);
  for (const [one, other] of [
    [alice, relay],
    [alice, otherRelay],
    [bob, otherRelay],
  ] as const) {
    await other.ask('putContact', { who: (await one.ask('getId')).card });
    await one.ask('putContact', { who: (await other.ask('getId')).card });
  }
}, 120_000);

afterAll(async () => {
  await Promise.all(nodes.map(async (node) => node.end('SIGKILL')));
  internet?.close();
  rmSync(folder, { recursive: true });
});

/** Waits for what tells nobody when it happens. */
async function eventually(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 60_000, interval: 100 });
}

async function reachable(node: ReachNode, direct: 'yes' | 'no', relays: number): Promise<void> {
  await eventually(async () => {
    const { reachability } = await node.ask('getStatus');
    expect({ direct: reachability.direct, relays: reachability.relays.length }).toEqual({ direct, relays });
  });
}

/** Where the link of one to the other goes to; null when there is none. */
async function wayOf(node: ReachNode, other: ReachNode): Promise<string | null> {
  const { peers } = await node.ask('listPeers');
  return peers.find(({ participant }) => participant.name === other.name)?.address ?? null;
}

let paid = 0;
async function pay(): Promise<void> {
  // One that was begun while a link moved may be refused; then nothing was paid, and people try again.
  await eventually(async () => {
    const { state } = await bob.ask('pay', { to: 'Alice', equivalent: 'UAH', amount: '1', waitMs: 20_000 });
    expect(state).toBe('COMMITTED');
  });
  paid++;
  await eventually(async () => {
    const { accounts } = await alice.ask('getBalance', { equivalent: 'UAH' });
    expect(accounts.map(({ balance }) => balance)).toEqual([String(paid)]);
  });
}

describe('behind two routers', () => {
  it('both find that nobody can call them, and hold places at both relays', async () => {
    await Promise.all([reachable(alice, 'no', 2), reachable(bob, 'no', 2)]);
    const { addresses } = await alice.ask('getStatus');
    expect(addresses[0]).toMatch(/^\/ip4\/203\.0\.113\.1[12]\/tcp\/4610\/p2p\/\w+\/p2p-circuit\/p2p\/\w+$/);
  });

  it('they pay each other through a relay', async () => {
    const { card } = await bob.ask('getId');
    await alice.ask('putContact', { who: card });
    await bob.ask('putContact', { who: (await alice.ask('getId')).card });
    await eventually(async () => expect(await wayOf(alice, bob)).toContain('/p2p-circuit/'));
    await alice.ask('setTrustLine', { who: 'Bob', equivalent: 'UAH', limit: '100', waitMs: 20_000 });
    await pay();
    await pay();
  });

  it('when the relay is gone, they go on through the other one', async () => {
    const way = await wayOf(alice, bob);
    const [used, left] = way?.includes('203.0.113.11') ? [relay, otherRelay] : [otherRelay, relay];
    await used.end('SIGKILL');
    await eventually(async () => {
      const now = await wayOf(alice, bob);
      expect(now).toContain('/p2p-circuit/');
      expect(now).toContain(left === relay ? '203.0.113.11' : '203.0.113.12');
    });
    await pay();
  });

  it('when the router of one passes its port on, a direct connection takes the place of the relayed one', async () => {
    await home.forward(4_610);
    await eventually(async () => {
      const way = await wayOf(bob, alice);
      expect(way).toMatch(/^\/ip4\/203\.0\.113\.21\/tcp\/4610\/p2p\/\w+$/);
    });
    await reachable(alice, 'yes', 1);
    const { addresses } = await alice.ask('getStatus');
    expect(addresses[0]).toMatch(/^\/ip4\/203\.0\.113\.21\/tcp\/4610\/p2p\/\w+$/);
    expect(addresses.filter((address) => address.includes('/p2p-circuit'))).toEqual([]);
    await pay();
  });
});
