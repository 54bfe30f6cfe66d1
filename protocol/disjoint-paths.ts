/**
 * Candidate routes between two participants, from topology alone (§6.5): short ways of which no two use one account.
 */
import { assert } from './bug.ts';
import { FLAG_BITS, Graph, TRUSTED, TRUSTS } from './graph.ts';
import type { PublicKey } from './identity.ts';
import { MAX_PAYMENT_HOPS, MAX_ROUTES } from './limits.ts';

/** Entries of the graph that one call looks at, at most. One of them takes some 10 ns, where it is in no cache 100. */
const MAX_ENTRIES = 400_000;
/** Trying whether a way can be taken counts as so many of them. */
const TRY_COST = 8;
/** A mark is `search << MARK_BITS | hops << REPAY_BITS | repayHops`: what was marked by an earlier search is not marked. */
const MARK_BITS = 6;
const REPAY_BITS = 3;
const REPAY_MASK = (1 << REPAY_BITS) - 1;
const MAX_SEARCHES = 2 ** (32 - MARK_BITS);
/** Words of a participant in the table, in one line of the processor's cache: mark and parent of both sides. */
const WORDS = 4;
/** Where the two sides meet: an order of merit, `hops << REPAY_BITS | repayHops` of the whole way. */
const MERITS = (MAX_PAYMENT_HOPS + 1) << REPAY_BITS;
/** Meetings that are kept of each merit, and of each participant: all of one participant share its way to its root. */
const MEETINGS_OF_MERIT = 1_024;
const MEETINGS_OF_ONE = MAX_ROUTES;

const NO_GRAPH = new Graph();

interface Found {
  readonly nodes: readonly number[];
  readonly merit: number;
}

/** The search from one end. */
class Side {
  /** Those that were reached, level by level; the last level is from `begin` to `end`. */
  readonly queue = new Uint32Array(MAX_ENTRIES + 1);
  /** Where in the queue those that were reached over one participant begin: where they end. */
  readonly groupEnds = new Uint32Array(MAX_ENTRIES + 1);
  begin = 0;
  end = 0;
  hops = 0;
  /** Where in a participant's words of the table its mark is; the one over which it was reached stands behind. */
  readonly word: number;
  /** The flag of an entry that says: the hop over it is by credit. */
  readonly creditFlag: number;

  constructor(word: number, creditFlag: number) {
    this.word = word;
    this.creditFlag = creditFlag;
  }
}

/**
 * Finds routes; to be kept, since it allocates what it needs once: some megabytes, and 16 bytes a participant of the
 * largest graph. One for all graphs.
 *
 * Both ends are searched level by level, the one with fewer entries first; where they meet there is a way. The first
 * route is one of the shortest, and of these one with fewest hops that only pay back. Further ones are taken greedily,
 * so that another choice of the first might have left room for more. If fewer than asked for are found, no other way
 * exists beside those, except where the bound of `MAX_ENTRIES` ended the search: on a graph where so many lie between
 * the two it may miss ways, also shorter ones. Deterministic.
 */
export class DisjointPaths {
  #graph = NO_GRAPH;
  readonly #forward = new Side(0, TRUSTED);
  readonly #backward = new Side(2, TRUSTS);
  #table = new Uint32Array(0);
  #search = 0;
  #entriesLeft = 0;
  #source = 0;
  #target = 0;
  #most = 0;
  #found: Found[] = [];
  /** Accounts of the ways found: two numbers each. */
  readonly #used = new Uint32Array(2 * MAX_ROUTES * MAX_PAYMENT_HOPS);
  #usedCount = 0;
  /** Is anyone with these last bits of its number on a way found? Nearly all others need no look at `#used`. */
  readonly #maybeUsed = new Uint8Array(256);
  /** Meetings by merit: the forward and the backward end of the hop between the two sides. */
  readonly #meetings = new Uint32Array(2 * MEETINGS_OF_MERIT * MERITS);
  readonly #meetingCounts = new Uint32Array(MERITS);
  /** The best meetings of the participant looked at: merit and neighbour. */
  readonly #bestMerits = new Uint32Array(MEETINGS_OF_ONE);
  readonly #bestOthers = new Uint32Array(MEETINGS_OF_ONE);
  #bestCount = 0;
  readonly #way = new Uint32Array(2 * MAX_PAYMENT_HOPS + 2);

  /** Memory held beside the graph, in bytes. */
  get byteLength(): number {
    return this.#table.byteLength + 4 * this.#forward.queue.byteLength + this.#meetings.byteLength;
  }

  /** Up to `most` (1 … `MAX_ROUTES`) routes, the shortest first; none to oneself, or if one of the two has no line. */
  find(graph: Graph, source: PublicKey, target: PublicKey, most: number): PublicKey[][] {
    this.#graph = graph;
    assert(most >= 1 && most <= MAX_ROUTES, `from 1 to ${MAX_ROUTES} routes`);
    this.#source = graph.numberOf(source);
    this.#target = graph.numberOf(target);
    if (this.#source < 0 || this.#target < 0 || this.#source === this.#target) return [];
    this.#most = most;
    this.#found = [];
    this.#usedCount = 0;
    this.#maybeUsed.fill(0);
    this.#entriesLeft = MAX_ENTRIES;
    let before = -1;
    while (this.#found.length > before && this.#isWanting()) {
      before = this.#found.length;
      this.#searchOnce();
    }
    const inOrder = this.#found.sort((a, b) => a.merit - b.merit);
    return inOrder.map(({ nodes }) => nodes.map((number) => graph.keyOf(number)));
  }

  #isWanting(): boolean {
    return this.#found.length < this.#most && this.#entriesLeft > 0;
  }

  /** One search on the graph without the accounts used so far; it takes all the ways that it comes upon. */
  #searchOnce(): void {
    const [forward, backward] = [this.#forward, this.#backward];
    this.#nextSearch();
    this.#start(forward, this.#source);
    this.#start(backward, this.#target);
    while (forward.hops + backward.hops < MAX_PAYMENT_HOPS && this.#isWanting()) {
      const isForward = this.#isForwardCheaper();
      const [side, other] = isForward ? [forward, backward] : [backward, forward];
      if (side.begin === side.end) return;
      this.#expand(side, other, isForward);
    }
  }

  #nextSearch(): void {
    const words = WORDS * this.#graph.numberBound;
    if (this.#table.length >= words && this.#search + 1 < MAX_SEARCHES) {
      this.#search++;
      return;
    }
    if (this.#table.length < words) this.#table = new Uint32Array(Math.ceil(1.25 * words));
    else this.#table.fill(0);
    this.#search = 1;
  }

  #start(side: Side, root: number): void {
    const word = WORDS * root + side.word;
    this.#table[word] = this.#search << MARK_BITS;
    this.#table[word + 1] = root;
    side.queue[0] = root;
    side.groupEnds[0] = 1;
    side.begin = 0;
    side.end = 1;
    side.hops = 0;
  }

  #parentOf(side: Side, node: number): number {
    return this.#table[WORDS * node + side.word + 1] as number;
  }

  /** Which side has fewer entries to look at? Counted in turns, no further than the smaller one. */
  #isForwardCheaper(): boolean {
    const graph = this.#graph;
    const [forward, backward] = [this.#forward, this.#backward];
    // Once there is a route, only a few of a level are looked at.
    if (this.#found.length > 0) return forward.end - forward.begin <= backward.end - backward.begin;
    let difference = 0;
    let [a, b] = [forward.begin, backward.begin];
    for (;;) {
      if (difference <= 0) {
        if (a === forward.end) return true;
        difference += graph.degreeOf(forward.queue[a++] as number);
      } else {
        if (b === backward.end) return false;
        difference -= graph.degreeOf(backward.queue[b++] as number);
      }
    }
  }

  /**
   * Looks at the neighbours of the last level of a side: new ones are its next level, those of the other side meetings.
   * The first route is to be the best there is, for which all meetings of the level are collected, unless one turns up
   * that none can beat; others are taken as they come.
   */
  #expand(side: Side, other: Side, isForward: boolean): void {
    const { queue, groupEnds, begin, end } = side;
    side.hops++;
    side.begin = end;
    this.#meetingCounts.fill(0);
    let isFirst = this.#found.length === 0;
    let groupEnd = begin;
    for (let at = begin; at < end && this.#isWanting(); at++) {
      const node = queue[at] as number;
      if (at === groupEnd) groupEnd = groupEnds[at] as number;
      const childrenBegin = side.end;
      if (isFirst) {
        this.#bestCount = 0;
        this.#expandOne(side, other, node, (merit, neighbour) => this.#meet(merit, neighbour));
        this.#keepBest(node);
        groupEnds[childrenBegin] = side.end;
        if (this.#bestCount === 0 || ((this.#bestMerits[0] as number) & REPAY_MASK) !== 0) continue;
        this.#takeMeetings(isForward);
        isFirst = false;
      } else if (this.#isTreeFree(side, node)) {
        this.#expandOne(side, other, node, (merit, neighbour) => {
          this.#entriesLeft -= TRY_COST;
          const isTaken = isForward ? this.#take(node, neighbour, merit) : this.#take(neighbour, node, merit);
          // Its way to the root is used now, so that nothing more comes of it.
          return isTaken && (node !== queue[0] || !this.#isWanting());
        });
        groupEnds[childrenBegin] = side.end;
      } else if (node !== queue[0] && !this.#isTreeFree(side, this.#parentOf(side, node))) {
        // Nor is it for the others of this group.
        at = Math.max(at, groupEnd - 1);
      }
    }
    if (isFirst) this.#takeMeetings(isForward);
  }

  /** Looks at the neighbours of one participant, until `met` says that it is enough. */
  #expandOne(side: Side, other: Side, node: number, met: (merit: number, neighbour: number) => boolean): void {
    const { queue, creditFlag, hops, word: ownWord } = side;
    const table = this.#table;
    const graph = this.#graph;
    const { entries } = graph;
    const search = this.#search;
    const isLast = hops + other.hops >= MAX_PAYMENT_HOPS;
    const repayHops = (table[WORDS * node + ownWord] as number) & REPAY_MASK;
    const parent = this.#parentOf(side, node);
    const isOnUsed = this.#maybeUsed[node & 255] !== 0;
    const start = graph.startOf(node);
    // What is left of the bound may end within the entries of a hub.
    const stop = start + Math.min(graph.degreeOf(node), this.#entriesLeft);
    let place = start;
    for (; place < stop; place++) {
      const entry = entries[place] as number;
      const neighbour = entry >>> FLAG_BITS;
      if (neighbour === parent || (isOnUsed && this.#isUsed(node, neighbour))) continue;
      const repay = repayHops + ((entry & creditFlag) === 0 ? 1 : 0);
      const otherMark = table[WORDS * neighbour + other.word] as number;
      if (otherMark >>> MARK_BITS === search) {
        // Marks hold the hops above the hops that pay back: their sum is the merit of the whole way.
        const merit = (hops << REPAY_BITS) + repay + (otherMark & ((1 << MARK_BITS) - 1));
        if (met(merit, neighbour)) break;
      }
      if (isLast) continue;
      const known = table[WORDS * neighbour + ownWord] as number;
      const mark = ((search << MARK_BITS) | (hops << REPAY_BITS) | repay) >>> 0;
      if (known >>> MARK_BITS !== search) queue[side.end++] = neighbour;
      else if (known <= mark) continue;
      table[WORDS * neighbour + ownWord] = mark;
      table[WORDS * neighbour + ownWord + 1] = node;
    }
    this.#entriesLeft -= place - start;
  }

  /** Is no account on the way from this one to the root of its side used? */
  #isTreeFree(side: Side, from: number): boolean {
    for (let node = from; node !== side.queue[0]; ) {
      const parent = this.#parentOf(side, node);
      if (this.#isUsed(node, parent)) return false;
      node = parent;
    }
    return true;
  }

  /** Keeps the meeting if it is one of the best of the participant looked at. True: it is among the best of all. */
  #meet(merit: number, neighbour: number): boolean {
    let at = this.#bestCount;
    if (at < MEETINGS_OF_ONE) this.#bestCount++;
    else if ((this.#bestMerits[--at] as number) <= merit) return false;
    for (; at > 0 && (this.#bestMerits[at - 1] as number) > merit; at--) {
      this.#bestMerits[at] = this.#bestMerits[at - 1] as number;
      this.#bestOthers[at] = this.#bestOthers[at - 1] as number;
    }
    this.#bestMerits[at] = merit;
    this.#bestOthers[at] = neighbour;
    return (merit & REPAY_MASK) === 0;
  }

  #keepBest(node: number): void {
    for (let at = 0; at < this.#bestCount; at++) {
      const merit = this.#bestMerits[at] as number;
      const count = this.#meetingCounts[merit] as number;
      if (count === MEETINGS_OF_MERIT) continue;
      const place = 2 * (MEETINGS_OF_MERIT * merit + count);
      this.#meetings[place] = node;
      this.#meetings[place + 1] = this.#bestOthers[at] as number;
      this.#meetingCounts[merit] = count + 1;
    }
  }

  /** Takes the ways of the meetings, the best first. */
  #takeMeetings(isForward: boolean): void {
    for (let merit = 0; merit < MERITS; merit++) {
      const count = this.#meetingCounts[merit] as number;
      for (let at = 0; at < count && this.#found.length < this.#most; at++) {
        const place = 2 * (MEETINGS_OF_MERIT * merit + at);
        const [node, neighbour] = [this.#meetings[place] as number, this.#meetings[place + 1] as number];
        if (isForward) this.#take(node, neighbour, merit);
        else this.#take(neighbour, node, merit);
      }
    }
  }

  /** The way from the source to `last` and over `next` to the target, or null if it cannot be taken. */
  #wayOver(last: number, next: number): number[] | null {
    const way = this.#way;
    let begin = MAX_PAYMENT_HOPS;
    for (let node = last; ; node = this.#parentOf(this.#forward, node)) {
      way[begin] = node;
      if (node === this.#source) break;
      begin--;
    }
    let end = MAX_PAYMENT_HOPS + 1;
    for (let node = next; ; node = this.#parentOf(this.#backward, node)) {
      way[end++] = node;
      if (node === this.#target) break;
    }
    for (let at = begin; at < end; at++) {
      const node = way[at] as number;
      for (let before = begin; before < at; before++) if (way[before] === node) return null;
      const isFree = at === begin || !this.#isUsed(way[at - 1] as number, node);
      if (!isFree) return null;
    }
    return Array.from(way.subarray(begin, end));
  }

  /** Takes the way over the hop from `last` to `next`, if it is simple and disjoint from those taken before. */
  #take(last: number, next: number, merit: number): boolean {
    const nodes = this.#wayOver(last, next);
    if (nodes === null) return false;
    this.#found.push({ nodes, merit });
    for (const [at, node] of nodes.entries()) {
      this.#maybeUsed[node & 255] = 1;
      const after = nodes[at + 1];
      if (after === undefined) break;
      this.#used[2 * this.#usedCount] = node;
      this.#used[2 * this.#usedCount + 1] = after;
      this.#usedCount++;
    }
    return true;
  }

  #isUsed(one: number, other: number): boolean {
    if (this.#maybeUsed[one & 255] === 0 || this.#maybeUsed[other & 255] === 0) return false;
    for (let at = 0; at < 2 * this.#usedCount; at += 2) {
      const [a, b] = [this.#used[at], this.#used[at + 1]];
      if ((a === one && b === other) || (a === other && b === one)) return true;
    }
    return false;
  }
}
