/** Records of every type with any content that their types allow, for tests of what stores them. */
import fc from 'fast-check';
import type { Account } from '#protocol/account.ts';
import type { Checkpoint, ProposedCheckpoint, SignedCheckpoint } from '#protocol/checkpoint.ts';
import { bytesToHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import type { Header, PaymentId, Route, RouteDigest, TxId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import type { Abort, Position } from '#protocol/position.ts';
import type { DurableRecord, LineRecord } from '#protocol/records.ts';
import { type Refusal, refuse } from '#protocol/refusals.ts';

const MAX_INT64 = 2n ** 63n - 1n;

/** Objects as code makes them: with the usual prototype. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex);
const key = hex(32) as fc.Arbitrary<PublicKey>;
const txId = hex(32) as fc.Arbitrary<TxId>;
const paymentId = hex(32) as fc.Arbitrary<PaymentId>;
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 });
const amount = fc.bigInt(0n, MAX_INT64);
const signedAmount = fc.bigInt(-MAX_INT64, MAX_INT64);
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });
const index = fc.nat(16);
const equivalent = fc.stringMatching(/^[A-Za-z0-9_]{1,16}$/);
const network = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
const memo = fc.option(fc.uint8Array({ maxLength: 256 }));

const header: fc.Arbitrary<Header> = record({
  version: fc.constant(VERSION),
  network,
  kind: fc.constantFrom('pay' as const, 'clear' as const),
  equivalent,
  total: amount,
  payer: key,
  receiver: key,
  paymentId,
  createdAtMs: instant,
  expiresAtMs: instant,
  sealedMemo: memo,
  routeDigests: fc.array(hex(32) as fc.Arbitrary<RouteDigest>, { minLength: 1, maxLength: 8 }),
  witnesses: fc.constant(null),
});

const route: fc.Arbitrary<Route> = record({
  salt: hex(16),
  index: fc.nat(7),
  amount,
  nodes: fc.array(key, { minLength: 2, maxLength: 7 }),
});

const refusal: fc.Arbitrary<Refusal> = fc.oneof(
  fc.constant(refuse('expired', {})),
  record({ hop: index, limit: amount, maxNow: amount, reserved: amount }).map((it) => refuse('insufficient', it)),
  record({ input: fc.string(), why: fc.string(), limit: fc.string() }).map((it) => refuse('bad-name', it)),
);

const abort: fc.Arbitrary<Abort> = record({
  txId,
  routeIndex: index,
  position: index,
  signer: key,
  signature,
  cause: refusal,
  restsOn: fc.array(record({ position: index, signer: key, signature }), { maxLength: 3 }),
});

const base = { type: fc.constant('position' as const), txId, position: index, header, route };
const signatures = fc.array(signature, { maxLength: 6 });
const positions: { [S in Position['state']]: fc.Arbitrary<Extract<Position, { state: S }>> } = {
  prepared: record({ ...base, state: fc.constant('prepared'), signatures, isAdopted: fc.boolean() }),
  held: record({ ...base, state: fc.constant('held'), signatures }),
  committed: record({
    ...base,
    state: fc.constant('committed'),
    signatures,
    commit: signature,
    acked: fc.boolean(),
    waivedByDownstream: fc.option(abort),
    waivedByMe: fc.option(abort),
  }),
  aborted: record({
    ...base,
    state: fc.constant('aborted'),
    abort: fc.option(abort),
    acked: fc.boolean(),
    cause: refusal,
    downstreamAbort: fc.option(abort),
    ownRisk: fc.option(fc.constantFrom('reserved' as const, 'counted' as const)),
    letGoAtMs: fc.option(instant),
    certificate: fc.option(record({ signatures, commit: signature })),
  }),
};

const plannedRoutes = fc.array(record({ nodes: fc.array(key, { maxLength: 7 }), amount }), { maxLength: 8 });
const refusedHop = record({ from: key, to: key, refusal });
const paymentBase = {
  type: fc.constant('payment' as const),
  paymentId,
  receiver: key,
  equivalent,
  amount,
  sealedMemo: memo,
  createdAtMs: instant,
  randomness: hex(32),
  chosenRoutes: fc.option(plannedRoutes),
  attempts: index,
  busyWaits: index,
  refusedHops: fc.array(refusedHop, { maxLength: 3 }),
  closest: fc.option(refusedHop),
  decline: fc.option(record({ txId, signer: key, signature })),
};
const payments: { [S in Payment['state']]: fc.Arbitrary<Extract<Payment, { state: S }>> } = {
  NEW: record({ ...paymentBase, state: fc.constant('NEW') }),
  PREPARE_IN_PROGRESS: record({
    ...paymentBase,
    state: fc.constant('PREPARE_IN_PROGRESS'),
    txId,
    routes: plannedRoutes,
    abortedRoutes: fc.array(index),
  }),
  COMMITTED: record({
    ...paymentBase,
    state: fc.constant('COMMITTED'),
    txId,
    routes: plannedRoutes,
    finishedAtMs: instant,
  }),
  ABORTED: record({ ...paymentBase, state: fc.constant('ABORTED'), refusal, finishedAtMs: instant }),
};

const account: fc.Arbitrary<Account> = record({
  type: fc.constant('account'),
  neighbour: key,
  equivalent,
  limitGiven: amount,
  limitReceived: amount,
  balance: signedAmount,
  reservedIn: amount,
  reservedOut: amount,
  day: fc.nat(100_000),
  dayIn: amount,
  standing: fc.constantFrom('confirmed' as const, 'unsure' as const, 'agreed' as const, 'suspended' as const),
  entries: fc.nat(100_000),
  journalHead: hex(32),
  latestMs: instant,
  comparedAtMs: instant,
  closedUntilMs: instant,
  refuseUntilMs: instant,
});

const signedLine: fc.Arbitrary<LineRecord['signed']> = record({
  line: record({
    version: fc.constant(VERSION),
    network,
    from: key,
    to: key,
    equivalent,
    seq: instant,
    limit: amount,
    status: fc.constantFrom('active' as const, 'frozen' as const, 'closed' as const),
    policy: record({
      canBeIntermediate: fc.boolean(),
      autoClearing: fc.boolean(),
      dailyLimit: fc.option(amount),
      announce: fc.boolean(),
      blocked: fc.array(key, { maxLength: 3 }),
    }),
    createdAtMs: instant,
  }),
  signature,
});

const checkpoint: fc.Arbitrary<Checkpoint> = record({
  version: fc.constant(VERSION),
  network,
  equivalent,
  smaller: key,
  larger: key,
  epoch: fc.nat(1_000),
  previous: fc.option(hex(32)),
  balance: signedAmount,
  untilMs: instant,
  count: fc.nat(1_000),
  digest: hex(32),
  smallerSeq: instant,
  largerSeq: instant,
});

const signedCheckpoint: fc.Arbitrary<SignedCheckpoint> = record({
  checkpoint,
  smallerSignature: signature,
  largerSignature: fc.option(signature),
});

/** Any record of each type. A type that is added to the union and not here does not compile. */
export const arbitraryRecords: { [T in DurableRecord['type']]: fc.Arbitrary<Extract<DurableRecord, { type: T }>> } = {
  node: record({
    type: fc.constant('node'),
    clockHighMs: instant,
    restoredAtMs: fc.option(instant),
    isFrozen: fc.boolean(),
    announceAll: fc.boolean(),
    dust: record({ smallest: amount, letGoUpTo: amount, budget: amount, spent: amount }),
  }),
  line: record({
    type: fc.constant('line'),
    signed: signedLine,
    acked: fc.boolean(),
    conflicting: fc.option(signedLine),
  }),
  mandate: record({
    type: fc.constant('mandate'),
    delegation: record({
      version: fc.constant(VERSION),
      network,
      participant: key,
      delegate: key,
      rights: fc.integer({ min: 1, max: 7 }),
      accountsRoot: hex(32),
      cap: amount,
      notBeforeMs: instant,
      notAfterMs: instant,
      seq: instant,
    }),
    participantSignature: signature,
    accounts: fc.array(record({ neighbour: key, equivalent, cap: amount }), { maxLength: 4 }),
    counter: fc.nat(100_000),
    used: amount,
    usedOver: fc.array(amount, { maxLength: 4 }),
  }),
  account,
  entry: record({
    type: fc.constant('entry'),
    neighbour: key,
    equivalent,
    number: fc.nat(100_000),
    hop: fc.option(record({ txId, routeIndex: index, hop: index, createdAtMs: instant })),
    delta: signedAmount,
    head: hex(32),
  }),
  checkpoint: record({
    type: fc.constant('checkpoint'),
    neighbour: key,
    equivalent,
    agreed: fc.option(signedCheckpoint),
    entries: fc.nat(100_000),
    proposed: fc.option(
      record<ProposedCheckpoint>({
        checkpoint,
        smallerSignature: fc.option(signature),
        largerSignature: fc.constant(null),
      }),
    ),
  }),
  proposal: record({
    type: fc.constant('proposal'),
    neighbour: key,
    equivalent,
    id: hex(16),
    nodes: fc.array(key, { minLength: 3, maxLength: 17 }),
    amount,
    state: fc.constantFrom(
      'PROPOSED' as const,
      'WAITING_CONFIRMATIONS' as const,
      'COMMITTED' as const,
      'REJECTED' as const,
    ),
    proposedAtMs: instant,
    expiresAtMs: instant,
  }),
  'past-checkpoint': record({ type: fc.constant('past-checkpoint'), neighbour: key, signed: signedCheckpoint }),
  evidence: record({
    type: fc.constant('evidence'),
    id: hex(32),
    about: key,
    kind: fc.constantFrom('two-trust-lines' as const, 'fault' as const),
    seenAtMs: instant,
    documents: fc.array(
      fc.oneof(
        record({ type: fc.constant('trust-line' as const), signed: signedLine }),
        record({ type: fc.constant('frame' as const), bytes: fc.uint8Array({ maxLength: 64 }) }),
      ),
      { maxLength: 2 },
    ),
  }),
  backup: record({ type: fc.constant('backup'), owner: key, seq: instant, sealed: fc.uint8Array({ maxLength: 64 }) }),
  transaction: record({
    type: fc.constant('transaction'),
    txId,
    positions: fc.array(fc.oneof(...Object.values(positions)) as fc.Arbitrary<Position>, {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  payment: fc.oneof(...Object.values(payments)),
  paid: record({ type: fc.constant('paid'), payer: key, paymentId, txId }),
  'forgotten-announcement': record({ type: fc.constant('forgotten-announcement'), from: key, to: key, equivalent }),
  announcement: record({
    type: fc.constant('announcement'),
    signed: record({
      announcement: record({
        version: fc.constant(VERSION),
        network,
        from: key,
        to: key,
        equivalent,
        seq: instant,
        active: fc.boolean(),
        expiresAtMs: instant,
      }),
      fromSignature: fc.option(signature),
      toSignature: fc.option(signature),
    }),
  }),
};

export const arbitraryRecord: fc.Arbitrary<DurableRecord> = fc.oneof(...Object.values(arbitraryRecords));
