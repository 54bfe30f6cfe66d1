/**
 * Checkpoints (§3.5): the statement of an account that both neighbours have signed. It convinces a third party, shows
 * an old database to its owner, and closes all that came before: no certificate and no ABORT of a packet created up to
 * `untilMs` changes the account any more.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { encode, hex, literal, nullable, record, signedAmount, uint } from './codec.ts';
import { bytesToHex } from './hex.ts';
import type { PublicKey } from './identity.ts';
import { MAX_TIME_MS, VERSION } from './limits.ts';
import { equivalentShape, networkShape, publicKeyShape, type Signature, signatureShape, timeShape } from './packet.ts';
import type { DocumentStatement } from './statement.ts';

/** What both sign. `smaller` is the one whose key is smaller as bytes; it alone proposes. */
export interface Checkpoint {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly equivalent: string;
  readonly smaller: PublicKey;
  readonly larger: PublicKey;
  /** 1, 2, 3 … for each account. */
  readonly epoch: number;
  /** Digest of the checkpoint before, in hex; null for the first. */
  readonly previous: string | null;
  /** As the smaller key sees it: > 0: the larger one owes it. 10⁻⁸ units. */
  readonly balance: bigint;
  /** Creation time of the newest packet that it covers. */
  readonly untilMs: number;
  /** How many hops count since the checkpoint before, and `hopsDigest` of them. */
  readonly count: number;
  readonly digest: string;
  /** Newest trust line each way that the smaller one knew: its own, and the other's; 0 for none. */
  readonly smallerSeq: number;
  readonly largerSeq: number;
}

/** A checkpoint as it is shown to the other end. It counts when both signatures are there. */
export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly smallerSignature: Signature;
  readonly largerSignature: Signature | null;
}

/** One that is not agreed on; without the signature of the smaller key it waits for the owner of a hosted participant (§11.4). */
export interface ProposedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly smallerSignature: Signature | null;
  readonly largerSignature: null;
}

/** Where an account stands with its checkpoints. */
export interface CheckpointRecord {
  readonly type: 'checkpoint';
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  /** The last one that both signed. */
  readonly agreed: SignedCheckpoint | null;
  /** Journal entries up to this number belong to it or to those before. */
  readonly entries: number;
  /** As the smaller key: not yet signed by the other. As the larger one: waits for the own owner (§11.4). */
  readonly proposed: ProposedCheckpoint | null;
}

/** A checkpoint that a newer one has followed: kept for proofs. */
export interface PastCheckpointRecord {
  readonly type: 'past-checkpoint';
  readonly neighbour: PublicKey;
  readonly signed: SignedCheckpoint;
}

export const checkpointShape = record<Checkpoint>({
  version: literal(VERSION),
  network: networkShape,
  equivalent: equivalentShape,
  smaller: publicKeyShape,
  larger: publicKeyShape,
  epoch: uint(MAX_TIME_MS),
  previous: nullable(hex(32)),
  balance: signedAmount(),
  untilMs: timeShape,
  count: uint(),
  digest: hex(32),
  smallerSeq: timeShape,
  largerSeq: timeShape,
});

export const signedCheckpointShape = record<SignedCheckpoint>({
  checkpoint: checkpointShape,
  smallerSignature: signatureShape,
  largerSignature: nullable(signatureShape),
});

/** The statement that one of the two signs. */
export function checkpointStatement(checkpoint: Checkpoint, signer: PublicKey): DocumentStatement {
  return { domain: 'geo/1/checkpoint', signer, bytes: encode(checkpointShape, checkpoint) };
}

/** sha256 over its encoding, in hex: what the next one names as `previous`. */
export function checkpointDigest(checkpoint: Checkpoint): string {
  return bytesToHex(sha256(encode(checkpointShape, checkpoint)));
}

/** The two keys of an account in order. Hex compares as bytes do. */
export function inOrder(a: PublicKey, b: PublicKey): { readonly smaller: PublicKey; readonly larger: PublicKey } {
  return a < b ? { smaller: a, larger: b } : { smaller: b, larger: a };
}

/** The balance of a checkpoint as one of its two ends sees it. */
export function balanceSeenBy(end: PublicKey, { smaller, balance }: Checkpoint): bigint {
  return end === smaller ? balance : -balance;
}
