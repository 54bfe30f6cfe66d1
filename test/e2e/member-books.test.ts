/**
 * A member's browser proves each balance by certificates and checkpoints, signs checkpoints that say the same, and believes
 * nothing that its hub does not prove.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkBooks } from '#desktop/ui/src/member/books.ts';
import { readHub } from '#desktop/ui/src/member/hub.ts';
import { NO_LINES } from '#desktop/ui/src/member/signed-lines.ts';
import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import { type Checkpoint, checkpointShape } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import { readHanded } from '#protocol/delegation/handed-in.ts';
import { CHECKPOINT_AGE_MS } from '#protocol/limits.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { clocksAhead } from '#test/support/clocks-ahead.ts';
import { changeAnswers } from '#test/support/hub-answers.ts';
import {
  balances,
  cardOfMember,
  openMember,
  order,
  startMembersHub,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { Memory } from '#test/support/memory.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { person, verify } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const advance = clocksAhead();

/** So long that each account is due for a checkpoint. */
function waitForDue(): void {
  advance(CHECKPOINT_AGE_MS + 60_000);
}

/** What the two have agreed on, as the hub keeps it for one of them. */
async function agreedBetween(one: TestMember, other: string): Promise<string | null> {
  const { accounts } = await one.connection.read<{ accounts: { neighbour: string; agreed: string | null }[] }>(
    'GET',
    '/balance/proofs',
  );
  return accounts.find(({ neighbour }) => neighbour === other)?.agreed ?? null;
}

async function provenBalances(member: TestMember): Promise<Record<string, string>> {
  const checked = await member.checkBooks();
  expect(checked.unproven).toEqual([]);
  return Object.fromEntries([...checked.balances].map(([name, units]) => [name.split('-')[0], String(units / UNIT)]));
}

describe('three members of one hub', () => {
  let hub: TestHub;
  let all: readonly [TestMember, TestMember, TestMember];

  beforeAll(async () => {
    hub = await startMembersHub();
    const [alice, bob, carol] = [
      await openMember(hub.url, person(71), 'Alice'),
      await openMember(hub.url, person(72), 'Bob'),
      await openMember(hub.url, person(73), 'Carol'),
    ];
    all = [alice, bob, carol];
    for (const [from, to] of [
      [bob, alice],
      [alice, bob],
      [carol, bob],
    ] as const)
      await from.trust(to.key, 'UAH', 100n * UNIT);
    for (const member of all) await member.renewMandate();
    for (const [from, to, amount] of [
      [alice, bob, 10n],
      [alice, carol, 20n],
      [bob, alice, 5n],
    ] as const)
      expect((await from.pay(order(to.key, amount * UNIT))).state).toBe('paid');
  });

  it('find that what is shown is proven', async () => {
    for (const member of all) {
      expect(await provenBalances(member)).toEqual(await balances(member));
      expect(await member.alarms()).toEqual([]);
    }
  });

  it('agree on a checkpoint once each of the two was there, and on another after that', async () => {
    const [alice, bob, carol] = all;
    for (let epoch = 1; epoch <= 2; epoch++) {
      const before = [await agreedBetween(alice, bob.key), await agreedBetween(carol, bob.key)];
      waitForDue();
      let signed = 0;
      // The one with the smaller key proposes, the other answers: whichever way round they look in.
      for (const member of [...all, ...all]) signed += (await member.checkBooks()).signed;
      expect(signed).toBe(4);
      const after = [await agreedBetween(alice, bob.key), await agreedBetween(carol, bob.key)];
      expect(after).not.toContain(null);
      for (const [at, agreed] of after.entries()) expect(agreed).not.toBe(before[at]);
      expect(await agreedBetween(bob, alice.key)).toBe(after[0]);
      for (const member of all) expect(await provenBalances(member)).toEqual(await balances(member));
      expect((await alice.pay(order(carol.key, 3n * UNIT))).state).toBe('paid');
    }
  });

  it('ask only for what is new, and in a new browser for what the last checkpoint does not cover', async () => {
    const [alice, bob] = all;
    await alice.checkBooks();
    const asked = vi.spyOn(alice.connection, 'read');
    expect((await bob.pay(order(alice.key, 1n * UNIT))).state).toBe('paid');
    expect(await provenBalances(alice)).toEqual(await balances(alice));
    const parts = await Promise.all(
      asked.mock.results.flatMap(({ value }, at) =>
        String(asked.mock.calls[at]?.[1]).includes('?after=') ? [value as Promise<{ entries: unknown[] }>] : [],
      ),
    );
    expect(parts.map(({ entries }) => entries.length)).toEqual([1]);
    asked.mockRestore();
    const elsewhere = await openMember(hub.url, person(71), 'Alice');
    expect(await provenBalances(elsewhere)).toEqual(await balances(alice));
  });

  it('look at the rest another time where there is more than the hub may be asked for at once', async () => {
    const [, bob] = all;
    const { publicKey: hubKey, network } = await readHub(hub.url);
    const signer = { publicKey: bob.key, sign: person(72).sign, network, hub: hubKey };
    const kept = new Memory();
    const sizes: number[] = [];
    for (let isAll = false; !isAll; ) {
      const checked = await checkBooks(signer, bob.connection, kept, verify, NO_LINES, 1);
      expect(checked.unproven).toEqual([]);
      sizes.push(checked.balances.size);
      isAll = checked.isAll;
    }
    expect(sizes).toEqual([1, 2, 2]);
  });

  it('do not sign again what is agreed, nor what is wrong', async () => {
    const [alice] = all;
    expect((await alice.checkBooks()).signed).toBe(0);
    const document = toBase64url(new Uint8Array(40));
    await expect(alice.connection.act('POST', '/checkpoints', { documents: [document] })).rejects.toMatchObject({
      code: 'bad-encoding',
    });
  });
});

describe('a hub that lies', () => {
  let hub: TestHub;
  let alice: TestMember;
  let bob: TestMember;

  beforeAll(async () => {
    hub = await startMembersHub();
    alice = await openMember(hub.url, person(74), 'Alice');
    bob = await openMember(hub.url, person(75), 'Bob');
    await bob.trust(alice.key, 'UAH', 100n * UNIT);
    for (const member of [alice, bob]) await member.renewMandate();
    for (const amount of [10n, 7n]) expect((await alice.pay(order(bob.key, amount * UNIT))).state).toBe('paid');
  });

  let honest: TestMember['connection']['read'] | null = null;
  afterEach(() => {
    if (honest !== null) bob.connection.read = honest;
    honest = null;
  });

  interface Answers {
    parts?: { getBalance: { accounts: { balance: string }[] } };
    accounts?: { balance: string; agreed: string | null; wanted: string | null; entries: number; head: string }[];
    entries?: { certificate: string | null; delta: string; hop: { txId: string } | null }[];
  }

  /** What Bob is told goes through this first. */
  function lie(change: (answer: Answers) => void): void {
    honest = bob.connection.read.bind(bob.connection);
    changeAnswers(bob.connection, 'read', async (_path, _body, ask) => {
      const answer = structuredClone(await ask());
      change(answer as Answers);
      return answer;
    });
  }

  const flaws = async () => (await bob.checkBooks()).unproven.map(({ flaw }) => flaw);
  const alarms = async () => (await bob.alarms()).map(({ type }) => type);

  it('shows another balance on the first screen', async () => {
    expect(await alarms()).toEqual([]);
    lie(({ parts }) => {
      for (const account of parts?.getBalance.accounts ?? []) account.balance = '4';
    });
    expect(await alarms()).toEqual(['balance-unproven']);
  });

  it('and everywhere', async () => {
    lie(({ parts, accounts }) => {
      for (const account of [...(parts?.getBalance.accounts ?? []), ...(accounts ?? [])]) account.balance = '4';
    });
    expect(await flaws()).toEqual(['balance']);
    expect(await alarms()).toEqual(['balance-unproven']);
  });

  it('shows a balance, and nothing that would prove it', async () => {
    lie((answer) => {
      if (answer.accounts !== undefined) answer.accounts = [];
    });
    expect(await alarms()).toEqual(['balance-unproven']);
  });

  it('does not show what it has proven', async () => {
    lie(({ parts }) => {
      if (parts !== undefined) parts.getBalance.accounts = [];
    });
    expect(await bob.alarms()).toMatchObject([{ type: 'balance-unproven', balance: '0' }]);
  });

  it('hides what was paid before', async () => {
    lie(({ accounts }) => {
      for (const account of accounts ?? []) Object.assign(account, { entries: 0, head: '00'.repeat(32), balance: '0' });
    });
    expect(await flaws()).toEqual(['missing']);
  });

  it.each<readonly [string, (entry: NonNullable<Answers['entries']>[number]) => void]>([
    ['has no certificate for it', (entry) => Object.assign(entry, { certificate: null })],
    ['says that it was more', (entry) => Object.assign(entry, { delta: '90' })],
    ['has lost which it was', (entry) => Object.assign(entry, { hop: null })],
  ])('shows a payment and %s', async (_what, change) => {
    expect((await alice.pay(order(bob.key, 1n * UNIT))).state).toBe('paid');
    lie(({ entries }) => entries?.forEach(change));
    expect(await flaws()).toEqual(['entry']);
    if (honest !== null) bob.connection.read = honest;
    expect(await flaws()).toEqual([]);
  });

  it.each<readonly [string, (wanted: Checkpoint) => Partial<Checkpoint>]>([
    ['has another balance', ({ balance }) => ({ balance: balance + UNIT })],
    [
      'makes later trust lines worthless',
      ({ smallerSeq, largerSeq }) => ({ smallerSeq: smallerSeq + 1, largerSeq: largerSeq + 1 }),
    ],
  ])('wants a checkpoint signed that %s', async (_what, change) => {
    for (const member of [alice, bob]) await member.checkBooks();
    expect((await alice.pay(order(bob.key, 1n * UNIT))).state).toBe('paid');
    await bob.checkBooks();
    waitForDue();
    const first = [alice, bob].toSorted((a, b) => (a.key < b.key ? -1 : 1))[0] as TestMember;
    if (first !== bob) expect((await first.checkBooks()).signed).toBe(1);
    let changed = 0;
    lie(({ accounts }) => {
      for (const account of accounts ?? []) {
        const wanted = account.wanted === null ? null : readHanded(checkpointShape, fromBase64url(account.wanted));
        if (wanted === null || isRefusal(wanted)) continue;
        changed++;
        account.wanted = toBase64url(encode(checkpointShape, { ...wanted, ...change(wanted) }));
      }
    });
    expect((await bob.checkBooks()).signed).toBe(0);
    expect(changed).toBe(1);
    if (honest !== null) bob.connection.read = honest;
    expect((await bob.checkBooks()).signed).toBe(1);
  });

  it('wants another checkpoint signed for the same epoch', async () => {
    for (const member of [alice, bob, alice, bob]) await member.checkBooks();
    expect((await alice.pay(order(bob.key, 1n * UNIT))).state).toBe('paid');
    waitForDue();
    const first = [alice, bob].toSorted((a, b) => (a.key < b.key ? -1 : 1))[0] as TestMember;
    if (first !== bob) await first.checkBooks();
    // What Bob signs is lost on its way.
    const handedIn: string[][] = [];
    const act = vi.spyOn(bob.connection, 'act').mockImplementation(async (_method, _path, body) => {
      handedIn.push((body as { documents: string[] }).documents);
      return { taken: 0 };
    });
    expect(await flaws()).toEqual([]);
    lie(({ accounts }) => {
      for (const account of accounts ?? []) {
        const wanted = account.wanted === null ? null : readHanded(checkpointShape, fromBase64url(account.wanted));
        if (wanted === null || isRefusal(wanted)) continue;
        // As true as the first.
        account.wanted = toBase64url(encode(checkpointShape, { ...wanted, untilMs: wanted.untilMs + 1 }));
      }
    });
    expect(await flaws()).toEqual([]);
    expect(handedIn).toEqual([handedIn[0], handedIn[0]]);
    expect(handedIn[0]).toHaveLength(1);
    act.mockRestore();
    if (honest !== null) bob.connection.read = honest;
    expect((await bob.checkBooks()).signed).toBe(1);
  });

  it('shows an account no more on which something was proven', async () => {
    expect((await alice.pay(order(bob.key, 1n * UNIT))).state).toBe('paid');
    expect(await flaws()).toEqual([]);
    lie(({ accounts }) => accounts?.splice(0));
    expect(await flaws()).toEqual(['missing']);
  });

  it('shows an older checkpoint than it has shown', async () => {
    for (const member of [alice, bob, alice, bob]) await member.checkBooks();
    expect(await agreedBetween(bob, alice.key)).not.toBeNull();
    lie(({ accounts }) => {
      for (const account of accounts ?? []) account.agreed = null;
    });
    expect(await flaws()).toEqual(['checkpoint']);
  });
});

describe('a member and somebody with a node of their own', () => {
  let member: TestMember;
  let dora: TestNode;

  beforeAll(async () => {
    const hub = await startMembersHub();
    dora = await startParticipant('Dora', join(mkdtempSync(join(tmpdir(), 'geo-books-')), 'node'));
    // Of the two the member proposes, and the node answers at once.
    const mine = [76, 77, 78, 79, 80, 81, 82, 83].map(person).find(({ key }) => key < dora.node.publicKey);
    member = await openMember(hub.url, mine ?? person(76), 'Mara');
    const { card } = await dora.client.getId({});
    await member.connection.act('POST', '/participants/me/contacts', { who: card });
    await dora.client.putContact({ who: await cardOfMember(member, mine ?? person(76), 'Mara') });
    await dora.client.setTrustLine({ who: member.key, equivalent: 'UAH', limit: '50' });
    await member.trust(dora.node.publicKey, 'UAH', 0n);
    await vi.waitFor(
      async () => expect((await member.pay(order(dora.node.publicKey, 5n * UNIT))).state).toBe('paid'),
      20_000,
    );
  });

  afterAll(() => dora.node.stop('the test is over'));

  it('agree on a checkpoint', async () => {
    waitForDue();
    const { signed, unproven } = await member.checkBooks();
    expect(unproven).toEqual([]);
    if (member.key < dora.node.publicKey) expect(signed).toBe(1);
    await vi.waitFor(async () => expect(await agreedBetween(member, dora.node.publicKey)).not.toBeNull(), 20_000);
    expect(await provenBalances(member)).toEqual({ [dora.node.publicKey]: '-5' });
  });
});
