/** A node that runs on an old copy of its folder: what its owner sees of it, until it is confirmed. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { GeoFolder } from '#test/support/geo.ts';
import { balanceOf, cardOf, startAgain, startParticipant, type TestNode, until } from '#test/support/nodes.ts';

let folder: string;
let alice: TestNode;
let bob: TestNode;

/** Alice pays Bob 5 UAH, which Bob's folder has forgotten. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-lost-'));
  const names = ['Alice', 'Bob'] as const;
  [alice, bob] = (await Promise.all(names.map((name) => startParticipant(name, join(folder, name))))) as [
    TestNode,
    TestNode,
  ];
  await alice.client.putContact({ who: await cardOf(bob) });
  await bob.client.putContact({ who: await cardOf(alice) });
  await bob.client.setTrustLine({ who: 'Alice', equivalent: 'UAH', limit: '100', waitMs: 20_000 });
  await bob.node.stop('to be copied');
  await cp(bob.config.dataDir, join(folder, 'copy'), { recursive: true });
  await startAgain(bob);
  await vi.waitFor(async () => {
    const { state } = await alice.client.pay({ to: 'Bob', equivalent: 'UAH', amount: '5' });
    if (state !== 'COMMITTED') throw new Error('not linked yet');
  }, 20_000);
  await bob.node.stop('to forget');
  await rm(bob.config.dataDir, { recursive: true });
  await cp(join(folder, 'copy'), bob.config.dataDir, { recursive: true });
  await startAgain(bob);
});

afterAll(async () => {
  await Promise.all([alice, bob].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

it('the loss is told, and what came back waits for its owner', async () => {
  const { instance } = await bob.client.getStatus();
  const events = await bob.client.openEvents({ since: `${instance}:0` });
  const seen = await until(events, ({ notice }) => notice.type === 'account-agreed');
  expect(seen).toContainEqual(expect.objectContaining({ notice: { type: 'restored' } }));
  expect(seen.at(-1)).toMatchObject({ notice: { neighbour: { name: 'Alice' }, equivalent: 'UAH' } });
  expect(await balanceOf(bob)).toEqual({ Alice: '5' });
  expect(await bob.client.getStatus()).toMatchObject({
    restored: { frozen: true, unsure: [], agreed: [{ neighbour: { name: 'Alice' }, equivalent: 'UAH', linked: true }] },
  });
  const geo = new GeoFolder(bob.config.dataDir);
  expect((await geo.run(['status'])).stdout).toMatch(
    /This node lost records on .* and signs nothing new\.\n.*then confirm it: geo restore confirm/,
  );
  expect((await geo.run(['balance'])).stdout).toMatch(/Alice .* not until you confirm\n/);
  const doctor = await geo.run(['doctor']);
  expect(doctor).toMatchObject({ code: 1, stdout: expect.stringMatching(/^look {2}Lost records +Records were lost/m) });
  const response = await fetch(`${bob.url}/metrics`, { headers: { authorization: `Bearer ${bob.cookie}` } });
  expect((await response.text()).split('\n')).toContain('geo_restored 1');
});
