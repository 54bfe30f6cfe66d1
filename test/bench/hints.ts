/**
 * Hints on a heavy-tailed graph that grows by preferential attachment: how long an answer takes, what a line takes in
 * memory, and how many changes a second the index takes. By default of the size that a hub is to bear.
 */
import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Line, MapIndex } from '#hub-indexer/index/map-index.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import type { Announcement } from '#protocol/announcement.ts';
import { announcementStatement, judgeAnnouncement, type SignedAnnouncement } from '#protocol/announcement.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { ANNOUNCEMENT_LIFETIME_MS, VERSION } from '#protocol/limits.ts';
import { verifyWith } from '#protocol/statement.ts';
import { type Person, person, THEN_MS } from '#test/support/people.ts';
import { type Bench, cost, quantile, rate } from './figure.ts';

const [P50, P99, FAR_P50, FAR_P99] = ['hint p50', 'hint p99', 'hint far p50', 'hint far p99'];
const [BYTES, UPDATES, VERIFIED] = ['hint bytes per line', 'hint updates', 'hint updates verified'];

const EQUIVALENT = 'UAH';
const LINES_OF_ONE = 10;
const ROUTES = 8;
const PAIRS = 4_000;
/** Hops of a pair that counts as far. */
const FAR = 3;
const UPDATE_COUNT = 400_000;
const VERIFIED_COUNT = 4_000;
const SHOWN_EVERY = 1_000_000;

/** Collects garbage, so that memory is what is held. */
const collect = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

function memoryHeld(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Numbers of one seed, so that each run has the same graph. */
class Chance {
  #state = 0x2545f491;

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  below(bound: number): number {
    return this.next() % bound;
  }
}

/** Keys that are made when they are needed: a million texts would be held beside what is measured. */
function keyOf(number: number): PublicKey {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d) >>> 0;
  return (number.toString(16).padStart(8, '0') + mixed.toString(16).padStart(8, '0')).repeat(4) as PublicKey;
}

function lineOf(ends: Uint32Array, at: number): Line {
  const [from = 0, to = 0] = ends.subarray(2 * at, 2 * at + 2);
  return { from: keyOf(from), to: keyOf(to), equivalent: EQUIVALENT };
}

/** Ends of the lines by number, two each: a newcomer chooses whom to know by how many know them already. */
function grow(participants: number, chance: Chance, index: MapIndex): Uint32Array {
  const lines = participants * LINES_OF_ONE;
  const ends = new Uint32Array(2 * lines);
  let count = 0;
  const add = (one: number, other: number): boolean => {
    const [from, to] = chance.below(2) === 0 ? [one, other] : [other, one];
    if (from === to || !index.set({ from: keyOf(from), to: keyOf(to), equivalent: EQUIVALENT }, true)) return false;
    ends[2 * count] = from;
    ends[2 * count + 1] = to;
    count++;
    if (count % SHOWN_EVERY === 0) console.error(`  ${count / 1e6} of ${lines / 1e6} million lines`);
    return true;
  };
  const someone = (): number => ends[chance.below(2 * count)] as number;
  add(0, 1);
  for (let newcomer = 2; newcomer < participants; newcomer++) {
    const wanted = Math.min(LINES_OF_ONE, newcomer);
    for (let made = 0; made < wanted; ) if (add(newcomer, someone())) made++;
  }
  for (let left = lines - count; left > 0; ) if (add(someone(), chance.below(participants))) left--;
  return ends;
}

/** Tells what the processor alone needed: on a machine that others use too, all else is theirs as well. */
function withProcessorTime<T>(what: string, count: number, run: () => T): T {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  console.error(`  ${((user + system) / count).toPrecision(3)} µs of processor time for each ${what}`);
  return result;
}

/** Milliseconds of each answer: to random pairs, and to those of them that are far. */
function ask(index: MapIndex, participants: number, chance: Chance): { all: number[]; far: number[]; routes: number } {
  const all: number[] = [];
  const far: number[] = [];
  let routes = 0;
  for (let pair = 0; pair < 2 * PAIRS; pair++) {
    const [source, target] = [keyOf(chance.below(participants)), keyOf(chance.below(participants))];
    const began = performance.now();
    const answer = index.answer(EQUIVALENT, source, target, ROUTES);
    const ms = performance.now() - began;
    // The first half warms up.
    if (pair < PAIRS) continue;
    all.push(ms);
    routes += answer.routes.length;
    if ((answer.routes[0]?.length ?? 0) > FAR) far.push(ms);
  }
  return { all, far, routes };
}

/** Changes a second, each of which was news: lines end and come again. */
function change(index: MapIndex, ends: Uint32Array, chance: Chance): number {
  const updates = Math.min(UPDATE_COUNT, ends.length / 2);
  const changed = Array.from({ length: updates / 2 }, () => lineOf(ends, chance.below(ends.length / 2)));
  let count = 0;
  const began = performance.now();
  withProcessorTime('update', updates, () => {
    for (const line of changed) if (index.set(line, false)) count++;
    for (const line of changed) if (index.set(line, true)) count++;
  });
  return count / ((performance.now() - began) / 1_000);
}

/** The same with what a node does before: judging the announcement by its two signatures. */
function changeVerified(index: MapIndex): number {
  const verify = verifyWith(nodeEd25519);
  const people = Array.from({ length: 64 }, (_, at) => person(at));
  const announcements = Array.from({ length: VERIFIED_COUNT }, (_, at) => announcedBy(people, at));
  const began = performance.now();
  withProcessorTime('update that is verified', VERIFIED_COUNT, () => {
    for (const signed of announcements) {
      const { announcement } = signed;
      const { network, seq } = announcement;
      const verdict = judgeAnnouncement(signed, { network, nowMs: seq, known: undefined, verify });
      if (verdict !== 'accept') throw new Error(`a good announcement was judged ${verdict}`);
      index.set(announcement, announcement.active);
    }
  });
  return VERIFIED_COUNT / ((performance.now() - began) / 1_000);
}

function announcedBy(people: readonly Person[], at: number): SignedAnnouncement {
  const from = people[at % people.length] as Person;
  const to = people[(at % people.length) ^ (1 + (at % 7))] as Person;
  const seq = THEN_MS + at;
  const announcement: Announcement = {
    version: VERSION,
    network: 'geo-bench',
    from: from.key,
    to: to.key,
    equivalent: EQUIVALENT,
    seq,
    active: true,
    expiresAtMs: seq + ANNOUNCEMENT_LIFETIME_MS,
  };
  return {
    announcement,
    fromSignature: from.sign(announcementStatement(announcement, from.key)),
    toSignature: to.sign(announcementStatement(announcement, to.key)),
  };
}

export const hints: Bench = {
  word: 'hints',
  names: [P50, P99, FAR_P50, FAR_P99, BYTES, UPDATES, VERIFIED],
  run({ participants }) {
    const chance = new Chance();
    const before = memoryHeld();
    const index = new MapIndex(randomBytes(8));
    const ends = grow(participants, chance, index);
    const { all, far, routes } = withProcessorTime('answer', 2 * PAIRS, () => ask(index, participants, chance));
    const bytes = memoryHeld() - before - ends.byteLength;
    console.error(`  ${(routes / all.length).toFixed(1)} routes a pair, ${far.length} of ${all.length} pairs are far`);
    const updates = change(index, ends, chance);
    const verified = changeVerified(index);
    return Promise.resolve([
      cost(P50, 'ms', quantile(all, 0.5), null),
      cost(P99, 'ms', quantile(all, 0.99), null),
      cost(FAR_P50, 'ms', quantile(far, 0.5), null),
      cost(FAR_P99, 'ms', quantile(far, 0.99), null),
      cost(BYTES, 'B', bytes / index.lineCount, null),
      rate(UPDATES, 'updates/s', updates, null),
      rate(VERIFIED, 'updates/s', verified, null),
    ]);
  },
};
