/** One of everything that goes over the wire or is signed, with real signatures: the source of test/vectors/geo. */
import { type Announcement, announcementStatement, type SignedAnnouncement } from '#protocol/announcement.ts';
import type { Card } from '#protocol/card.ts';
import { causeOf } from '#protocol/cause.ts';
import {
  type Checkpoint,
  checkpointDigest,
  checkpointStatement,
  inOrder,
  type SignedCheckpoint,
} from '#protocol/checkpoint.ts';
import { ringMark } from '#protocol/clearing/ring.ts';
import type { DialBack, DialBackAnswer } from '#protocol/dial-back.ts';
import { blinded } from '#protocol/finding.ts';
import { loginStatement, requestStatement } from '#protocol/hub-session.ts';
import type { Invoice } from '#protocol/invoice.ts';
import { type JoinRequest, joinStatement } from '#protocol/join-request.ts';
import { hopsDigest } from '#protocol/journal.ts';
import { PARTICIPANT_RECORD_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { type Hello, instanceStatement, type Message } from '#protocol/link.ts';
import { sealMemo } from '#protocol/memo.ts';
import type { Certificate, PaymentId } from '#protocol/packet.ts';
import { type ParticipantRecord, participantRecordStatement } from '#protocol/participant-record.ts';
import { refusalStatement } from '#protocol/probe.ts';
import { isRefusal, refuse } from '#protocol/refusals.ts';
import type { Statement } from '#protocol/statement.ts';
import { DEFAULT_POLICY, type SignedTrustLine, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { committed, type Person, person, THEN_MS } from './people.ts';

const NETWORK = 'geo-test';
export const [alice, bob, carol] = [person(1), person(2), person(3)];

/** For the memo below; never more than once in earnest. */
export const memoRandom = Uint8Array.from({ length: 32 }, (_, at) => at);
export const memoText = 'Rent for March';

function memo(): Uint8Array {
  const sealed = sealMemo(memoText, carol.key, memoRandom);
  if (isRefusal(sealed)) throw new Error(sealed.code);
  return sealed;
}

/** Alice pays Carol 12.5 UAH through Bob. */
export const payment: Certificate = committed([alice, bob, carol], { sealedMemo: memo() });
/** A ring of debts of 12.5 UAH, begun by Alice. */
export const ring: Certificate = committed([alice, bob, carol, alice], { kind: 'clear' });

function abortOf(who: Person, position: number): Extract<Statement, { domain: 'geo/1/abort' }> {
  return { domain: 'geo/1/abort', network: NETWORK, txId: payment.txId, routeIndex: 0, position, signer: who.key };
}

const line: TrustLine = {
  version: VERSION,
  network: NETWORK,
  from: bob.key,
  to: alice.key,
  equivalent: 'UAH',
  seq: THEN_MS,
  limit: 50_000_000_000n,
  status: 'active',
  policy: { ...DEFAULT_POLICY, dailyLimit: 10_000_000_000n, announce: true, blocked: [person(9).key] },
  createdAtMs: THEN_MS,
};
const signedLine: SignedTrustLine = { line, signature: bob.sign(trustLineStatement(line)) };
const closed: TrustLine = { ...line, seq: THEN_MS + 1, limit: 0n, status: 'closed', policy: DEFAULT_POLICY };

const announcement: Announcement = {
  version: VERSION,
  network: NETWORK,
  from: bob.key,
  to: alice.key,
  equivalent: 'UAH',
  seq: THEN_MS,
  active: true,
  expiresAtMs: THEN_MS + 604_800_000,
};
const offered: SignedAnnouncement = {
  announcement,
  fromSignature: bob.sign(announcementStatement(announcement, bob.key)),
  toSignature: null,
};
const agreed = { ...offered, toSignature: alice.sign(announcementStatement(announcement, alice.key)) };
const ended: Announcement = { ...announcement, seq: THEN_MS + 1, active: false };
const withdrawn: SignedAnnouncement = {
  announcement: ended,
  fromSignature: null,
  toSignature: alice.sign(announcementStatement(ended, alice.key)),
};

const { txId, header, route, signatures } = payment;
const packet = { txId, header, route, signatures };
const decline = { domain: 'geo/1/decline', network: NETWORK, txId, signer: carol.key } as const;

const hop = { txId, routeIndex: 0, hop: 0 } as const;
const { smaller, larger } = inOrder(alice.key, bob.key);
const [first, second] = smaller === alice.key ? [alice, bob] : [bob, alice];
const checkpoint: Checkpoint = {
  version: VERSION,
  network: NETWORK,
  equivalent: 'UAH',
  smaller,
  larger,
  epoch: 2,
  previous: '3c'.repeat(32),
  balance: -1_250_000_000n,
  untilMs: THEN_MS,
  count: 1,
  digest: hopsDigest([hop]),
  smallerSeq: 0,
  largerSeq: THEN_MS,
};
const proposed: SignedCheckpoint = {
  checkpoint,
  smallerSignature: first.sign(checkpointStatement(checkpoint, smaller)),
  largerSignature: null,
};
const agreedCheckpoint: SignedCheckpoint = {
  ...proposed,
  largerSignature: second.sign(checkpointStatement(checkpoint, larger)),
};

const instance = { network: NETWORK, instance: '5a'.repeat(16), startedAtMs: THEN_MS };
const hello: Hello = {
  type: 'hello',
  ...instance,
  versions: [1],
  capabilities: ['example'],
  signature: alice.sign(instanceStatement(instance, alice.key)),
};

const asked = { id: '9a'.repeat(16), equivalent: 'UAH', nodes: [alice.key, bob.key, carol.key] } as const;
const narrowCause = causeOf(
  refuse('insufficient', { hop: 1, limit: 300_000_000n, maxNow: 100_000_000n, reserved: 0n }),
);
const narrowed = {
  position: 2,
  cause: narrowCause,
  signature: carol.sign(refusalStatement(NETWORK, asked, { position: 2, cause: narrowCause })),
};

/** Every kind of message. */
export const messages: Readonly<Record<string, Message>> = {
  hello,
  'ack of a commit': { type: 'ack', of: 'commit', txId, routeIndex: 0, position: 1 },
  'ack of an abort': { type: 'ack', of: 'abort', txId, routeIndex: 7, position: 16 },
  'prepare from the payer': { type: 'prepare', packet: { ...packet, signatures: signatures.slice(0, 1) } },
  'prepare to the receiver': { type: 'prepare', packet },
  commit: { type: 'commit', certificate: payment },
  'commit of a clearing': { type: 'commit', certificate: ring },
  'abort of the receiver': {
    type: 'abort',
    txId,
    routeIndex: 0,
    position: 2,
    signer: carol.key,
    signature: carol.sign(abortOf(carol, 2)),
    cause: causeOf(refuse('insufficient', { hop: 1, limit: 500_000_000n, maxNow: 100_000_000n, reserved: 0n })),
    restsOn: [],
  },
  'abort that rests on another': {
    type: 'abort',
    txId,
    routeIndex: 0,
    position: 1,
    signer: bob.key,
    signature: bob.sign(abortOf(bob, 1)),
    cause: causeOf(refuse('already-paid', {})),
    restsOn: [{ position: 2, signer: carol.key, signature: carol.sign(abortOf(carol, 2)) }],
  },
  cancel: { type: 'cancel', txId, routeIndex: 0 },
  'resolve with the packet': { type: 'resolve', txId, routeIndex: 0, packet, header: null, route: null },
  'resolve without signatures': { type: 'resolve', txId, routeIndex: 0, packet: null, header, route },
  'resolve to the receiver': { type: 'resolve', txId, routeIndex: 0, packet: null, header, route: null },
  'resolve with the id': { type: 'resolve', txId, routeIndex: 0, packet: null, header: null, route: null },
  decline: { type: 'decline', txId, signer: carol.key, signature: carol.sign(decline) },
  'trust line': { type: 'trust-line', signed: signedLine },
  'trust line closed': {
    type: 'trust-line',
    signed: { line: closed, signature: bob.sign(trustLineStatement(closed)) },
  },
  'trust line ack': { type: 'trust-line-ack', from: bob.key, to: alice.key, equivalent: 'UAH', seq: THEN_MS },
  'announcement offer': { type: 'announcement-offer', signed: offered },
  'map digest': { type: 'map-digest', slot: 82_000, count: 2, digest: '0123456789abcdef', isAnswer: false },
  announcements: { type: 'announcements', signed: [agreed, withdrawn] },
  summary: {
    type: 'summary',
    equivalent: 'UAH',
    ownSeq: THEN_MS,
    theirSeq: 0,
    epoch: 2,
    checkpoint: checkpointDigest(checkpoint),
    balance: -1_250_000_000n,
    count: 1,
    digest: hopsDigest([hop]),
    openCount: 0,
    openDigest: hopsDigest([]),
  },
  hops: {
    type: 'hops',
    equivalent: 'UAH',
    untilMs: THEN_MS - 1,
    isWhole: true,
    hops: [hop],
    held: [{ ...hop, hop: 1 }],
  },
  'checkpoint proposed': { type: 'checkpoint', signed: proposed },
  'checkpoint agreed': { type: 'checkpoint', signed: agreedCheckpoint },
  recover: { type: 'recover', restoredAtMs: null },
  'recover after a loss': { type: 'recover', restoredAtMs: THEN_MS },
  reminder: { type: 'reminder', packet: { ...packet, signatures: signatures.slice(0, 1) } },
  'backup kept': { type: 'backup', owner: alice.key, seq: THEN_MS, sealed: null },
  'map ask': {
    type: 'map-ask',
    slot: 82_000,
    groups: [
      { prefix: '', from: 14, digests: ['0123456789abcdef', null] },
      { prefix: '0f', from: 15, digests: ['fedcba9876543210'] },
    ],
  },
  'map answer': { type: 'map-answer', slot: 82_000, split: ['0f', '1'], next: '2a', signed: [agreed] },
  'map answer at the end': { type: 'map-answer', slot: 82_000, split: [], next: null, signed: [] },
  'backup to keep': { type: 'backup', owner: alice.key, seq: THEN_MS + 1, sealed: Uint8Array.of(1, 2, 3) },
  probe: { type: 'probe', ...asked, amount: 500_000_000n, beside: [0n, 0n], narrowings: [] },
  'probe, narrowed': {
    type: 'probe',
    ...asked,
    amount: 100_000_000n,
    beside: [0n, 300_000_000n],
    narrowings: [narrowed],
  },
  'probe answer': { type: 'probe-answer', ...asked, amount: 100_000_000n, narrowings: [narrowed] },
  find: {
    type: 'find',
    id: asked.id,
    equivalent: 'UAH',
    target: blinded(asked.id, carol.key),
    nodes: [alice.key],
    budget: 32,
  },
  found: { type: 'found', ...asked },
  'ring walk': {
    type: 'ring-walk',
    id: asked.id,
    equivalent: 'UAH',
    marks: [ringMark(asked.id, bob.key), ringMark(asked.id, alice.key)],
    steps: 47,
    leastHops: 6,
  },
  'ring found': {
    type: 'ring-found',
    id: asked.id,
    equivalent: 'UAH',
    nodes: [carol.key, bob.key],
    amount: 250_000_000n,
  },
  'ring none': { type: 'ring-none', id: asked.id, equivalent: 'UAH', steps: 12, deadForMs: 700 },
  'ring probe': { type: 'ring-probe', id: asked.id, equivalent: 'UAH', side: 'owed', hops: 3 },
  'ring half, of debtors': {
    ...{ type: 'ring-half', id: asked.id, equivalent: 'UAH', side: 'owed', nodes: [carol.key, bob.key], amount: 5n },
  },
  'ring half, of creditors': {
    ...{ type: 'ring-half', id: asked.id, equivalent: 'UAH', side: 'owes', nodes: [bob.key, carol.key], amount: 5n },
  },
  'hint request': {
    type: 'hint-request',
    id: '5e'.repeat(16),
    equivalent: 'UAH',
    source: alice.key,
    target: carol.key,
    most: 4,
  },
  hints: {
    type: 'hints',
    id: '5e'.repeat(16),
    count: 2,
    digest: '0123456789abcdef',
    routes: [
      [alice.key, carol.key],
      [alice.key, bob.key, carol.key],
    ],
  },
  'hints, none': { type: 'hints', id: '5f'.repeat(16), count: 0, digest: '00'.repeat(8), routes: [] },
};

export const participantRecord: ParticipantRecord = {
  version: VERSION,
  network: NETWORK,
  publicKey: alice.key,
  seq: THEN_MS,
  expiresAtMs: THEN_MS + PARTICIPANT_RECORD_LIFETIME_MS,
  host: null,
  addresses: ['/ip4/127.0.0.1/tcp/4001', '/dns4/alice.example/tcp/443/wss'],
  capabilities: ['relay'],
};

/** Being called back: what is asked, and what is answered. */
export const dialBacks: readonly { readonly question: DialBack; readonly answer: DialBackAnswer }[] = [
  { question: { listeners: [{ port: 4610, isWebSocket: false }] }, answer: { reached: [true] } },
  {
    question: {
      listeners: [
        { port: 1, isWebSocket: false },
        { port: 65_535, isWebSocket: true },
      ],
    },
    answer: { reached: [false, true] },
  },
];

/** One statement of every domain. */
const joinRequest: JoinRequest = {
  version: VERSION,
  network: NETWORK,
  hub: carol.key,
  participant: alice.key,
  name: 'Аліса',
  kind: 'person',
  invitation: 'bG9uZyBlbm91Z2ggdG8gZ28',
  createdAtMs: THEN_MS,
};

export const statements: readonly Statement[] = [
  { domain: 'geo/1/prepare', network: NETWORK, txId, routeIndex: 0, position: 1, signer: bob.key },
  { domain: 'geo/1/commit', network: NETWORK, txId, signer: carol.key },
  abortOf(carol, 2),
  decline,
  trustLineStatement(line),
  announcementStatement(announcement, alice.key),
  checkpointStatement(checkpoint, smaller),
  instanceStatement(instance, alice.key),
  refusalStatement(NETWORK, asked, narrowed),
  participantRecordStatement(participantRecord),
  joinStatement(joinRequest),
  loginStatement({ network: NETWORK, hub: carol.key, participant: alice.key }, new Uint8Array(32).fill(0x5c)),
  requestStatement(
    { network: NETWORK, hub: carol.key, participant: alice.key },
    {
      method: 'PATCH',
      path: '/api/v1/participants/me',
      timestampMs: THEN_MS,
      body: new TextEncoder().encode('{"name":"Аліса"}'),
    },
  ),
];

export const card: Card = {
  version: VERSION,
  network: NETWORK,
  publicKey: alice.key,
  name: 'Аліса',
  addresses: ['/ip4/127.0.0.1/tcp/4001', '/dns4/alice.example/tcp/443/wss'],
  suggestedLimit: { equivalent: 'UAH', amount: 50_000_000_000n },
  createdAtMs: THEN_MS,
  expiresAtMs: null,
};

export const invoice: Invoice = {
  version: VERSION,
  network: NETWORK,
  payee: carol.key,
  equivalent: 'UAH',
  amount: 1_250_000_000n,
  memo: 'Coffee and cake',
  paymentId: '7e'.repeat(32) as PaymentId,
  addresses: ['/ip4/127.0.0.1/tcp/4003'],
  createdAtMs: THEN_MS,
  expiresAtMs: THEN_MS + 3_600_000,
};
