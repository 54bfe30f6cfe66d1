/**
 * Which lines of a map that is too large are of least use (§6.3).
 *
 * Each participant's *share* is the chance to come to it when one begins at oneself and goes on along lines, always away
 * from the begin and to each of the next ones as likely as to another. So what lies near has much, what no line leads to
 * has nothing, and whoever announces very many lines behind one of its own, as one can who makes up participants,
 * divides the share of that one line among them.
 */
import type { SignedAnnouncement } from './announcement.ts';
import type { PublicKey } from './identity.ts';

/** Lines between participants, both of which are numbers: arrays, for a map may have some hundred thousand. */
interface Graph {
  readonly participants: number;
  /** Ends of line i: `ends[2i]` and `ends[2i + 1]`. */
  readonly ends: Uint32Array;
  readonly isActive: Uint8Array;
}

/**
 * The `most` lines with the least share, least first; of equal ones those that were heard of last. Never one of the
 * participant's own. A line has the share of the end that is farther away. `lines` in the order in which they were
 * first heard of. Takes time in proportion to all lines, and a little more for those that it names.
 */
export function leastOfUse(
  lines: Iterable<SignedAnnouncement>,
  self: PublicKey,
  most: number,
): readonly SignedAnnouncement[] {
  const all = [...lines];
  const graph = graphOf(all, self);
  const shares = sharesIn(graph);
  const { ends } = graph;
  const ofLine = Float64Array.from(all, (_, line) =>
    Math.min(shares[ends[2 * line] as number] as number, shares[ends[2 * line + 1] as number] as number),
  );
  const candidates: number[] = [];
  for (let line = 0; line < all.length; line++) {
    if (ends[2 * line] !== SELF && ends[2 * line + 1] !== SELF) candidates.push(line);
  }
  // Only those up to the last one that goes are put in order.
  const limit =
    Float64Array.from(candidates, (line) => ofLine[line] as number).sort()[most - 1] ?? Number.POSITIVE_INFINITY;
  return candidates
    .filter((line) => (ofLine[line] as number) <= limit)
    .sort((a, b) => (ofLine[a] as number) - (ofLine[b] as number) || b - a)
    .slice(0, most)
    .map((line) => all[line] as SignedAnnouncement);
}

const SELF = 0;

function graphOf(all: readonly SignedAnnouncement[], self: PublicKey): Graph {
  const numbers = new Map<PublicKey, number>([[self, SELF]]);
  const numberOf = (key: PublicKey): number => {
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    return number;
  };
  const ends = new Uint32Array(2 * all.length);
  // What was taken off the map leads nowhere; it stays as long as those do whom it keeps from coming back.
  const isActive = new Uint8Array(all.length);
  for (const [line, { announcement }] of all.entries()) {
    ends[2 * line] = numberOf(announcement.from);
    ends[2 * line + 1] = numberOf(announcement.to);
    isActive[line] = announcement.active ? 1 : 0;
  }
  return { participants: numbers.size, ends, isActive };
}

/** Other ends of the active lines of each participant, one participant after the other. */
function neighboursIn({ participants, ends, isActive }: Graph): { firsts: Uint32Array; others: Uint32Array } {
  const firsts = new Uint32Array(participants + 1);
  for (const [at, end] of ends.entries()) if (isActive[at >> 1] === 1) firsts[end + 1] = (firsts[end + 1] ?? 0) + 1;
  for (let at = 1; at <= participants; at++) firsts[at] = (firsts[at] ?? 0) + (firsts[at - 1] ?? 0);
  const next = firsts.slice();
  const others = new Uint32Array(firsts[participants] ?? 0);
  for (const [at, end] of ends.entries()) {
    if (isActive[at >> 1] !== 1) continue;
    const place = next[end] as number;
    others[place] = ends[at ^ 1] as number;
    next[end] = place + 1;
  }
  return { firsts, others };
}

/** Gives everybody a share, one distance after the other. */
function sharesIn(graph: Graph): Float64Array {
  const { participants } = graph;
  const { firsts, others } = neighboursIn(graph);
  const shares = new Float64Array(participants);
  /** Plus one; 0: not reached. */
  const distances = new Uint32Array(participants);
  shares[SELF] = 1;
  distances[SELF] = 1;
  let level = [SELF];
  for (let distance = 2; level.length > 0; distance++) {
    const next: number[] = [];
    for (const participant of level) {
      const onward = new Set<number>();
      for (let at = firsts[participant] as number; at < (firsts[participant + 1] as number); at++) {
        const other = others[at] as number;
        if (distances[other] === 0) {
          distances[other] = distance;
          next.push(other);
        }
        if (distances[other] === distance) onward.add(other);
      }
      const each = (shares[participant] as number) / onward.size;
      for (const other of onward) shares[other] = (shares[other] as number) + each;
    }
    level = next;
  }
  return shares;
}
