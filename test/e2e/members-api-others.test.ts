/**
 * What belongs to one member is nobody else's: each operation of the document is asked by another member, with what names or
 * holds what is the first one's. A new operation has to say here what becomes of that.
 */
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { toBase64url } from '#protocol/base64url.ts';
import { type Checkpoint, checkpointStatement, inOrder } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import { handedCheckpointShape } from '#protocol/delegation/handed-in.ts';
import { hexToBytes } from '#protocol/hex.ts';
import { loginStatement } from '#protocol/hub-session.ts';
import { type JoinRequest, makeJoinRequest } from '#protocol/join-request.ts';
import { VERSION } from '#protocol/limits.ts';
import { encodeMessage } from '#protocol/link.ts';
import { headerShape, txIdOf } from '#protocol/packet.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { startMembersHub } from '#test/support/members.ts';
import {
  type ApiMember,
  attemptDocument,
  attemptOf,
  lineDocument,
  MembersApi,
  mandateDocument,
  NETWORK,
  recordDocument,
  ringThatAsks,
  UNIT,
  whoIsAsked,
} from '#test/support/members-api.ts';
import type { Input } from '#test/support/openapi-client.ts';
import { type PushService, SubscribedBrowser, startPushService } from '#test/support/push-service.ts';

let api: MembersApi;
let alice: ApiMember;
let bob: ApiMember;
let carol: ApiMember;
let mallory: ApiMember;
/** What names something of Alice's. */
let known: { readonly paymentId: string; readonly txId: string; readonly proposal: string; readonly line: string };
let secrets: readonly string[];
/** Operations that are accounted for. */
const seen = new Set<string>();

const ALIAS = 'Bobthebaker';
const CONTACT = 'the bench behind the mill';

beforeAll(async () => {
  api = await MembersApi.open(await startMembersHub(undefined, { isBehindProxy: true, mayPushInside: true }));
  alice = await api.member(221, 'Alice');
  bob = await api.member(222, 'Bob');
  carol = await api.member(223, 'Carol');
  mallory = await api.member(224, 'Mallory');
  await api.does('changeMe', alice, { contact: CONTACT });
  await api.does('putContact', alice, { who: bob.key, alias: ALIAS });
  await bob.member.trust(alice.key, 'UAH', 100n * UNIT);
  await alice.member.trust(bob.key, 'UAH', 100n * UNIT);
  for (const { member } of [alice, bob]) await member.renewMandate();
  const attempt = attemptOf(alice, [bob.key], UNIT);
  await api.does('pay', alice, { document: attemptDocument(attempt) });
  const ring = [alice, bob, carol];
  await ringThatAsks(ring, 'EUR');
  // Whoever is asked agrees until it is Alice's turn.
  let [asked, proposal] = await whoIsAsked(api, ring);
  while (asked !== alice) {
    await api.does('answerProposal', asked, { id: proposal, agrees: true });
    [asked, proposal] = await whoIsAsked(api, ring);
  }
  const { paymentId } = attempt.header;
  known = { paymentId, txId: txIdOf(attempt.header), proposal, line: `${bob.pid}:UAH` };
  secrets = [paymentId, known.txId, proposal, ALIAS, CONTACT, alice.key, alice.pid, bob.key, bob.pid];
});

/** A checkpoint between Alice and Bob, signed by one of the two. */
function checkpointOf(signer: ApiMember): string {
  const ends = inOrder(alice.key, bob.key);
  const checkpoint: Checkpoint = {
    ...{ version: VERSION, network: NETWORK, equivalent: 'UAH', ...ends, epoch: 1, previous: null, balance: UNIT },
    ...{ untilMs: Date.now() - 1_000, count: 1, digest: '00'.repeat(32), smallerSeq: 0, largerSeq: 0 },
  };
  const signature = signer.person.sign(checkpointStatement(checkpoint, signer.key));
  return toBase64url(encode(handedCheckpointShape, { checkpoint, signature }));
}

/** Mallory, whose documents are signed by Alice. */
const malloryByAlice = (): ApiMember => ({ ...mallory, signer: { ...mallory.signer, sign: alice.person.sign } });

const refusal = async (name: string, input: Input, who: ApiMember = mallory) => {
  seen.add(name);
  const { code, facts } = await api.ask(name, who, input);
  return [name, code, facts.why ?? null];
};

describe('documents that another member has signed are refused', () => {
  const lineOf = (who: ApiMember) => lineDocument(who, { to: bob.key, equivalent: 'UAH', limit: 5n * UNIT });
  const closedOf = (who: ApiMember) =>
    lineDocument(who, { to: bob.key, equivalent: 'UAH', limit: 5n * UNIT, status: 'closed' });

  it('a mandate, trust lines, an attempt, a checkpoint and the header of an attempt', async () => {
    const { line: id } = known;
    const attempt = attemptOf(alice, [bob.key], UNIT);
    const header = toBase64url(encode(headerShape, attempt.header));
    const cases: readonly (readonly [string, Input])[] = [
      ['giveMandate', { document: mandateDocument(alice, bob.key) }],
      ['openTrustLine', { document: lineOf(alice) }],
      ['changeTrustLine', { id, document: lineOf(alice) }],
      ['closeTrustLine', { id, document: closedOf(alice) }],
      ['signCheckpoints', { documents: [checkpointOf(alice)] }],
      ['askForDecline', { document: header }],
    ];
    for (const [name, input] of cases) {
      expect(await refusal(name, input)).toEqual([name, 'bad-document', 'it is of another participant']);
    }
    // Who pays stands in what is signed.
    expect(await refusal('pay', { document: attemptDocument(attempt) })).toEqual([
      ...['pay', 'bad-document', 'it is not signed by the member'],
    ]);
  });

  it('nor do they count with the own name in them', async () => {
    const forger = malloryByAlice();
    const cases: readonly (readonly [string, Input])[] = [
      ['giveMandate', { document: mandateDocument(forger, bob.key) }],
      ['openTrustLine', { document: lineOf(forger) }],
      ['changeTrustLine', { id: known.line, document: lineOf(forger) }],
      ['closeTrustLine', { id: known.line, document: closedOf(forger) }],
      ['pay', { document: attemptDocument(attemptOf(forger, [bob.key], UNIT)) }],
    ];
    for (const [name, input] of cases) {
      expect(await refusal(name, input)).toEqual([name, 'bad-document', 'it is not signed by the member']);
    }
    // Bob is one of its two ends, and has not signed it.
    expect(await refusal('signCheckpoints', { documents: [checkpointOf(alice)] }, bob)).toEqual([
      ...['signCheckpoints', 'bad-document', 'it is not signed by the member'],
    ]);
  });

  it('and none stands for another account than its own', async () => {
    const own = lineDocument(mallory, { to: carol.key, equivalent: 'UAH', limit: UNIT });
    for (const name of ['changeTrustLine', 'closeTrustLine']) {
      expect(await refusal(name, { id: known.line, document: own })).toEqual([
        ...[name, 'bad-document', 'it is another trust line'],
      ]);
    }
    expect(await api.does('signLinesAnew', mallory, { documents: [lineOf(alice)] })).toEqual({ taken: [false] });
    seen.add('signLinesAnew');
  });

  it('what is brought along has to be one’s own, too', async () => {
    const line: TrustLine = {
      ...{ version: VERSION, network: NETWORK, from: bob.key, to: alice.key, equivalent: 'UAH', limit: 9n * UNIT },
      ...{ seq: Date.now(), status: 'active', policy: DEFAULT_POLICY, createdAtMs: Date.now() },
    };
    const signed = { line, signature: bob.person.sign(trustLineStatement(line)) };
    const frames = [toBase64url(encodeMessage({ type: 'trust-line', signed }))];
    expect((await refusal('bringAlong', { neighbour: bob.key, frames }))[1]).toBe('not-restored');
    const eve = await api.member(225, 'Eve', true);
    for (const neighbour of [bob.key, alice.key]) {
      expect((await refusal('bringAlong', { neighbour, frames }, eve))[1]).toBe('bad-document');
    }
    expect(await api.does('getBalance', eve)).toMatchObject({ accounts: [] });
  });
});

describe('what another member has', () => {
  it('is not there for anybody else', async () => {
    const { paymentId, txId, line: id, proposal } = known;
    const cases: readonly (readonly [string, Input, string])[] = [
      ['getPayment', { id: paymentId }, 'unknown-transaction'],
      ['getPayment', { id: txId }, 'unknown-transaction'],
      ['getReceipt', { id: paymentId }, 'unknown-transaction'],
      ['getReceipt', { id: txId }, 'unknown-transaction'],
      ['getEvidence', { txId }, 'unknown-transaction'],
      ['getTransaction', { txId }, 'unknown-transaction'],
      ['resolveTransaction', { txId }, 'unknown-transaction'],
      ['getTrustLine', { id }, 'no-account'],
      ['getJournal', { id, after: 0, head: '00'.repeat(32) }, 'no-account'],
      ['answerProposal', { id: proposal, agrees: true }, 'no-proposal'],
      ['answerProposal', { id: proposal, agrees: false }, 'no-proposal'],
      ['removeContact', { who: ALIAS }, 'unknown-contact'],
      ['quotePayment', { to: ALIAS, equivalent: 'UAH' }, 'unknown-contact'],
      ['previewPayment', { to: ALIAS, equivalent: 'UAH', amount: '1' }, 'unknown-contact'],
      ['getCapacity', { to: ALIAS, equivalent: 'UAH', amount: '1' }, 'unknown-contact'],
    ];
    for (const [name, input, code] of cases) expect([name, (await refusal(name, input))[1]]).toEqual([name, code]);
    const { checksum } = await api.does<{ checksum: string }>('getBundle', alice);
    expect((await refusal('leave', { checksum }))[1]).toBe('bad-document');
    // They are Alice's own: she is answered.
    for (const [name, input] of cases.slice(0, 6)) await api.does(name, alice, input);
  });

  it('does not show in what anybody else reads of itself', async () => {
    const reads = api.operations.filter(
      ({ method, needs, path, operationId }) =>
        (method === 'GET' || operationId === 'getState') &&
        needs === 'token' &&
        !path.includes('{') &&
        !seen.has(operationId),
    );
    const telling: string[] = [];
    for (const { operationId: name } of reads.filter(({ operationId }) => operationId !== 'openEvents')) {
      const input = name === 'findMembers' ? { query: 'Mallory' } : {};
      const told = async (who: ApiMember): Promise<string> => JSON.stringify(await api.does(name, who, input));
      const others = await told(mallory);
      expect([name, secrets.filter((secret) => others.includes(secret))]).toEqual([name, []]);
      const own = await told(alice);
      if (secrets.some((secret) => own.includes(secret))) telling.push(name);
      seen.add(name);
    }
    expect(telling.sort()).toEqual([
      ...[
        'getBalance',
        'getBalanceProofs',
        'getClearing',
        'getDebts',
        'getHistory',
        'getLedger',
        'getMandates',
        'getMe',
      ],
      ...[
        'getNeighbourhood',
        'getRestoration',
        'getState',
        'getStatus',
        'listContacts',
        'listPayments',
        'listTrustLines',
      ],
    ]);
  });

  it('is not in the bundle of anybody else', async () => {
    seen.add('getBundle');
    const isIn = async (who: ApiMember): Promise<boolean> => {
      const { contents } = await api.does<{ contents: string }>('getBundle', who);
      const bytes = inflateRawSync(Buffer.from(contents, 'base64'));
      return bytes.includes(bob.key) || bytes.includes(Buffer.from(hexToBytes(bob.key))) || bytes.includes(ALIAS);
    };
    expect([await isIn(alice), await isIn(mallory)]).toEqual([true, false]);
  });

  it('is not told to whoever else listens, from whatever cursor', async () => {
    seen.add('openEvents');
    const { cursor } = await api.does<{ cursor: string }>('getState', alice);
    const heard = new Map<ApiMember, string[]>();
    for (const who of [mallory, alice]) {
      const socket = await who.member.connection.openEvents(cursor.replace(/:\d+$/, ':0'));
      onTestFinished(() => socket.close());
      const messages: string[] = [];
      heard.set(who, messages);
      socket.addEventListener('message', ({ data }) => {
        // A refusal quotes what was asked for by whoever hears it.
        if (!String(data).includes('"type":"refused"')) messages.push(String(data));
      });
    }
    await api.does('pay', alice, { document: attemptDocument(attemptOf(alice, [bob.key], UNIT)) });
    // What is told in the order in which it happens: after this Mallory has heard whatever else she would.
    await api.does('openTrustLine', mallory, {
      document: lineDocument(mallory, { to: carol.key, equivalent: 'hour', limit: UNIT }),
    });
    const isOwn = (text: string): boolean => text.includes('hour');
    await vi.waitFor(() => expect(heard.get(mallory)?.some(isOwn)).toBe(true), 10_000);
    const tells = (who: ApiMember): boolean => secrets.some((secret) => heard.get(who)?.join('').includes(secret));
    expect([tells(alice), tells(mallory)]).toEqual([true, false]);
  });

  it('is shown as far as each may know each other: key, name, and since when', async () => {
    for (const name of ['getMember', 'findMembers']) seen.add(name);
    const shown = await api.does<object>('getMember', mallory, { pid: alice.pid });
    const { members } = await api.does<{ members: object[] }>('findMembers', mallory, { query: 'Alice' });
    for (const one of [shown, ...members]) {
      expect(Object.keys(one).sort()).toEqual(['joinedAtMs', 'kind', 'name', 'pid', 'publicKey']);
    }
  });
});

describe('in the name of another member', () => {
  it('nobody joins or signs in, or goes on or ends with what is no token', async () => {
    const request: JoinRequest = {
      ...{ version: VERSION, network: NETWORK, hub: api.hubKey, participant: alice.key, name: 'Mal', kind: 'person' },
      ...{ invitation: null, createdAtMs: Date.now() },
    };
    const forged = toBase64url(makeJoinRequest(request, mallory.person.sign));
    expect((await refusal('join', { request: forged, wasElsewhere: false }))[1]).toBe('join-forged');
    const session = { network: NETWORK, hub: api.hubKey, participant: alice.key };
    const { challenge } = await api.does<{ challenge: string }>('challenge', null, { participant: alice.key });
    const statement = loginStatement(session, Uint8Array.from(Buffer.from(challenge, 'base64url')));
    const signature = toBase64url(mallory.person.sign(statement));
    expect((await refusal('login', { participant: alice.key, challenge, signature }))[1]).toBe('login-refused');
    // What was asked for by Alice's key is not for another one.
    expect((await refusal('login', { participant: mallory.key, challenge, signature }))[1]).toBe('challenge-wrong');
    const token = { refreshToken: await mallory.token() };
    for (const name of ['refresh', 'logout']) expect((await refusal(name, token))[1]).toBe('refresh-wrong');
    expect((await refusal('readInvitation', { invitation: 'AAAA' }))[1]).toBe('invitation-wrong');
    seen.add('challenge');
  });

  it('nobody ends what its browser is told', async () => {
    const service: PushService = await startPushService();
    const browser = new SubscribedBrowser(service.url, 'alice').toJSON();
    await api.does('subscribe', alice, browser);
    await api.does('subscribe', mallory, browser);
    await api.does('unsubscribe', mallory, { endpoint: browser.endpoint });
    await api.does('pay', bob, { document: attemptDocument(attemptOf(bob, [alice.key], UNIT)) });
    await vi.waitFor(() => expect(service.pushed.map(({ path }) => path)).toEqual(['/alice']), 30_000);
    for (const name of ['subscribe', 'unsubscribe']) seen.add(name);
  });

  it('nobody is said to be elsewhere, or to be hidden', async () => {
    const own = await api.does('putRecord', alice, { document: recordDocument(alice) });
    const forged = recordDocument({ ...alice, signer: { ...alice.signer, sign: mallory.person.sign } }, Date.now() + 1);
    for (const who of [alice, mallory]) {
      const { code } = await api.ask('putRecord', who, { document: forged });
      expect(code).toBe('record-flawed');
    }
    expect((await api.ask('putRecord', mallory, { document: recordDocument(alice, Date.now() + 1) })).code).toBe(
      'record-flawed',
    );
    await api.does('deleteRecord', mallory);
    expect(await api.does('getRecord', alice)).toEqual(own);
    for (const name of ['getRecord', 'putRecord', 'deleteRecord']) seen.add(name);
  });

  it('nobody changes anything of it, by what each may change of its own', async () => {
    const look = async () => {
      const parts = [
        'getMe',
        'listContacts',
        'listTrustLines',
        'getBalance',
        'getMandates',
        'listPayments',
        'getClearing',
      ];
      return Promise.all(parts.map(async (name) => api.does(name, alice)));
    };
    const before = await look();
    await api.does('changeMe', mallory, { name: 'Alice', contact: 'elsewhere' });
    await api.does('putContact', mallory, { who: bob.key, alias: ALIAS });
    await api.does('invite', mallory, { uses: 1, lifetimeMs: 1_000, suggestedLimit: null });
    await api.does('seekRings', mallory, { equivalent: 'UAH', waitMs: 0 });
    await refusal('confirmRestored', {});
    await api.does('removeContact', mallory, { who: ALIAS });
    const closed = lineDocument(mallory, { to: carol.key, equivalent: 'hour', limit: UNIT, status: 'closed' });
    await api.does('openTrustLine', mallory, { document: closed });
    await api.does('forgetMe', mallory);
    for (const name of ['changeMe', 'putContact', 'invite', 'seekRings', 'forgetMe']) seen.add(name);
    expect(await look()).toEqual(before);
  });
});

it('each operation is accounted for', () => {
  // About the hub, or about what whoever asks already holds in its hands.
  const ofNobody = ['getHub', 'listEquivalents', 'readRequest', 'verifyReceipt'];
  expect([...seen, ...ofNobody].sort()).toEqual(api.operations.map(({ operationId }) => operationId).sort());
});
