/** A hub that is brought back from a copy of its folder which is some payments old: what it does for its members, and does not. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Result } from '#node/api/contract.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { clocksAhead } from '#test/support/clocks-ahead.ts';
import { GeoFolder } from '#test/support/geo.ts';
import {
  balances,
  cardOfMember,
  openMember,
  order,
  startMembersHub,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const [ANNA, BORIS] = [person(81), person(82)];
const advance = clocksAhead();

let hub: TestHub;
let dora: TestNode;
afterEach(() => dora.node.stop('the test is over'));

let [anna, boris] = [] as unknown as [TestMember, TestMember];

/** The pages of both, from the browsers that they had before. */
async function openPages(): Promise<void> {
  anna = await openMember(hub.url, ANNA, 'Anna', anna?.kept);
  boris = await openMember(hub.url, BORIS, 'Boris', boris?.kept);
}

const restoration = (member: TestMember) =>
  member.connection.read<Result<'getRestoration'>>('GET', '/participants/me/restoration');

/** What Dora, whose node has lost nothing, is owed by Boris. */
async function dorasBalance(): Promise<string | undefined> {
  const { accounts } = await dora.client.getBalance({ equivalent: 'UAH' });
  return accounts[0]?.balance;
}

describe.each([
  // What went through a neighbour who has lost nothing is back at everybody; what only these two knew of is undone at both.
  { name: 'members who bring nothing', brings: null, owed: '12' },
  {
    name: 'members who bring a file of what their browsers had kept, which is all there was',
    brings: 'file',
    owed: '18',
  },
  { name: 'members whose pages show what they have kept by themselves', brings: 'kept', owed: '18' },
] as const)('$name', ({ brings, owed }) => {
  it('are frozen until their neighbours agree and they confirm; nothing is signed twice, and balances are equal again', async () => {
    [anna, boris] = [] as unknown as [TestMember, TestMember];
    hub = await startMembersHub();
    await openPages();
    dora = await startParticipant('Dora', join(mkdtempSync(join(tmpdir(), 'geo-old-copy-')), 'node'));
    const dorasCard = (await dora.client.getId({})).card;
    await boris.connection.act('POST', '/participants/me/contacts', { who: dorasCard });
    await dora.client.putContact({ who: await cardOfMember(boris, BORIS, 'Boris') });
    // Anna may owe Boris, and Boris Dora.
    await boris.trust(anna.key, 'UAH', 100n * UNIT);
    await dora.client.setTrustLine({ who: boris.key, equivalent: 'UAH', limit: '100', waitMs: 20_000 });
    for (const member of [anna, boris]) await member.renewMandate();
    expect((await anna.pay(order(boris.key, 10n * UNIT))).state).toBe('paid');
    await vi.waitFor(
      async () => expect((await boris.pay(order(dora.node.publicKey, 1n * UNIT))).state).toBe('paid'),
      20_000,
    );

    await hub.stop();
    const copy = join(mkdtempSync(join(tmpdir(), 'geo-old-copy-')), 'copy');
    cpSync(hub.dataDir, copy, { recursive: true });
    hub = await startMembersHub(hub);
    await openPages();
    const lost = order(dora.node.publicKey, 4n * UNIT);
    await vi.waitFor(async () => expect((await boris.pay(lost)).state).toBe('paid'), 20_000);
    const through = order(dora.node.publicKey, 2n * UNIT);
    expect((await anna.pay(through)).state).toBe('paid');
    // Of this one nobody else knows.
    const between = order(boris.key, 6n * UNIT);
    expect((await anna.pay(between)).state).toBe('paid');
    expect(await balances(anna)).toEqual({ [boris.key]: '-18' });
    expect((await boris.mandates()).mandates).not.toEqual([]);
    expect(await dorasBalance()).toBe('7');
    // Which looks at the proofs, and keeps them.
    for (const member of [anna, boris]) expect((await member.checkBooks()).unproven).toEqual([]);
    const files = await Promise.all([
      anna.takeKept(ANNA.seed, await anna.state()),
      boris.takeKept(BORIS.seed, await boris.state()),
    ] as const);
    await hub.stop();

    rmSync(hub.dataDir, { recursive: true });
    cpSync(copy, hub.dataDir, { recursive: true });
    const told = await new GeoFolder(hub.dataDir).run(['restore', '--old-copy']);
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining('It has the records of 2 members.')]);
    hub = await startMembersHub(hub);
    await openPages();
    // What was signed before the copy was made and after it is known to nobody here.
    for (const member of [anna, boris]) {
      expect((await member.state()).parts.getStatus.restored).toMatchObject({ frozen: true });
      expect(await member.mandates()).toEqual({ present: false, mandates: [] });
      await expect(member.trust(boris.key === member.key ? anna.key : boris.key, 'UAH', UNIT)).rejects.toMatchObject({
        code: 'node-restored',
      });
    }
    expect(await anna.pay(order(boris.key, UNIT))).toMatchObject({ state: 'refused', why: { code: 'account-unsure' } });
    // Nothing comes back before the members let the hub speak for them.
    expect(await balances(boris)).toMatchObject({ [dora.node.publicKey]: '-1' });

    if (brings === 'file') {
      expect(await anna.arrive(ANNA.seed, files[0])).toBeNull();
      expect(await boris.arrive(BORIS.seed, files[1])).toBeNull();
    }
    for (const member of [anna, boris]) {
      if (brings === 'kept') await member.bringKept();
      await member.renewMandate();
    }
    for (const member of [anna, boris]) {
      await vi.waitFor(async () => {
        const { accounts } = await restoration(member);
        expect(accounts.length).toBeGreaterThan(0);
        expect(accounts.map(({ standing }) => standing)).not.toContain('unsure');
      }, 30_000);
      await member.confirmRestored(false);
    }
    expect(await balances(boris)).toEqual({ [anna.key]: owed, [dora.node.publicKey]: '-7' });
    expect(await balances(anna)).toEqual({ [boris.key]: `-${owed}` });
    expect(await dorasBalance()).toBe('7');
    // The same order again is the same payment, though the hub had forgotten it.
    expect((await boris.pay(lost)).state).toBe('paid');
    expect((await anna.pay(through)).state).toBe('paid');
    expect(await dorasBalance()).toBe('7');

    advance(2 * MAX_CLOCK_SKEW_MS);
    expect((await boris.pay(order(dora.node.publicKey, 2n * UNIT))).state).toBe('paid');
    expect((await anna.pay(order(boris.key, 3n * UNIT))).state).toBe('paid');
    expect(await dorasBalance()).toBe('9');
    // Their pages know what was undone, and say so.
    for (const [member, other] of [
      [anna, boris],
      [boris, anna],
    ] as const) {
      const undone = brings !== null ? [] : [{ neighbour: other.key, flaw: 'missing' }];
      expect((await member.checkBooks()).unproven).toMatchObject(undone);
      expect((await member.alarms()).map(({ type }) => type)).toEqual(undone.map(() => 'balance-unproven'));
    }
    // Nobody has proof of two words that contradict each other, and the hub's own check finds nothing.
    const dorasFigures = await (
      await fetch(`${dora.url}/metrics`, { headers: { authorization: `Bearer ${dora.cookie}` } })
    ).text();
    expect(dorasFigures).toMatch(/^geo_equivocations_total 0$/m);
    expect(dorasFigures).not.toMatch(/^geo_late_aborts_total\S* [1-9]/m);
    const figures = await (await fetch(`${hub.hub.httpUrl}/metrics`)).text();
    expect(figures).toMatch(/^geo_hub_blocked_accounts 0$/m);
    expect(figures).toMatch(/^geo_hub_integrity_violations_total\{invariant="INV-MIRROR"\} 0$/m);
    await hub.stop();
  }, 180_000);
});
