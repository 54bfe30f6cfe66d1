/**
 * Announcements (§6.1, §6.2): offered by the owner of a line, countersigned by its other end, put on everybody's map.
 */
import {
  type Announcement,
  announcementStatement,
  isTimely,
  type SignedAnnouncement,
  supersedes,
} from '../announcement.ts';
import type { PublicKey } from '../identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, MAX_ANNOUNCEMENTS_PER_FRAME, VERSION } from '../limits.ts';
import type { MapDigest } from '../link.ts';
import type { TrustLine } from '../trust-line.ts';
import type { Turn } from './turn.ts';

function announcementOf(turn: Turn, line: TrustLine, active: boolean): Announcement {
  const { from, to, equivalent } = line;
  const lastSeq = turn.records.topology.get(from, to, equivalent)?.announcement.seq ?? 0;
  const seq = Math.max(lastSeq + 1, turn.nowMs);
  return {
    version: VERSION,
    network: turn.records.network,
    from,
    to,
    equivalent,
    seq,
    active,
    expiresAtMs: seq + ANNOUNCEMENT_LIFETIME_MS,
  };
}

/** Asks the other end of an own line to agree to its announcement. */
export function announceLine(turn: Turn, line: TrustLine): void {
  if (turn.node.restoredAtMs !== null) return;
  const announcement = announcementOf(turn, line, true);
  const fromSignature = turn.sign(announcementStatement(announcement, turn.self));
  turn.send(line.to, { type: 'announcement-offer', signed: { announcement, fromSignature, toSignature: null } });
}

/** Takes an own line off the map, if it is on it. One signature is enough. */
export function withdrawLine(turn: Turn, line: TrustLine): void {
  const known = turn.records.topology.get(line.from, line.to, line.equivalent);
  if (known === undefined || !known.announcement.active) return;
  const announcement = announcementOf(turn, line, false);
  const signed: SignedAnnouncement = {
    announcement,
    fromSignature: turn.sign(announcementStatement(announcement, turn.self)),
    toSignature: null,
  };
  turn.saveOnce({ type: 'announcement', signed });
  turn.notify({ type: 'announce', signed });
}

/** A neighbour asks to put its line to this participant on the map. Nobody is put there unasked: without consent no answer. */
export function receiveOffer(turn: Turn, from: PublicKey, offered: SignedAnnouncement): void {
  const { announcement } = offered;
  const { equivalent } = announcement;
  const known = turn.records.topology.get(from, turn.self, equivalent);
  if (known !== undefined && !supersedes(announcement, known.announcement)) return;
  const received = turn.line(from, turn.self, equivalent);
  const own = turn.line(turn.self, from, equivalent);
  const agrees = turn.node.announceAll || own?.signed.line.policy.announce === true;
  if (received?.signed.line.status !== 'active' || !agrees || !isTimely(announcement, turn.nowMs)) return;
  if (turn.node.restoredAtMs !== null) return;
  const signed: SignedAnnouncement = {
    ...offered,
    toSignature: turn.sign(announcementStatement(announcement, turn.self)),
  };
  turn.saveOnce({ type: 'announcement', signed });
  turn.notify({ type: 'announce', signed });
  turn.send(from, { type: 'announcements', signed: [signed] });
}

/** Announcements judged `accept`, from gossip or from a neighbour's map. */
export function receiveAnnouncements(turn: Turn, list: readonly SignedAnnouncement[]): void {
  for (const signed of list) turn.saveOnce({ type: 'announcement', signed });
  if (list.length > 0) turn.notify({ type: 'map', changed: list.length });
}

/** Offers again every own line that should be on the map and is not, or not for long. */
export function renewAnnouncements(turn: Turn, onlyTo: PublicKey | null): void {
  for (const { signed } of turn.records.lines()) {
    const { line } = signed;
    if (line.from !== turn.self || line.status !== 'active' || (onlyTo !== null && line.to !== onlyTo)) continue;
    if (!line.policy.announce && !turn.node.announceAll) continue;
    const known = turn.records.topology.get(line.from, line.to, line.equivalent)?.announcement;
    const lasts = known?.active === true && known.expiresAtMs - turn.nowMs > ANNOUNCEMENT_LIFETIME_MS / 2;
    if (!lasts && turn.records.linked.has(line.to)) announceLine(turn, line);
  }
}

/** Tells a neighbour which map this participant has. */
export function sendMapDigest(turn: Turn, to: PublicKey, isAnswer: boolean): void {
  const { count, digest } = turn.records.topology;
  turn.send(to, { type: 'map-digest', count, digest, isAnswer });
}

/** A neighbour's map: if it differs, each gives the other what it has. */
export function receiveMapDigest(turn: Turn, from: PublicKey, message: MapDigest): void {
  const { topology } = turn.records;
  if (message.count === topology.count && message.digest === topology.digest) return;
  const all = [...topology.all()].filter(({ announcement }) => announcement.expiresAtMs > turn.nowMs);
  for (let at = 0; at < all.length; at += MAX_ANNOUNCEMENTS_PER_FRAME) {
    turn.send(from, { type: 'announcements', signed: all.slice(at, at + MAX_ANNOUNCEMENTS_PER_FRAME) });
  }
  if (!message.isAnswer) sendMapDigest(turn, from, true);
}
