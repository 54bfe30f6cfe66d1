/**
 * A hub that cheats is found out by its own member's page, whatever it shows: a real hub, of which the test has the key, signs and
 * shows what it must not. What others make of it: cheating-hub.test.ts.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { makeMandate } from '#desktop/ui/src/member/documents.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { causeOf } from '#protocol/cause.ts';
import { encode } from '#protocol/codec.ts';
import type { Use } from '#protocol/delegation/delegated-signature.ts';
import { handedMandateShape } from '#protocol/delegation/handed-in.ts';
import { type MandateRecord, newMandate, useMandate } from '#protocol/delegation/mandate.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { CHECKPOINT_AGE_MS, MAX_CLOCK_SKEW_MS, VERSION } from '#protocol/limits.ts';
import type { Message } from '#protocol/link.ts';
import {
  type Certificate,
  type Header,
  type PaymentId,
  type Route,
  routeDigestOf,
  type Signature,
  txIdOf,
} from '#protocol/packet.ts';
import { refuse } from '#protocol/refusals.ts';
import type { PrepareStatement } from '#protocol/statement.ts';
import { signedTrustLineShape, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type MadeUp, showMore } from '#test/support/cheating-books.ts';
import { clocksAhead } from '#test/support/clocks-ahead.ts';
import { delegated } from '#test/support/hosted.ts';
import { changeAnswers } from '#test/support/hub-answers.ts';
import { balances, openMember, order, startMembersHub, type TestHub, type TestMember } from '#test/support/members.ts';
import { type Person, person } from '#test/support/people.ts';

const UNIT = 100_000_000n;
const NETWORK = 'geo';
const advance = clocksAhead();
const hubKey = person(110);
/** Dora is elsewhere and A is in league with the hub. */
const [dora, a] = [person(111), person(112)] as const;
let hub: TestHub;
let people = 113;
let payments = 0;
let annaKey: Person;
let anna: TestMember;
let mandate: MandateRecord;

/** Each test has a hub and an Anna of its own: she lets Dora and A owe her, and lets the hub pass on, receive and clear over that. */
beforeEach(async () => {
  hub = await startMembersHub(undefined, { seed: hubKey.seed });
  annaKey = person(people++);
  anna = await openMember(hub.url, annaKey, 'Anna');
  await anna.trust(dora.key, 'UAH', 10n * UNIT);
  await anna.trust(a.key, 'UAH', 10n * UNIT);
  const cap = 20n * UNIT;
  const accounts = [dora, a].map(({ key: neighbour }) => ({ neighbour, equivalent: 'UAH', cap }));
  const signer = { publicKey: annaKey.key, sign: annaKey.sign, network: NETWORK, hub: hubKey.key };
  const handed = makeMandate(signer, accounts, Date.now() + 1_000, Date.now());
  const document = toBase64url(encode(handedMandateShape, handed));
  await anna.connection.act('PUT', '/participants/me/mandate', { document });
  mandate = newMandate(handed.delegation, handed.signature, handed.accounts);
  expect(await anna.alarms()).toEqual([]);
});

interface Made {
  readonly header: Header;
  readonly route: Route;
}

function made(nodes: readonly PublicKey[], amount: bigint): Made {
  const nowMs = Date.now();
  const route: Route = { salt: '0f'.repeat(16), index: 0, amount, nodes };
  const header: Header = {
    ...{ version: VERSION, network: NETWORK, kind: 'pay', equivalent: 'UAH', total: amount, witnesses: null },
    ...{ payer: nodes[0] as PublicKey, receiver: nodes.at(-1) as PublicKey, sealedMemo: null },
    paymentId: (++payments).toString(16).padStart(64, '0') as PaymentId,
    ...{ createdAtMs: nowMs, expiresAtMs: nowMs + 30_000, routeDigests: [routeDigestOf(route)] },
  };
  return { header, route };
}

function statementOf({ header, route }: Made, position: number, signer: PublicKey): PrepareStatement {
  const about = { header, routes: [route] };
  return { domain: 'geo/1/prepare', network: NETWORK, txId: txIdOf(header), routeIndex: 0, position, signer, about };
}

/** What the hub signs for Anna at a place of a route, with what its mandate allows next or with another use. */
function byHub(packet: Made, position: number, use?: Use): Signature {
  const statement = statementOf(packet, position, annaKey.key);
  return delegated(mandate, hubKey, statement, use ?? (useMandate(mandate, statement)?.use as Use));
}

const byPerson = (packet: Made, position: number, { key, sign }: Person): Signature =>
  sign(statementOf(packet, position, key));

function certificate(packet: Made, signatures: readonly Signature[], receiver: Person): Certificate {
  const { header, route } = packet;
  const txId = txIdOf(header);
  const commit = receiver.sign({ domain: 'geo/1/commit', network: NETWORK, txId, signer: receiver.key });
  return { txId, header, route, signatures, commit };
}

/** A pays Dora over Anna, with the hub's signature for her. */
function passedOn(amount: bigint, use?: Use): Certificate {
  const packet = made([a.key, annaKey.key, dora.key], amount);
  return certificate(packet, [byPerson(packet, 0, a), byHub(packet, 1, use)], dora);
}

/** The hub shows a certificate on both of Anna's accounts. */
function onBoth(one: Certificate): readonly MadeUp[] {
  const { amount } = one.route;
  return [
    { neighbour: a.key, certificate: one, hop: 0, delta: amount },
    { neighbour: dora.key, certificate: one, hop: 1, delta: -amount },
  ];
}

/** Anna's page says that what is shown between her and these is not proven, signs nothing over it, and takes it for no balance. */
async function isFoundOut(madeUp: readonly MadeUp[], flaw: string, neighbours: readonly PublicKey[]): Promise<void> {
  showMore(anna, madeUp);
  const alarms = await anna.alarms();
  expect(alarms.map(({ type, neighbour }) => [type, neighbour])).toEqual(
    neighbours.map((neighbour) => ['balance-unproven', neighbour]),
  );
  const { unproven, balances: proven } = await anna.checkBooks();
  expect(new Set(unproven.map((one) => one.flaw))).toEqual(new Set([flaw]));
  for (const neighbour of neighbours) expect(proven.has(`${neighbour}-UAH`)).toBe(false);
}

it('what the hub signs as it may is proven', async () => {
  showMore(anna, onBoth(passedOn(2n * UNIT)));
  expect(await anna.alarms()).toEqual([]);
  expect(await balances(anna)).toEqual({ [a.key]: '2', [dora.key]: '-2' });
});

describe('a hub that', () => {
  it('spends for its member', async () => {
    const packet = made([annaKey.key, dora.key], UNIT);
    const spent = certificate(packet, [byHub(packet, 0)], dora);
    await isFoundOut([{ neighbour: dora.key, certificate: spent, hop: 0, delta: -UNIT }], 'entry', [dora.key]);
  });

  it('exceeds a cap', async () => {
    const allowed = useMandate(mandate, statementOf(made([a.key, annaKey.key, dora.key], UNIT), 1, annaKey.key))
      ?.use as Use;
    const used = 21n * UNIT;
    const over = passedOn(used, { ...allowed, used, accounts: allowed.accounts.map((one) => ({ ...one, used })) });
    await isFoundOut(onBoth(over), 'entry', [dora.key, a.key]);
  });

  it('uses a counter twice', async () => {
    const [first, second] = [passedOn(UNIT), passedOn(UNIT)];
    showMore(anna, [...onBoth(first), ...onBoth(second)]);
    const { unproven } = await anna.checkBooks();
    expect(unproven.map(({ flaw }) => flaw)).toEqual(['counter', 'counter']);
    expect(await anna.alarms()).toMatchObject([{ type: 'balance-unproven' }, { type: 'balance-unproven' }]);
  });

  it('signs for its member in the place of another', async () => {
    const packet = made([a.key, person(250).key, dora.key], UNIT);
    const signature = delegated(mandate, hubKey, statementOf(packet, 1, person(250).key), {
      ...(useMandate(mandate, statementOf(made([a.key, annaKey.key, dora.key], UNIT), 1, annaKey.key))?.use as Use),
    });
    const foreign = certificate(packet, [byPerson(packet, 0, a), signature], dora);
    await isFoundOut([{ neighbour: dora.key, certificate: foreign, hop: 1, delta: -UNIT }], 'entry', [dora.key]);
    const here = made([a.key, annaKey.key, dora.key], UNIT);
    const asAnother = certificate(here, [byPerson(here, 0, a), byPerson(here, 1, person(250))], dora);
    await isFoundOut(onBoth(asAnother), 'entry', [dora.key, a.key]);
  });

  it('books one payment twice', async () => {
    const once = onBoth(passedOn(2n * UNIT));
    await isFoundOut([...once, ...once], 'entry', [dora.key, a.key]);
  });

  it('waives what it owes its member itself', async () => {
    await anna.trust(hubKey.key, 'UAH', 10n * UNIT);
    const packet = made([hubKey.key, annaKey.key], 5n * UNIT);
    const paid = certificate(packet, [byPerson(packet, 0, hubKey)], annaKey);
    const { header, route } = packet;
    const about = { header, routes: [route] };
    const of = { network: NETWORK, txId: paid.txId, routeIndex: 0, position: 1, signer: annaKey.key, about } as const;
    const waiver = (signature: Signature): Message => ({
      ...{ type: 'abort', txId: paid.txId, routeIndex: 0, position: 1, signer: annaKey.key, signature },
      cause: causeOf(refuse('cancelled', {})),
      restsOn: [],
    });
    const counted: MadeUp = { neighbour: hubKey.key, certificate: paid, hop: 0, delta: 5n * UNIT };
    const signature = delegated(mandate, hubKey, { domain: 'geo/1/abort', ...of }, null);
    const taken: MadeUp = { ...counted, delta: -5n * UNIT, abort: waiver(signature) };
    await isFoundOut([counted, taken], 'entry', [hubKey.key]);
  });

  it('shows another balance', async () => {
    changeAnswers(anna.connection, 'read', async (path, _body, answer) => {
      const text = JSON.stringify(await answer());
      return JSON.parse(path.endsWith('/state') ? text.replace('"balance":"0"', '"balance":"7"') : text);
    });
    expect(await anna.alarms()).toMatchObject([{ type: 'balance-unproven', balance: '7' }]);
  });

  it('raises a limit, or shows one that nobody has signed', async () => {
    const own = (await anna.state()).parts.listTrustLines.trustLines.find(
      ({ neighbour }) => neighbour.publicKey === a.key,
    );
    const line: TrustLine = {
      ...{ version: VERSION, network: NETWORK, from: annaKey.key, to: a.key, equivalent: 'UAH' },
      ...{ limit: 1_000n * UNIT, status: 'active', seq: Date.now() + 5, createdAtMs: Date.now() },
      policy: { canBeIntermediate: true, autoClearing: true, dailyLimit: null, announce: false, blocked: [] },
    } as const;
    const forged = toBase64url(
      encode(signedTrustLineShape, { line, signature: hubKey.sign(trustLineStatement(line)) }),
    );
    let isHidden = false;
    changeAnswers(anna.connection, 'read', async (path, _body, answer) => {
      const state = (await answer()) as { lines: readonly string[] };
      if (!path.endsWith('/state')) return state;
      const shown = JSON.parse(JSON.stringify(state).replaceAll('"limit":"10"', '"limit":"1000"')) as typeof state;
      return { ...shown, lines: isHidden ? [forged] : [...state.lines, forged] };
    });
    const limitOf = async () =>
      (await anna.state()).parts.listTrustLines.trustLines.find(({ neighbour }) => neighbour.publicKey === a.key)
        ?.given;
    expect(await limitOf()).toEqual(own?.given);
    isHidden = true;
    expect(await limitOf()).toBeNull();
    expect((await anna.alarms()).map(({ type }) => type)).toEqual(['line-hidden', 'line-hidden']);
    // It gets no mandate over more than Anna has signed.
    const before = await anna.mandates();
    expect((await anna.renewMandate()).mandates[0]?.seq).toBe(before.mandates[0]?.seq);
  });

  it('hides a lowered limit from all others, and lets them go on', async () => {
    const boris = await openMember(hub.url, person(people++), 'Boris');
    await anna.trust(boris.key, 'UAH', 100n * UNIT);
    await boris.renewMandate();
    expect((await boris.pay(order(annaKey.key, 3n * UNIT))).state).toBe('paid');
    let document = '';
    changeAnswers(anna.connection, 'act', async (path, body, answer) => {
      if (path !== '/trustlines') return answer();
      ({ document } = body as { document: string });
      return {};
    });
    changeAnswers(anna.connection, 'read', async (path, _body, answer) => {
      const state = (await answer()) as { lines: readonly string[] };
      return path.endsWith('/state') && document !== '' ? { ...state, lines: [...state.lines, document] } : state;
    });
    await anna.trust(boris.key, 'UAH', 5n * UNIT);
    expect(await anna.alarms()).toEqual([]);
    advance(2 * MAX_CLOCK_SKEW_MS);
    expect((await boris.pay(order(annaKey.key, 4n * UNIT))).state).toBe('paid');
    expect(await anna.alarms()).toEqual([
      { type: 'limit-passed', neighbour: boris.key, equivalent: 'UAH', limit: '5' },
    ]);
    // Nothing is closed over it: the certificate stays evidence.
    advance(CHECKPOINT_AGE_MS + 60_000);
    let signed = 0;
    for (let round = 0; round < 2; round++) {
      await boris.checkBooks();
      signed += (await anna.checkBooks()).signed;
    }
    expect(signed).toBe(0);
    expect((await anna.alarms()).map(({ type }) => type)).toEqual(['limit-passed']);
  });

  it('says “aborted” of what was paid', async () => {
    const boris = await openMember(hub.url, person(people++), 'Boris');
    await boris.trust(annaKey.key, 'UAH', 100n * UNIT);
    await boris.renewMandate();
    let sent = 0;
    changeAnswers(anna.connection, 'act', async (path, _body, answer) => {
      if (path !== '/payments') return answer();
      sent++;
      return { ...((await answer()) as object), state: 'ABORTED' };
    });
    changeAnswers(anna.connection, 'read', async (path, _body, answer) =>
      path.startsWith('/payments/attempts/') ? { receipt: null, aborts: [], decline: null } : answer(),
    );
    const once = order(boris.key, 6n * UNIT);
    expect((await anna.pay(once)).state).toBe('open');
    expect((await anna.pay(once)).state).toBe('open');
    expect(sent).toBe(1);
    expect(await balances(boris)).toEqual({ [annaKey.key]: '6' });
  });

  it('shows nothing any more of what it has proven', async () => {
    const boris = await openMember(hub.url, person(people++), 'Boris');
    await boris.trust(annaKey.key, 'UAH', 100n * UNIT);
    await boris.renewMandate();
    const once = order(boris.key, 6n * UNIT);
    expect((await anna.pay(once)).state).toBe('paid');
    let asked = 0;
    changeAnswers(anna.connection, 'read', async (path, _body, answer) => {
      if (!path.startsWith('/payments/attempts/')) return answer();
      asked++;
      return { receipt: null, aborts: [], decline: null };
    });
    expect((await anna.pay(once)).state).toBe('paid');
    expect(asked).toBe(0);
  });
});
