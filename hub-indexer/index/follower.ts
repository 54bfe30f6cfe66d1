/**
 * Keeps the index equal to what the node's map says: each announcement once it is stored, and now and then all lines,
 * since announcements expire. The map has only what was verified (§6.2).
 */
import { setImmediate } from 'node:timers/promises';
import type { Log } from '#node/log.ts';
import { FLAG_BITS, type Graph, TRUSTS } from '#protocol/graph.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { DurableRecord } from '#protocol/records.ts';
import type { Topology } from '#protocol/topology.ts';
import { LINES_OF_A_TURN } from '../limits.ts';
import type { MapIndex } from './map-index.ts';

interface Followed {
  readonly index: MapIndex;
  readonly topology: Topology;
  readonly nowMs: () => number;
  readonly log: Log;
}

export class Follower {
  readonly #of: Followed;
  #lookedAt = 0;
  #isStopped = false;

  constructor(of: Followed) {
    this.#of = of;
  }

  /** Takes in what has been stored. */
  saved(records: readonly DurableRecord[]): void {
    const { index, nowMs } = this.#of;
    for (const record of records) {
      if (record.type !== 'announcement') continue;
      const { announcement } = record.signed;
      index.set(announcement, announcement.active && announcement.expiresAtMs > nowMs());
    }
  }

  /** Brings the index up to date with the whole map. False: it was stopped before the end. */
  async catchUp(): Promise<boolean> {
    const { index, topology, nowMs, log } = this.#of;
    for (const { announcement } of topology.all()) {
      if (announcement.active && announcement.expiresAtMs > nowMs()) index.set(announcement, true);
      if (await this.#turn()) return false;
    }
    await this.sweep();
    log.info({ lines: index.lineCount }, 'the index is up to date');
    return !this.#isStopped;
  }

  /** Takes out lines that the map does not have any more, or whose announcement has expired. How many. */
  async sweep(): Promise<number> {
    const { index, topology, nowMs } = this.#of;
    let count = 0;
    for (const { equivalent } of index.equivalents()) {
      const graph = index.graph(equivalent);
      if (graph === undefined) continue;
      for (let number = 0; number < graph.numberBound; number++) {
        if (graph.degreeOf(number) === 0) continue;
        const from = graph.keyOf(number);
        for (const to of trustedBy(graph, number)) {
          const known = topology.get(from, to, equivalent)?.announcement;
          if (known?.active === true && known.expiresAtMs > nowMs()) continue;
          if (index.set({ from, to, equivalent }, false)) count++;
        }
        if (await this.#turn(graph.degreeOf(number))) return count;
      }
    }
    return count;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Lets others have their turn, every now and then. True: it is time to end. */
  async #turn(lines = 1): Promise<boolean> {
    this.#lookedAt += lines;
    if (this.#lookedAt >= LINES_OF_A_TURN) {
      this.#lookedAt = 0;
      await setImmediate();
    }
    return this.#isStopped;
  }
}

/** Whom the participant trusts: copied, since the graph changes on the way. */
function trustedBy(graph: Graph, number: number): PublicKey[] {
  const start = graph.startOf(number);
  const entries = graph.entries.subarray(start, start + graph.degreeOf(number));
  return Array.from(entries.filter((entry) => (entry & TRUSTS) !== 0)).map((entry) => graph.keyOf(entry >>> FLAG_BITS));
}
