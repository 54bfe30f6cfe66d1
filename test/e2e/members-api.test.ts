/**
 * Every operation of the members' API goes well at least once, asked as its own document describes it; what is answered has
 * the form that the document says.
 */
import { once } from 'node:events';
import { beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { loginStatement } from '#protocol/hub-session.ts';
import { type Invoice, makeInvoice } from '#protocol/invoice.ts';
import { makeJoinRequest } from '#protocol/join-request.ts';
import { CHECKPOINT_AGE_MS, VERSION } from '#protocol/limits.ts';
import { encodeMessage } from '#protocol/link.ts';
import { headerShape, type PaymentId, txIdOf } from '#protocol/packet.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { clocksAhead } from '#test/support/clocks-ahead.ts';
import { GeoFolders } from '#test/support/geo.ts';
import { startMembersHub } from '#test/support/members.ts';
import {
  type ApiMember,
  attemptDocument,
  attemptOf,
  checkpointDocument,
  lineDocument,
  MembersApi,
  mandateDocument,
  NETWORK,
  recordDocument,
  ringThatAsks,
  UNIT,
  whoIsAsked,
} from '#test/support/members-api.ts';
import { documentAt } from '#test/support/openapi-client.ts';
import { person } from '#test/support/people.ts';
import { SubscribedBrowser } from '#test/support/push-service.ts';

interface Payment {
  readonly paymentId: string;
  readonly txId: string;
  readonly state: string;
}
interface Listed {
  readonly payments: readonly Payment[];
  readonly next: string | null;
}

const advance = clocksAhead();
let api: MembersApi;
let alice: ApiMember;
let bob: ApiMember;
let carol: ApiMember;

beforeAll(async () => {
  api = await MembersApi.open(await startMembersHub(undefined, { isBehindProxy: true, mayPushInside: true }));
  alice = await api.member(201, 'Alice');
  bob = await api.member(202, 'Bob');
  carol = await api.member(203, 'Carol');
});

it('what `geo hub openapi` prints is what the hub serves', async () => {
  const folders = await GeoFolders.create();
  const { code, stdout } = await folders.add('nobody').run(['hub', 'openapi']);
  await folders.close();
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(await documentAt(api.hub.url));
});

it('joining, signing in, and who one is', async () => {
  const dora = person(204);
  const session = { network: NETWORK, hub: api.hubKey, participant: dora.key };
  await api.does('getHub', null);
  await api.does('listEquivalents', null);
  const { invitation } = await api.does<{ invitation: string }>('invite', alice, {
    ...{ uses: 1, lifetimeMs: 60_000, suggestedLimit: { equivalent: 'UAH', amount: '5' } },
  });
  expect(await api.does('readInvitation', null, { invitation })).toMatchObject({ by: { name: 'Alice' }, usesLeft: 1 });
  const wish = { version: VERSION, ...session, name: 'Dora', kind: 'person', invitation } as const;
  const request = toBase64url(makeJoinRequest({ ...wish, createdAtMs: Date.now() }, dora.sign));
  const asked = { request, wasElsewhere: false };
  expect((await api.ask('join', null, asked)).status).toBe(201);
  expect(await api.does('join', null, asked)).toMatchObject({ inviter: { name: 'Alice' } });
  const { challenge } = await api.does<{ challenge: string }>('challenge', null, { participant: dora.key });
  const statement = loginStatement(session, Uint8Array.from(Buffer.from(challenge, 'base64url')));
  const signature = toBase64url(dora.sign(statement));
  const login = { participant: dora.key, challenge, signature };
  const first = await api.does<{ refreshToken: string }>('login', null, login);
  const { accessToken, refreshToken } = await api.does<{ accessToken: string; refreshToken: string }>('refresh', null, {
    refreshToken: first.refreshToken,
  });
  const who = { person: dora, token: async () => accessToken };
  expect(await api.does('changeMe', who, { contact: 'a bench in the park' })).toMatchObject({ name: 'Dora' });
  expect(await api.does('getMe', who)).toMatchObject({ contact: 'a bench in the park', invitedBy: { name: 'Alice' } });
  expect(await api.does('getMember', who, { pid: alice.pid })).toMatchObject({ name: 'Alice' });
  expect(await api.does('findMembers', who, { query: 'Ali', limit: 5 })).toMatchObject({
    members: [{ name: 'Alice' }],
  });
  await api.does('logout', null, { refreshToken });
  expect((await api.ask('getMe', who)).code).toBe('token-wrong');
});

it('a trust line is opened, changed and closed, each time by a document of its owner', async () => {
  const about = { to: alice.key, equivalent: 'hour' };
  const id = `${alice.pid}:hour`;
  const opened = { document: lineDocument(carol, { ...about, limit: 5n * UNIT }) };
  expect(await api.does('openTrustLine', carol, opened)).toMatchObject({ given: { limit: '5', status: 'active' } });
  const changed = { id, document: lineDocument(carol, { ...about, limit: 7n * UNIT }) };
  expect(await api.does('changeTrustLine', carol, changed)).toMatchObject({ given: { limit: '7', status: 'active' } });
  expect(await api.does('getTrustLine', carol, { id })).toMatchObject({ given: { limit: '7' }, received: null });
  const closed = { id, document: lineDocument(carol, { ...about, limit: 7n * UNIT, status: 'closed' }) };
  expect(await api.does('closeTrustLine', carol, closed)).toMatchObject({ given: { status: 'closed' } });
  expect(await api.does('listTrustLines', alice, { equivalent: 'hour' })).toMatchObject({
    trustLines: [{ given: null, received: { status: 'closed', limit: '7' } }],
  });
  await api.does('putContact', alice, { who: carol.key, alias: 'Caro' });
  expect(await api.does('listContacts', alice)).toMatchObject({ contacts: [{ name: 'Caro' }] });
  await api.does('putContact', alice, { who: person(205).key, alias: 'Nobody' });
  await api.does('removeContact', alice, { who: 'Nobody' });
});

it('a payment is made, found by both of its ids, proven and listed', async () => {
  await api.does('openTrustLine', bob, {
    document: lineDocument(bob, { to: alice.key, equivalent: 'UAH', limit: 100n * UNIT }),
  });
  for (const [one, other] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const given = { document: mandateDocument(one, other.key) };
    expect(await api.does('giveMandate', one, given)).toMatchObject({ present: true });
  }
  await api.does('getMandates', alice);
  const money = { to: bob.key, equivalent: 'UAH', amount: '3' };
  expect(await api.does('getCapacity', alice, money)).toMatchObject({ routes: [{ amount: '3' }] });
  expect(await api.does('previewPayment', alice, money)).toMatchObject({ payable: true });
  await api.does('quotePayment', alice, { to: bob.key, equivalent: 'UAH', most: '3' });
  const attempt = attemptOf(alice, [bob.key], 3n * UNIT);
  const paid = await api.does<Payment>('pay', alice, { document: attemptDocument(attempt) });
  const { paymentId } = attempt.header;
  const txId = txIdOf(attempt.header);
  expect(paid).toMatchObject({ state: 'COMMITTED', paymentId, txId });
  for (const id of [paymentId, txId]) expect(await api.does('getPayment', alice, { id })).toEqual(paid);
  expect(await api.does('getEvidence', alice, { txId })).toMatchObject({ state: 'COMMITTED' });
  const { base64 } = await api.does<{ base64: string }>('getReceipt', alice, { id: paymentId });
  expect(await api.does('verifyReceipt', bob, { base64 })).toMatchObject({ valid: true, facts: { txId } });
  await api.does('getTransaction', bob, { txId });
  await api.does('resolveTransaction', bob, { txId });

  const nowhere = attemptOf(alice, [bob.key, carol.key], UNIT);
  const refused = await api.does<Payment>('pay', alice, { document: attemptDocument(nowhere) });
  expect(refused.state).toBe('ABORTED');
  const listed = await api.does<Listed>('listPayments', alice, { limit: 1 });
  expect(listed.payments).toEqual([refused]);
  const more = await api.does<Listed>('listPayments', alice, { limit: 10, before: listed.next });
  expect(more).toEqual({ payments: [paid], next: null });
  expect((await api.does<Listed>('listPayments', alice, { state: 'COMMITTED' })).payments).toEqual([paid]);
  expect((await api.does<Listed>('listPayments', alice, { equivalent: 'hour' })).payments).toEqual([]);
  expect((await api.does<Listed>('listPayments', bob)).payments).toEqual([]);
  const header = { document: toBase64url(encode(headerShape, attemptOf(alice, [bob.key], UNIT).header)) };
  await api.does('askForDecline', alice, header);
});

it('debts and claims are told by neighbour, with their sums', async () => {
  const share = (who: ApiMember) => ({ neighbour: { publicKey: who.key }, equivalent: 'UAH', amount: '3' });
  expect(await api.does('getDebts', alice)).toMatchObject({
    debts: [share(bob)],
    claims: [],
    sums: expect.arrayContaining([{ equivalent: 'UAH', debts: '3', claims: '0', net: '-3' }]),
  });
  expect(await api.does('getDebts', bob, { equivalent: 'UAH' })).toMatchObject({
    debts: [],
    claims: [share(alice)],
    sums: [{ equivalent: 'UAH', debts: '0', claims: '3', net: '3' }],
  });
  expect((await api.ask('getDebts', bob, { equivalent: 'no such' })).code).toBe('bad-equivalent');
  await api.does('getBalance', alice);
  await api.does('listHeld', alice);
  await api.does('getHistory', bob, { limit: 2 });
  await api.does('getStatus', alice);
  await api.does('getState', alice, { entries: 1 });
  await api.does('getNeighbourhood', alice, { equivalent: 'UAH', hops: 1, limit: 10 });
  const invoice: Invoice = {
    ...{ version: VERSION, network: NETWORK, payee: bob.key, equivalent: 'UAH', amount: UNIT, memo: 'Tea' },
    ...{
      paymentId: 'ab'.repeat(32) as PaymentId,
      addresses: [],
      createdAtMs: Date.now(),
      expiresAtMs: Date.now() + 60_000,
    },
  };
  expect(await api.does('readRequest', alice, { link: makeInvoice(invoice, bob.person.sign) })).toMatchObject({
    memo: 'Tea',
  });
});

it('the ledger is a stream of lines, and events have the form that the document says', async () => {
  const ledger = await api.does<string>('getLedger', alice);
  const types = ledger
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect([types[0], types.at(-1)]).toEqual(['ledger', 'end']);
  expect(types).toContain('payment');

  const form = api.operation('openEvents').results.get(101)?.form;
  const { cursor } = await api.does<{ cursor: string }>('getState', alice);
  const socket = await alice.member.connection.openEvents(cursor);
  const seen: unknown[] = [];
  const payment = Promise.withResolvers<void>();
  socket.addEventListener('message', ({ data }) => {
    const message = form?.parse(JSON.parse(String(data))) as { notice?: { type: string } };
    seen.push(message);
    if (message.notice?.type === 'account') payment.resolve();
  });
  await api.does('pay', alice, { document: attemptDocument(attemptOf(alice, [bob.key], UNIT)) });
  await payment.promise;
  expect(() => form?.parse({ cursor: 'x' })).toThrow();
  socket.close();
  api.done.add('openEvents');
});

it('nothing is read from whoever listens to events, least of all much', async () => {
  for (const [bytes, code] of [
    [10, 1003],
    [4_097, 1009],
  ] as const) {
    const socket = new WebSocket(`${api.hub.url.replace('http', 'ws')}/api/v1/ws`, ['geo', await bob.token()]);
    await once(socket, 'open');
    socket.send('x'.repeat(bytes));
    expect([bytes, (await once(socket, 'close'))[0]]).toEqual([bytes, code]);
  }
  // Nobody else is worse off for it.
  await api.does('getStatus', bob);
});

it('a clearing is sought and agreed to', async () => {
  const ring = [alice, bob, carol];
  await ringThatAsks(ring, 'EUR');
  await api.does('seekRings', alice, { equivalent: 'EUR', waitMs: 0 });
  const [asked, id] = await whoIsAsked(api, ring);
  expect(await api.does('answerProposal', asked, { id, agrees: true })).toMatchObject({
    proposals: expect.arrayContaining([expect.objectContaining({ id })]),
  });
}, 120_000);

it('a browser is told while its page is closed, until it says otherwise', async () => {
  await api.does('getPush', alice);
  const browser = new SubscribedBrowser('http://127.0.0.1:9', 'nobody').toJSON();
  await api.does('subscribe', carol, browser);
  await api.does('unsubscribe', carol, { endpoint: browser.endpoint });
});

it('a member is found by people elsewhere by the record that it has signed, until it hides', async () => {
  const seq = Date.now();
  const none = await api.does<{ addresses: string[] }>('getRecord', carol);
  expect(none).toMatchObject({ wanted: true, possible: true, record: null });
  const put = await api.does('putRecord', carol, { document: recordDocument(carol, seq) });
  expect(put).toMatchObject({ record: { host: api.hubKey, seq } });
  expect(await api.does('deleteRecord', carol)).toMatchObject({ wanted: false, record: null });
});

it('who comes back confirms what came back; who leaves or is forgotten is gone', async () => {
  const erin = await api.member(206, 'Erin', true);
  const line: TrustLine = {
    ...{ version: VERSION, network: NETWORK, from: bob.key, to: erin.key, equivalent: 'hour', limit: 5n * UNIT },
    ...{ seq: Date.now() - 1_000, status: 'active', policy: DEFAULT_POLICY, createdAtMs: Date.now() - 1_000 },
  };
  const signed = { line, signature: bob.person.sign(trustLineStatement(line)) };
  const frames = [toBase64url(encodeMessage({ type: 'trust-line', signed }))];
  expect(await api.does('bringAlong', erin, { neighbour: bob.key, frames })).toEqual({ taken: 1 });
  expect(await api.does('getRestoration', erin)).toMatchObject({ restored: { frozen: true } });
  await api.does('confirmRestored', erin, { regardless: true });
  const unwanted = lineDocument(erin, { to: carol.key, equivalent: 'hour', limit: UNIT });
  expect(await api.does('signLinesAnew', erin, { documents: [unwanted] })).toEqual({ taken: [false] });
  const { checksum } = await api.does<{ checksum: string }>('getBundle', erin);
  await api.does('leave', erin, { checksum });
  const frank = await api.member(207, 'Frank');
  await api.does('forgetMe', frank);
  for (const gone of [erin, frank]) await expect(gone.member.state()).rejects.toMatchObject({ code: 'login-refused' });
});

it('a journal is read and a checkpoint signed', async () => {
  const begin = { after: 0, head: '00'.repeat(32) };
  expect(await api.does('getJournal', alice, { id: `${bob.pid}:UAH`, ...begin })).toMatchObject({
    entries: [
      { number: 1, delta: '-3' },
      { number: 2, delta: '-1' },
    ],
  });
  advance(CHECKPOINT_AGE_MS + 60_000);
  const documents = (await Promise.all([alice, bob].map((who) => checkpointDocument(api, who)))).map(
    (document, at) => ({
      document,
      who: [alice, bob][at] as ApiMember,
    }),
  );
  const [first] = documents.filter(({ document }) => document !== null);
  expect(await api.does('signCheckpoints', first?.who ?? null, { documents: [first?.document] })).toEqual({ taken: 1 });
});

it('nothing of the document was left out', () => {
  expect([...api.done].sort()).toEqual(api.operations.map(({ operationId }) => operationId).sort());
});
