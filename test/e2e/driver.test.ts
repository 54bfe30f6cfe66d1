import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Notice, Occurrence } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { DEFAULT_POLICY } from '#protocol/trust-line.ts';
import { DriverNetwork, type Running } from '#test/support/driver-network.ts';
import { person } from '#test/support/people.ts';
import { temporaryFolder } from '#test/support/store.ts';

const people = [person(1), person(2), person(3)] as const;
const [alice, bob, carol] = people;

let network: DriverNetwork;
let folders: [string, string, string];
let a: Running;
let b: Running;
let c: Running;

beforeEach(() => {
  network = new DriverNetwork();
});

afterEach(() => network.stopAll(people));

async function start(): Promise<void> {
  folders = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  a = await network.start(alice, folders[0]);
  b = await network.start(bob, folders[1]);
  c = await network.start(carol, folders[2]);
  await network.link(alice, bob);
  await network.link(bob, carol);
  // Whoever is to be paid trusts whoever pays.
  const known = [a.notice(isLine), b.notice((notice) => isLine(notice) && notice.from === carol.key)];
  await b.driver.submit(trust(alice.key));
  await c.driver.submit(trust(bob.key));
  await Promise.all(known);
}

const isLine = (notice: Notice): notice is Extract<Notice, { type: 'trust-line' }> => notice.type === 'trust-line';

function trust(neighbour: PublicKey): Occurrence {
  const command = { type: 'set-trust-line', neighbour, equivalent: 'UAH', limit: 100n, status: 'active' } as const;
  return { type: 'command', command: { ...command, policy: DEFAULT_POLICY } };
}

function pay(paymentId: PaymentId, amount: bigint): Occurrence {
  const nodes = people.map(({ key }) => key);
  return {
    type: 'command',
    command: {
      type: 'pay',
      paymentId,
      receiver: carol.key,
      equivalent: 'UAH',
      amount,
      sealedMemo: null,
      randomness: randomBytes(32).toString('hex'),
      routes: [{ nodes, amount }],
    },
  };
}

const newId = () => randomBytes(32).toString('hex') as PaymentId;

function finished(running: Running, paymentId: PaymentId): Promise<Notice> {
  return running.notice(
    (notice) =>
      notice.type === 'payment' &&
      notice.paymentId === paymentId &&
      (notice.state === 'COMMITTED' || notice.state === 'ABORTED'),
  );
}

/** Balances along the chain, each seen from both ends. */
function balances(): (bigint | undefined)[] {
  const seen = (running: Running, neighbour: PublicKey) => running.driver.records.account(neighbour, 'UAH')?.balance;
  return [seen(a, bob.key), seen(b, alice.key), seen(b, carol.key), seen(c, bob.key)];
}

it('three nodes pay along a chain, many at once, and all books agree, also after a restart', async () => {
  await start();
  const ids = Array.from({ length: 30 }, newId);
  const ends = await Promise.all(
    ids.map(async (id) => {
      const end = finished(a, id);
      await a.driver.submit(pay(id, 3n));
      return end;
    }),
  );
  expect(ends.filter((notice) => notice.type === 'payment' && notice.state === 'COMMITTED')).toHaveLength(30);
  expect(balances()).toStrictEqual([-90n, 90n, -90n, 90n]);
  const tooMuch = newId();
  const end = finished(a, tooMuch);
  await a.driver.submit(pay(tooMuch, 11n));
  expect(await end).toMatchObject({ state: 'ABORTED', refusal: { code: 'insufficient', hop: 0, maxNow: 10n } });

  await network.stopAll(people);
  a = await network.start(alice, folders[0]);
  b = await network.start(bob, folders[1]);
  c = await network.start(carol, folders[2]);
  expect(balances()).toStrictEqual([-90n, 90n, -90n, 90n]);
  expect((await a.store.history({ limit: 100 })).map(({ record }) => record.type)).toStrictEqual(
    Array.from({ length: 31 }, () => 'payment'),
  );
  expect(await b.store.history({ limit: 100 })).toHaveLength(30);
  expect(await c.store.history({ limit: 100 })).toHaveLength(30);
  // A payment that is asked for again is the same one.
  await network.link(alice, bob);
  expect(await a.driver.submit(pay(ids[0] as PaymentId, 3n))).toMatchObject([{ type: 'payment', state: 'COMMITTED' }]);
  expect(balances()).toStrictEqual([-90n, 90n, -90n, 90n]);
});

it.each(['prepare', 'commit'])(
  'the node in the middle stops when %s is lost, and finishes after its restart',
  async (lost) => {
    await start();
    const reached = new Promise<void>((resolve) => {
      // To Carol the packet, or from Carol the certificate.
      network.passes = (from, to, type) => {
        const isIt = type === lost && (lost === 'prepare' ? to : from) === carol.key;
        if (isIt) resolve();
        return !isIt;
      };
    });
    const id = newId();
    const end = finished(a, id);
    await a.driver.submit(pay(id, 40n));
    await reached;
    await network.stop(bob);
    network.passes = () => true;
    expect(a.driver.records.payment(id)?.state).toBe('PREPARE_IN_PROGRESS');

    b = await network.start(bob, folders[1]);
    expect([...b.driver.records.unsettled()]).toMatchObject([{ state: 'prepared', position: 1 }]);
    expect(b.driver.records.account(alice.key, 'UAH')?.reservedIn).toBe(40n);
    await network.link(alice, bob);
    await network.link(bob, carol);
    expect(await end).toMatchObject({ state: 'COMMITTED' });
    expect(balances()).toStrictEqual([-40n, 40n, -40n, 40n]);
    expect(b.driver.records.account(alice.key, 'UAH')?.reservedIn).toBe(0n);
  },
);
