/** A member of a hub is found in the directory by people outside, wherever it is: at a hub, at another one, at a node of its own. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Findable } from '#desktop/ui/src/member/findability.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { MAX_CLOCK_SKEW_MS, PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { makeParticipantRecord, type ParticipantRecord } from '#protocol/participant-record.ts';
import { clocksAhead } from '#test/support/clocks-ahead.ts';
import {
  balances,
  openMember,
  startMembersHub,
  startOwnNode,
  type TestHub,
  type TestMember,
} from '#test/support/members.ts';
import { startAgain, startParticipant, type TestNode } from '#test/support/nodes.ts';
import { person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const SLOW = { timeout: 60_000, interval: 500 };
const who = person(71);
const advance = clocksAhead();

let first: TestHub;
let second: TestHub;
let dora: TestNode;
let bob: TestMember;

const keyOf = (hub: TestHub): PublicKey => hub.hub.node.publicKey;
const stayFound = async (member: TestMember): Promise<Findable> => (await member.findability()).stay();

beforeAll(async () => {
  first = await startMembersHub();
  const bootstrap = first.hub.node.addresses();
  second = await startMembersHub(undefined, { bootstrap });
  dora = await startNode('Dora');
});
afterAll(() => dora.node.stop('the test is over'));

function startNode(name: string): Promise<TestNode> {
  const folder = join(mkdtempSync(join(tmpdir(), 'geo-found-')), 'node');
  return startParticipant(name, folder, undefined, first.hub.node.addresses());
}

/** Who hosts the member, and where that is, as somebody finds who never heard of it. */
async function foundBy({
  client,
}: TestNode): Promise<{ host: string | null; addresses: readonly string[]; seq: number }> {
  const { host, addresses, seq } = await client.findParticipant({ who: pidOf(who.key) });
  return { host: host?.publicKey ?? null, addresses, seq };
}

const foundAt = (hub: TestHub) => ({ host: keyOf(hub), addresses: hub.hub.node.addresses(), seq: expect.any(Number) });

it('a node that has only the public key finds the member at its hub, opens a trust line and pays', async () => {
  bob = await openMember(first.url, who, 'Bob');
  await expect(foundBy(dora)).rejects.toMatchObject({ code: 'not-in-directory' });
  expect(await (await bob.findability()).read()).toMatchObject({ wanted: true, possible: true, record: null });
  const said = await stayFound(bob);
  expect(said.record).toMatchObject({ host: keyOf(first), addresses: first.hub.node.addresses() });
  // Again at once: the record is as good.
  expect((await stayFound(bob)).record).toEqual(said.record);
  await vi.waitFor(async () => expect(await foundBy(dora)).toEqual(foundAt(first)), SLOW);

  await dora.client.putContact({ who: pidOf(who.key), alias: 'Bob' });
  await bob.connection.act('POST', '/participants/me/contacts', { who: pidOf(dora.node.publicKey), alias: 'Dora' });
  await bob.trust(dora.node.publicKey, 'UAH', 40n * UNIT);
  const line = { who: 'Bob', equivalent: 'UAH', limit: '30', waitMs: 20_000 };
  await vi.waitFor(async () => expect((await dora.client.setTrustLine(line)).given?.acked).toBe(true), SLOW);
  const paid = await dora.client.pay({ to: pidOf(who.key), equivalent: 'UAH', amount: '7', waitMs: 20_000 });
  expect(paid.state).toBe('COMMITTED');
  expect(await balances(bob)).toEqual({ [dora.node.publicKey]: '7' });
}, 120_000);

it('a record of somebody else, of another host, an older one and one that is forged are refused, each by its code', async () => {
  const { record } = await stayFound(bob);
  const stranger = person(72);
  const made = (change: Partial<ParticipantRecord>, signer = who): Promise<string> => {
    const seq = change.seq ?? Date.now();
    const facts = {
      version: VERSION,
      network: 'geo',
      publicKey: who.key,
      host: keyOf(first),
      capabilities: [],
    } as const;
    const lifetime = { seq, expiresAtMs: seq + PARTICIPANT_RECORD_LIFETIME_MS, addresses: [] };
    const bytes = makeParticipantRecord({ ...facts, ...lifetime, ...change }, signer.sign);
    const document = toBase64url(bytes);
    return bob.connection.act('PUT', '/participants/me/record', { document }).then(
      () => 'taken',
      (error: { code: string; facts: object }) => `${error.code} ${JSON.stringify(error.facts)}`,
    );
  };
  const seq = record?.seq as number;
  expect(await made({ publicKey: stranger.key }, stranger)).toBe('record-flawed {"flaw":"other-participant"}');
  expect(await made({}, stranger)).toBe('record-flawed {"flaw":"forged"}');
  expect(await made({ seq: seq - 86_400_000 })).toBe('record-flawed {"flaw":"expired"}');
  expect(await made({ seq: Date.now() + 3_600_000 })).toBe('record-flawed {"flaw":"from-the-future"}');
  const of = (host: PublicKey | null) => `record-of-other-host ${JSON.stringify({ host, hub: keyOf(first) })}`;
  expect(await made({ host: null })).toBe(of(null));
  expect(await made({ host: keyOf(second) })).toBe(of(keyOf(second)));
  expect(await made({ seq: seq - 1 })).toBe(`record-stale ${JSON.stringify({ seq })}`);
  expect((await (await bob.findability()).read()).record).toEqual(record);
});

it('it is found after a restart of the hub, at the address where that is then, though nobody opened the page', async () => {
  const listen = first.hub.node.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
  await first.stop();
  first = await startMembersHub(first, {
    bootstrap: dora.node.addresses(),
    listen: [...listen, '/ip4/127.0.0.1/tcp/0'],
  });
  expect(first.hub.node.addresses()).toHaveLength(2);
  await vi.waitFor(async () => expect(await foundBy(dora)).toEqual(foundAt(first)), SLOW);
  bob = await openMember(first.url, who, 'Bob', bob.kept);
  const { record, addresses } = await stayFound(bob);
  expect(record?.addresses).toEqual(addresses);
  expect(addresses).toHaveLength(2);
}, 120_000);

it('who moves to another hub is found there by the node that had its old place, and is paid there', async () => {
  const before = await foundBy(dora);
  const { file, checksum } = await bob.takeAlong(who.seed);
  await bob.leave(checksum);
  bob = await openMember(second.url, who, 'Bob', undefined, true);
  expect(await bob.arrive(who.seed, file)).toBeNull();
  await stayFound(bob);
  await vi.waitFor(async () => expect(await foundBy(dora)).toEqual(foundAt(second)), SLOW);
  expect((await foundBy(dora)).seq).toBeGreaterThan(before.seq);
  await vi.waitFor(async () => {
    const { accounts } = await bob.connection.read<{ accounts: { standing: string }[] }>(
      'GET',
      '/participants/me/restoration',
    );
    expect(accounts.map(({ standing }) => standing)).toEqual(['agreed']);
  }, SLOW);
  await bob.confirmRestored(false);
  // Until then nothing new is taken over somebody who has just come back (§8.4).
  advance(2 * MAX_CLOCK_SKEW_MS);
  const pay = { to: pidOf(who.key), equivalent: 'UAH', amount: '2', waitMs: 20_000 };
  await vi.waitFor(async () => expect((await dora.client.pay(pay)).state).toBe('COMMITTED'), SLOW);
  expect(await balances(bob)).toEqual({ [dora.node.publicKey]: '9' });

  await dora.node.stop('it starts again');
  await startAgain(dora);
  await vi.waitFor(async () => expect((await dora.client.pay(pay)).state).toBe('COMMITTED'), SLOW);
  expect(await balances(bob)).toEqual({ [dora.node.publicKey]: '11' });
}, 180_000);

it('who hides is found by nobody who asks the hub, is not signed for again, and can change its mind', async () => {
  const findability = await bob.findability();
  const { record } = await findability.hide();
  expect(record).toBeNull();
  expect(await findability.stay()).toMatchObject({ wanted: false, record: null });
  await second.stop();
  second = await startMembersHub(second, { bootstrap: dora.node.addresses() });
  bob = await openMember(second.url, who, 'Bob', bob.kept);
  expect(await stayFound(bob)).toMatchObject({ wanted: false, record: null });
  const shown = await (await bob.findability()).show();
  expect(shown).toMatchObject({ wanted: true, record: { host: keyOf(second) } });
  await vi.waitFor(async () => expect((await foundBy(dora)).seq).toBe(shown.record?.seq), SLOW);
}, 120_000);

it('and who goes on with a node of its own is found there', async () => {
  const { file, checksum } = await bob.takeAlong(who.seed);
  await bob.leave(checksum);
  const own = await startOwnNode(file, who.seed, 'Bob', dora.node.addresses());
  const { addresses } = await own.client.getId({});
  await vi.waitFor(async () => expect(await foundBy(dora)).toMatchObject({ host: null, addresses }), SLOW);
  const back = { to: dora.node.publicKey, equivalent: 'UAH', amount: '1', waitMs: 20_000 };
  await vi.waitFor(async () => expect((await own.client.pay(back)).state).toBe('COMMITTED'), SLOW);
}, 120_000);
