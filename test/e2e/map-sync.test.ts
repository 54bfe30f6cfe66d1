/** How a node that is new gets the map of others (§6.3): real nodes, real signatures. */
import { afterEach, expect, it } from 'vitest';
import { openStore } from '#node/store/store.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { Forger } from '#test/support/flood.ts';
import { cardOf, startAgain, startParticipant, type TestNode } from '#test/support/nodes.ts';
import { temporaryFolder } from '#test/support/store.ts';

const nodes: TestNode[] = [];

afterEach(async () => {
  for (const { node } of nodes.splice(0)) await node.stop('the test is over');
});

async function start(name: string): Promise<TestNode> {
  const started = await startParticipant(name, temporaryFolder());
  nodes.push(started);
  return started;
}

/** A node that holds so many lines of others. */
async function startWithMap(name: string, lines: number): Promise<TestNode> {
  const started = await start(name);
  await started.node.stop('it gets a map');
  const forger = new Forger(started.config.network, 'UAH');
  const store = await openStore(started.config.dataDir);
  const records = Array.from(
    { length: lines },
    (): DurableRecord => ({ type: 'announcement', signed: forger.valid(Date.now()) }),
  );
  await store.write(records, { sync: true });
  await store.close();
  await startAgain(started);
  return started;
}

/** Starts again with other settings. */
async function restart(node: TestNode, settings: Partial<TestNode['config']>): Promise<void> {
  await node.node.stop('its settings change');
  Object.assign(node, { config: { ...node.config, ...settings } });
  await startAgain(node);
}

const linesOf = async ({ client }: TestNode): Promise<number> => (await client.getStatus()).counts.mapLines;

async function hasLines(node: TestNode, lines: number): Promise<void> {
  while ((await linesOf(node)) < lines) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function sentBy({ url, cookie }: TestNode, type: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${cookie}` } });
  const line = (await response.text())
    .split('\n')
    .find((it) => it.startsWith(`geo_messages_out_total{type="${type}"}`));
  return Number(line?.slice(line.lastIndexOf(' ')) ?? 0);
}

it('who is linked to somebody with a map gets all of it, asked for piece by piece, and has it after a restart', async () => {
  const lines = 1_000;
  const [knowing, joining] = [await startWithMap('Knowing', lines), await start('Joining')];
  await knowing.client.putContact({ who: await cardOf(joining) });
  await joining.client.putContact({ who: await cardOf(knowing) });
  await hasLines(joining, lines);
  // At most 32 in each, and each was asked for.
  expect(await sentBy(knowing, 'map-answer')).toBeGreaterThanOrEqual(lines / 32);
  expect(await sentBy(knowing, 'map-answer')).toBeLessThanOrEqual(await sentBy(joining, 'map-ask'));
  expect(await sentBy(knowing, 'announcements')).toBe(0);
  await joining.node.stop('it starts again');
  await startAgain(joining);
  expect(await linesOf(joining)).toBe(lines);
}, 120_000);

it('who knows nobody gets the map of whom its settings name, who is no neighbour', async () => {
  const lines = 200;
  const [knowing, joining] = [await startWithMap('Indexer', lines), await start('Joining')];
  await restart(joining, { indexers: [...knowing.node.addresses()] });
  await hasLines(joining, lines);
  expect((await joining.client.getStatus()).counts).toMatchObject({ accounts: 0, contacts: 0, linked: 0 });
  expect(await linesOf(knowing)).toBe(lines);
}, 120_000);

it('the other end of a line takes it off the map of both when it does not want to be on it any more', async () => {
  const both = [await start('Alice'), await start('Bob')] as const;
  const [alice, bob] = both;
  for (const node of both) await restart(node, { announce: 'ask' });
  await alice.client.putContact({ who: await cardOf(bob) });
  await bob.client.putContact({ who: await cardOf(alice) });
  const announced = { equivalent: 'UAH', limit: '10', policy: { announce: true }, waitMs: 20_000 };
  await alice.client.setTrustLine({ who: 'Bob', ...announced });
  await bob.client.setTrustLine({ who: 'Alice', ...announced });
  const shown = async ({ client }: TestNode): Promise<number> => (await client.getTopology({})).lines.length;
  const show = async (lines: number): Promise<void> => {
    for (const node of both)
      while ((await shown(node)) !== lines) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await show(2);
  await bob.client.setTrustLine({ who: 'Alice', ...announced, policy: { announce: false } });
  await show(0);
  // It is known, so that nothing older comes back; and Alice still wants hers there.
  expect(await linesOf(alice)).toBe(2);
  expect((await alice.client.listTrustLines({})).trustLines[0]).toMatchObject({
    given: { policy: { announce: true } },
  });
}, 120_000);
