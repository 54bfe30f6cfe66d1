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
import { ANNOUNCEMENT_LIFETIME_MS, VERSION } from '../limits.ts';
import type { TrustLine } from '../trust-line.ts';
import type { Turn } from './turn.ts';

function announcementOf(
  turn: Turn,
  line: Pick<TrustLine, 'from' | 'to' | 'equivalent'>,
  active: boolean,
): Announcement {
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
  if (turn.node.isFrozen) return;
  const announcement = announcementOf(turn, line, true);
  const fromSignature = turn.sign(announcementStatement(announcement, turn.self));
  if (fromSignature === null) return;
  turn.send(line.to, { type: 'announcement-offer', signed: { announcement, fromSignature, toSignature: null } });
}

/** Takes a line of which this participant is an end off the map, if it is on it. One signature is enough. */
export function withdrawLine(turn: Turn, line: Pick<TrustLine, 'from' | 'to' | 'equivalent'>): void {
  const known = turn.records.topology.get(line.from, line.to, line.equivalent);
  if (known === undefined || !known.announcement.active) return;
  const announcement = announcementOf(turn, line, false);
  const signature = turn.sign(announcementStatement(announcement, turn.self));
  if (signature === null) return;
  const isOwn = line.from === turn.self;
  const signed: SignedAnnouncement = {
    announcement,
    fromSignature: isOwn ? signature : null,
    toSignature: isOwn ? null : signature,
  };
  turn.saveOnce({ type: 'announcement', signed });
  turn.notify({ type: 'announce', signed });
}

/** Does this participant agree to be on the map as the other end of the neighbour's lines in this equivalent? */
function agreesWith(turn: Turn, neighbour: PublicKey, equivalent: string): boolean {
  return turn.node.announceAll || turn.line(turn.self, neighbour, equivalent)?.signed.line.policy.announce === true;
}

/** The owner of a line to a neighbour has said whether it is to be announced: that holds for the neighbour's line too. */
export function withdrawConsent(turn: Turn, neighbour: PublicKey, equivalent: string): void {
  if (!agreesWith(turn, neighbour, equivalent)) withdrawLine(turn, { from: neighbour, to: turn.self, equivalent });
}

/** Takes off the map what this participant had agreed to and, by its settings, does not any more. */
export function withdrawUnwanted(turn: Turn): void {
  if (turn.node.isFrozen) return;
  for (const { signed } of turn.records.lines()) {
    const { line } = signed;
    if (line.from === turn.self) {
      if (!isWanted(turn, line)) withdrawLine(turn, line);
    } else withdrawConsent(turn, line.from, line.equivalent);
  }
}

/** Is an own line to be on the map? */
function isWanted(turn: Turn, { status, policy }: TrustLine): boolean {
  return status === 'active' && (policy.announce || turn.node.announceAll);
}

/** A neighbour asks to put its line to this participant on the map. Nobody is put there unasked: without consent no answer. */
export function receiveOffer(turn: Turn, from: PublicKey, offered: SignedAnnouncement): void {
  const { announcement } = offered;
  const { equivalent } = announcement;
  const known = turn.records.topology.get(from, turn.self, equivalent);
  if (known !== undefined && !supersedes(announcement, known.announcement)) return;
  const received = turn.line(from, turn.self, equivalent);
  const agrees = agreesWith(turn, from, equivalent);
  if (received?.signed.line.status !== 'active' || !agrees || !isTimely(announcement, turn.nowMs)) return;
  if (turn.node.isFrozen) return;
  const toSignature = turn.sign(announcementStatement(announcement, turn.self));
  if (toSignature === null) return;
  const signed: SignedAnnouncement = { ...offered, toSignature };
  turn.saveOnce({ type: 'announcement', signed });
  turn.notify({ type: 'announce', signed });
  turn.send(from, { type: 'announcements', signed: [signed] });
}

/** Offers again every own line that should be on the map and is not, or not for long. */
export function renewAnnouncements(turn: Turn, onlyTo: PublicKey | null): void {
  for (const { signed } of turn.records.lines()) {
    const { line } = signed;
    if (line.from !== turn.self || (onlyTo !== null && line.to !== onlyTo) || !isWanted(turn, line)) continue;
    const known = turn.records.topology.get(line.from, line.to, line.equivalent)?.announcement;
    const lasts = known?.active === true && known.expiresAtMs - turn.nowMs > ANNOUNCEMENT_LIFETIME_MS / 2;
    if (!lasts && turn.records.linked.has(line.to)) announceLine(turn, line);
  }
}
