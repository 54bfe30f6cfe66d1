/**
 * Participant records (§13.7): where a participant can be reached, signed by itself and kept by strangers, for whoever
 * knows its PID.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { addressesShape } from './addresses.ts';
import { decode, encode, list, literal, nullable, record, type Shape, text } from './codec.ts';
import { bytesToHex, isSameBytes } from './hex.ts';
import { type PublicKey, publicKeyBytes } from './identity.ts';
import {
  MAX_CAPABILITIES,
  MAX_CAPABILITY_BYTES,
  MAX_CLOCK_SKEW_MS,
  MAX_PARTICIPANT_RECORD_BYTES,
  PARTICIPANT_RECORD_LIFETIME_MS,
  VERSION,
} from './limits.ts';
import { networkShape, publicKeyShape, type Signature, signatureShape, timeShape } from './packet.ts';
import { isRefusal } from './refusals.ts';
import type { DocumentStatement, Sign, Verify } from './statement.ts';

/** What a participant says of itself to all who look for it. */
export interface ParticipantRecord {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly publicKey: PublicKey;
  /** Milliseconds of its making; the highest counts. */
  readonly seq: number;
  /** After `seq`, by `PARTICIPANT_RECORD_LIFETIME_MS` at most. */
  readonly expiresAtMs: number;
  /** Whose node answers for this participant; null: its own. */
  readonly host: PublicKey | null;
  /** Where to dial, best first: 0 … 8 multiaddrs of printable ASCII, at most 256 bytes each. */
  readonly addresses: readonly string[];
  /** What it can do: 0 … 32 words of at most 32 bytes. */
  readonly capabilities: readonly string[];
}

interface SignedParticipantRecord {
  readonly record: ParticipantRecord;
  readonly signature: Signature;
}

/** What is wrong with a record, in the order in which it is looked for. */
export type RecordFlaw =
  | 'too-large'
  | 'malformed'
  | 'foreign-network'
  | 'other-participant'
  | 'bad-lifetime'
  | 'from-the-future'
  | 'expired'
  | 'forged';

const MAX_DEPTH = 4;

export const participantRecordShape = record<ParticipantRecord>({
  version: literal(VERSION),
  network: networkShape,
  publicKey: publicKeyShape,
  seq: timeShape,
  expiresAtMs: timeShape,
  host: nullable(publicKeyShape),
  addresses: addressesShape,
  capabilities: list(text(MAX_CAPABILITY_BYTES), 0, MAX_CAPABILITIES),
});

export const signedParticipantRecordShape: Shape<SignedParticipantRecord> = record<SignedParticipantRecord>({
  record: participantRecordShape,
  signature: signatureShape,
});

/** The statement that the participant signs. */
export function participantRecordStatement(of: ParticipantRecord): DocumentStatement {
  return { domain: 'geo/1/record', signer: of.publicKey, bytes: encode(participantRecordShape, of) };
}

/**
 * The bytes of a record, signed by `sign`, which must sign as `publicKey`. Addresses beyond the room of
 * `MAX_PARTICIPANT_RECORD_BYTES` are left out, the last ones first. A record outside its other ranges is a bug and throws.
 */
export function makeParticipantRecord(of: ParticipantRecord, sign: Sign): Uint8Array {
  for (let count = of.addresses.length; count >= 0; count--) {
    const fitting = { ...of, addresses: of.addresses.slice(0, count) };
    const signature = sign(participantRecordStatement(fitting));
    const bytes = encode(signedParticipantRecordShape, { record: fitting, signature });
    if (bytes.length <= MAX_PARTICIPANT_RECORD_BYTES) return bytes;
  }
  throw new RangeError('a record is too large even without addresses');
}

/** The seq of the next record: the time, or more where the last known one is not behind it. Null: none is known. */
export function nextRecordSeq(lastSeq: number | null, nowMs: number): number {
  return lastSeq === null ? nowMs : Math.max(lastSeq + 1, nowMs);
}

/** What the reader of a record goes by. */
export interface RecordReader {
  readonly network: string;
  /** The reader's clock; null judges the bytes alone, at any time. */
  readonly nowMs: number | null;
  readonly verify: Verify;
}

/**
 * The record in the bytes, if it is valid for the PID that stands for `digest` (32 bytes, sha256 of the key).
 *
 * Never throws. The signature is checked last, so that what is refused for another reason costs nothing.
 *
 * @returns the record, or its first flaw.
 */
export function readParticipantRecord(
  bytes: Uint8Array,
  digest: Uint8Array,
  { network, nowMs, verify }: RecordReader,
): ParticipantRecord | RecordFlaw {
  if (bytes.length > MAX_PARTICIPANT_RECORD_BYTES) return 'too-large';
  const limits = { maxBytes: MAX_PARTICIPANT_RECORD_BYTES, maxDepth: MAX_DEPTH };
  const signed = decode(signedParticipantRecordShape, bytes, limits);
  if (isRefusal(signed)) return 'malformed';
  const { record, signature } = signed;
  if (record.network !== network) return 'foreign-network';
  if (!isSameBytes(sha256(publicKeyBytes(record.publicKey)), digest)) return 'other-participant';
  const lifetimeMs = record.expiresAtMs - record.seq;
  if (lifetimeMs <= 0 || lifetimeMs > PARTICIPANT_RECORD_LIFETIME_MS) return 'bad-lifetime';
  if (nowMs !== null && record.seq > nowMs + MAX_CLOCK_SKEW_MS) return 'from-the-future';
  if (nowMs !== null && record.expiresAtMs <= nowMs) return 'expired';
  return verify(participantRecordStatement(record), signature) ? record : 'forged';
}

/**
 * Whether `next` counts instead of `known`, both valid records of one participant as bytes: the higher seq does; at
 * equal seq the one whose bytes come first, so that all come to the same one.
 */
export function supersedesRecord(next: Uint8Array, known: Uint8Array): boolean {
  const [nextSeq, knownSeq] = [recordSeq(next), recordSeq(known)];
  return nextSeq === knownSeq ? bytesToHex(next) < bytesToHex(known) : nextSeq > knownSeq;
}

/** The seq that the bytes of a record say; −1: they are none. */
export function recordSeq(bytes: Uint8Array): number {
  const limits = { maxBytes: MAX_PARTICIPANT_RECORD_BYTES, maxDepth: MAX_DEPTH };
  const signed = decode(signedParticipantRecordShape, bytes, limits);
  return isRefusal(signed) ? -1 : signed.record.seq;
}
