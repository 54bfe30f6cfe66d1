/**
 * Messages between neighbours (§7) and their frames. One message a frame; every message is idempotent.
 *
 * COMMIT and ABORT are acknowledged by name (what, transaction, route, position), not by a request number: an
 * acknowledgement then means the same after a reconnection or a crash.
 */
import { type SignedAnnouncement, signedAnnouncementShape } from './announcement.ts';
import { type Cause, causeShape } from './cause.ts';
import { bool, decode, encode, hex, list, nullable, record, type Shape, text, uint, variants } from './codec.ts';
import type { PublicKey } from './identity.ts';
import { MAX_ANNOUNCEMENTS_PER_FRAME, MAX_CLEARING_HOPS, MAX_DEPTH, MAX_FRAME_BYTES, MAX_ROUTES } from './limits.ts';
import {
  type Certificate,
  certificateShape,
  equivalentShape,
  type Header,
  headerShape,
  networkShape,
  type Packet,
  packetShape,
  publicKeyShape,
  type Route,
  routeShape,
  type Signature,
  signatureShape,
  type TxId,
  timeShape,
  txIdShape,
} from './packet.ts';
import type { RestedAbort } from './position.ts';
import type { Refusal } from './refusals.ts';
import { type SignedTrustLine, signedTrustLineShape } from './trust-line.ts';

/** First message on a new link, both ways. */
export interface Hello {
  readonly type: 'hello';
  readonly network: string;
  readonly versions: readonly number[];
  readonly capabilities: readonly string[];
  /** 16 random bytes in hex, new at each start. */
  readonly instance: string;
}

/** "I have saved that": ends the resending of a COMMIT or an ABORT that p(position + 1) sent to p(position). */
export interface Ack {
  readonly type: 'ack';
  readonly of: 'commit' | 'abort';
  readonly txId: TxId;
  readonly routeIndex: number;
  /** Position of the participant that sent what is acknowledged. */
  readonly position: number;
}

export interface Prepare {
  readonly type: 'prepare';
  readonly packet: Packet;
}

export interface Commit {
  readonly type: 'commit';
  readonly certificate: Certificate;
}

/** See `Abort` in position.ts: a waiver. */
export interface AbortMessage {
  readonly type: 'abort';
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
  readonly signer: PublicKey;
  readonly signature: Signature;
  readonly cause: Cause;
  readonly restsOn: readonly RestedAbort[];
}

/** Downstream hint that the payer gave up; unsigned, only the receiver may act on it. */
export interface Cancel {
  readonly type: 'cancel';
  readonly txId: TxId;
  readonly routeIndex: number;
}

/**
 * "What became of it?" To the downstream neighbour with the whole packet, or, from a restored participant that must not
 * sign it, with header and route; to the receiver with the header; to others with the id.
 */
export interface Resolve {
  readonly type: 'resolve';
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly packet: Packet | null;
  readonly header: Header | null;
  readonly route: Route | null;
}

/** The receiver's signed "I will never commit this transaction". */
export interface Decline {
  readonly type: 'decline';
  readonly txId: TxId;
  readonly signer: PublicKey;
  readonly signature: Signature;
}

export interface TrustLineMessage {
  readonly type: 'trust-line';
  readonly signed: SignedTrustLine;
}

export interface TrustLineAck {
  readonly type: 'trust-line-ack';
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly equivalent: string;
  readonly seq: number;
}

/** "May we put this line on the public map?" Carries the owner's signature; the other end adds its own if it agrees. */
export interface AnnouncementOffer {
  readonly type: 'announcement-offer';
  readonly signed: SignedAnnouncement;
}

/** Summary of the map a node holds; a neighbour whose map differs answers with what it has. */
export interface MapDigest {
  readonly type: 'map-digest';
  readonly count: number;
  readonly digest: string;
  /** False: please answer with your own digest if yours differs. */
  readonly isAnswer: boolean;
}

export interface Announcements {
  readonly type: 'announcements';
  readonly signed: readonly SignedAnnouncement[];
}

export type Message =
  | Hello
  | Ack
  | Prepare
  | Commit
  | AbortMessage
  | Cancel
  | Resolve
  | Decline
  | TrustLineMessage
  | TrustLineAck
  | AnnouncementOffer
  | MapDigest
  | Announcements;

export type MessageType = Message['type'];

type Fields<M> = Omit<M, 'type'>;

const routeIndexShape = uint(MAX_ROUTES - 1);
const positionShape = uint(MAX_CLEARING_HOPS);

const bit = uint(1);
const ackOfShape: Shape<Ack['of']> = {
  toCbor: (of) => (of === 'commit' ? 0 : 1),
  fromCbor: (value, where) => (bit.fromCbor(value, where) === 0 ? 'commit' : 'abort'),
};

const restedAbortShape = record<RestedAbort>({
  position: positionShape,
  signer: publicKeyShape,
  signature: signatureShape,
});

/** All messages with their wire numbers (`wire.cddl`). Numbers are never reused. */
export const messageShape: Shape<Message> = variants('type', {
  hello: [
    0,
    record<Fields<Hello>>({
      network: networkShape,
      versions: list(uint(65_535), 1, 16),
      capabilities: list(text(32), 0, 32),
      instance: hex(16),
    }),
  ],
  ack: [
    1,
    record<Fields<Ack>>({ of: ackOfShape, txId: txIdShape, routeIndex: routeIndexShape, position: positionShape }),
  ],
  prepare: [2, record<Fields<Prepare>>({ packet: packetShape })],
  commit: [3, record<Fields<Commit>>({ certificate: certificateShape })],
  abort: [
    4,
    record<Fields<AbortMessage>>({
      txId: txIdShape,
      routeIndex: routeIndexShape,
      position: positionShape,
      signer: publicKeyShape,
      signature: signatureShape,
      cause: causeShape,
      restsOn: list(restedAbortShape, 0, MAX_CLEARING_HOPS),
    }),
  ],
  cancel: [5, record<Fields<Cancel>>({ txId: txIdShape, routeIndex: routeIndexShape })],
  resolve: [
    6,
    record<Fields<Resolve>>({
      txId: txIdShape,
      routeIndex: routeIndexShape,
      packet: nullable(packetShape),
      header: nullable(headerShape),
      route: nullable(routeShape),
    }),
  ],
  decline: [7, record<Fields<Decline>>({ txId: txIdShape, signer: publicKeyShape, signature: signatureShape })],
  'trust-line': [8, record<Fields<TrustLineMessage>>({ signed: signedTrustLineShape })],
  'trust-line-ack': [
    9,
    record<Fields<TrustLineAck>>({
      from: publicKeyShape,
      to: publicKeyShape,
      equivalent: equivalentShape,
      seq: timeShape,
    }),
  ],
  'announcement-offer': [10, record<Fields<AnnouncementOffer>>({ signed: signedAnnouncementShape })],
  'map-digest': [11, record<Fields<MapDigest>>({ count: uint(), digest: hex(8), isAnswer: bool })],
  announcements: [
    12,
    record<Fields<Announcements>>({ signed: list(signedAnnouncementShape, 1, MAX_ANNOUNCEMENTS_PER_FRAME) }),
  ],
});

/** One frame of a message; at most `MAX_FRAME_BYTES` (anything longer is a bug of the caller). */
export function encodeMessage(message: Message): Uint8Array {
  return encode(messageShape, message);
}

/** Strictly decodes a frame (§1.1): a refusal says where and why it is not a message. */
export function decodeMessage(frame: Uint8Array): Message | Refusal<'bad-encoding'> {
  return decode(messageShape, frame, { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH });
}
