/** A hub whose books are broken while it runs, as by a bug: what it finds, what it stops, and how its operator lets it go on. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AskError } from '#desktop/ui/src/ask-error.ts';
import type { BlockedAccount } from '#hub-indexer/integrity/blocked.ts';
import { MemberHosting } from '#hub-indexer/members/hosting.ts';
import type { Result } from '#node/api/contract.ts';
import { openStore } from '#node/store/store.ts';
import type { Account } from '#protocol/account.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { GeoFolder } from '#test/support/geo.ts';
import { balances, openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
/** By what a check finds a balance that was changed: by the other end, or by the documents. */
const WHY = /^INV-(MIRROR: one end books|JOURNAL: the balance is not)/;
const REASON = 'the figure was put back as the receipts have it';

let hub: TestHub;
let geo: GeoFolder;
/** What hosts the members of the hub that was started last. */
let hosting: MemberHosting;
let [alice, bob, carol] = [] as unknown as [TestMember, TestMember, TestMember];

beforeEach(async () => {
  const open = MemberHosting.open.bind(MemberHosting);
  // Whoever has a bug has the records in hand; the hub itself gives them to nobody.
  vi.spyOn(MemberHosting, 'open').mockImplementation(async (...given) => {
    hosting = await open(...given);
    return hosting;
  });
  hub = await startMembersHub(undefined, { checkEveryMs: 200 });
  geo = new GeoFolder(hub.dataDir);
  alice = await openMember(hub.url, person(71), 'Alice');
  bob = await openMember(hub.url, person(72), 'Bob');
  carol = await openMember(hub.url, person(73), 'Carol');
  // Alice may owe Bob, and Bob Carol, so that she can pay Carol through him.
  await bob.trust(alice.key, 'UAH', 100n * UNIT);
  await carol.trust(bob.key, 'UAH', 100n * UNIT);
  for (const member of [alice, bob, carol]) await member.renewMandate();
  expect((await alice.pay(order(carol.key, 10n * UNIT))).state).toBe('paid');
}, 30_000);
afterEach(async () => {
  vi.restoreAllMocks();
  await hub.stop();
});

function accountOf(member: PublicKey, neighbour: PublicKey): Account {
  return hosting.member(member)?.records.account(neighbour, 'UAH') as Account;
}

/** Puts another balance where Bob's with Carol is. Returns what it was. */
function breakBooks(by: bigint): Account {
  const right = accountOf(bob.key, carol.key);
  hosting.member(bob.key)?.records.apply({ ...right, balance: right.balance + by });
  return right;
}

async function figure(name: string): Promise<number> {
  const text = await (await fetch(`${hub.hub.httpUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

const blocked = async () => (await geo.json<{ blocked: BlockedAccount[] }>(['hub', 'blocked'])).blocked;
const unblock = (...more: string[]) => ['hub', 'unblock', pidOf(carol.key), bob.key, 'UAH', ...more];

it('a broken account is found and blocked, others go on, and the operator lets it go once it is mended', async () => {
  expect(await blocked()).toEqual([]);
  const right = breakBooks(1n);
  await expect.poll(() => figure('geo_hub_blocked_accounts')).toBe(2);
  // What the alert rules look at. A check that had compared both ends already finds the one that does not add up first.
  await expect.poll(() => figure('geo_hub_integrity_violations_total\\{invariant="INV-MIRROR"\\}')).toBeGreaterThan(0);

  // Who pays over it is told so before anything is signed.
  const told = await bob.pay(order(carol.key, UNIT)).catch((error: unknown) => error as AskError);
  expect(told).toMatchObject({ code: 'account-blocked', facts: { neighbour: pidOf(carol.key), equivalent: 'UAH' } });
  expect((told as AskError).message).toMatch(/does not add up.*until the operator has looked/);
  // So is who pays through it, as where somebody is away; nothing is held.
  const through = await alice.pay(order(carol.key, UNIT));
  expect(through).toMatchObject({ state: 'refused', why: { code: 'not-delegated' } });
  expect(accountOf(alice.key, bob.key)).toMatchObject({ reservedOut: 0n, balance: -10n * UNIT });
  // Others go on.
  expect((await alice.pay(order(bob.key, 5n * UNIT))).state).toBe('paid');

  const shown = await blocked();
  expect(shown.map(({ participant, neighbour }) => [participant, neighbour])).toEqual(
    expect.arrayContaining([
      [bob.key, carol.key],
      [carol.key, bob.key],
    ]),
  );
  expect(shown[0]).toMatchObject({ equivalent: 'UAH', why: expect.stringMatching(WHY) });
  const words = await geo.run(['hub', 'blocked']);
  expect(words.stdout).toContain(pidOf(carol.key));
  expect(words.stdout).toMatch(/INV-(MIRROR|JOURNAL)/);

  // Not before it is mended.
  const early = await geo.json(unblock('--reason', 'it will be all right'), 1);
  expect(early.error).toMatchObject({ code: 'still-broken', message: expect.stringContaining('Mend the books first') });
  expect(await blocked()).toHaveLength(2);
  expect((await geo.run(unblock())).code).toBe(3);

  hosting.member(bob.key)?.records.apply(right);
  const mended = await geo.run(unblock('--reason', REASON, '--by', 'olena'));
  expect([mended.code, mended.stdout]).toEqual([
    0,
    expect.stringMatching(/^Both ends of the account may be used again/),
  ]);
  expect(await blocked()).toEqual([]);
  expect(await figure('geo_hub_blocked_accounts')).toBe(0);
  expect((await bob.pay(order(carol.key, UNIT))).state).toBe('paid');
  expect((await alice.pay(order(carol.key, UNIT))).state).toBe('paid');
  expect(await balances(carol)).toMatchObject({ [bob.key]: '12' });
  const again = await geo.json(unblock('--reason', 'once more'), 1);
  expect(again.error).toMatchObject({ code: 'not-blocked', message: expect.stringContaining('geo hub blocked') });
}, 180_000);

it('pays and passes on over another way where there is one', async () => {
  const dora = await openMember(hub.url, person(74), 'Dora');
  breakBooks(1n);
  await expect.poll(() => figure('geo_hub_blocked_accounts')).toBe(2);
  const wanted = { to: carol.key, equivalent: 'UAH', amount: '1' };
  const preview = () => bob.connection.read<Result<'previewPayment'>>('POST', '/payments/preview', wanted);
  await expect(preview()).rejects.toMatchObject({ code: 'account-blocked' });
  await dora.trust(bob.key, 'UAH', 100n * UNIT);
  await carol.trust(dora.key, 'UAH', 100n * UNIT);
  for (const member of [bob, carol, dora]) await member.renewMandate();
  expect(await preview()).toMatchObject({ payable: true, refusal: null });
  expect((await bob.pay(order(carol.key, UNIT))).state).toBe('paid');
  expect((await alice.pay(order(carol.key, UNIT))).state).toBe('paid');
  expect(await balances(carol)).toMatchObject({ [dora.key]: '2', [bob.key]: '10' });
}, 120_000);

it('stays blocked over a restart, though the books were whole on disk', async () => {
  breakBooks(7n);
  await expect.poll(() => figure('geo_hub_blocked_accounts')).toBe(2);
  await hub.stop();
  // The folder tells it too.
  expect(await blocked()).toHaveLength(2);
  hub = await startMembersHub(hub, { checkEveryMs: 200 });
  expect(await blocked()).toHaveLength(2);
  bob = await openMember(hub.url, person(72), 'Bob');
  await expect(bob.pay(order(carol.key, UNIT))).rejects.toMatchObject({ code: 'account-blocked' });
  expect((await geo.run(unblock('--reason', REASON))).code).toBe(0);
  expect((await bob.pay(order(carol.key, UNIT))).state).toBe('paid');
}, 120_000);

it('the audit log says what was found and done, and where somebody has changed it', async () => {
  const right = breakBooks(1n);
  await expect.poll(() => figure('geo_hub_blocked_accounts')).toBe(2);
  hosting.member(bob.key)?.records.apply(right);
  await geo.json(unblock('--reason', REASON, '--by', 'olena'));
  const invited = await geo.json<{ invitation: string }>(['hub', 'invite', '--uses', '3', '--by', 'olena']);
  type Audit = { entries: { number: number; who: string; what: string; words: string }[]; flaw: object | null };
  const log = await geo.json<Audit>(['hub', 'audit']);
  const acts = log.entries.map(({ who, what, words }) => `${who} ${what}: ${words}`);
  expect(log.flaw).toBeNull();
  expect(acts.filter((act) => /^hub block: INV-(MIRROR|JOURNAL)/.test(act))).toHaveLength(2);
  expect(acts).toContain(`olena unblock: ${REASON}`);
  expect(acts.at(-1)).toBe('olena invite: an invitation was made that 3 may come by');
  expect(JSON.stringify(log)).not.toContain(invited.invitation);
  const newest = await geo.run(['hub', 'audit', '--last', '1']);
  expect(newest.code).toBe(0);
  expect(newest.stdout).toContain(
    `The log is as it was written. Shown are the newest 1 of ${log.entries.length} entries.`,
  );
  expect(newest.stdout).not.toContain(REASON);

  await hub.stop();
  const store = await openStore(hub.dataDir);
  const id = '2'.padStart(16, '0');
  const documents = store.documents<{ body: { words: string } }>('audit');
  const second = documents.get(id) as { body: { words: string } };
  await documents.put(id, { ...second, body: { ...second.body, words: 'nothing happened' } });
  await store.close();
  const broken = await geo.json<Audit>(['hub', 'audit'], 1);
  expect(broken.flaw).toEqual({ number: 2, what: 'it is not the one that was written' });
  expect(broken.entries.map(({ words }) => words)).toContain('nothing happened');
  hub = await startMembersHub(hub);
  const running = await geo.run(['hub', 'audit']);
  expect([running.code, running.stdout]).toEqual([1, expect.stringContaining('The log is broken at entry 2')]);
}, 120_000);

it('a folder without a hub says so', async () => {
  const nobody = new GeoFolder(`${hub.dataDir}-not-there`);
  for (const verb of ['audit', 'blocked'])
    expect((await nobody.json(['hub', verb], 1)).error).toMatchObject({
      ...{ code: 'identity-missing', message: expect.stringContaining('--data-dir') },
    });
  expect((await nobody.json([...unblock('--reason', REASON)], 2)).error?.code).toBe('node-unreachable');
});
