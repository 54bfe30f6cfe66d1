/** Members of a hub pay each other: the hub runs their machines, their browsers make and sign what costs them. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AskError } from '#desktop/ui/src/ask-error.ts';
import {
  balances,
  cardOfMember,
  type EventMessage,
  eventsOf,
  openMember,
  order,
  startMembersHub,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const people = [person(61), person(62), person(63)] as const;

describe('three members of one hub', () => {
  let hub: TestHub;
  let alice: TestMember;
  let bob: TestMember;
  let carol: TestMember;

  beforeAll(async () => {
    hub = await startMembersHub();
    alice = await openMember(hub.url, people[0], 'Alice');
    bob = await openMember(hub.url, people[1], 'Bob');
    carol = await openMember(hub.url, people[2], 'Carol');
    // Bob lets Alice owe him, and Carol lets Bob.
    await bob.trust(alice.key, 'UAH', 100n * UNIT);
    await carol.trust(bob.key, 'UAH', 50n * UNIT);
    for (const member of [alice, bob, carol]) await member.renewMandate();
  });

  it('a neighbour is paid, with a receipt that the payer checks', async () => {
    const paid = await alice.pay(order(bob.key, 10n * UNIT));
    expect(paid.state).toBe('paid');
    expect(await balances(alice)).toMatchObject({ [bob.key]: '-10' });
    expect(await balances(bob)).toMatchObject({ [alice.key]: '10' });
  });

  it('and somebody further on, while nobody but the payer is there', async () => {
    const paid = await alice.pay(order(carol.key, 20n * UNIT));
    expect(paid.state).toBe('paid');
    expect(await balances(carol)).toMatchObject({ [bob.key]: '20' });
  });

  it('too much is refused, and nothing is held', async () => {
    const paid = await alice.pay(order(carol.key, 60n * UNIT));
    expect(paid.state).toBe('refused');
    const { parts } = await bob.state();
    expect(parts.listHeld.held).toEqual([]);
  });

  it('the same order again is the same payment', async () => {
    const once = order(bob.key, 1n * UNIT);
    expect((await alice.pay(once)).state).toBe('paid');
    expect((await alice.pay(once)).state).toBe('paid');
    expect((await balances(alice))[bob.key]).toBe('-31');
  });

  it('a page is told what happens, and what it missed', async () => {
    const { cursor } = await carol.state();
    const live = await eventsOf(carol.connection, cursor);
    const paid = order(carol.key, 2n * UNIT);
    expect((await alice.pay(paid)).state).toBe('paid');
    const isIt = ({ notice }: EventMessage): boolean => notice?.type === 'received' && notice.amount === '2';
    expect(await live.until(isIt)).toMatchObject({ notice: { payer: { name: null }, equivalent: 'UAH' } });
    live.close();
    const later = await eventsOf(carol.connection, cursor);
    await later.until(isIt);
    later.close();
  });

  it('all of it is there after a restart of the hub', async () => {
    const before = await balances(bob);
    await hub.stop();
    hub = await startMembersHub(hub);
    bob = await openMember(hub.url, people[1], 'Bob');
    alice = await openMember(hub.url, people[0], 'Alice');
    expect(await balances(bob)).toEqual(before);
    expect((await bob.pay(order(alice.key, 5n * UNIT))).state).toBe('paid');
    expect((await balances(bob))[alice.key]).toBe('28');
  });

  it('an attempt that got lost on the way is handed in again, and paid once', async () => {
    const { connection } = alice;
    const act = connection.act.bind(connection);
    connection.act = (method, path, body) => {
      connection.act = act;
      return path === '/payments' ? Promise.reject(new AskError('unreachable', 'lost')) : act(method, path, body);
    };
    const once = order(bob.key, 2n * UNIT);
    await expect(alice.pay(once)).rejects.toThrow('lost');
    expect((await balances(bob))[alice.key]).toBe('28');
    expect((await alice.pay(once)).state).toBe('paid');
    expect((await alice.pay(once)).state).toBe('paid');
    expect((await balances(bob))[alice.key]).toBe('30');
  });
});

describe('a member and somebody with a node of their own', () => {
  let hub: TestHub;
  let alice: TestMember;
  let bob: TestMember;
  let dora: TestNode;

  beforeAll(async () => {
    hub = await startMembersHub();
    alice = await openMember(hub.url, people[0], 'Alice');
    bob = await openMember(hub.url, people[1], 'Bob');
    dora = await startParticipant('Dora', join(mkdtempSync(join(tmpdir(), 'geo-dora-')), 'node'));
    // Dora lets Bob owe her and Bob lets Dora owe him; Bob lets Alice owe him.
    await dora.client.putContact({ who: await cardOfMember(bob, people[1], 'Bob') });
    const { card } = await dora.client.getId({});
    await bob.connection.act('POST', '/participants/me/contacts', { who: card });
    await bob.trust(dora.node.publicKey, 'UAH', 30n * UNIT);
    await bob.trust(alice.key, 'UAH', 100n * UNIT);
    await dora.client.setTrustLine({ who: 'Bob', equivalent: 'UAH', limit: '40', waitMs: 20_000 });
    for (const member of [alice, bob]) await member.renewMandate();
  });
  afterAll(() => dora.node.stop('the test is over'));

  it('the member pays the node', async () => {
    expect((await bob.pay(order(dora.node.publicKey, 10n * UNIT))).state).toBe('paid');
    const { accounts } = await dora.client.getBalance({});
    expect(accounts.map(({ neighbour, balance }) => [neighbour.name, balance])).toEqual([['Bob', '10']]);
  });

  it('the node pays the member, whose page is closed', async () => {
    const paid = await dora.client.pay({ to: 'Bob', equivalent: 'UAH', amount: '25' });
    expect([paid.state, paid.refusal?.text]).toEqual(['COMMITTED', undefined]);
    expect(await balances(bob)).toMatchObject({ [dora.node.publicKey]: '15' });
  });

  it('and passes on what another member pays', async () => {
    expect((await alice.pay(order(dora.node.publicKey, 5n * UNIT))).state).toBe('paid');
    expect(await balances(bob)).toMatchObject({ [dora.node.publicKey]: '10', [alice.key]: '5' });
  });

  it('over links that come back after a restart of either', async () => {
    await hub.stop();
    hub = await startMembersHub(hub);
    bob = await openMember(hub.url, people[1], 'Bob');
    await vi.waitFor(async () => expect((await dora.client.listContacts({})).contacts[0]?.linked).toBe(true), 30_000);
    const paid = await dora.client.pay({ to: 'Bob', equivalent: 'UAH', amount: '1' });
    expect(paid.state).toBe('COMMITTED');
    expect(await balances(bob)).toMatchObject({ [dora.node.publicKey]: '11' });
  }, 60_000);
});
