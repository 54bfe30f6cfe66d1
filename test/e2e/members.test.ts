/** Members of a hub pay each other: the hub runs their machines, their browsers make and sign what costs them. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AskError } from '#desktop/ui/src/ask-error.ts';
import { Attempts } from '#desktop/ui/src/member/attempts.ts';
import { makeAttempt } from '#desktop/ui/src/member/documents.ts';
import { readHub } from '#desktop/ui/src/member/hub.ts';
import { alarmsIn, ownLines } from '#desktop/ui/src/member/watch.ts';
import { Exchange } from '#hub-indexer/members/exchange.ts';
import type { Result } from '#node/api/contract.ts';
import { verifyFiles } from '#node/export/verify-files.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { openStore } from '#node/store/store.ts';
import { verifyWith } from '#protocol/statement.ts';
import { DEFAULT_POLICY } from '#protocol/trust-line.ts';
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

async function verdictOn(ledgers: readonly string[]): Promise<{ isValid: boolean; findings: readonly string[] }> {
  const files = ledgers.map((text, at) => ({
    name: `${at}.json`,
    start: new TextEncoder().encode(text.slice(0, 1)),
    async *open() {
      yield new TextEncoder().encode(text);
    },
  }));
  const { isValid, findings } = await verifyFiles(files, verifyWith(nodeEd25519));
  return { isValid, findings: findings.map(({ why }) => why) };
}

/** Whoever changes a ledger can make its last line anew. */
function sealedAgain(ledger: string): string {
  const lines = ledger.trimEnd().split('\n');
  const end = JSON.parse(lines.pop() as string) as object;
  const body = `${lines.join('\n')}\n`;
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${body}${JSON.stringify({ ...end, sha256 })}\n`;
}

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

  it('a way over others is shown before it is paid, though it is on no map', async () => {
    const wanted = { to: carol.key, equivalent: 'UAH', amount: '20' };
    const preview = await alice.connection.read<Result<'previewPayment'>>('POST', '/payments/preview', wanted);
    expect(preview).toMatchObject({
      payable: true,
      refusal: null,
      firstHop: { balanceNow: '-10', balanceAfter: '-30' },
    });
    expect(preview.route?.map(({ publicKey }) => publicKey)).toEqual([alice.key, bob.key, carol.key]);
    const tooMuch = { ...wanted, amount: '60' };
    const none = await alice.connection.read<Result<'previewPayment'>>('POST', '/payments/preview', tooMuch);
    expect(none).toMatchObject({ payable: false, route: null });
  });

  it('and somebody further on, while nobody but the payer is there', async () => {
    const paid = await alice.pay(order(carol.key, 20n * UNIT));
    expect(paid.state).toBe('paid');
    expect(await balances(carol)).toMatchObject({ [bob.key]: '20' });
  });

  it('who has just come finds the trust line once it is given, also where the hub is slow', async () => {
    const dana = await openMember(hub.url, person(49), 'Dana');
    const hand = Reflect.get(Exchange.prototype, 'hand');
    const slow = vi.spyOn(Exchange.prototype, 'hand').mockImplementation(function (this: Exchange, ...given) {
      if (given[2].type !== 'trust-line') return hand.apply(this, given);
      setTimeout(() => hand.apply(this, given), 500);
      return true;
    });
    const wanted = {
      to: dana.key,
      equivalent: 'UAH',
      limit: 3n * UNIT,
      status: 'active',
      policy: DEFAULT_POLICY,
    } as const;
    await carol.handInTrustLine(carol.signTrustLine(wanted, undefined));
    const { parts } = await dana.state();
    slow.mockRestore();
    expect(parts.listTrustLines.trustLines).toContainEqual(
      expect.objectContaining({ received: expect.objectContaining({ limit: '3' }) }),
    );
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

  it('an attempt that may never have come to the hub is sent again, or paid anew when the receiver has declined it', async () => {
    const { publicKey: hubKey, network } = await readHub(hub.url);
    const signer = { publicKey: alice.key, sign: people[0].sign, network, hub: hubKey };
    const before = Number((await balances(bob))[alice.key]);
    for (const signedAtMs of [Date.now(), Date.now() - 60_000]) {
      const wanted = order(bob.key, 3n * UNIT);
      const planned = [{ nodes: [alice.key, bob.key], amount: wanted.amount }];
      const attempt = makeAttempt(signer, wanted, planned, ['00'.repeat(16)], signedAtMs);
      await new Attempts(alice.kept).sending(attempt);
      expect((await alice.pay(wanted)).state).toBe('paid');
      expect((await alice.pay(wanted)).state).toBe('paid');
    }
    expect(Number((await balances(bob))[alice.key])).toBe(before + 6);
    expect((await bob.pay(order(alice.key, 6n * UNIT))).state).toBe('paid');
  });

  it('ledgers prove themselves and each other; one with another balance does not', async () => {
    const ledgers = await Promise.all([alice, bob, carol].map(({ connection }) => connection.download('ledger')));
    expect(await verdictOn(ledgers)).toEqual({ isValid: true, findings: [] });
    const [first, ...others] = ledgers as [string, ...string[]];
    const cheated = first.replace('"balance":"-33"', '"balance":"-43"');
    expect(cheated).not.toBe(first);
    const { isValid, findings } = await verdictOn([sealedAgain(cheated), ...others]);
    expect(isValid).toBe(false);
    expect(findings.join()).toMatch(/balance/);
  });

  it('a limit that the hub hides is seen by the page', async () => {
    expect(await bob.alarms()).toEqual([]);
    const { parts } = await bob.state();
    const lines = parts.listTrustLines.trustLines;
    const shown = lines.map((card) =>
      card.given === null ? card : { ...card, given: { ...card.given, seq: card.given.seq - 1, limit: '500' } },
    );
    expect(alarmsIn(await ownLines(bob.kept), shown)).toEqual([
      { type: 'line-hidden', neighbour: alice.key, equivalent: 'UAH', limit: '100' },
    ]);
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

  it('a limit is told as known there when the node has it', async () => {
    const { given } = await bob.trust(dora.node.publicKey, 'UAH', 31n * UNIT);
    expect(given).toMatchObject({ limit: '31', acked: true });
    const { trustLines } = await dora.client.listTrustLines({});
    expect(trustLines).toMatchObject([{ received: { limit: '31' } }]);
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

/** It may take some rounds of looking, and a member may not ask all the time. */
const CLEARED = { timeout: 45_000, interval: 1_000 };

it('a circle of debts of three members clears by itself, whoever is there', async () => {
  const hub = await startMembersHub();
  const names = ['Alice', 'Bob', 'Carol'] as const;
  const [alice, bob, carol] = (await Promise.all(
    names.map((name, at) => openMember(hub.url, people[at] as (typeof people)[number], name)),
  )) as [TestMember, TestMember, TestMember];
  for (const [payer, receiver] of [
    [alice, bob],
    [bob, carol],
    [carol, alice],
  ] as const) {
    await receiver.trust(payer.key, 'UAH', 100n * UNIT);
  }
  for (const member of [alice, bob, carol]) await member.renewMandate();
  for (const [payer, receiver, amount] of [
    [alice, bob, 10n],
    [bob, carol, 7n],
    [carol, alice, 9n],
  ] as const) {
    expect((await payer.pay(order(receiver.key, amount * UNIT))).state).toBe('paid');
  }
  await vi.waitFor(async () => {
    expect(await balances(alice)).toEqual({ [bob.key]: '-3', [carol.key]: '2' });
  }, CLEARED);
  await vi.waitFor(async () => {
    expect(await balances(carol)).toEqual({ [bob.key]: '0', [alice.key]: '-2' });
  }, CLEARED);
  const { parts } = await bob.state();
  expect(parts.getHistory.entries.map(({ kind }) => kind)).toContain('clear');
}, 120_000);

it('who has settled can be forgotten; nothing of it is left on disk, and what was told of contacts never was', async () => {
  const hub = await startMembersHub();
  const alice = await openMember(hub.url, people[0], 'Alice');
  const bob = await openMember(hub.url, people[1], 'Bob');
  await bob.trust(alice.key, 'UAH', 100n * UNIT);
  await alice.trust(bob.key, 'UAH', 100n * UNIT);
  await alice.connection.act('PATCH', '/participants/me', { contact: 'wayofreaching@example.org' });
  await alice.connection.act('POST', '/participants/me/contacts', { who: bob.key, alias: 'Bobuniquealias' });
  for (const member of [alice, bob]) await member.renewMandate();
  expect((await alice.pay(order(bob.key, UNIT))).state).toBe('paid');
  await expect(alice.connection.act('DELETE', '/participants/me', null)).rejects.toMatchObject({
    code: 'not-settled',
    facts: { why: 'owed' },
  });
  expect((await bob.pay(order(alice.key, UNIT))).state).toBe('paid');
  expect((await alice.state()).parts.listContacts.contacts[0]?.name).toBe('Bobuniquealias');
  await alice.connection.act('DELETE', '/participants/me', null);
  await expect(alice.state()).rejects.toMatchObject({ code: 'login-refused' });
  await hub.stop();
  const store = await openStore(hub.dataDir);
  try {
    const kept: string[] = [];
    for await (const record of store.section(alice.key).entries('')) kept.push(record.type);
    expect(kept).toEqual([]);
    expect(store.documents<{ name: string }>('member').get(alice.key)?.name).toBe('–');
  } finally {
    await store.close();
  }
  const disk = readdirSync(join(hub.dataDir, 'store'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(join(hub.dataDir, 'store', name)).toString('latin1'))
    .join();
  expect(disk).not.toMatch(/wayofreaching|Bobuniquealias/);
  const again = await startMembersHub(hub);
  expect(await balances(await openMember(again.url, people[1], 'Bob'))).toEqual({ [alice.key]: '0' });
}, 40_000);
