/** Announcements of the lines between participants A, B, C …, signed by whom one likes. */
import { type Announcement, announcementStatement, type SignedAnnouncement } from '#protocol/announcement.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import type { Message } from '#protocol/link.ts';
import { key, NETWORK, sign, UAH } from './packets.ts';
import { THEN_MS } from './people.ts';

/** The line of the first of two names to the second, `AB`; active, made now, for as long as is allowed. */
export function announcement(names: string, change: Partial<Announcement> = {}): Announcement {
  const [from, to] = [...names].map(key) as [Announcement['from'], Announcement['to']];
  const { seq = THEN_MS } = change;
  return {
    version: VERSION,
    network: NETWORK,
    from,
    to,
    equivalent: UAH,
    seq,
    active: true,
    expiresAtMs: seq + ANNOUNCEMENT_LIFETIME_MS,
    ...change,
  };
}

/** Signed by both ends, or by those named. */
export function announced(names: string, change: Partial<Announcement> = {}, signers = names): SignedAnnouncement {
  const made = announcement(names, change);
  const signatureOf = (name: string) => (signers.includes(name) ? sign(announcementStatement(made, key(name))) : null);
  return {
    announcement: made,
    fromSignature: signatureOf(names[0] as string),
    toSignature: signatureOf(names[1] as string),
  };
}

/** A key that nobody has: enough for what only stands on a map. */
export function numberedKey(number: number): PublicKey {
  return number.toString(16).padStart(64, '0') as PublicKey;
}

/** Line number `number` of as many as one likes, each between two participants of its own, signed by both. */
export function numbered(number: number, change: Partial<Announcement> = {}): SignedAnnouncement {
  const ends = { from: numberedKey(2 * number + 1), to: numberedKey(2 * number + 2) };
  const made = { ...announcement('AB', change), ...ends, ...change };
  const signatureOf = (signer: PublicKey) => sign(announcementStatement(made, signer));
  return { announcement: made, fromSignature: signatureOf(made.from), toSignature: signatureOf(made.to) };
}

/** The owner's question whether its line may be announced. */
export function offer(names: string, change: Partial<Announcement> = {}): Message {
  return { type: 'announcement-offer', signed: announced(names, change, names[0]) };
}
