/**
 * What participants sign about a transaction (§4.3), each in a domain of its own, with the network id in the bytes.
 *
 * The machine signs through a `Sign` function that the driver supplies. Ed25519 is deterministic, so signing is a pure
 * function of the statement: after a crash the same statement gives the same bytes.
 */
import { bytes, encode, hex, nullable, record, uint } from './codec.ts';
import { isDelegatedFor, isOwnSignature } from './delegation/delegated-signature.ts';
import type { Ed25519 } from './ed25519.ts';
import { type PublicKey, publicKeyBytes } from './identity.ts';
import { MAX_CLEARING_HOPS, MAX_ROUTES } from './limits.ts';
import {
  type Header,
  networkShape,
  publicKeyShape,
  type Route,
  type Signature,
  type TxId,
  txIdShape,
} from './packet.ts';
import { type Domain, signedBytes } from './signature.ts';

/** The packet that a statement is about, as far as it is known: what a delegated signature is judged by (§11.3). */
export interface About {
  readonly header: Header;
  readonly routes: readonly Route[];
}

/** A delegate that signs in the participant's stead, and the digest of what allows it and how far that is used up. */
export interface SignedBy {
  readonly delegate: PublicKey;
  readonly digest: string;
}

interface OfPacket {
  readonly network: string;
  readonly txId: TxId;
  /** The participant, whoever makes the signature. */
  readonly signer: PublicKey;
  /** Not in the bytes. */
  readonly about?: About;
  readonly by?: SignedBy;
}

/** "I agree to both of my hops of this route if the receiver commits" (rule 2). */
export interface PrepareStatement extends OfPacket {
  readonly domain: 'geo/1/prepare';
  readonly routeIndex: number;
  readonly position: number;
}

/** "This transaction is done": one signature of the receiver commits all routes (§4.3). */
export interface CommitStatement extends OfPacket {
  readonly domain: 'geo/1/commit';
}

/** "I waive my claim on the hop into this position for ever, even if a certificate exists" (rule 4). */
export interface AbortStatement extends OfPacket {
  readonly domain: 'geo/1/abort';
  readonly routeIndex: number;
  readonly position: number;
}

/** "I, the receiver, will never commit this transaction." Lets the payer try again; releases no hop (rule 11). */
export interface DeclineStatement extends OfPacket {
  readonly domain: 'geo/1/decline';
}

/** What participants sign about a transaction. */
export type TransactionStatement = PrepareStatement | CommitStatement | AbortStatement | DeclineStatement;

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
    | 'geo/1/delegation'
    | 'geo/1/join'
    | 'geo/1/login'
    | 'geo/1/request';
  readonly signer: PublicKey;
  readonly bytes: Uint8Array;
  readonly by?: SignedBy;
}

export type Statement = TransactionStatement | DocumentStatement;

/** Signs as the participant this machine runs for. Pure: equal statements give equal bytes. */
export type Sign = (statement: Statement) => Signature;
/** As `Sign`, for a host: null where the participant has to sign itself, or its delegation does not go so far (§11). */
export type MaySign = (statement: Statement) => Signature | null;
/** Checks a statement's signature, the `signer`'s own or one under its delegation (§11), by the one rule of §1.2. */
export type Verify = (statement: Statement, signature: Signature) => boolean;

/** The last field is the digest of a delegation with its use (§11); null: the participant signed itself. */
const hopShape = record<{
  network: string;
  txId: TxId;
  routeIndex: number;
  position: number;
  signer: PublicKey;
  delegation: string | null;
}>({
  network: networkShape,
  txId: txIdShape,
  routeIndex: uint(MAX_ROUTES - 1),
  position: uint(MAX_CLEARING_HOPS),
  signer: publicKeyShape,
  delegation: nullable(hex(32)),
});

const transactionShape = record<{ network: string; txId: TxId; signer: PublicKey; delegation: string | null }>({
  network: networkShape,
  txId: hex<TxId>(32),
  signer: publicKeyShape,
  delegation: nullable(hex(32)),
});

/** A document that a delegate signs: the refusal of a probe. */
const delegatedDocumentShape = record<{ document: Uint8Array; delegation: string }>({
  document: bytes(0, Number.MAX_SAFE_INTEGER),
  delegation: hex(32),
});

/** In which domain a delegate signs what its participant would have signed in another (§11.3). */
const DELEGATED: Partial<Readonly<Record<Domain, Domain>>> = {
  'geo/1/prepare': 'geo/1/delegated-prepare',
  'geo/1/commit': 'geo/1/delegated-commit',
  'geo/1/abort': 'geo/1/delegated-abort',
  'geo/1/decline': 'geo/1/delegated-decline',
  'geo/1/refusal': 'geo/1/delegated-refusal',
};

/** The exact bytes under a signature: `domain || 0x00 || CBOR` (§1.2). */
export function statementBytes(statement: Statement): Uint8Array {
  const delegation = statement.by?.digest ?? null;
  const domain = delegation === null ? statement.domain : DELEGATED[statement.domain];
  if (domain === undefined) throw new RangeError(`${statement.domain} is never signed by a delegate`);
  switch (statement.domain) {
    case 'geo/1/prepare':
    case 'geo/1/abort':
      return signedBytes(domain, encode(hopShape, { ...statement, delegation }));
    case 'geo/1/commit':
    case 'geo/1/decline':
      return signedBytes(domain, encode(transactionShape, { ...statement, delegation }));
    case 'geo/1/trust-line':
    case 'geo/1/announcement':
    case 'geo/1/checkpoint':
    case 'geo/1/invoice':
    case 'geo/1/contact-card':
    case 'geo/1/instance':
    case 'geo/1/refusal':
    case 'geo/1/record':
    case 'geo/1/delegation':
    case 'geo/1/join':
    case 'geo/1/login':
    case 'geo/1/request': {
      const { bytes: document } = statement;
      return signedBytes(
        domain,
        delegation === null ? document : encode(delegatedDocumentShape, { document, delegation }),
      );
    }
  }
}

/** `Sign` over real Ed25519 with a 32-byte seed. */
export function signWith(ed25519: Ed25519, seed: Uint8Array): Sign {
  return (statement) => ed25519.sign(seed, statementBytes(statement));
}

/** `Verify` over real Ed25519. */
export function verifyWith(ed25519: Ed25519): Verify {
  const verifyOwn: Verify = (statement, signature) =>
    ed25519.verify(publicKeyBytes(statement.by?.delegate ?? statement.signer), statementBytes(statement), signature);
  return (statement, signature) =>
    isOwnSignature(signature) ? verifyOwn(statement, signature) : isDelegatedFor(statement, signature, verifyOwn);
}
