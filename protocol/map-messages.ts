/** The messages by which two participants bring their maps together (§6.3), a bounded piece at a time. */
import { type SignedAnnouncement, signedAnnouncementShape } from './announcement.ts';
import { bool, hex, list, nullable, type RecordShape, record, type Shape, uint } from './codec.ts';
import {
  MAX_ANNOUNCEMENTS_PER_ANSWER,
  MAX_ANNOUNCEMENTS_PER_FRAME,
  MAX_MAP_GROUPS,
  MAX_MAP_SPLITS,
  MAX_TIME_MS,
} from './limits.ts';
import { childPart, FANOUT, PLACE_DIGITS } from './map-tree.ts';

/** Summary of the map that a participant holds; whoever has another one asks for the difference. */
export interface MapDigest {
  readonly type: 'map-digest';
  /** Announcements that end in this slot or before are left out: see `slotOf`. */
  readonly slot: number;
  readonly count: number;
  readonly digest: string;
  /** False: please answer with your own digest if yours differs. */
  readonly isAnswer: boolean;
}

/** Announcements that are news to the receiver, as far as the sender knows: what both have just signed. */
export interface Announcements {
  readonly type: 'announcements';
  readonly signed: readonly SignedAnnouncement[];
}

/** Digests of the parts `prefix` + digit for the digits from `from` on, one after the other; null for an empty part. */
export interface MapGroup {
  /** 0 … 15 hex digits. */
  readonly prefix: string;
  /** 0 … 15. */
  readonly from: number;
  readonly digests: readonly (string | null)[];
}

/** "This is what I hold in these parts of the map: what have you there that I have not?" Parts in order. */
export interface MapAsk {
  readonly type: 'map-ask';
  readonly slot: number;
  readonly groups: readonly MapGroup[];
}

/** What the asker may lack, up to the part `next`; and which parts differ and should be asked for in sixteenths. */
export interface MapAnswer {
  readonly type: 'map-answer';
  readonly slot: number;
  readonly split: readonly string[];
  /** Where the answer was cut off, for it is long enough; null: these were all parts that were asked for. */
  readonly next: string | null;
  readonly signed: readonly SignedAnnouncement[];
}

type Fields<M> = Omit<M, 'type'>;

const slotShape = uint(MAX_TIME_MS);
const digestShape = hex(8);

/** Hex digits in memory, a list of their values on the wire. */
function digits(min: number, max: number): Shape<string> {
  const values = list(uint(FANOUT - 1), min, max);
  return {
    toCbor: (part) => values.toCbor([...part].map((digit) => Number.parseInt(digit, 16))),
    fromCbor: (value, where) => values.fromCbor(value, where).reduce(childPart, ''),
  };
}

const groupShape: Shape<MapGroup> = record<MapGroup>({
  prefix: digits(0, PLACE_DIGITS - 1),
  from: uint(FANOUT - 1),
  digests: list(nullable(digestShape), 1, FANOUT),
});

export const mapDigestShape: RecordShape<Fields<MapDigest>> = record<Fields<MapDigest>>({
  slot: slotShape,
  count: uint(),
  digest: digestShape,
  isAnswer: bool,
});

export const announcementsShape: RecordShape<Fields<Announcements>> = record<Fields<Announcements>>({
  signed: list(signedAnnouncementShape, 1, MAX_ANNOUNCEMENTS_PER_FRAME),
});

export const mapAskShape: RecordShape<Fields<MapAsk>> = record<Fields<MapAsk>>({
  slot: slotShape,
  groups: list(groupShape, 1, MAX_MAP_GROUPS),
});

export const mapAnswerShape: RecordShape<Fields<MapAnswer>> = record<Fields<MapAnswer>>({
  slot: slotShape,
  split: list(digits(1, PLACE_DIGITS - 1), 0, MAX_MAP_SPLITS),
  next: nullable(digits(1, PLACE_DIGITS)),
  signed: list(signedAnnouncementShape, 0, MAX_ANNOUNCEMENTS_PER_ANSWER),
});
