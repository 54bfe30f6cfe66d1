/** What a hosted participant signs and hands to its host (§11.4), as documents: bytes that both sides check. */
import { type Checkpoint, checkpointShape } from '../checkpoint.ts';
import { decode, list, record, type Shape } from '../codec.ts';
import { MAX_DELEGATED_ACCOUNTS, MAX_DEPTH, MAX_FRAME_BYTES, MAX_ROUTES } from '../limits.ts';
import { type Header, headerShape, type Route, routeShape, type Signature, signatureShape } from '../packet.ts';
import type { Refusal } from '../refusals.ts';
import { type CappedAccount, cappedAccountShape } from './accounts-tree.ts';
import { type Delegation, delegationShape } from './delegation.ts';

/** A delegation with the accounts behind its root. */
export interface HandedMandate {
  readonly delegation: Delegation;
  readonly signature: Signature;
  readonly accounts: readonly CappedAccount[];
}

/** An attempt of a payment, with the payer's signature on each route in their order. */
export interface HandedAttempt {
  readonly header: Header;
  readonly routes: readonly Route[];
  readonly signatures: readonly Signature[];
}

/** A checkpoint with the signature of one of its two ends. */
export interface HandedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly signature: Signature;
}

export const handedMandateShape = record<HandedMandate>({
  delegation: delegationShape,
  signature: signatureShape,
  accounts: list(cappedAccountShape, 1, MAX_DELEGATED_ACCOUNTS),
});

export const handedAttemptShape = record<HandedAttempt>({
  header: headerShape,
  routes: list(routeShape, 1, MAX_ROUTES),
  signatures: list(signatureShape, 1, MAX_ROUTES),
});

export const handedCheckpointShape = record<HandedCheckpoint>({
  checkpoint: checkpointShape,
  signature: signatureShape,
});

/** Largest of such documents: a mandate over `MAX_DELEGATED_ACCOUNTS` accounts. */
const MAX_HANDED_BYTES = MAX_FRAME_BYTES;

/** The document in the bytes, or a refusal that says where they do not fit. */
export function readHanded<T>(shape: Shape<T>, bytes: Uint8Array): T | Refusal<'bad-encoding'> {
  return decode(shape, bytes, { maxBytes: MAX_HANDED_BYTES, maxDepth: MAX_DEPTH });
}
