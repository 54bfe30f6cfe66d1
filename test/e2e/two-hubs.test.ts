/** Two neighbours who stand on two different hubs: a trust line each way, payments both ways, and either hub starts again meanwhile. */
import { beforeAll, expect, it, vi } from 'vitest';
import type { Result } from '#node/api/contract.ts';
import {
  balances,
  cardOfMember,
  openMember,
  order,
  startMembersHub,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const SLOW = { timeout: 30_000, interval: 250 };
const people = [person(81), person(82)] as const;

let left: TestHub;
let right: TestHub;
let alice: TestMember;
let bob: TestMember;

beforeAll(async () => {
  [left, right] = [await startMembersHub(), await startMembersHub()];
  alice = await openMember(left.url, people[0], 'Alice');
  bob = await openMember(right.url, people[1], 'Bob');
  const cards = [await cardOfMember(alice, people[0], 'Alice'), await cardOfMember(bob, people[1], 'Bob')];
  await alice.connection.act('POST', '/participants/me/contacts', { who: cards[1] });
  await bob.connection.act('POST', '/participants/me/contacts', { who: cards[0] });
  await bob.trust(alice.key, 'UAH', 100n * UNIT);
  await alice.trust(bob.key, 'UAH', 50n * UNIT);
  await untilLinked();
}, 60_000);

/** On the same folder, at the same addresses. */
async function startAgain(hub: TestHub): Promise<TestHub> {
  const listen = hub.hub.node.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
  await hub.stop();
  return startMembersHub(hub, { listen });
}

/** Each page says that the other one is connected. */
async function untilLinked(): Promise<void> {
  for (const [one, other] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    await vi.waitFor(async () => {
      const { accounts } = await one.connection.read<Result<'getBalance'>>('GET', '/balance');
      expect(accounts).toMatchObject([{ neighbour: { publicKey: other.key }, linked: true }]);
    }, SLOW);
  }
}

/** What Alice owes Bob, in units of 10⁻⁸, as both say, with proofs. */
async function owed(): Promise<bigint> {
  const told = [(await balances(alice))[bob.key], (await balances(bob))[alice.key]] as [string, string];
  const [minus, plus] = told.map((text) => BigInt(Math.round(Number(text) * 1e8))) as [bigint, bigint];
  expect(minus).toBe(-plus);
  for (const member of [alice, bob]) {
    expect(await member.alarms()).toEqual([]);
    expect((await member.checkBooks()).unproven).toEqual([]);
  }
  return plus;
}

const pay = async (from: TestMember, to: TestMember, amount: bigint): Promise<string> =>
  (await from.pay(order(to.key, amount))).state;

it('they pay each other', async () => {
  expect(await pay(alice, bob, 12_34567891n)).toBe('paid');
  expect(await pay(bob, alice, 2_00000001n)).toBe('paid');
  expect(await owed()).toBe(10_34567890n);
});

it.each(['payer', 'receiver'])(
  'the hub of the %s starts again while they are linked: to the unit, all is as before',
  async (which) => {
    const before = await owed();
    if (which === 'payer') {
      left = await startAgain(left);
      alice = await openMember(left.url, people[0], 'Alice', alice.kept);
    } else {
      right = await startAgain(right);
      bob = await openMember(right.url, people[1], 'Bob', bob.kept);
    }
    expect(await owed()).toBe(before);
    await untilLinked();
    expect(await pay(alice, bob, 3_00000007n)).toBe('paid');
    expect(await pay(bob, alice, 1_00000003n)).toBe('paid');
    expect(await owed()).toBe(before + 2_00000004n);
  },
  60_000,
);

it('both start again at the same time', async () => {
  const before = await owed();
  [left, right] = await Promise.all([startAgain(left), startAgain(right)]);
  alice = await openMember(left.url, people[0], 'Alice', alice.kept);
  bob = await openMember(right.url, people[1], 'Bob', bob.kept);
  expect(await owed()).toBe(before);
  await untilLinked();
  expect(await pay(bob, alice, 1n)).toBe('paid');
  expect(await owed()).toBe(before - 1n);
}, 60_000);
