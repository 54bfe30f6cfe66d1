/** Two running nodes of one identity, on two machines: both stop to sign, since each may have signed what the other does not know. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectClient } from '#node/api/client.ts';
import type { RunningNode } from '#node/assembly.ts';
import { createKeyFile } from '#node/identity/key-file.ts';
import { createLog } from '#node/log.ts';
import { startNode } from '#node/node.ts';
import { cardOf, refused, startAgain, startParticipant, type TestNode } from '#test/support/nodes.ts';

let folder: string;
let alice: TestNode;
let bob: TestNode;
let twin: RunningNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-twins-'));
  [alice, bob] = await Promise.all([
    startParticipant('Alice', join(folder, 'Alice')),
    startParticipant('Bob', join(folder, 'Bob')),
  ]);
  await bob.client.putContact({ who: await cardOf(alice) });
  await alice.client.connectPeer({ who: await cardOf(bob), waitMs: 30_000 });
  await bob.client.setTrustLine({ who: 'Alice', equivalent: 'UAH', limit: '10', waitMs: 30_000 });
});

afterAll(async () => {
  await Promise.all([alice.node.stop('the test is over'), bob.node.stop('the test is over'), twin.stop('too')]);
  await rm(folder, { recursive: true, force: true });
});

const frozen = async ({ client }: Pick<TestNode, 'client'>): Promise<boolean | undefined> =>
  (await client.getStatus()).restored?.frozen;

it('freezes both, and a start of its own again none', async () => {
  await alice.node.stop('to start again');
  await startAgain(alice);
  await alice.client.connectPeer({ who: 'Bob', waitMs: 30_000 });
  expect((await alice.client.pay({ to: 'Bob', equivalent: 'UAH', amount: '1' })).state).toBe('COMMITTED');
  expect(await frozen(alice)).toBeUndefined();

  const dataDir = join(folder, 'Twin');
  await createKeyFile(dataDir, alice.seed, null);
  const log = createLog({ level: 'silent', file: null });
  twin = await startNode({ ...alice.config, dataDir, listen: ['/ip4/127.0.0.1/tcp/0'] }, { log });
  const client = await connectClient(dataDir);
  await client.connectPeer({ who: await cardOf(bob), waitMs: 30_000 });
  await vi.waitFor(async () => expect([await frozen(alice), await frozen({ client })]).toEqual([true, true]), {
    timeout: 60_000,
    interval: 100,
  });
  const { code } = await refused(alice.client.pay({ to: 'Bob', equivalent: 'UAH', amount: '1' }));
  expect(code).toBe('node-restored');
});
