/**
 * Clocks that are wrong: minutes, a day, in 1970, in 2038, and set back. Nothing that is held is ever released by a
 * clock; payments that others would see as too early or too late are refused with words; once the clock is right again,
 * all works as before.
 */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explain } from '#node/api/words.ts';
import type { Notice, Occurrence } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { Refusal } from '#protocol/refusals.ts';
import { DEFAULT_POLICY } from '#protocol/trust-line.ts';
import { settled } from '#test/support/driver.ts';
import { DriverNetwork, type Running } from '#test/support/driver-network.ts';
import { person } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';
import { WrongClock } from '#test/support/wrong-clock.ts';

const people = [person(1), person(2), person(3)] as const;
const [alice, bob, carol] = people;
const ROLES = ['the payer', 'the one in between', 'the receiver'] as const;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOW_MS = Date.now();

/** How far a clock is off. */
const FAULTS = [
  ['5 minutes fast', 5 * MINUTE_MS],
  ['5 minutes slow', -5 * MINUTE_MS],
  ['a day fast', DAY_MS],
  ['a day slow', -DAY_MS],
  ['in 1970', 1 - NOW_MS],
  ['in 2038', Date.UTC(2038, 0, 19, 3, 14, 8) - NOW_MS],
  ['at the end of 9999', Date.UTC(9999, 11, 31) - NOW_MS],
] as const;

let network: DriverNetwork;
let clocks: readonly [WrongClock, WrongClock, WrongClock];
let folders: readonly string[];
let nodes: [Running, Running, Running];

beforeEach(async () => {
  network = new DriverNetwork();
  clocks = [new WrongClock(), new WrongClock(), new WrongClock()];
  folders = people.map(() => temporaryFolder());
  nodes = [await start(0), await start(1), await start(2)];
  await network.link(alice, bob);
  await network.link(bob, carol);
  const isLine = (notice: Notice) => notice.type === 'trust-line';
  const known = [
    nodes[0].notice(isLine),
    nodes[1].notice((notice) => isLine(notice) && 'from' in notice && notice.from === carol.key),
  ];
  await nodes[1].driver.submit(trust(alice.key));
  await nodes[2].driver.submit(trust(bob.key));
  await Promise.all(known);
});

afterEach(() => network.stopAll(people));

function start(at: 0 | 1 | 2): Promise<Running> {
  return network.start(people[at], folders[at] as string, clocks[at]);
}

function trust(neighbour: PublicKey): Occurrence {
  const command = { type: 'set-trust-line', neighbour, equivalent: 'UAH', limit: 1_000n, status: 'active' } as const;
  return { type: 'command', command: { ...command, policy: DEFAULT_POLICY } };
}

const newId = () => randomBytes(32).toString('hex') as PaymentId;

/** A payment of Alice to Carol through Bob. */
function order(paymentId: PaymentId): Occurrence {
  const nodes = people.map(({ key }) => key);
  const pay = {
    type: 'pay',
    paymentId,
    receiver: carol.key,
    equivalent: 'UAH',
    amount: 10n,
    sealedMemo: null,
  } as const;
  return {
    type: 'command',
    command: { ...pay, randomness: randomBytes(32).toString('hex'), routes: [{ nodes, amount: 10n }] },
  };
}

/** Pays, and gives the end of it: null when it was paid, else why not. */
async function pay(): Promise<Refusal | null> {
  const id = newId();
  const ended = nodes[0].notice(
    (notice) =>
      notice.type === 'payment' &&
      notice.paymentId === id &&
      (notice.state === 'COMMITTED' || notice.state === 'ABORTED'),
  );
  await nodes[0].driver.submit(order(id));
  const notice = await ended;
  return notice.type === 'payment' ? notice.refusal : null;
}

/** What is owed along the chain, and what is held, each seen from both ends. */
function books(): readonly (readonly [bigint | undefined, bigint | undefined, bigint | undefined])[] {
  const seen = (running: Running, neighbour: PublicKey) => {
    const account = running.driver.records.account(neighbour, 'UAH');
    return [account?.balance, account?.reservedIn, account?.reservedOut] as const;
  };
  const [a, b, c] = nodes;
  return [seen(a, bob.key), seen(b, alice.key), seen(b, carol.key), seen(c, bob.key)];
}

const owed = (amount: bigint) => [
  [-amount, 0n, 0n],
  [amount, 0n, 0n],
  [-amount, 0n, 0n],
  [amount, 0n, 0n],
];

/** All that was going to happen without time passing. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await settled();
}

/** All links break and come up again, which makes everybody say again what is not settled. */
async function meetAgain(): Promise<void> {
  await network.unlink(alice, bob);
  await network.unlink(bob, carol);
  await network.link(alice, bob);
  await network.link(bob, carol);
  await quiet();
}

const teller = { self: alice.key, callName: () => 'somebody', precisionOf: () => 2 };
const TOO_EARLY_OR_LATE = ['expired', 'too-little-time', 'lifetime-too-long', 'from-the-future'];

describe.each(ROLES.map((role, at) => [role, at as 0 | 1 | 2] as const))('the clock of %s', (_role, at) => {
  it.each(FAULTS)('%s: nothing is paid, in words, and all works once it is right', async (_what, offMs) => {
    expect(await pay()).toBeNull();
    clocks[at].setOff(offMs);
    const refusal = await pay();
    expect(TOO_EARLY_OR_LATE).toContain(refusal?.code);
    expect(explain(refusal as Refusal, { equivalent: 'UAH', hop: null }, teller)).toMatch(
      /^The payment took too long|sees the payment as made in the future.*clock|too little time/,
    );
    await quiet();
    expect(books()).toEqual(owed(10n));
    clocks[at].setOff(0);
    expect(await pay()).toBeNull();
    await quiet();
    expect(books()).toEqual(owed(20n));
  });

  it.each(FAULTS)('%s: what is held stays held, and ends once it is right', async (_what, offMs) => {
    const isCommitted = new Promise<void>((resolve) => {
      network.passes = (_from, _to, type) => {
        if (type === 'commit') resolve();
        return type !== 'commit';
      };
    });
    const id = newId();
    const paid = nodes[0].notice((notice) => notice.type === 'payment' && notice.state === 'COMMITTED');
    await nodes[0].driver.submit(order(id));
    await isCommitted;
    const held = books();
    expect(held[1]).toEqual([0n, 10n, 0n]);
    clocks[at].setOff(offMs);
    await quiet();
    expect(books()).toEqual(held);
    // What is asked of neighbours again, by the wrong clock.
    await meetAgain();
    expect(books()).toEqual(held);
    network.passes = () => true;
    clocks[at].setOff(0);
    await meetAgain();
    await paid;
    await quiet();
    expect(books()).toEqual(owed(10n));
  });

  it.each(FAULTS)('%s at a start: the node starts, and works once it is right', async (_what, offMs) => {
    expect(await pay()).toBeNull();
    await quiet();
    await network.stop(people[at]);
    clocks[at].setOff(offMs);
    nodes[at] = await start(at);
    await network.link(alice, bob);
    await network.link(bob, carol);
    await quiet();
    expect(TOO_EARLY_OR_LATE).toContain((await pay())?.code);
    await network.stop(people[at]);
    clocks[at].setOff(0);
    nodes[at] = await start(at);
    await network.link(alice, bob);
    await network.link(bob, carol);
    await quiet();
    expect(await pay()).toBeNull();
    await quiet();
    expect(books()).toEqual(owed(20n));
  });

  it('set back in small steps while payments go on: none is lost, none is doubled', async () => {
    for (let done = 1; done <= 20; done++) {
      clocks[at].setOff(done % 2 === 0 ? -2_000 : 1_000);
      expect(await pay()).toBeNull();
    }
    await quiet();
    expect(books()).toEqual(owed(200n));
  });
});
