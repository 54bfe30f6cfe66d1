/**
 * What a participant has learned of others and does not keep (§6.4): hops, searches under way, questions it has been
 * asked. Volatile, as `Records.linked`: the machine only reads it, a driver calls `learn` for each effect of that name.
 */

import { AgingMap } from '../aging-map.ts';
import type { DeadEnd, EndedRingAttempt, Passage, RingAttempt, RingSearch, Seeking } from '../clearing/seeking.ts';
import { CounterMemory, type SeenCounter } from '../delegation/counter-memory.ts';
import type { PublicKey } from '../identity.ts';
import {
  MAX_HOP_ESTIMATES,
  MAX_PASSAGES,
  MAX_QUESTIONS_REMEMBERED,
  MAX_RING_ATTEMPTS,
  MAX_RING_SEARCHES,
} from '../limits.ts';
import { LruCache } from '../lru.ts';
import type { PaymentId } from '../packet.ts';
import type { HopEstimate } from './estimate.ts';
import type { EndedSearch, Search } from './search.ts';

/** How many questions a neighbour has asked in one second: those above a rate get no answer. */
export interface Questions {
  readonly type: 'questions';
  readonly neighbour: PublicKey;
  /** Seconds since 1970. */
  readonly second: number;
  readonly count: number;
}

/** When a neighbour has lost its records last: it takes whatever it may have signed before as signed (§8.4). */
export interface RestoredNeighbour {
  readonly type: 'restored-neighbour';
  readonly neighbour: PublicKey;
  readonly restoredAtMs: number;
}

/** A question that goes round and was here already. */
export interface SeenQuestion {
  readonly type: 'seen-question';
  readonly id: string;
}

/** How often the hops that an indexer named were there, and how often they were not. */
export interface IndexerRecord {
  readonly type: 'indexer';
  readonly publicKey: PublicKey;
  readonly right: number;
  readonly wrong: number;
}

/** A round of housekeeping is over: who asked something in the one before has had its answer, or waits no more. */
export interface RoundOver {
  readonly type: 'round-over';
}

export type Learned =
  | RoundOver
  | SeenCounter
  | HopEstimate
  | Search
  | EndedSearch
  | Questions
  | SeenQuestion
  | RestoredNeighbour
  | IndexerRecord
  | Passage
  | Seeking
  | DeadEnd
  | RingSearch
  | RingAttempt
  | EndedRingAttempt;

export class Knowledge {
  /** Those learned last are kept. */
  readonly #hops = new Map<string, HopEstimate>();
  readonly #searches = new Map<PaymentId, Search>();
  readonly #questions = new Map<PublicKey, Questions>();
  readonly #restoredAtMs = new Map<PublicKey, number>();
  readonly #seen: LruCache<string, true>;
  readonly #counters: CounterMemory;
  readonly #indexers = new Map<PublicKey, IndexerRecord>();
  readonly #passages: AgingMap<string, Passage>;
  readonly #ringSearches: AgingMap<string, RingSearch>;
  readonly #deadEnds = new Map<string, DeadEnd>();
  readonly #seekings = new Map<string, Seeking>();
  readonly #ringAttempts = new Map<PaymentId, RingAttempt>();
  readonly #share: number;
  readonly #mostHops: number;

  /**
   * `counters`: a memory held in common with others in one process, who see the same packets. `share`: of what a node by
   * itself remembers, 0 … 1. `mostHops`: hops of which something is remembered, where that is not the same share.
   */
  constructor(counters = new CounterMemory(), share = 1, mostHops = Math.ceil(MAX_HOP_ESTIMATES * share)) {
    this.#mostHops = mostHops;
    this.#counters = counters;
    this.#share = share;
    this.#seen = new LruCache(this.#most(MAX_QUESTIONS_REMEMBERED));
    this.#passages = new AgingMap(this.#most(MAX_PASSAGES));
    this.#ringSearches = new AgingMap(this.#most(MAX_RING_SEARCHES));
  }

  hop(from: PublicKey, to: PublicKey, equivalent: string): HopEstimate | undefined {
    return this.#hops.get(hopKey(from, to, equivalent));
  }

  /** What is known of the hops of one equivalent. */
  *hops(equivalent: string): IterableIterator<HopEstimate> {
    for (const hop of this.#hops.values()) if (hop.equivalent === equivalent) yield hop;
  }

  search(id: PaymentId): Search | undefined {
    return this.#searches.get(id);
  }

  searches(): IterableIterator<Search> {
    return this.#searches.values();
  }

  questionsOf(neighbour: PublicKey): Questions | undefined {
    return this.#questions.get(neighbour);
  }

  /** When a neighbour has lost records last, as far as it has said so. */
  restoredAtMs(neighbour: PublicKey): number | undefined {
    return this.#restoredAtMs.get(neighbour);
  }

  hasSeen(id: string): boolean {
    return this.#seen.has(id);
  }

  /** Where a counter was seen first. */
  counter(id: string): SeenCounter | undefined {
    return this.#counters.get(id);
  }

  indexer(publicKey: PublicKey): IndexerRecord | undefined {
    return this.#indexers.get(publicKey);
  }

  passage(id: string): Passage | undefined {
    return this.#passages.get(id);
  }

  ringSearch(id: string): RingSearch | undefined {
    return this.#ringSearches.get(id);
  }

  deadEnd(neighbour: PublicKey, equivalent: string): DeadEnd | undefined {
    return this.#deadEnds.get(`${neighbour}/${equivalent}`);
  }

  seeking(neighbour: PublicKey, equivalent: string): Seeking | undefined {
    return this.#seekings.get(`${neighbour}/${equivalent}`);
  }

  ringAttempt(paymentId: PaymentId): RingAttempt | undefined {
    return this.#ringAttempts.get(paymentId);
  }

  ringAttempts(): IterableIterator<RingAttempt> {
    return this.#ringAttempts.values();
  }

  #most(ofNode: number): number {
    return Math.ceil(ofNode * this.#share);
  }

  /** Takes in what a step learned. */
  learn(learned: Learned): void {
    switch (learned.type) {
      case 'hop-estimate':
        keepLatest(this.#hops, hopKey(learned.from, learned.to, learned.equivalent), learned, this.#mostHops);
        return;
      case 'search':
        this.#searches.set(learned.id, learned);
        return;
      case 'ended-search':
        this.#searches.delete(learned.id);
        return;
      case 'questions':
        this.#questions.set(learned.neighbour, learned);
        return;
      case 'restored-neighbour':
        this.#restoredAtMs.set(learned.neighbour, learned.restoredAtMs);
        return;
      case 'seen-question':
        this.#seen.get(learned.id, () => true);
        return;
      case 'seen-counter':
        this.#counters.note(learned);
        return;
      case 'indexer':
        this.#indexers.set(learned.publicKey, learned);
        return;
      case 'passage':
        this.#passages.set(learned.id, learned);
        return;
      case 'ring-search':
        this.#ringSearches.set(learned.id, learned);
        return;
      case 'dead-end':
        this.#deadEnds.set(`${learned.neighbour}/${learned.equivalent}`, learned);
        return;
      case 'seeking':
        this.#seekings.set(`${learned.neighbour}/${learned.equivalent}`, learned);
        return;
      case 'round-over':
        this.#passages.age();
        this.#ringSearches.age();
        return;
      case 'ring-attempt':
        keepLatest(this.#ringAttempts, learned.paymentId, learned, this.#most(MAX_RING_ATTEMPTS));
        return;
      case 'ended-ring-attempt':
        this.#ringAttempts.delete(learned.paymentId);
        return;
    }
  }
}

const hopKey = (from: PublicKey, to: PublicKey, equivalent: string): string => `${equivalent}/${from}/${to}`;

function keepLatest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
