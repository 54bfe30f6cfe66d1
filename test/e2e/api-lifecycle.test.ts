import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectClient, createClient } from '#node/api/client.ts';
import { Failure } from '#node/failure.ts';
import { startNode } from '#node/node.ts';
import { pidOf } from '#protocol/identity.ts';
import {
  balanceOf,
  next,
  refused,
  startAgain,
  startChain,
  type TestNode,
  type TypedNotice,
  until,
} from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';

let folder: string;
let alice: TestNode;
let bob: TestNode;
let carol: TestNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geo-api-'));
  [alice, bob, carol] = await startChain(folder);
});

afterAll(async () => {
  await Promise.all([alice, bob, carol].map(({ node }) => node.stop('the test is over')));
  await rm(folder, { recursive: true, force: true });
});

describe('events', () => {
  const isPayment = (state: string) => (event: TypedNotice) =>
    event.notice.type === 'payment' && event.notice.state === state;

  it('go on where a client stopped, without gap or repetition', async () => {
    const first = await alice.client.openEvents();
    await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '1' });
    const seen = await until(first, isPayment('ROUTED'));
    await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '1' });
    const last = seen.at(-1)?.cursor as string;
    const again = await alice.client.openEvents({ since: last });
    const missed = await until(again, isPayment('ROUTED'));
    const numberOf = ({ cursor }: { cursor: string }) => Number(cursor.split(':')[1]);
    const numbers = [...seen, ...missed].map(numberOf);
    expect(numbers).toEqual(numbers.map((_number, at) => (numbers[0] as number) + at));
    expect(missed.filter((event) => 'notice' in event && isPayment('COMMITTED')(event)).length).toBe(1);
  });

  it('tell the receiver who paid', async () => {
    const events = await carol.client.openEvents();
    const { txId, paymentId } = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '1' });
    const seen = await until(events, ({ notice }) => notice.type === 'received');
    expect(seen.at(-1)).toMatchObject({
      notice: {
        type: 'received',
        txId,
        paymentId,
        equivalent: 'UAH',
        amount: '1',
        payer: { pid: pidOf(alice.node.publicKey) },
      },
    });
  });

  it('begin with a reset where the cursor is gone', async () => {
    const { instance } = await alice.client.getStatus();
    for (const since of [`${'ab'.repeat(16)}:1`, `${instance}:999999`]) {
      const events = await alice.client.openEvents({ since });
      const first = await next(events);
      expect(first).toMatchObject({ reset: true, cursor: expect.stringContaining(`${instance}:`) as string });
    }
  });
});

describe('a token', () => {
  it('allows what its scope says, up to its cap, until it is revoked', async () => {
    const dailyCaps = [{ equivalent: 'UAH', amount: '3' }];
    const { secret, token } = await alice.client.makeToken({ name: 'shop', scope: 'pay', dailyCaps });
    expect(token).toMatchObject({ name: 'shop', scope: 'pay', dailyCaps, expiresAtMs: null });
    const shop = createClient(alice.url, secret);
    const order = { to: 'Carol', equivalent: 'UAH', amount: '2', id: 'by the shop' };
    expect(await shop.pay(order)).toMatchObject({ state: 'COMMITTED' });
    expect(await shop.pay(order)).toMatchObject({ state: 'COMMITTED' });
    const more = await refused(shop.pay({ ...order, id: 'another' }));
    expect(more).toMatchObject({ code: 'daily-cap', facts: { cap: '3', spent: '2', asked: '2' } });
    expect(await refused(shop.listTokens())).toMatchObject({ code: 'scope-missing', facts: { needs: 'admin' } });
    expect((await alice.client.listTokens()).tokens).toEqual([token]);
    const events = await shop.openEvents();
    await alice.client.revokeToken({ name: 'shop' });
    await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '1' });
    expect(await next(events)).toBeUndefined();
    expect(await refused(shop.getBalance())).toMatchObject({ code: 'no-token' });
    expect(await refused(shop.openEvents())).toMatchObject({ code: 'no-token' });
  });

  it('for reading cannot pay', async () => {
    const { secret } = await alice.client.makeToken({ name: 'monitor', scope: 'read' });
    const monitor = createClient(alice.url, secret);
    expect(await monitor.getStatus()).toMatchObject({ participant: { name: 'Alice' } });
    expect(await refused(monitor.pay({ to: 'Carol', equivalent: 'UAH', amount: '1' }))).toMatchObject({
      code: 'scope-missing',
    });
    const admin = alice.client.makeToken({
      name: 'x',
      scope: 'admin',
      dailyCaps: [{ equivalent: 'UAH', amount: '1' }],
    });
    expect(await refused(admin)).toMatchObject({ code: 'bad-request' });
  });
});

describe('a node that stops', () => {
  it('is found by its folder while it runs, by its owner only', async () => {
    for (const name of ['api.json', 'api.cookie', 'identity.json']) {
      expect((await stat(join(carol.config.dataDir, name))).mode & 0o777).toBe(0o600);
    }
    await expect(startNode(carol.config)).rejects.toMatchObject({ code: 'folder-in-use' });
    expect(await carol.client.getStatus()).toMatchObject({ participant: { name: 'Carol' } });
  });

  it('answers who asked it to stop, and is not there any more', async () => {
    const { instance } = await carol.client.getStatus();
    expect(await carol.client.stop()).toEqual({ stopping: true });
    expect(await carol.node.stopped).toEqual({ why: 'asked by the API', failure: null });
    await expect(carol.client.getStatus()).rejects.toBeInstanceOf(Failure);
    await expect(connectClient(carol.config.dataDir)).rejects.toMatchObject({ code: 'node-unreachable' });
    expect(await readdir(carol.config.dataDir)).not.toContain('api.json');
    const failed = await vi.waitFor(async () => {
      const payment = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '1' });
      if (payment.refusal?.code !== 'neighbour-offline') throw new Error('Bob has not noticed yet');
      return payment;
    }, 20_000);
    expect(failed.refusal?.text).toBe('Bob is not connected with Carol now. Try again when Carol is online.');

    await startAgain(carol);
    expect(await balanceOf(carol)).toEqual({ Bob: (await balanceOf(bob)).Carol?.replace('-', '') });
    expect((await carol.client.listContacts()).contacts.map(({ name }) => name)).toEqual(['Bob']);
    expect(await next(await carol.client.openEvents({ since: `${instance}:1` }))).toMatchObject({ reset: true });
    const paid = await vi.waitFor(
      async () => {
        const payment = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '1' });
        if (payment.state !== 'COMMITTED') throw new Error(payment.refusal?.text);
        return payment;
      },
      { timeout: 30_000 },
    );
    expect(paid.hops).toBe(2);
  });

  it('remembers what was named before', async () => {
    const before = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '5', id: 'rent' });
    expect(before.state).toBe('COMMITTED');
    await alice.node.stop('to start again');
    await startAgain(alice);
    expect(await alice.client.getPayment({ id: 'rent' })).toEqual(before);
    const again = await alice.client.pay({ to: 'Carol', equivalent: 'UAH', amount: '5', id: 'rent' });
    expect(again).toEqual(before);
  });

  it('stops whoever waits', async () => {
    const waiting = bob.client.connectPeer({ who: person(9).key, addresses: ['/ip4/127.0.0.1/tcp/9'], waitMs: 60_000 });
    await vi.waitFor(async () => {
      const { contacts } = await bob.client.listContacts();
      if (contacts.length < 3) throw new Error('not waiting yet');
    }, 20_000);
    await bob.node.stop('while somebody waits');
    expect(await waiting).toMatchObject({ linked: false });
    await startAgain(bob);
  });
});

describe('a node that cannot start', () => {
  it('leaves nothing behind', async () => {
    await carol.node.stop('to start again');
    const taken = { ...carol.config, apiPort: Number(new URL(alice.url).port) };
    await expect(startNode(taken)).rejects.toMatchObject({ code: 'port-in-use' });
    await startAgain(carol);
    expect(await carol.client.getStatus()).toMatchObject({ participant: { name: 'Carol' } });
  });
});
