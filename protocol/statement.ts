/**
 * What participants sign about a transaction (§4.3), each in a domain of its own, with the network id in the bytes.
 *
 * The machine signs through a `Sign` function that the driver supplies. Ed25519 is deterministic, so signing is a pure
 * function of the statement: after a crash the same statement gives the same bytes.
 */
import { encode, hex, literal, record, uint } from './codec.ts';
import type { Ed25519 } from './ed25519.ts';
import { type PublicKey, publicKeyBytes } from './identity.ts';
import { MAX_CLEARING_HOPS, MAX_ROUTES } from './limits.ts';
import { networkShape, publicKeyShape, type Signature, type TxId, txIdShape } from './packet.ts';
import { signedBytes } from './signature.ts';

/** "I agree to both of my hops of this route if the receiver commits" (rule 2). */
export interface PrepareStatement {
  readonly domain: 'geo/1/prepare';
  readonly network: string;
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
  readonly signer: PublicKey;
}

/** "This transaction is done": one signature of the receiver commits all routes (§4.3). */
export interface CommitStatement {
  readonly domain: 'geo/1/commit';
  readonly network: string;
  readonly txId: TxId;
  readonly signer: PublicKey;
}

/** "I waive my claim on the hop into this position for ever, even if a certificate exists" (rule 4). */
export interface AbortStatement {
  readonly domain: 'geo/1/abort';
  readonly network: string;
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
  readonly signer: PublicKey;
}

/** "I, the receiver, will never commit this transaction." Lets the payer try again; releases no hop (rule 11). */
export interface DeclineStatement {
  readonly domain: 'geo/1/decline';
  readonly network: string;
  readonly txId: TxId;
  readonly signer: PublicKey;
}

/** A trust line, an announcement or another document, signed as its encoded bytes. */
export interface DocumentStatement {
  readonly domain:
    | 'geo/1/trust-line'
    | 'geo/1/announcement'
    | 'geo/1/checkpoint'
    | 'geo/1/invoice'
    | 'geo/1/contact-card'
    | 'geo/1/instance'
    | 'geo/1/refusal'
    | 'geo/1/record'
    | 'geo/1/join'
    | 'geo/1/login'
    | 'geo/1/request';
  readonly signer: PublicKey;
  readonly bytes: Uint8Array;
}

export type Statement = PrepareStatement | CommitStatement | AbortStatement | DeclineStatement | DocumentStatement;

/** Signs as the participant this machine runs for. Pure: equal statements give equal bytes. */
export type Sign = (statement: Statement) => Signature;
/** Checks a statement's signature by its `signer`, by the one rule of §1.2. */
export type Verify = (statement: Statement, signature: Signature) => boolean;

/** The last field is the digest of a delegation (§11), null in version 1. */
const hopShape = record<{
  network: string;
  txId: TxId;
  routeIndex: number;
  position: number;
  signer: PublicKey;
  delegation: null;
}>({
  network: networkShape,
  txId: txIdShape,
  routeIndex: uint(MAX_ROUTES - 1),
  position: uint(MAX_CLEARING_HOPS),
  signer: publicKeyShape,
  delegation: literal(null),
});

const transactionShape = record<{ network: string; txId: TxId; signer: PublicKey; delegation: null }>({
  network: networkShape,
  txId: hex<TxId>(32),
  signer: publicKeyShape,
  delegation: literal(null),
});

/** The exact bytes under a signature: `domain || 0x00 || CBOR` (§1.2). */
export function statementBytes(statement: Statement): Uint8Array {
  switch (statement.domain) {
    case 'geo/1/prepare':
    case 'geo/1/abort':
      return signedBytes(statement.domain, encode(hopShape, { ...statement, delegation: null }));
    case 'geo/1/commit':
    case 'geo/1/decline':
      return signedBytes(statement.domain, encode(transactionShape, { ...statement, delegation: null }));
    case 'geo/1/trust-line':
    case 'geo/1/announcement':
    case 'geo/1/checkpoint':
    case 'geo/1/invoice':
    case 'geo/1/contact-card':
    case 'geo/1/instance':
    case 'geo/1/refusal':
    case 'geo/1/record':
    case 'geo/1/join':
    case 'geo/1/login':
    case 'geo/1/request':
      return signedBytes(statement.domain, statement.bytes);
  }
}

/** `Sign` over real Ed25519 with a 32-byte seed. */
export function signWith(ed25519: Ed25519, seed: Uint8Array): Sign {
  return (statement) => ed25519.sign(seed, statementBytes(statement));
}

/** `Verify` over real Ed25519. */
export function verifyWith(ed25519: Ed25519): Verify {
  return (statement, signature) =>
    ed25519.verify(publicKeyBytes(statement.signer), statementBytes(statement), signature);
}
