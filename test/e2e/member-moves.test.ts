/** A member of a hub goes on with a node of its own: with every balance, and with all its neighbours. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { balances, cardOfMember, openMember, order, startMembersHub, startOwnNode } from '#test/support/members.ts';
import { startAgain, startParticipant, type TestNode } from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const people = [person(61), person(62)] as const;

let dora: TestNode | null = null;
afterAll(() => dora?.node.stop('the test is over'));

it('with every balance to the unit, and goes on there', async () => {
  const hub = await startMembersHub();
  const alice = await openMember(hub.url, people[0], 'Alice');
  const bob = await openMember(hub.url, people[1], 'Bob');
  await bob.trust(alice.key, 'UAH', 100n * UNIT);
  await alice.trust(bob.key, 'UAH', 50n * UNIT);
  for (const member of [alice, bob]) await member.renewMandate();
  expect((await alice.pay(order(bob.key, 12_34567890n))).state).toBe('paid');
  const before = await balances(bob);

  const { file, checksum } = await bob.takeAlong(people[1].seed);
  expect((await alice.pay(order(bob.key, 1n))).state).toBe('paid');
  await expect(bob.leave(checksum)).rejects.toMatchObject({ code: 'bad-document' });
  const again = await bob.takeAlong(people[1].seed);
  await bob.leave(again.checksum);
  await expect(bob.state()).rejects.toMatchObject({ code: 'login-refused' });
  expect(file.length).toBeGreaterThan(100);

  const { client } = await startOwnNode(again.file, people[1].seed, 'Bob');
  const { accounts } = await client.getBalance({});
  const now = Object.fromEntries(accounts.map(({ neighbour, balance }) => [neighbour.publicKey, balance]));
  expect(now).toEqual({ [alice.key]: '12.34567891' });
  expect(before).toEqual({ [alice.key]: '12.3456789' });
  await vi.waitFor(async () => {
    const paid = await client.pay({ to: alice.key, equivalent: 'UAH', amount: '2.34' });
    expect(paid.state).toBe('COMMITTED');
  }, 30_000);
  expect(await balances(alice)).toEqual({ [bob.key]: '-10.00567891' });
}, 90_000);

it('and is found there by a node that knew it at the hub, also once that one has started again', async () => {
  const hub = await startMembersHub();
  const bob = await openMember(hub.url, people[1], 'Bob');
  const node = await startParticipant('Dora', join(mkdtempSync(join(tmpdir(), 'geo-dora-')), 'node'));
  dora = node;
  await node.client.putContact({ who: await cardOfMember(bob, people[1], 'Bob') });
  await bob.connection.act('POST', '/participants/me/contacts', { who: (await node.client.getId({})).card });
  await bob.trust(node.node.publicKey, 'UAH', 40n * UNIT);
  await node.client.setTrustLine({ who: 'Bob', equivalent: 'UAH', limit: '40', waitMs: 20_000 });
  const three = { to: 'Bob', equivalent: 'UAH', amount: '3', waitMs: 20_000 };
  expect((await node.client.pay(three)).state).toBe('COMMITTED');

  const { file, checksum } = await bob.takeAlong(people[1].seed);
  await bob.leave(checksum);
  const own = await startOwnNode(file, people[1].seed, 'Bob');
  const payBack = () => own.client.pay({ to: 'Dora', equivalent: 'UAH', amount: '1', waitMs: 20_000 });
  expect((await payBack()).state).toBe('COMMITTED');
  // Another limit is told to the node, not to the hub that the card of the contact names.
  const { given } = await node.client.setTrustLine({ who: 'Bob', equivalent: 'UAH', limit: '41', waitMs: 20_000 });
  expect(given).toMatchObject({ limit: '41', acked: true });

  await node.node.stop('it starts again');
  await startAgain(node);
  await vi.waitFor(async () => expect((await own.client.listContacts({})).contacts[0]?.linked).toBe(true), 30_000);
  expect((await payBack()).state).toBe('COMMITTED');
  const books = [await own.client.getBalance({}), await node.client.getBalance({})];
  expect(books.map(({ accounts }) => accounts.map(({ balance }) => balance))).toEqual([['1'], ['-1']]);
  const [contact] = (await node.client.listContacts({})).contacts;
  expect(contact?.addresses[0]).toMatch(await own.client.getId({}).then(({ addresses }) => addresses[0] as string));
}, 120_000);
