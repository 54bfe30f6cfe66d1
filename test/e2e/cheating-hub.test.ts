/**
 * A hub that cheats is refused by every other party: Dora has a node of her own, M is hosted by a hub that keeps no rule and
 * has M's delegation. A is another member, in league with the hub.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCard } from '#protocol/card.ts';
import type { Use } from '#protocol/delegation/delegated-signature.ts';
import { type MandateRecord, useMandate } from '#protocol/delegation/mandate.ts';
import { decodeEvidence, type Evidence, evidenceFlaw } from '#protocol/evidence.ts';
import { hexToBytes } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { type Header, type Packet, type PaymentId, type Route, routeDigestOf, txIdOf } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { PrepareStatement } from '#protocol/statement.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { delegated, delegatedUse } from '#test/support/hosted.ts';
import { type LyingHost, startLyingHost } from '#test/support/lying-host.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';
import { type Person, person, verify } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const NETWORK = 'geo';
const [host, a] = [person(80), person(82)] as const;
let m: Person;
let people = 100;
let payments = 0;
let dora: TestNode;
let lying: LyingHost;
let mandate: MandateRecord;

beforeAll(async () => {
  dora = await startParticipant('Dora', join(mkdtempSync(join(tmpdir(), 'geo-cheated-')), 'node'));
  lying = await startLyingHost(host, dora);
});
afterAll(async () => {
  await lying.peer.stop();
  await dora.node.stop('the test is over');
});

function cardOf({ key, sign }: Person, name: string): string {
  const card = {
    version: VERSION,
    network: NETWORK,
    publicKey: key,
    name,
    addresses: [],
    suggestedLimit: null,
    createdAtMs: Date.now(),
    expiresAtMs: null,
  } as const;
  return makeCard(card, sign);
}

function lineOf(from: PublicKey, limit: bigint, seq = Date.now()): TrustLine {
  const to = dora.node.publicKey;
  const fixed = {
    version: VERSION,
    network: NETWORK,
    equivalent: 'UAH',
    status: 'active',
    policy: DEFAULT_POLICY,
  } as const;
  return { ...fixed, from, to, seq, limit, createdAtMs: seq };
}

/** Each test has a member of its own: Dora suspends accounts with those who cheat. */
beforeEach(async () => {
  m = person(people++);
  const account = (neighbour: PublicKey) => ({ neighbour, equivalent: 'UAH', cap: 20n * UNIT });
  mandate = lying.mandate(m, [account(a.key), account(dora.node.publicKey)]);
  await lying.open(mandate);
  const name = `M${people}`;
  await dora.client.putContact({ who: cardOf(m, name) });
  const set = dora.client.setTrustLine({ who: name, equivalent: 'UAH', limit: '100', waitMs: 0 });
  const { signed } = await lying.next(m.key, 'trust-line');
  const { from, to, equivalent, seq } = signed.line;
  lying.say(m.key, { type: 'trust-line-ack', from, to, equivalent, seq });
  await set;
  const line = lineOf(m.key, 5n * UNIT);
  lying.say(m.key, { type: 'trust-line', signed: { line, signature: m.sign(trustLineStatement(line)) } });
  await lying.next(m.key, 'trust-line-ack');
});

async function balance(): Promise<{ balance: string; limitReceived: string; faults: number }> {
  const { accounts } = await dora.client.getBalance({});
  const account = accounts.find(({ neighbour }) => neighbour.publicKey === m.key);
  const metrics = await (
    await fetch(`${dora.url}/metrics`, { headers: { authorization: `Bearer ${dora.cookie}` } })
  ).text();
  const faults = [...metrics.matchAll(/^geo_faults_total\{[^}]*\} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
  return { balance: account?.balance ?? '', limitReceived: account?.limitReceived ?? '', faults };
}

async function evidenceOfDora(): Promise<readonly Evidence[]> {
  const answer = await fetch(`${dora.url}/v1/ledger`, { headers: { authorization: `Bearer ${dora.cookie}` } });
  const records = (await answer.text()).split('\n').filter((text) => text.startsWith('{"type":"evidence"'));
  return records.map((text) => {
    const { file } = JSON.parse(text) as { file: string };
    const evidence = decodeEvidence(hexToBytes(file));
    if (isRefusal(evidence)) throw new Error(evidence.why);
    return evidence;
  });
}

/** A payment along these to Dora, with what the host signs as M. */
function packetOf(nodes: readonly PublicKey[], amount: bigint, change: Partial<Header> = {}): Packet {
  const receiver = dora.node.publicKey;
  const route: Route = { salt: '0f'.repeat(16), index: 0, amount, nodes: [...nodes, receiver] };
  const nowMs = Date.now();
  const header: Header = {
    ...{ version: VERSION, network: NETWORK, kind: 'pay', equivalent: 'UAH', total: amount, witnesses: null },
    payer: nodes[0] as PublicKey,
    receiver,
    paymentId: (++payments).toString(16).padStart(64, '0') as PaymentId,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 30_000,
    sealedMemo: null,
    routeDigests: [routeDigestOf(route)],
    ...change,
  };
  return { txId: txIdOf(header), header, route, signatures: [] };
}

function statementAt({ txId, header, route }: Packet, position: number, signer: PublicKey): PrepareStatement {
  const about = { header, routes: [route] };
  return { domain: 'geo/1/prepare', network: NETWORK, txId, routeIndex: 0, position, signer, about };
}

/** What A pays over M, M's signature made under the mandate with this use. */
function forwarded(packet: Packet, use: Use | null): Packet {
  const second = delegated(mandate, host, statementAt(packet, 1, m.key), use);
  return { ...packet, signatures: [a.sign(statementAt(packet, 0, a.key)), second] };
}

function useOf(packet: Packet): Use {
  return useMandate(mandate, statementAt(packet, 1, m.key))?.use as Use;
}

/** Dora takes none of it: no answer that would pay, no other balance, and what broke the protocol is counted. */
async function isRefused(packet: Packet): Promise<void> {
  const before = await balance();
  lying.say(m.key, { type: 'prepare', packet });
  // A good payment behind it shows that the bad one was looked at.
  await lying.settled();
  await expect.poll(async () => (await balance()).faults).toBe(before.faults + 1);
  expect((await balance()).balance).toBe(before.balance);
  expect(lying.heard(m.key).some(({ type }) => type === 'commit')).toBe(false);
}

it('what M delegated goes well: A pays Dora over M', async () => {
  const packet = packetOf([a.key, m.key], 2n * UNIT);
  lying.say(m.key, { type: 'prepare', packet: forwarded(packet, useOf(packet)) });
  const { certificate } = await lying.next(m.key, 'commit');
  expect(certificate.txId).toBe(packet.txId);
  expect((await balance()).balance).toBe('2');
});

describe('a hub that', () => {
  it('spends for its member', async () => {
    const packet = packetOf([m.key], UNIT);
    const use = useMandate(mandate, statementAt(packet, 0, m.key))?.use as Use;
    await isRefused({ ...packet, signatures: [delegated(mandate, host, statementAt(packet, 0, m.key), use)] });
  });

  it('raises the limit that its member gives', async () => {
    const before = await balance();
    const line = lineOf(m.key, 1_000n * UNIT, Date.now() + 10);
    lying.say(m.key, { type: 'trust-line', signed: { line, signature: host.sign(trustLineStatement(line)) } });
    await expect.poll(async () => (await balance()).faults).toBe(before.faults + 1);
    expect((await balance()).limitReceived).toBe('5');
  });

  it('exceeds a cap', async () => {
    const packet = packetOf([a.key, m.key], 21n * UNIT);
    const use: Use = { counter: 1, used: 21n * UNIT, accounts: [] };
    const accounts = useOf(packetOf([a.key, m.key], UNIT)).accounts.map((one) => ({ ...one, used: 21n * UNIT }));
    await isRefused(forwarded(packet, { ...use, accounts }));
  });

  it('says that less was used than is', async () => {
    const packet = packetOf([a.key, m.key], 2n * UNIT);
    await isRefused(forwarded(packet, useOf(packetOf([a.key, m.key], UNIT))));
  });

  it('uses a counter twice', async () => {
    const [first, second] = [packetOf([a.key, m.key], UNIT), packetOf([a.key, m.key], UNIT)];
    lying.say(m.key, { type: 'prepare', packet: forwarded(first, useOf(first)) });
    await lying.next(m.key, 'commit');
    lying.say(m.key, { type: 'prepare', packet: forwarded(second, useOf(second)) });
    const { txId, cause } = await lying.next(m.key, 'abort');
    expect([txId, cause.number]).toEqual([second.txId, 25]);
    expect((await balance()).balance).toBe('1');
    // Dora keeps what proves it to anybody.
    const evidence = (await evidenceOfDora()).filter(
      ({ about, kind }) => about === host.key && kind === 'counter-twice',
    );
    expect(evidence.map((one) => evidenceFlaw(one, verify))).toEqual([null]);
    const txIds = evidence[0]?.documents.map((document) => document.type === 'packet' && document.packet.txId);
    expect(new Set(txIds)).toEqual(new Set([first.txId, second.txId]));
  });

  it('signs for M in the place of another', async () => {
    const other = person(people++);
    const packet = packetOf([a.key, m.key], UNIT);
    const statement = statementAt(packet, 1, other.key);
    const foreign = delegatedUse(lying.mandate(other, mandate.accounts), host, statement).signature;
    await isRefused({ ...packet, signatures: [a.sign(statementAt(packet, 0, a.key)), foreign] });
  });

  it('moves a signature to another place of the route', async () => {
    const packet = packetOf([a.key, m.key], UNIT);
    const misplaced = delegated(mandate, host, statementAt(packet, 2, m.key), useOf(packet));
    await isRefused({ ...packet, signatures: [a.sign(statementAt(packet, 0, a.key)), misplaced] });
  });

  it('signs packets of a time that is over', async () => {
    const createdAtMs = mandate.delegation.notBeforeMs - 1_000;
    const packet = packetOf([a.key, m.key], UNIT, { createdAtMs, expiresAtMs: Date.now() + 10_000 });
    await isRefused(forwarded(packet, useOf(packetOf([a.key, m.key], UNIT))));
  });

  it('replays what was paid', async () => {
    const packet = packetOf([a.key, m.key], 3n * UNIT);
    const prepare = { type: 'prepare', packet: forwarded(packet, useOf(packet)) } as const;
    for (let times = 0; times < 3; times++) {
      lying.say(m.key, prepare);
      const { certificate } = await lying.next(m.key, 'commit');
      expect(certificate.txId).toBe(packet.txId);
    }
    expect((await balance()).balance).toBe('3');
  });

  it('speaks for somebody without a delegation', async () => {
    const stranger = person(people++);
    const forged = lying.mandate(stranger, mandate.accounts);
    const byHost = { ...forged, participantSignature: host.sign(trustLineStatement(lineOf(stranger.key, 1n))) };
    await expect(Promise.race([lying.open(byHost), lying.settled().then(() => 'not linked')])).resolves.toBe(
      'not linked',
    );
    const line = lineOf(stranger.key, UNIT);
    lying.say(stranger.key, {
      type: 'trust-line',
      signed: { line, signature: stranger.sign(trustLineStatement(line)) },
    });
    await lying.settled();
    const { accounts } = await dora.client.getBalance({});
    expect(accounts.some(({ neighbour }) => neighbour.publicKey === stranger.key)).toBe(false);
  });
});
