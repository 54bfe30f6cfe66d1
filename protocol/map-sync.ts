/**
 * Bringing two maps together (§6.3): questions with the digests of parts, answers with what the asker lacks. Neither
 * side remembers anything: what is asked next follows from the answer and from the map as it then is.
 */
import type { SignedAnnouncement } from './announcement.ts';
import { MAX_ANNOUNCEMENTS_PER_ANSWER, MAX_MAP_SPLITS, SMALL_MAP_PART } from './limits.ts';
import type { MapAnswer, MapAsk, MapGroup } from './map-messages.ts';
import { childPart, FANOUT, indexOfPart, type MapTree, PLACE_DIGITS } from './map-tree.ts';

type Tree = MapTree<SignedAnnouncement>;

/** The first question about a map that differs: its sixteen largest parts. */
export function firstAsk(tree: Tree, slot: number): MapAsk {
  return { type: 'map-ask', slot, groups: [groupOf(tree, '', 0)] };
}

/**
 * What to ask once the announcements of an answer are taken: the sixteenths of the parts that differ, and all that
 * comes after the place where the answer was cut off. Null when there is nothing left to ask.
 */
export function nextAsk(tree: Tree, { slot, split, next }: MapAnswer): MapAsk | null {
  const groups = [...split.map((prefix) => groupOf(tree, prefix, 0)), ...(next === null ? [] : from(tree, next))];
  return groups.length === 0 ? null : { type: 'map-ask', slot, groups };
}

/** Digests of the children of a part, from one of them on. */
function groupOf(tree: Tree, prefix: string, from: number): MapGroup {
  const digests: (string | null)[] = [];
  for (let index = from; index < FANOUT; index++) digests.push(tree.digest(childPart(prefix, index)));
  return { prefix, from, digests };
}

/** All from a part on to the end of the map, in as few parts as there are. */
function from(tree: Tree, part: string): MapGroup[] {
  const groups: MapGroup[] = [];
  for (let end = part; end.length > 0; end = end.slice(0, -1)) {
    const first = indexOfPart(end) + (end === part ? 0 : 1);
    if (first < FANOUT) groups.push(groupOf(tree, end.slice(0, -1), first));
  }
  return groups;
}

/** One part of a question, with the digest that the asker has. */
interface Asked {
  readonly part: string;
  readonly digest: string | null;
}

function* partsOf({ groups }: MapAsk): Generator<Asked> {
  for (const { prefix, from, digests } of groups) {
    for (const [at, digest] of digests.entries()) {
      if (from + at < FANOUT) yield { part: childPart(prefix, from + at), digest };
    }
  }
}

/**
 * What the asker may lack of the parts it asks about. A part that is empty there, or small here, is sent whole; of any
 * other one that differs it shall ask for the sixteenths. Cut off when the message is full; at most
 * `MAX_ANNOUNCEMENTS_PER_ANSWER` announcements and `MAX_MAP_SPLITS` parts.
 */
export function answerTo(tree: Tree, ask: MapAsk): MapAnswer {
  const split: string[] = [];
  const signed: SignedAnnouncement[] = [];
  const answer = (next: string | null): MapAnswer => ({ type: 'map-answer', slot: ask.slot, split, next, signed });
  for (const { part, digest } of partsOf(ask)) {
    const own = tree.digest(part);
    if (own === null || own === digest) continue;
    if (digest === null || part.length === PLACE_DIGITS || tree.count(part) <= SMALL_MAP_PART) {
      const next = take(tree, part, signed);
      if (next !== null) return answer(next);
    } else if (split.length < MAX_MAP_SPLITS) split.push(part);
    else return answer(part);
  }
  return answer(null);
}

/** Takes a part into a message. Null when all of it is in; else the first part that is not. */
function take(tree: Tree, part: string, into: SignedAnnouncement[]): string | null {
  const room = MAX_ANNOUNCEMENTS_PER_ANSWER - into.length;
  const count = tree.count(part);
  if (count <= room) {
    for (const { value } of tree.items(part)) into.push(value);
    return null;
  }
  // A few more do not pay for another look; and what has one place cannot be told apart: the first ones must do.
  if (part.length === PLACE_DIGITS && room === MAX_ANNOUNCEMENTS_PER_ANSWER) {
    for (const { value } of tree.items(part)) if (into.length < MAX_ANNOUNCEMENTS_PER_ANSWER) into.push(value);
    return null;
  }
  if (count <= SMALL_MAP_PART || part.length === PLACE_DIGITS) return part;
  for (let index = 0; index < FANOUT; index++) {
    const next = take(tree, childPart(part, index), into);
    if (next !== null) return next;
  }
  return null;
}
