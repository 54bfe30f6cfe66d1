/**
 * Evidence (§8.5): what shows that a participant broke its word. All kinds but `fault` are proofs in its own
 * signatures, which anyone can check off line; a `fault` is a frame that broke the protocol: it proves nothing to
 * others and tells the owner why an account was suspended.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { certificateFlaw, preparesFlaw } from './certificate.ts';
import {
  checkpointDigest,
  checkpointShape,
  checkpointStatement,
  type SignedCheckpoint,
  signedCheckpointShape,
} from './checkpoint.ts';
import { bytes, decode, encode, list, literal, record, type Shape, uint, variants } from './codec.ts';
import { counterInBoth, countersIn } from './delegation/counters.ts';
import { bytesToHex, isSameBytes } from './hex.ts';
import type { PublicKey } from './identity.ts';
import { MAX_CLEARING_HOPS, MAX_DEPTH, MAX_FRAME_BYTES, MAX_ROUTES, VERSION } from './limits.ts';
import {
  type Certificate,
  certificateShape,
  hopsOf,
  networkShape,
  type Packet,
  packetShape,
  partSignatureShape,
  publicKeyShape,
  type Signature,
  type TxId,
  timeShape,
  txIdShape,
} from './packet.ts';
import type { Refusal } from './refusals.ts';
import type { Verify } from './statement.ts';
import { type SignedTrustLine, signedTrustLineShape, trustLineShape, trustLineStatement } from './trust-line.ts';

/** What is proven, or shown. */
export type EvidenceKind =
  /** Two trust-line documents of one line with one seq and different content. */
  | 'two-trust-lines'
  /** A receiver signed that it would never commit a transaction, and committed it. */
  | 'commit-and-decline'
  /** A receiver waived its claim on a route, and committed the transaction. */
  | 'commit-and-abort'
  /** A receiver committed two transactions with one payment id of one payer. */
  | 'two-commits'
  /** Two checkpoints of one account and one epoch, both signed by both. */
  | 'two-checkpoints'
  /** A delegate put one counter of a delegation under two signatures. */
  | 'counter-twice'
  /** A frame that broke the protocol. */
  | 'fault';

/** A waiver as evidence: enough to check its signature. */
export interface WaiverDocument {
  readonly type: 'abort';
  readonly network: string;
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
  readonly signer: PublicKey;
  readonly signature: Signature;
}

export interface DeclineDocument {
  readonly type: 'decline';
  readonly network: string;
  readonly txId: TxId;
  readonly signer: PublicKey;
  readonly signature: Signature;
}

export type EvidenceDocument =
  | { readonly type: 'trust-line'; readonly signed: SignedTrustLine }
  | { readonly type: 'certificate'; readonly certificate: Certificate }
  | WaiverDocument
  | DeclineDocument
  | { readonly type: 'checkpoint'; readonly signed: SignedCheckpoint }
  | { readonly type: 'packet'; readonly packet: Packet }
  | { readonly type: 'frame'; readonly bytes: Uint8Array };

/** What is kept, and what is given to others. */
export interface Evidence {
  /** Who broke its word. */
  readonly about: PublicKey;
  readonly kind: EvidenceKind;
  /** When it was seen, UTC ms by the own clock. */
  readonly seenAtMs: number;
  readonly documents: readonly EvidenceDocument[];
}

export interface EvidenceRecord extends Evidence {
  readonly type: 'evidence';
  /** `evidenceId`. */
  readonly id: string;
}

const KINDS: readonly EvidenceKind[] = [
  'two-trust-lines',
  'commit-and-decline',
  'commit-and-abort',
  'two-commits',
  'two-checkpoints',
  'fault',
  'counter-twice',
];

const kindShape: Shape<EvidenceKind> = {
  toCbor: (kind) => KINDS.indexOf(kind),
  fromCbor: (value, where) => KINDS[uint(KINDS.length - 1).fromCbor(value, where)] as EvidenceKind,
};

const documentShape: Shape<EvidenceDocument> = variants('type', {
  'trust-line': [0, record<{ signed: SignedTrustLine }>({ signed: signedTrustLineShape })],
  certificate: [1, record<{ certificate: Certificate }>({ certificate: certificateShape })],
  abort: [
    2,
    record<Omit<WaiverDocument, 'type'>>({
      network: networkShape,
      txId: txIdShape,
      routeIndex: uint(MAX_ROUTES - 1),
      position: uint(MAX_CLEARING_HOPS),
      signer: publicKeyShape,
      signature: partSignatureShape,
    }),
  ],
  decline: [
    3,
    record<Omit<DeclineDocument, 'type'>>({
      network: networkShape,
      txId: txIdShape,
      signer: publicKeyShape,
      signature: partSignatureShape,
    }),
  ],
  checkpoint: [4, record<{ signed: SignedCheckpoint }>({ signed: signedCheckpointShape })],
  frame: [5, record<{ bytes: Uint8Array }>({ bytes: bytes(0, MAX_FRAME_BYTES) })],
  packet: [6, record<{ packet: Packet }>({ packet: packetShape })],
});

const documentsShape = list(documentShape, 1, 2);

/** A file of evidence. */
export const evidenceShape = record<{ version: typeof VERSION } & Evidence>({
  version: literal(VERSION),
  about: publicKeyShape,
  kind: kindShape,
  seenAtMs: timeShape,
  documents: documentsShape,
});

/** The same proof has the same id whenever it is seen: sha256 over the names of its documents, in hex. */
export function evidenceId(documents: readonly EvidenceDocument[]): string {
  const hash = sha256.create();
  for (const document of documents) hash.update(sha256(nameOf(document)));
  return bytesToHex(hash.digest());
}

/** What a document says, without its signatures. */
function nameOf(document: EvidenceDocument): Uint8Array {
  switch (document.type) {
    case 'trust-line':
      return encode(trustLineShape, document.signed.line);
    case 'certificate': {
      const { txId, route } = document.certificate;
      return utf8ToBytes(`commit ${txId} ${route.index}`);
    }
    case 'abort':
      return utf8ToBytes(`abort ${document.txId} ${document.routeIndex} ${document.position}`);
    case 'decline':
      return utf8ToBytes(`decline ${document.txId}`);
    case 'checkpoint':
      return encode(checkpointShape, document.signed.checkpoint);
    case 'packet': {
      const { txId, route, signatures } = document.packet;
      return utf8ToBytes(`packet ${txId} ${route.index} ${signatures.length}`);
    }
    case 'frame':
      return document.bytes;
  }
}

/** A file of evidence (§8.5). */
export function encodeEvidence({ about, kind, seenAtMs, documents }: Evidence): Uint8Array {
  return encode(evidenceShape, { version: VERSION, about, kind, seenAtMs, documents });
}

/** Reads a file of evidence; says nothing of whether it proves anything. Refuses `bad-encoding`. */
export function decodeEvidence(file: Uint8Array): Evidence | Refusal<'bad-encoding'> {
  return decode(evidenceShape, file, { maxBytes: 2 * MAX_FRAME_BYTES, maxDepth: MAX_DEPTH });
}

/**
 * Why the evidence does not prove what it says, or null when it does: its documents contradict each other and all
 * carry valid signatures of the one it is about. A pure function of its bytes. A `fault` proves nothing.
 */
export function evidenceFlaw({ about, kind, documents }: Evidence, verify: Verify): string | null {
  const [a, b] = documents;
  if (kind === 'fault') return 'a frame that broke the protocol is not signed: it proves nothing to others';
  if (a === undefined || b === undefined) return 'it takes two documents to contradict each other';
  for (const document of [a, b]) {
    const flaw = documentFlaw(document, about, verify);
    if (flaw !== null) return flaw;
  }
  return contradicts(kind, a, b) ? null : 'the two documents do not contradict each other';
}

/** Why the document is not what `about` signed, or null. */
function documentFlaw(document: EvidenceDocument, about: PublicKey, verify: Verify): string | null {
  const unsigned = `the ${document.type} is not signed by the one it speaks of`;
  switch (document.type) {
    case 'trust-line': {
      const { line, signature } = document.signed;
      return line.from === about && verify(trustLineStatement(line), signature) ? null : unsigned;
    }
    case 'certificate': {
      const { certificate } = document;
      if (certificate.header.receiver !== about) return unsigned;
      return certificateFlaw(certificate, verify);
    }
    case 'abort': {
      const { type: _, signature, ...statement } = document;
      const isSigned = statement.signer === about && verify({ domain: 'geo/1/abort', ...statement }, signature);
      return isSigned ? null : unsigned;
    }
    case 'decline': {
      const { type: _, signature, ...statement } = document;
      const isSigned = statement.signer === about && verify({ domain: 'geo/1/decline', ...statement }, signature);
      return isSigned ? null : unsigned;
    }
    case 'checkpoint':
      return checkpointFlaw(document.signed, about, verify);
    case 'packet': {
      const isBy = countersIn(document.packet).some(({ delegate }) => delegate === about);
      return isBy ? preparesFlaw(document.packet, verify, []) : unsigned;
    }
    case 'frame':
      return 'a frame proves nothing';
  }
}

function checkpointFlaw(signed: SignedCheckpoint, about: PublicKey, verify: Verify): string | null {
  const { checkpoint, smallerSignature, largerSignature } = signed;
  const { smaller, larger } = checkpoint;
  if (about !== smaller && about !== larger) return 'the checkpoint is of others';
  const isSigned =
    largerSignature !== null &&
    verify(checkpointStatement(checkpoint, smaller), smallerSignature) &&
    verify(checkpointStatement(checkpoint, larger), largerSignature);
  return isSigned ? null : 'the checkpoint is not signed by both';
}

function contradicts(kind: EvidenceKind, a: EvidenceDocument, b: EvidenceDocument): boolean {
  switch (kind) {
    case 'two-trust-lines':
      return a.type === 'trust-line' && b.type === 'trust-line' && areTwoLines(a.signed, b.signed);
    case 'commit-and-decline':
      return a.type === 'certificate' && b.type === 'decline' && declinesItsCommit(a.certificate, b);
    case 'commit-and-abort':
      return a.type === 'certificate' && b.type === 'abort' && waivesItsCommit(a.certificate, b);
    case 'two-commits':
      return a.type === 'certificate' && b.type === 'certificate' && payTwice(a.certificate, b.certificate);
    case 'two-checkpoints':
      return a.type === 'checkpoint' && b.type === 'checkpoint' && areTwoCheckpoints(a.signed, b.signed);
    case 'counter-twice':
      return a.type === 'packet' && b.type === 'packet' && counterInBoth(a.packet, b.packet) !== null;
    case 'fault':
      return false;
  }
}

function areTwoLines({ line: a }: SignedTrustLine, { line: b }: SignedTrustLine): boolean {
  const same = a.to === b.to && a.equivalent === b.equivalent && a.seq === b.seq && a.network === b.network;
  return same && !isSameBytes(encode(trustLineShape, a), encode(trustLineShape, b));
}

function declinesItsCommit({ txId, header }: Certificate, decline: DeclineDocument): boolean {
  return decline.txId === txId && decline.network === header.network;
}

/** The waiver is the receiver's, of the very route that the certificate proves. */
function waivesItsCommit({ txId, header, route }: Certificate, waiver: WaiverDocument): boolean {
  const isSame = waiver.txId === txId && waiver.routeIndex === route.index && waiver.network === header.network;
  return isSame && waiver.position === hopsOf(route);
}

function payTwice({ txId: a, header: first }: Certificate, { txId: b, header: second }: Certificate): boolean {
  return (
    a !== b && first.network === second.network && first.payer === second.payer && first.paymentId === second.paymentId
  );
}

function areTwoCheckpoints({ checkpoint: a }: SignedCheckpoint, { checkpoint: b }: SignedCheckpoint): boolean {
  const sameAccount = a.smaller === b.smaller && a.larger === b.larger && a.equivalent === b.equivalent;
  const sameEpoch = a.network === b.network && a.epoch === b.epoch;
  return sameAccount && sameEpoch && checkpointDigest(a) !== checkpointDigest(b);
}
