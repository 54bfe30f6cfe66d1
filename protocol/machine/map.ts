/**
 * The map that everybody holds (§6.3): what is heard is put on it, what has ended leaves it, neighbours bring theirs
 * together.
 */
import { type SignedAnnouncement, supersedes } from '../announcement.ts';
import type { PublicKey } from '../identity.ts';
import { MAP_SLACK, MAX_CLOCK_SKEW_MS, MAX_FORGOTTEN_AT_ONCE } from '../limits.ts';
import type { MapAnswer, MapAsk, MapDigest } from '../map-messages.ts';
import { leastOfUse } from '../map-share.ts';
import { answerTo, firstAsk, nextAsk } from '../map-sync.ts';
import { slotOf } from '../topology.ts';
import type { Turn } from './turn.ts';

/** How many lines may be on the map before some must go. */
const limitOf = (turn: Turn): number => turn.records.maxMapLines + Math.floor(turn.records.maxMapLines / MAP_SLACK);

/** Announcements judged `accept`, from gossip or from somebody's map. The map may have changed since they were judged. */
export function receiveAnnouncements(turn: Turn, list: readonly SignedAnnouncement[]): void {
  const { topology } = turn.records;
  const room = limitOf(turn) - topology.count;
  let added = 0;
  let changed = 0;
  for (const signed of list) {
    const { from, to, equivalent } = signed.announcement;
    const known = topology.get(from, to, equivalent);
    if (known !== undefined && !supersedes(signed.announcement, known.announcement)) continue;
    const isOwn = from === turn.self || to === turn.self;
    if (known === undefined && !isOwn && added++ >= room) continue;
    turn.saveOnce({ type: 'announcement', signed });
    changed++;
  }
  if (changed > 0) turn.notify({ type: 'map', changed });
}

/** Tells somebody which map this participant has. */
export function sendMapDigest(turn: Turn, to: PublicKey, isAnswer: boolean, slot = slotOf(turn.nowMs)): void {
  const tree = turn.records.topology.lasting(slot);
  turn.send(to, { type: 'map-digest', slot, count: tree.count(''), digest: digestOf(turn, slot), isAnswer });
}

/** Of a map without lines: zeros. */
function digestOf(turn: Turn, slot: number): string {
  return turn.records.topology.lasting(slot).digest('') ?? '0'.repeat(16);
}

/** Is it a slot of which this participant can speak: the own one, or, shortly before its begin, the next? */
function isPresent(turn: Turn, slot: number): boolean {
  return slot === slotOf(turn.nowMs) || slot === slotOf(turn.nowMs + 2 * MAX_CLOCK_SKEW_MS);
}

/** The map of a neighbour, or of one that was asked: if it differs, each asks the other for what it has not. */
export function receiveMapDigest(turn: Turn, from: PublicKey, message: MapDigest): void {
  const { slot, digest, count, isAnswer } = message;
  // Who is behind, or has another time altogether, is told the own slot, and may come back with it.
  const isComparable = isPresent(turn, slot);
  const differs =
    isComparable && (digest !== digestOf(turn, slot) || count !== turn.records.topology.lasting(slot).count(''));
  if (isComparable && !differs) return;
  const mayAsk = isAnswer || turn.records.linked.has(from);
  // A map that is full differs from all others for good: what it lacks, gossip may bring.
  const isFull = turn.records.topology.count >= turn.records.maxMapLines;
  if (differs && mayAsk && count > 0 && !isFull) turn.send(from, firstAsk(turn.records.topology.lasting(slot), slot));
  if (!isAnswer) sendMapDigest(turn, from, true, isComparable ? slot : slotOf(turn.nowMs));
}

/** A question about parts of the map. */
export function receiveMapAsk(turn: Turn, from: PublicKey, ask: MapAsk): void {
  if (isPresent(turn, ask.slot)) turn.send(from, answerTo(turn.records.topology.lasting(ask.slot), ask));
}

/** An answer to a question of this participant's: takes what is news, and asks on. */
export function receiveMapAnswer(turn: Turn, from: PublicKey, answer: MapAnswer): void {
  receiveAnnouncements(turn, answer.signed);
  if (!isPresent(turn, answer.slot) || turn.records.topology.count >= turn.records.maxMapLines) return;
  const ask = nextAsk(turn.records.topology.lasting(answer.slot), answer);
  if (ask !== null) turn.send(from, ask);
}

/** Forgets what has ended; and, when the map is fuller than it may be, what is of least use. */
export function tidyMap(turn: Turn): void {
  const { topology, maxMapLines } = turn.records;
  for (const { announcement } of topology.forgettable(turn.nowMs, MAX_FORGOTTEN_AT_ONCE)) forget(turn, announcement);
  if (topology.count < limitOf(turn)) return;
  const most = Math.min(topology.count - maxMapLines, MAX_FORGOTTEN_AT_ONCE);
  for (const { announcement } of leastOfUse(topology.all(), turn.self, most)) forget(turn, announcement);
}

function forget(turn: Turn, { from, to, equivalent }: SignedAnnouncement['announcement']): void {
  turn.saveOnce({ type: 'forgotten-announcement', from, to, equivalent });
}
