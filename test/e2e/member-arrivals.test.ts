/** A member comes to a hub from a node of its own, from another hub, or back: with every balance and all its neighbours. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AskError } from '#desktop/ui/src/ask-error.ts';
import { type Owner, openBaggage } from '#desktop/ui/src/member/arrival.ts';
import { readHub } from '#desktop/ui/src/member/hub.ts';
import type { Result } from '#node/api/contract.ts';
import { withStoppedBackup } from '#node/backup/stopped.ts';
import { systemClock } from '#node/clock.ts';
import { identityOf, newSeed } from '#node/identity/key-file.ts';
import { toBase64url } from '#protocol/base64url.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { CHECKPOINT_AGE_MS, MAX_CLOCK_SKEW_MS, VERSION } from '#protocol/limits.ts';
import { encodeMessage, type Message } from '#protocol/link.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { clocksAhead } from '#test/support/clocks-ahead.ts';
import {
  balances,
  cardOfMember,
  openMember,
  order,
  startMembersHub,
  startOwnNode,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';

const UNIT = 100_000_000n;
/** A hub answers so much in a minute, and not more. */
const SELDOM = { timeout: 30_000, interval: 500 };
const advance = clocksAhead();

/** So long that nothing new can be taken for what was signed before the move. */
function waitForNews(): void {
  advance(2 * MAX_CLOCK_SKEW_MS);
}

const nodes: TestNode[] = [];
afterAll(() => Promise.all(nodes.map(({ node }) => node.stop('the test is over'))));

async function startNode(name: string): Promise<TestNode> {
  const node = await startParticipant(name, join(mkdtempSync(join(tmpdir(), 'geo-arrivals-')), 'node'));
  nodes.push(node);
  return node;
}

/** Comes to the hub with a file, and confirms once all neighbours have shown the same books. */
async function arrive(member: TestMember, seed: Uint8Array, file: Uint8Array): Promise<void> {
  expect(await member.arrive(seed, file)).toBeNull();
  await untilAgreed(member, 1);
  await member.confirmRestored(false);
}

/** Pays as soon as all on the way are connected again: what is refused until then is not paid. */
async function payOnceLinked(member: TestMember, to: PublicKey, amount: bigint): Promise<void> {
  await vi.waitFor(async () => expect((await member.pay(order(to, amount))).state).toBe('paid'), SELDOM);
}

async function untilAgreed(member: TestMember, least: number): Promise<void> {
  await vi.waitFor(async () => {
    const { accounts } = await member.connection.read<Result<'getRestoration'>>('GET', '/participants/me/restoration');
    expect(accounts.length).toBeGreaterThanOrEqual(least);
    expect(accounts.map(({ standing }) => standing)).not.toContain('unsure');
  }, SELDOM);
}

/** What a member and its neighbours show of each other, and that nothing is hidden or invented. */
async function expectProven(member: TestMember, owed: Record<string, string>): Promise<void> {
  expect(await balances(member)).toEqual(owed);
  expect(await member.alarms()).toEqual([]);
  const { unproven } = await member.checkBooks();
  expect(unproven).toEqual([]);
}

describe('from a node of its own', () => {
  it('with its balances and limits, and pays and is paid there', async () => {
    const hub = await startMembersHub();
    const alice = await openMember(hub.url, person(91), 'Alice');
    const [bobsNode, dora] = [await startNode('Bob'), await startNode('Dora')];
    const bobsKey = bobsNode.node.publicKey;
    const bobsCard = (await bobsNode.client.getId({})).card;
    // Alice is a member, Dora has a node; both know Bob, who has one too.
    await alice.connection.act('POST', '/participants/me/contacts', { who: bobsCard });
    await bobsNode.client.putContact({ who: await cardOfMember(alice, person(91), 'Alice') });
    await dora.client.putContact({ who: bobsCard });
    await bobsNode.client.putContact({ who: (await dora.client.getId({})).card });
    await bobsNode.client.setTrustLine({ who: alice.key, equivalent: 'UAH', limit: '70' });
    await bobsNode.client.setTrustLine({ who: 'Dora', equivalent: 'UAH', limit: '40', waitMs: 20_000 });
    await dora.client.setTrustLine({ who: 'Bob', equivalent: 'UAH', limit: '30', waitMs: 20_000 });
    await alice.trust(bobsKey, 'UAH', 50n * UNIT);
    await vi.waitFor(async () => expect((await alice.pay(order(bobsKey, 12_34567890n))).state).toBe('paid'), SELDOM);
    const three = { to: 'Dora', equivalent: 'UAH', amount: '3', waitMs: 20_000 };
    expect((await bobsNode.client.pay(three)).state).toBe('COMMITTED');

    await bobsNode.node.stop('it goes on at a hub');
    const { config, seed } = bobsNode;
    const file = await withStoppedBackup(config, identityOf(seed), systemClock, async ({ bytes }) => bytes);
    const bob = await openMember(hub.url, { seed, key: bobsKey }, 'Bob', undefined, true);
    await arrive(bob, seed, file);
    await expectProven(bob, { [alice.key]: '12.3456789', [dora.node.publicKey]: '-3' });
    expect(await balances(alice)).toEqual({ [bobsKey]: '-12.3456789' });
    const { parts } = await bob.state();
    expect(parts.listTrustLines.trustLines.map(({ given }) => given?.limit)).toEqual(
      expect.arrayContaining(['70', '40']),
    );

    const back = { to: bobsKey, equivalent: 'UAH', amount: '1', waitMs: 20_000 };
    expect((await dora.client.pay(back)).state).toBe('ABORTED');
    waitForNews();
    expect((await dora.client.pay(back)).state).toBe('COMMITTED');
    expect((await bob.pay(order(alice.key, 2n * UNIT))).state).toBe('paid');
    await expectProven(bob, { [alice.key]: '10.3456789', [dora.node.publicKey]: '-2' });
  }, 60_000);
});

describe('from another hub', () => {
  it('and back to the first, with what was paid meanwhile', async () => {
    const [first, second] = [await startMembersHub(), await startMembersHub()];
    const alice = await openMember(first.url, person(92), 'Alice');
    const bob = await openMember(first.url, person(93), 'Bob');
    await bob.trust(alice.key, 'UAH', 100n * UNIT);
    await alice.trust(bob.key, 'UAH', 50n * UNIT);
    for (const member of [alice, bob]) await member.renewMandate();
    expect((await alice.pay(order(bob.key, 12n * UNIT))).state).toBe('paid');

    const { seed } = person(93);
    const there = await bob.takeAlong(seed);
    await bob.leave(there.checksum);
    const moved = await openMember(second.url, person(93), 'Bob', undefined, true);
    await arrive(moved, seed, there.file);
    await expectProven(moved, { [alice.key]: '12' });
    const payBack = async (member: TestMember) =>
      expect((await member.pay(order(alice.key, 5n * UNIT))).state).toBe('paid');
    await payBack(moved);
    expect(await balances(alice)).toEqual({ [bob.key]: '-7' });

    const back = await moved.takeAlong(seed);
    await moved.leave(back.checksum);
    // Whoever was here before need not say that it was elsewhere since.
    const again = await openMember(first.url, person(93), 'Bob');
    expect((await again.state()).parts.getStatus.restored).toMatchObject({ frozen: true });
    await arrive(again, seed, back.file);
    await expectProven(again, { [alice.key]: '7' });
    await payBack(again);
    expect(await balances(alice)).toEqual({ [bob.key]: '-2' });
  }, 60_000);
});

describe('to the hub that it left', () => {
  it('a neighbour with a node sees it go, and is linked with it again', async () => {
    const hub = await startMembersHub();
    const dora = await startNode('Dora');
    const bob = await openMember(hub.url, person(102), 'Bob');
    await dora.client.putContact({ who: await cardOfMember(bob, person(102), 'Bob') });
    await bob.connection.act('POST', '/participants/me/contacts', { who: (await dora.client.getId({})).card });
    await bob.trust(dora.node.publicKey, 'UAH', 40n * UNIT);
    const isLinked = async () => (await dora.client.listContacts({})).contacts[0]?.linked;
    await vi.waitFor(async () => expect(await isLinked()).toBe(true), SELDOM);

    const { file, checksum } = await bob.takeAlong(person(102).seed);
    await bob.leave(checksum);
    await vi.waitFor(async () => expect(await isLinked()).toBe(false), SELDOM);
    const again = await openMember(hub.url, person(102), 'Bob');
    // What it owes may not be known yet.
    await expect(again.connection.act('DELETE', '/participants/me', null)).rejects.toMatchObject({
      code: 'not-settled',
      facts: { why: 'unsure' },
    });
    await arrive(again, person(102).seed, file);
    await vi.waitFor(async () => expect(await isLinked()).toBe(true), SELDOM);
  }, 60_000);
});

describe('a mandate of before', () => {
  it('is not used twice: what was counted under it is not known any more', async () => {
    const hub = await startMembersHub();
    const alice = await openMember(hub.url, person(106), 'Alice');
    const bob = await openMember(hub.url, person(107), 'Bob');
    const act = vi.spyOn(bob.connection, 'act');
    await bob.trust(alice.key, 'UAH', 500n * UNIT);
    const mandate = act.mock.calls.find(([, path]) => path === '/participants/me/mandate');
    if (mandate === undefined) throw new Error('no mandate was given');
    await alice.renewMandate();
    expect((await alice.pay(order(bob.key, UNIT))).state).toBe('paid');
    const { file, checksum } = await bob.takeAlong(person(107).seed);
    await bob.leave(checksum);
    const again = await openMember(hub.url, person(107), 'Bob', undefined, true);
    await expect(again.connection.act(...mandate)).rejects.toMatchObject({ code: 'mandate-old' });
    await arrive(again, person(107).seed, file);
    waitForNews();
    await payOnceLinked(alice, bob.key, UNIT);
    await expectProven(again, { [alice.key]: '2' });
  }, 60_000);
});

describe('limits of before', () => {
  it('are signed again at the next visit, where a page was closed in between; and once only', async () => {
    const [first, second] = [await startMembersHub(), await startMembersHub()];
    const alice = await openMember(first.url, person(100), 'Alice');
    const bob = await openMember(first.url, person(101), 'Bob');
    await bob.trust(alice.key, 'UAH', 100n * UNIT);
    await alice.renewMandate();
    const { seed } = person(101);
    const { file, checksum } = await bob.takeAlong(seed);
    await bob.leave(checksum);
    waitForNews();
    const movedAtMs = Date.now();
    const signedAtMs = async (member: TestMember) =>
      (await member.state()).parts.listTrustLines.trustLines.find(({ given }) => given !== null)?.given?.seq ?? 0;

    const closed = await openMember(second.url, person(101), 'Bob', undefined, true);
    const act = closed.connection.act.bind(closed.connection);
    vi.spyOn(closed.connection, 'act').mockImplementation((method, path, body) =>
      path.endsWith('/lines') ? Promise.reject(new AskError('unreachable', path)) : act(method, path, body),
    );
    await expect(arrive(closed, seed, file)).rejects.toMatchObject({ code: 'unreachable' });
    expect(await signedAtMs(closed)).toBeLessThan(movedAtMs);
    expect(await closed.mustSignAnew(await closed.state())).toBe(true);

    waitForNews();
    const opened = await openMember(second.url, person(101), 'Bob', closed.kept);
    await opened.renewMandate();
    const signedAgainAtMs = await signedAtMs(opened);
    expect(signedAgainAtMs).toBeGreaterThanOrEqual(movedAtMs);
    expect(await opened.mustSignAnew(await opened.state())).toBe(false);
    await expectProven(opened, { [alice.key]: '0' });

    // Another browser of Bob's, where he has confirmed too, comes later.
    waitForNews();
    await closed.confirmRestored(true).catch(() => undefined);
    const later = await openMember(second.url, person(101), 'Bob', closed.kept);
    await later.renewMandate();
    expect(await signedAtMs(later)).toBe(signedAgainAtMs);
    await expectProven(later, { [alice.key]: '0' });
    await payOnceLinked(alice, bob.key, 7n * UNIT);
  }, 60_000);
});

describe('while a payment is under way', () => {
  it('nobody leaves before its time is over; what is held then goes along, and ends there', async () => {
    const [first, second] = [await startMembersHub(), await startMembersHub()];
    const dora = await startNode('Dora');
    const doras = dora.node.publicKey;
    const [address = ''] = dora.node.addresses();
    const wire = await startTcpProxy(address);
    const bob = await openMember(first.url, person(99), 'Bob');
    const contact = { who: doras, addresses: [`${wire.address}${address.slice(address.indexOf('/p2p/'))}`] };
    await bob.connection.act('POST', '/participants/me/contacts', contact);
    await bob.trust(doras, 'UAH', 0n);
    await dora.client.setTrustLine({ who: bob.key, equivalent: 'UAH', limit: '40', waitMs: 20_000 });
    const pay = (units: bigint) => bob.pay(order(doras, units * UNIT));
    await vi.waitFor(async () => expect((await pay(5n)).state).toBe('paid'), SELDOM);

    wire.freeze();
    const open = pay(1n).catch(() => null);
    const held = async () => (await bob.state()).parts.listHeld.held.length;
    await vi.waitFor(async () => expect(await held()).toBe(1), 5_000);
    const { seed } = person(99);
    const leave = async () => {
      const { file, checksum } = await bob.takeAlong(seed);
      await bob.leave(checksum);
      return file;
    };
    await expect(leave()).rejects.toMatchObject({ code: 'payment-under-way' });
    waitForNews();
    const file = await leave();
    await open;

    const moved = await openMember(second.url, person(99), 'Bob', undefined, true);
    await arrive(moved, seed, file);
    await vi.waitFor(async () => expect((await moved.state()).parts.listHeld.held).toEqual([]), SELDOM);
    await expectProven(moved, { [doras]: '-5' });
    expect((await dora.client.getBalance({})).accounts.map(({ balance }) => balance)).toEqual(['5']);
    await wire.stop();
  }, 60_000);
});

describe('with nothing but words', () => {
  it('from a hub that is gone: those whom it names say what is owed', async () => {
    const [gone, hub] = [await startMembersHub(), await startMembersHub()];
    const dora = await startNode('Dora');
    const doras = (await dora.client.getId({})).card;
    const bob = await openMember(gone.url, person(97), 'Bob');
    await bob.connection.act('POST', '/participants/me/contacts', { who: doras });
    await dora.client.putContact({ who: await cardOfMember(bob, person(97), 'Bob') });
    await bob.trust(dora.node.publicKey, 'UAH', 40n * UNIT);
    const three = { to: bob.key, equivalent: 'UAH', amount: '3', waitMs: 20_000 };
    await vi.waitFor(async () => expect((await dora.client.pay(three)).state).toBe('COMMITTED'), 20_000);
    await gone.stop();

    const again = await openMember(hub.url, person(97), 'Bob', undefined, true);
    await again.connection.act('POST', '/participants/me/contacts', { who: doras });
    await again.renewMandate();
    await untilAgreed(again, 1);
    await again.confirmRestored(false);
    await expectProven(again, { [dora.node.publicKey]: '3' });
    waitForNews();
    await payOnceLinked(again, dora.node.publicKey, UNIT);
    await expectProven(again, { [dora.node.publicKey]: '2' });
  }, 60_000);
});

describe('from a hub that is gone with everything it had', () => {
  it('what the browsers have kept brings members to another one, with what they owe each other', async () => {
    const [gone, hub] = [await startMembersHub(), await startMembersHub()];
    const people = [person(102), person(103), person(104)] as const;
    const names = ['Anna', 'Bo', 'Cleo'];
    const before = await Promise.all(people.map((one, at) => openMember(gone.url, one, names[at] ?? '')));
    const [anna, bo, cleo] = before as [TestMember, TestMember, TestMember];
    // Each lets the one before owe.
    await bo.trust(anna.key, 'UAH', 100n * UNIT);
    await cleo.trust(bo.key, 'UAH', 100n * UNIT);
    for (const member of before) await member.renewMandate();
    expect((await anna.pay(order(cleo.key, 20n * UNIT))).state).toBe('paid');
    // Some of it is in a checkpoint, some came after that.
    advance(CHECKPOINT_AGE_MS + 60_000);
    for (const member of [...before, ...before]) await member.checkBooks();
    expect((await cleo.pay(order(bo.key, 5n * UNIT))).state).toBe('paid');
    expect((await anna.pay(order(bo.key, 3n * UNIT))).state).toBe('paid');
    for (const member of before) expect((await member.checkBooks()).unproven).toEqual([]);
    const shown = await Promise.all(before.map((member) => member.state()));
    const owed = await Promise.all(before.map(balances));
    expect(owed).toEqual([{ [bo.key]: '-23' }, { [anna.key]: '23', [cleo.key]: '-15' }, { [bo.key]: '15' }]);
    const files = await Promise.all(
      before.map((member, at) =>
        member.takeKept((people[at] as (typeof people)[0]).seed, shown[at] as (typeof shown)[0]),
      ),
    );
    await gone.stop();

    waitForNews();
    const after = await Promise.all(
      people.map((one, at) => openMember(hub.url, one, names[at] ?? '', undefined, true)),
    );
    await Promise.all(
      after.map((member, at) => arrive(member, (people[at] as (typeof people)[0]).seed, files[at] as Uint8Array)),
    );
    for (const [at, member] of after.entries()) await expectProven(member, owed[at] as Record<string, string>);
    waitForNews();
    await payOnceLinked(after[0] as TestMember, cleo.key, 2n * UNIT);
    expect(await balances(after[1] as TestMember)).toEqual({ [anna.key]: '25', [cleo.key]: '-17' });
  }, 60_000);

  it('or a node of its own', async () => {
    const gone = await startMembersHub();
    const dora = await startNode('Dora');
    const bo = await openMember(gone.url, person(105), 'Bo');
    await bo.connection.act('POST', '/participants/me/contacts', { who: (await dora.client.getId({})).card });
    await dora.client.putContact({ who: await cardOfMember(bo, person(105), 'Bo') });
    await bo.trust(dora.node.publicKey, 'UAH', 40n * UNIT);
    const three = { to: bo.key, equivalent: 'UAH', amount: '3', waitMs: 20_000 };
    await vi.waitFor(async () => expect((await dora.client.pay(three)).state).toBe('COMMITTED'), 20_000);
    expect((await bo.checkBooks()).unproven).toEqual([]);
    const file = await bo.takeKept(person(105).seed, await bo.state());
    await gone.stop();
    const { client } = await startOwnNode(file, person(105).seed, 'Bo');
    const { accounts } = await client.getBalance({});
    expect(accounts.map(({ balance, limitGiven }) => [balance, limitGiven])).toEqual([['3', '40']]);
  }, 60_000);
});

describe('a hub believes nothing of what is brought', () => {
  let hub: TestHub;
  let carol: TestMember;
  const neighbour = person(95);
  const line: TrustLine = {
    ...{ version: VERSION, network: 'geo', from: neighbour.key, to: person(94).key, equivalent: 'UAH' },
    ...{ seq: 1_704_164_645_000, limit: 5n * UNIT, status: 'active', policy: DEFAULT_POLICY },
    createdAtMs: 1_704_164_645_000,
  };
  const bring = (message: Message, from = neighbour.key) =>
    carol.connection.act('POST', '/participants/me/brought', {
      neighbour: from,
      frames: [toBase64url(encodeMessage(message))],
    });
  const signed = { line, signature: neighbour.sign(trustLineStatement(line)) };

  beforeAll(async () => {
    hub = await startMembersHub();
    carol = await openMember(hub.url, person(94), 'Carol', undefined, true);
    expect((await readHub(hub.url)).network).toBe(line.network);
  });

  it.each<readonly [string, Message]>([
    [
      'a limit that its neighbour has not signed',
      { type: 'trust-line', signed: { ...signed, line: { ...line, limit: 9n * UNIT } } },
    ],
    ['what is never brought', { type: 'recover', restoredAtMs: null }],
  ])('not %s', async (_what, message) => {
    await expect(bring(message)).rejects.toMatchObject({ code: 'bad-document' });
    expect(await balances(carol)).toEqual({});
  });

  it('not a line between others, nor one of oneself, nor what is no message', async () => {
    await expect(bring({ type: 'trust-line', signed }, person(96).key)).rejects.toMatchObject({ code: 'bad-document' });
    await expect(bring({ type: 'trust-line', signed }, carol.key)).rejects.toMatchObject({ code: 'bad-document' });
    const nonsense = { neighbour: neighbour.key, frames: [toBase64url(new Uint8Array(40))] };
    await expect(carol.connection.act('POST', '/participants/me/brought', nonsense)).rejects.toMatchObject({
      code: 'bad-encoding',
    });
  });

  it('but what proves itself, until all is confirmed', async () => {
    await bring({ type: 'trust-line', signed });
    await bring({ type: 'trust-line', signed });
    expect(await balances(carol)).toEqual({ [neighbour.key]: '0' });
    await carol.confirmRestored(true);
    await expect(bring({ type: 'trust-line', signed })).rejects.toMatchObject({ code: 'not-restored' });
  });

  it('nor is a file of any use that is somebody else’s, of another network, or damaged', async () => {
    const { file } = await carol.takeAlong(person(94).seed);
    const { seed, key } = person(94);
    const open = (bytes: Uint8Array, owner: Partial<Owner> = {}) =>
      openBaggage({ seed, publicKey: key, network: line.network, ...owner }, bytes);
    expect(await open(file)).toMatchObject({ network: line.network });
    expect(await open(file, { network: 'elsewhere' })).toBe('other-network');
    expect(await open(file, { publicKey: person(95).key })).toBe('of-another');
    expect(await open(file, { seed: newSeed() })).toBe('damaged');
    expect(await open(file.subarray(0, -1))).toBe('damaged');
    expect(await open(file.subarray(0, 60))).toBe('damaged');
    expect(await open(new Uint8Array(200))).toBe('no-backup');
    expect(await open(new TextEncoder().encode('GEO backup 2\n'))).toBe('other-version');
  });
});
