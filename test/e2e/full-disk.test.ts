import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { ApiError, type Client } from '#node/api/client.ts';
import { Failure } from '#node/failure.ts';
import { Random } from '#simulations/random.ts';
import { type CommittedPayment, checkBooks } from '#test/soak/books.ts';
import { Killable } from '#test/soak/killable.ts';
import { smallDisk } from '#test/support/small-disk.ts';
import { temporaryFolder } from '#test/support/store.ts';

const ORDER = { equivalent: 'UAH', amount: '0.01' };
const ROOM = 60_000;
const LOOK_AGAIN_MS = 100;
const REST_MS = 60_000;

function up(node: Killable): Client {
  if (node.client === null) throw new Error(`${node.name} is not running`);
  return node.client;
}

/** Bob trusts Alice: she can pay him. */
async function link(alice: Killable, bob: Killable): Promise<void> {
  await up(alice).putContact({ who: (await up(bob).getId()).card });
  await up(bob).connectPeer({ who: (await up(alice).getId()).card, waitMs: 30_000 });
  const line = { who: alice.publicKey, equivalent: 'UAH', limit: '1000', waitMs: 30_000 };
  expect((await up(bob).setTrustLine(line)).given?.acked).toBe(true);
  const isOnMap = async () => (await up(alice).getStatus()).counts.mapLines > 0;
  while (!(await isOnMap())) await setTimeout(LOOK_AGAIN_MS);
}

async function untilRest(nodes: readonly Killable[]): Promise<void> {
  const deadline = performance.now() + REST_MS;
  const isAtRest = async () => {
    const all = await Promise.all(nodes.map((node) => up(node).getStatus()));
    return all.every(({ held, counts }) => held.length === 0 && counts.unsettled === 0);
  };
  while (!(await isAtRest())) {
    if (performance.now() > deadline) throw new Error('not at rest');
    await setTimeout(LOOK_AGAIN_MS);
  }
}

it('a node whose disk is full stops with words, acknowledges nothing more, and with room again has lost nothing', async () => {
  const random = new Random(1, 9);
  const disk = smallDisk();
  const folder = join(disk.folder, 'bob');
  mkdirSync(folder);
  const alice = await Killable.create('Alice', join(temporaryFolder(), 'alice'), random);
  const bob = await Killable.create('Bob', folder, random);
  onTestFinished(async () => void (await Promise.all([alice.kill(), bob.kill()])));
  bob.command = disk.command;
  await Promise.all([alice.start(), bob.start()]);
  await link(alice, bob);

  disk.fill(ROOM);
  const ids: string[] = [];
  const acknowledged = new Set<string>();
  const ended = bob.untilEnded().then(() => true);
  for (let hasEnded = false; !hasEnded; ) {
    const id = `payment ${ids.length}`;
    ids.push(id);
    const pay = up(alice).pay({ ...ORDER, to: bob.publicKey, id, waitMs: 5_000 });
    const { state } = await pay.catch((error: unknown) => {
      // No way to Bob any more.
      if (error instanceof ApiError || error instanceof Failure) return { state: 'NEW' as const };
      throw error;
    });
    if (state === 'COMMITTED') acknowledged.add(id);
    hasEnded = await Promise.race([ended, Promise.resolve(false)]);
  }
  expect(bob.errors).toMatch(/No room is left on the disk that holds .*bob/);
  expect(acknowledged.size).toBeGreaterThan(5);

  if (disk.kind === 'tmpfs') await expect(bob.start()).rejects.toThrow(/No room is left on the disk/);
  disk.free();
  bob.command = [process.execPath];
  await bob.start();
  await up(bob).connectPeer({ who: alice.publicKey, waitMs: 30_000 });
  await untilRest([alice, bob]);

  const payments: CommittedPayment[] = [];
  for (const id of ids) {
    const payment = await up(alice).getPayment({ id });
    const isAcknowledged = acknowledged.has(id);
    if (isAcknowledged) expect([id, payment.state]).toStrictEqual([id, 'COMMITTED']);
    if (payment.state === 'COMMITTED') payments.push({ payment, isAcknowledged });
  }
  const balances = new Map<string, string>();
  for (const node of [alice, bob]) {
    for (const { neighbour, balance } of (await up(node).getBalance()).accounts) {
      balances.set(`${node.publicKey} ${neighbour.publicKey}`, balance);
    }
  }
  await Promise.all([alice.stop(), bob.stop()]);
  expect(await checkBooks([alice, bob], balances, payments)).toStrictEqual({ lost: 0, violations: [] });
});
