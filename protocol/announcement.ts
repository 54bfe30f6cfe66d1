/**
 * Topology announcements (§6): that a trust line exists, signed by both ends; no limits, no balances.
 */
import { bool, encode, literal, nullable, record, type Shape } from './codec.ts';
import type { PublicKey } from './identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, MAX_CLOCK_SKEW_MS, VERSION } from './limits.ts';
import { equivalentShape, networkShape, publicKeyShape, type Signature, signatureShape, timeShape } from './packet.ts';
import type { DocumentStatement, Verify } from './statement.ts';

/** The public fact "from trusts to in this equivalent". */
export interface Announcement {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly equivalent: string;
  /** Milliseconds of its making; the highest wins. */
  readonly seq: number;
  /** False takes the line off the map; one signature is enough and it wins at equal seq. */
  readonly active: boolean;
  readonly expiresAtMs: number;
}

/** With the signatures of both ends; an inactive one needs only one of them. */
export interface SignedAnnouncement {
  readonly announcement: Announcement;
  readonly fromSignature: Signature | null;
  readonly toSignature: Signature | null;
}

export const announcementShape = record<Announcement>({
  version: literal(VERSION),
  network: networkShape,
  from: publicKeyShape,
  to: publicKeyShape,
  equivalent: equivalentShape,
  seq: timeShape,
  active: bool,
  expiresAtMs: timeShape,
});

export const signedAnnouncementShape: Shape<SignedAnnouncement> = record<SignedAnnouncement>({
  announcement: announcementShape,
  fromSignature: nullable(signatureShape),
  toSignature: nullable(signatureShape),
});

/** The statement that each end signs. */
export function announcementStatement(announcement: Announcement, signer: PublicKey): DocumentStatement {
  return { domain: 'geo/1/announcement', signer, bytes: encode(announcementShape, announcement) };
}

/** What to do with an announcement from the network: take and pass on; drop quietly; drop and hold it against the sender. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject';

/**
 * Judges an announcement (§6.2). `known` is the newest one held for the same line, if any.
 * Order: form and signatures decide reject; age and novelty decide ignore.
 */
export function judgeAnnouncement(
  signed: SignedAnnouncement,
  context: { network: string; nowMs: number; known: SignedAnnouncement | undefined; verify: Verify },
): GossipVerdict {
  const { announcement, fromSignature, toSignature } = signed;
  if (announcementFlaw(announcement, context.network) !== null) return 'reject';
  if (announcement.active && (fromSignature === null || toSignature === null)) return 'reject';
  if (fromSignature === null && toSignature === null) return 'reject';
  if (!isTimely(announcement, context.nowMs)) return 'ignore';
  if (context.known !== undefined && !supersedes(announcement, context.known.announcement)) return 'ignore';
  const signed1 =
    fromSignature === null || context.verify(announcementStatement(announcement, announcement.from), fromSignature);
  const signed2 =
    toSignature === null || context.verify(announcementStatement(announcement, announcement.to), toSignature);
  return signed1 && signed2 ? 'accept' : 'reject';
}

/** What is wrong with an announcement at any time and for anyone, or null (§6.2). */
export function announcementFlaw(announcement: Announcement, network: string): string | null {
  if (announcement.network !== network) return 'an announcement is of another network';
  if (announcement.from === announcement.to) return 'an announcement is of a line to oneself';
  return announcement.expiresAtMs > announcement.seq + ANNOUNCEMENT_LIFETIME_MS
    ? 'an announcement lives too long'
    : null;
}

/** Neither from the future nor expired. */
export function isTimely(announcement: Announcement, nowMs: number): boolean {
  return announcement.seq <= nowMs + MAX_CLOCK_SKEW_MS && announcement.expiresAtMs > nowMs;
}

/** Does `next` replace `known` for the same line? The higher seq does; at equal seq only "inactive" over "active". */
export function supersedes(next: Announcement, known: Announcement): boolean {
  if (next.seq !== known.seq) return next.seq > known.seq;
  return known.active && !next.active;
}
