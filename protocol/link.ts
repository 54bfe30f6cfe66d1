/**
 * Messages between neighbours (§7) and their frames. One message a frame; every message is idempotent.
 *
 * COMMIT and ABORT are acknowledged by name (what, transaction, route, position), not by a request number: an
 * acknowledgement then means the same after a reconnection or a crash.
 */
import { type SignedAnnouncement, signedAnnouncementShape } from './announcement.ts';
import { type Cause, causeShape } from './cause.ts';
import { type SignedCheckpoint, signedCheckpointShape } from './checkpoint.ts';
import {
  type RingFound,
  type RingNone,
  type RingWalk,
  ringFoundFields,
  ringNoneFields,
  ringWalkFields,
} from './clearing/ring.ts';
import { type RingHalf, type RingProbe, ringHalfFields, ringProbeFields } from './clearing/ring-probe.ts';
import {
  bool,
  bytes,
  decode,
  encode,
  hex,
  list,
  nullable,
  record,
  type Shape,
  signedAmount,
  text,
  uint,
  variants,
} from './codec.ts';
import { type Find, type Found, findFields, foundFields } from './finding.ts';
import { HINT_REQUEST_NUMBER, type HintRequest, type Hints, hintRequestShape, hintsShape } from './hints.ts';
import type { PublicKey } from './identity.ts';
import { type HopId, hopIdShape } from './journal.ts';
import {
  MAX_BACKUP_BYTES,
  MAX_CAPABILITIES,
  MAX_CAPABILITY_BYTES,
  MAX_CLEARING_HOPS,
  MAX_DEPTH,
  MAX_FRAME_BYTES,
  MAX_HOPS_PER_FRAME,
  MAX_OPEN_PER_NEIGHBOUR,
  MAX_ROUTES,
} from './limits.ts';
import {
  type Announcements,
  announcementsShape,
  type MapAnswer,
  type MapAsk,
  type MapDigest,
  mapAnswerShape,
  mapAskShape,
  mapDigestShape,
} from './map-messages.ts';
import {
  type Certificate,
  certificateShape,
  equivalentShape,
  type Header,
  headerShape,
  networkShape,
  type Packet,
  packetShape,
  partSignatureShape,
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
import { type Probe, type ProbeAnswer, probeAnswerFields, probeFields } from './probe.ts';
import type { Refusal } from './refusals.ts';
import type { DocumentStatement } from './statement.ts';
import { type SignedTrustLine, signedTrustLineShape } from './trust-line.ts';

/** First message on a new link, both ways. */
export interface Hello {
  readonly type: 'hello';
  readonly network: string;
  readonly versions: readonly number[];
  readonly capabilities: readonly string[];
  /** 16 random bytes in hex, new at each start. */
  readonly instance: string;
  /** When the instance started, by its own clock. */
  readonly startedAtMs: number;
  /** The sender's: a second instance of its key is proven by it (§7.1). */
  readonly signature: Signature;
}

/** What the signature of a HELLO covers. */
type Instance = Pick<Hello, 'network' | 'instance' | 'startedAtMs'>;

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

/** Tells downstream that the payer gave up; unsigned, only the receiver may act on it. */
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

/** A line from its owner; or the receiver's own line shown back to it, after a loss. */
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

/**
 * The books of one account as the sender sees them (§7.5): newest seqs of both lines (0: none), last checkpoint, hops
 * that count since, hops that are reserved.
 */
export interface Summary {
  readonly type: 'summary';
  readonly equivalent: string;
  /** Of the sender's own line, and of the receiver's line as the sender holds it. */
  readonly ownSeq: number;
  readonly theirSeq: number;
  readonly epoch: number;
  readonly checkpoint: string | null;
  /** > 0: the receiver owes the sender. */
  readonly balance: bigint;
  readonly count: number;
  readonly digest: string;
  readonly openCount: number;
  readonly openDigest: string;
}

/** Hops that count with the sender since its last checkpoint: whoever lacks one asks, whoever has another sends it. */
export interface Hops {
  readonly type: 'hops';
  readonly equivalent: string;
  /** Creation time up to which the sender's last checkpoint reaches. */
  readonly untilMs: number;
  /** Are these all? */
  readonly isWhole: boolean;
  readonly hops: readonly HopId[];
  /** Hops into the sender that it holds reserved: the receiver has signed each of them. */
  readonly held: readonly HopId[];
}

/** A checkpoint: proposed with one signature, or agreed with both. */
export interface CheckpointMessage {
  readonly type: 'checkpoint';
  readonly signed: SignedCheckpoint;
}

/** "I lost records: send me what you have of our accounts." */
export interface Recover {
  readonly type: 'recover';
  /** When records were lost last; null: never, and only what may be missing since a start is asked for. */
  readonly restoredAtMs: number | null;
}

/** "You signed this, and I hold it": the packet as its upstream neighbour sent it, shown back to it. */
export interface Reminder {
  readonly type: 'reminder';
  readonly packet: Packet;
}

/** A sealed backup: from its owner to be kept, or back to its owner; without it, which seq the sender keeps. */
export interface BackupMessage {
  readonly type: 'backup';
  readonly owner: PublicKey;
  readonly seq: number;
  readonly sealed: Uint8Array | null;
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
  | Announcements
  | Summary
  | Hops
  | CheckpointMessage
  | Recover
  | Reminder
  | BackupMessage
  | Probe
  | ProbeAnswer
  | Find
  | Found
  | RingWalk
  | RingFound
  | RingNone
  | RingProbe
  | RingHalf
  | HintRequest
  | Hints
  | MapAsk
  | MapAnswer;

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
  signature: partSignatureShape,
});

export const instanceShape: Shape<Instance> = record<Instance>({
  network: networkShape,
  instance: hex(16),
  startedAtMs: timeShape,
});

/** What the sender of a HELLO signs: "I run as this instance". */
export function instanceStatement({ network, instance, startedAtMs }: Instance, signer: PublicKey): DocumentStatement {
  return { domain: 'geo/1/instance', signer, bytes: encode(instanceShape, { network, instance, startedAtMs }) };
}

/** All messages with their wire numbers (`wire.cddl`). Numbers are never reused. */
export const messageShape: Shape<Message> = variants('type', {
  hello: [
    0,
    record<Fields<Hello>>({
      network: networkShape,
      versions: list(uint(65_535), 1, 16),
      capabilities: list(text(MAX_CAPABILITY_BYTES), 0, MAX_CAPABILITIES),
      instance: hex(16),
      startedAtMs: timeShape,
      signature: signatureShape,
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
      signature: partSignatureShape,
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
  decline: [7, record<Fields<Decline>>({ txId: txIdShape, signer: publicKeyShape, signature: partSignatureShape })],
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
  'map-digest': [11, mapDigestShape],
  announcements: [12, announcementsShape],
  summary: [
    13,
    record<Fields<Summary>>({
      equivalent: equivalentShape,
      ownSeq: timeShape,
      theirSeq: timeShape,
      epoch: timeShape,
      checkpoint: nullable(hex(32)),
      balance: signedAmount(),
      count: uint(),
      digest: hex(32),
      openCount: uint(),
      openDigest: hex(32),
    }),
  ],
  hops: [
    14,
    record<Fields<Hops>>({
      equivalent: equivalentShape,
      untilMs: timeShape,
      isWhole: bool,
      hops: list(hopIdShape, 0, MAX_HOPS_PER_FRAME),
      held: list(hopIdShape, 0, MAX_OPEN_PER_NEIGHBOUR),
    }),
  ],
  checkpoint: [15, record<Fields<CheckpointMessage>>({ signed: signedCheckpointShape })],
  recover: [16, record<Fields<Recover>>({ restoredAtMs: nullable(timeShape) })],
  reminder: [17, record<Fields<Reminder>>({ packet: packetShape })],
  backup: [
    18,
    record<Fields<BackupMessage>>({
      owner: publicKeyShape,
      seq: timeShape,
      sealed: nullable(bytes(1, MAX_BACKUP_BYTES)),
    }),
  ],
  probe: [19, record<Fields<Probe>>(probeFields)],
  'probe-answer': [20, record<Fields<ProbeAnswer>>(probeAnswerFields)],
  find: [21, record<Fields<Find>>(findFields)],
  found: [22, record<Fields<Found>>(foundFields)],
  'hint-request': [HINT_REQUEST_NUMBER, hintRequestShape],
  hints: [24, hintsShape],
  'map-ask': [25, mapAskShape],
  'map-answer': [26, mapAnswerShape],
  'ring-walk': [27, record<Fields<RingWalk>>(ringWalkFields)],
  'ring-found': [28, record<Fields<RingFound>>(ringFoundFields)],
  'ring-none': [29, record<Fields<RingNone>>(ringNoneFields)],
  'ring-probe': [30, record<Fields<RingProbe>>(ringProbeFields)],
  'ring-half': [31, record<Fields<RingHalf>>(ringHalfFields)],
});

/** One frame of a message; at most `MAX_FRAME_BYTES` (anything longer is a bug of the caller). */
export function encodeMessage(message: Message): Uint8Array {
  return encode(messageShape, message);
}

/** Strictly decodes a frame (§1.1): a refusal says where and why it is not a message. */
export function decodeMessage(frame: Uint8Array): Message | Refusal<'bad-encoding'> {
  return decode(messageShape, frame, { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH });
}
