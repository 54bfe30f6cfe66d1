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
  /** Milliseconds of its making; the latest wins, for each lives as long as the one before (see `supersedes`). */
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

/** What is kept of a line on the map: the newest announcement of it. */
export interface AnnouncementRecord {
  readonly type: 'announcement';
  readonly signed: SignedAnnouncement;
}

/** A line of the map that is no longer kept: what stood under its key is forgotten, on disk too (§6.3). */
export interface ForgottenAnnouncementRecord {
  readonly type: 'forgotten-announcement';
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly equivalent: string;
}

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
  const isSignedBy = (signer: PublicKey, signature: Signature | null): boolean =>
    signature === null || context.verify(announcementStatement(announcement, signer), signature);
  const { from, to } = announcement;
  return isSignedBy(from, fromSignature) && isSignedBy(to, toSignature) ? 'accept' : 'reject';
}

/** What is wrong with an announcement at any time and for anyone, or null (§6.2). */
export function announcementFlaw(announcement: Announcement, network: string): string | null {
  if (announcement.network !== network) return 'an announcement is of another network';
  if (announcement.from === announcement.to) return 'an announcement is of a line to oneself';
  return announcement.expiresAtMs > announcement.seq + ANNOUNCEMENT_LIFETIME_MS
    ? 'an announcement lives too long'
    : null;
}

/**
 * When it stops to count, ms. An active one says so itself. One that took a line off the map lasts as long as any
 * announcement that it could have replaced: an older one must not come back from somebody who has not heard of it.
 */
export function endsAtMs({ active, expiresAtMs, seq }: Announcement): number {
  return active ? expiresAtMs : seq + ANNOUNCEMENT_LIFETIME_MS;
}

/** Neither from the future nor ended. */
export function isTimely(announcement: Announcement, nowMs: number): boolean {
  return announcement.seq <= nowMs + MAX_CLOCK_SKEW_MS && endsAtMs(announcement) > nowMs;
}

/** May it be forgotten? A while after its end, so that a clock that is set back a little shows nothing twice. */
export function isForgettable(announcement: Announcement, nowMs: number): boolean {
  return endsAtMs(announcement) + MAX_CLOCK_SKEW_MS <= nowMs;
}

/**
 * Does `next` replace `known` for the same line? The one that ends later does: then whatever is replaced has ended when
 * what replaced it has, and never comes back. Since an inactive one lasts a whole lifetime, it replaces all that were
 * made before it. Ends being equal, "inactive" does, then the higher seq: of any two that differ exactly one stands,
 * whichever came first, so that all maps become equal.
 */
export function supersedes(next: Announcement, known: Announcement): boolean {
  const [nextEndsAtMs, knownEndsAtMs] = [endsAtMs(next), endsAtMs(known)];
  if (nextEndsAtMs !== knownEndsAtMs) return nextEndsAtMs > knownEndsAtMs;
  if (next.active !== known.active) return known.active;
  return next.seq > known.seq || (next.seq === known.seq && next.expiresAtMs > known.expiresAtMs);
}
