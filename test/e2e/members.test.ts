/** Members of a hub pay each other: the hub runs their machines, their browsers make and sign what costs them. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  balances,
  type EventMessage,
  eventsOf,
  openMember,
  order,
  startMembersHub,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
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
});
