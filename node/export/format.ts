/**
 * The exported ledger (§13.6): all that a participant can prove of its accounts, in one file that anyone can check
 * without a node and without keys. Public: what is written today is read by every later version.
 *
 * **Form.** JSON Lines in UTF-8: one object a line, each with its `type`, ended by U+000A, at most `MAX_LINE_BYTES`
 * bytes. Keys, ids, digests, salts and signatures are lower-case hex; amounts, limits and balances decimal text
 * (`12.5`, `-0.00000001`, §1.4) in its one shortest form; instants milliseconds since 1970 UTC. Signed documents stand
 * as their fields, under the names of wire.cddl: their bytes are had by encoding the fields in the order of the schema
 * (§1.1). An object has exactly the members below; a key never occurs twice.
 *
 * **Order.** `ledger` first and `end` last, once each; between them the types in the order of `LEDGER_TYPES`, records of
 * one type ascending by their keys (§8.1), so that nothing can stand there twice.
 *
 * **What it says.** Lines, checkpoints, certificates, waivers and declines are signed by those who said them. `account`,
 * `entry` and `payment` are the holder's own books and follow from them; that is what is checked. Not in it: the map,
 * contacts, the text of memos (they stay sealed), backups, and why something was refused beyond its code.
 */
import { z } from 'zod';
import { type Amount, formatAmount, MAX_AMOUNT, parseLimit } from '#protocol/amount.ts';
import type { SignedCheckpoint } from '#protocol/checkpoint.ts';
import { EQUIVALENT_PATTERN, MAX_PRECISION } from '#protocol/equivalent.ts';
import { bytesToHex, hexToBytes, isHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import {
  MAX_BLOCKED,
  MAX_CLEARING_HOPS,
  MAX_COMMIT_SIGNATURE_BYTES,
  MAX_FRAME_BYTES,
  MAX_MEMO_BYTES,
  MAX_NETWORK_BYTES,
  MAX_PART_SIGNATURE_BYTES,
  MAX_ROUTES,
  MAX_TIME_MS,
  VERSION,
} from '#protocol/limits.ts';
import type { Header, PaymentId, Route, RouteDigest, TxId } from '#protocol/packet.ts';
import type { SignedTrustLine } from '#protocol/trust-line.ts';
import { parseStrictJson } from '../api/json.ts';

/** Version of the format. A reader refuses another one. */
export const LEDGER_VERSION = 1;

/** The longest record, evidence that holds a whole frame, takes a quarter of it. */
export const MAX_LINE_BYTES = 524_288;

/** The types of records in the order in which they stand. */
export const LEDGER_TYPES = [
  ...(['ledger', 'account', 'line', 'past-checkpoint', 'checkpoint', 'evidence', 'entry', 'payment'] as const),
  ...(['transaction', 'end'] as const),
] as const;

function fixedHex<B extends string>(bytes: number): z.ZodType<B, B> {
  return z.custom<B>(
    (value) => typeof value === 'string' && isHex(value, bytes),
    `not ${2 * bytes} lower-case hex digits`,
  );
}

function hexBytes(min: number, max: number): z.ZodType<Uint8Array, string> {
  const text = z.custom<string>(
    (value) =>
      typeof value === 'string' && value.length >= 2 * min && value.length <= 2 * max && /^([0-9a-f]{2})*$/.test(value),
    `not ${min === max ? min : `${min} to ${max}`} bytes in lower-case hex`,
  );
  return z.codec(text, z.custom<Uint8Array>(), { decode: hexToBytes, encode: bytesToHex });
}

/** Decimal text, in the one form that `formatAmount` gives it. */
function decimal(min: Amount): z.ZodType<bigint, string> {
  return z.codec(z.string(), z.custom<bigint>(), {
    decode(text, context) {
      const size = parseLimit(text.replace(/^-/, ''), MAX_PRECISION);
      const amount = typeof size !== 'bigint' ? null : text.startsWith('-') ? -size : size;
      if (amount !== null && amount >= min && formatAmount(amount) === text) return amount;
      context.issues.push({ code: 'custom', input: text, message: `not an amount from ${formatAmount(min)} on` });
      return z.NEVER;
    },
    encode: formatAmount,
  });
}

const key = fixedHex<PublicKey>(32);
const txId = fixedHex<TxId>(32);
const paymentId = fixedHex<PaymentId>(32);
const digest = fixedHex<string>(32);
const signature = hexBytes(64, 64);
/** A signature, or one that a host made for its participant (§11.3). */
const partSignature = hexBytes(64, MAX_PART_SIGNATURE_BYTES);
const commitSignature = hexBytes(64, MAX_COMMIT_SIGNATURE_BYTES);
const amount = decimal(1n);
const amountOrZero = decimal(0n);
const balance = decimal(-MAX_AMOUNT);
const instant = z.int().min(0).max(MAX_TIME_MS);
const network = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= MAX_NETWORK_BYTES && text.isWellFormed() && !text.startsWith('\uFEFF'));
const equivalent = z.string().regex(EQUIVALENT_PATTERN);
const count = z.int().min(0).max(MAX_TIME_MS);
const position = z.int().min(0).max(MAX_CLEARING_HOPS);
const code = z.string().max(64);

const trustLine = z.strictObject({
  line: z.strictObject({
    version: z.literal(VERSION),
    network,
    from: key,
    to: key,
    equivalent,
    seq: instant,
    limit: amountOrZero,
    status: z.enum(['active', 'frozen', 'closed']),
    policy: z.strictObject({
      canBeIntermediate: z.boolean(),
      autoClearing: z.boolean(),
      dailyLimit: amountOrZero.nullable(),
      announce: z.boolean(),
      blocked: z.array(key).max(MAX_BLOCKED),
    }),
    createdAtMs: instant,
  }),
  signature,
}) satisfies z.ZodType<SignedTrustLine>;

const header = z.strictObject({
  version: z.literal(VERSION),
  network,
  kind: z.enum(['pay', 'clear']),
  equivalent,
  total: amount,
  payer: key,
  receiver: key,
  paymentId,
  createdAtMs: instant,
  expiresAtMs: instant,
  sealedMemo: hexBytes(1, MAX_MEMO_BYTES).nullable(),
  routeDigests: z.array(fixedHex<RouteDigest>(32)).min(1).max(MAX_ROUTES),
  witnesses: z.null(),
}) satisfies z.ZodType<Header>;

const route = z.strictObject({
  salt: fixedHex<string>(16),
  index: z
    .int()
    .min(0)
    .max(MAX_ROUTES - 1),
  amount,
  nodes: z
    .array(key)
    .min(2)
    .max(MAX_CLEARING_HOPS + 1),
}) satisfies z.ZodType<Route>;

const checkpoint = z.strictObject({
  checkpoint: z.strictObject({
    version: z.literal(VERSION),
    network,
    equivalent,
    smaller: key,
    larger: key,
    epoch: count,
    previous: digest.nullable(),
    balance,
    untilMs: instant,
    count,
    digest,
    smallerSeq: instant,
    largerSeq: instant,
  }),
  smallerSignature: signature,
  largerSignature: signature.nullable(),
}) satisfies z.ZodType<SignedCheckpoint>;

/** "I waive my claim on the hop into this position", with the code of the refusal behind it, which is not signed. */
const restedWaiver = z.strictObject({ position, signer: key, signature: partSignature });
const waiver = z.strictObject({
  position,
  signer: key,
  signature: partSignature,
  cause: code,
  restsOn: z.array(restedWaiver).max(MAX_CLEARING_HOPS),
});
const signatures = z.array(partSignature).max(MAX_CLEARING_HOPS);

/** The holder's own positions of a transaction (§4.5). */
const heldPosition = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('prepared'), position, route, signatures, isAdopted: z.boolean() }),
  z.strictObject({ state: z.literal('held'), position, route, signatures }),
  z.strictObject({
    state: z.literal('committed'),
    position,
    route,
    signatures,
    commit: commitSignature,
    waivedByDownstream: waiver.nullable(),
    waivedByMe: waiver.nullable(),
  }),
  z.strictObject({
    state: z.literal('aborted'),
    position,
    route,
    abort: waiver.nullable(),
    downstreamAbort: waiver.nullable(),
    ownRisk: z.enum(['reserved', 'counted']).nullable(),
    letGoAtMs: instant.nullable(),
    certificate: z.strictObject({ signatures, commit: commitSignature }).nullable(),
  }),
]);

/** A record of the file. */
const ledgerRecord = z.discriminatedUnion('type', [
  /** The head: of whom, of which network, as of when; when records were lost, if they were. */
  z.strictObject({
    type: z.literal('ledger'),
    version: z.literal(LEDGER_VERSION),
    network,
    participant: key,
    createdAtMs: instant,
    restoredAtMs: instant.nullable(),
  }),
  /** §3.2, seen from the holder. */
  z.strictObject({
    type: z.literal('account'),
    neighbour: key,
    equivalent,
    limitGiven: amountOrZero,
    limitReceived: amountOrZero,
    balance,
    reservedIn: amountOrZero,
    reservedOut: amountOrZero,
    standing: z.enum(['confirmed', 'unsure', 'agreed', 'suspended']),
    /** Of its journal: number of the last entry, and the head after it. */
    entries: count,
    journalHead: digest,
    closedUntilMs: instant,
  }),
  /** The newest document of a line, given or received, and another one of the same seq, if its owner signed two. */
  z.strictObject({ type: z.literal('line'), signed: trustLine, conflicting: trustLine.nullable() }),
  /** §3.5: checkpoints of an account that newer ones have followed. */
  z.strictObject({ type: z.literal('past-checkpoint'), neighbour: key, signed: checkpoint }),
  /** The last checkpoint that both signed, how many journal entries it covers, and one that still lacks a signature. */
  z.strictObject({
    type: z.literal('checkpoint'),
    neighbour: key,
    equivalent,
    agreed: checkpoint.nullable(),
    entries: count,
    proposed: checkpoint.nullable(),
  }),
  /** §3.4: one change of a balance. */
  z.strictObject({
    type: z.literal('entry'),
    neighbour: key,
    equivalent,
    number: count,
    hop: z
      .strictObject({
        txId,
        routeIndex: z
          .int()
          .min(0)
          .max(MAX_ROUTES - 1),
        hop: position,
        createdAtMs: instant,
      })
      .nullable(),
    delta: balance,
    head: digest,
  }),
  /** §8.5: `file` is the file of the evidence, in hex. */
  z.strictObject({ type: z.literal('evidence'), id: digest, file: hexBytes(1, 2 * MAX_FRAME_BYTES) }),
  /** A payment of the holder's own (§4.6). */
  z.strictObject({
    type: z.literal('payment'),
    paymentId,
    receiver: key,
    equivalent,
    amount,
    createdAtMs: instant,
    state: z.enum(['NEW', 'PREPARE_IN_PROGRESS', 'COMMITTED', 'ABORTED']),
    txId: txId.nullable(),
    finishedAtMs: instant.nullable(),
    refusal: code.nullable(),
    decline: z.strictObject({ txId, signer: key, signature: partSignature }).nullable(),
  }),
  z.strictObject({
    type: z.literal('transaction'),
    txId,
    header,
    positions: z
      .array(heldPosition)
      .min(1)
      .max(2 * MAX_ROUTES),
  }),
  /** How many records stand before it, and the sha256 of all bytes before it. */
  z.strictObject({ type: z.literal('end'), records: z.int().min(1), sha256: digest }),
]);

export type LedgerRecord = z.output<typeof ledgerRecord>;
export type LedgerPosition = z.output<typeof heldPosition>;
export type Waiver = z.output<typeof waiver>;
/** The record of one type. */
export type LedgerOf<T extends LedgerRecord['type']> = Extract<LedgerRecord, { type: T }>;

/** One line of the file, with its end. A record outside of its schema is a bug and throws. */
export function ledgerLine(record: LedgerRecord): string {
  return `${JSON.stringify(z.encode(ledgerRecord, record))}\n`;
}

/** The record of a line, or what is wrong with the line. */
export function parseLedgerLine(text: string): LedgerRecord | { readonly flaw: string } {
  const json = parseStrictJson(text);
  if ('why' in json) return { flaw: json.why };
  const record = ledgerRecord.safeDecode(json.value as z.input<typeof ledgerRecord>);
  if (record.success) return record.data;
  const [issue] = record.error.issues;
  return { flaw: `${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'another form'}` };
}
