/**
 * How much may be done in search of debts that cancel out (§5.2), for all members together. Every change of an account
 * begins such a search, each may take dozens of messages, and what it finds is cleared by up to `MAX_CLEARING_HOPS`
 * members: on a busy hub payments would wait for it. So the busier the process was in the second before, the fewer
 * messages go on, and while it is busy no search begins.
 *
 * A search may be lost like any message; another begins with the next change. All that a second may have is there at its
 * beginning, so that searches which begin then come to their end, instead of each losing one of its messages somewhere.
 */
import { performance } from 'node:perf_hooks';
import type { Message } from '#protocol/link.ts';
import {
  BUSY_FOR_RINGS,
  LEAST_RING_MESSAGES_PER_SECOND,
  QUIET_FOR_RINGS,
  RING_MESSAGES_PER_SECOND,
} from '../limits.ts';

/** What has found a ring goes on. */
const SEARCHES: ReadonlySet<Message['type']> = new Set(['ring-walk', 'ring-none', 'ring-probe', 'ring-half'] as const);

export class RingBudget {
  readonly #busyPart: () => number;
  #left = RING_MESSAGES_PER_SECOND;
  #isBusy = false;

  /** `busyPart`: in which part of the time since it was asked before the process was busy, 0 … 1. */
  constructor(busyPart = busyPartOfProcess()) {
    this.#busyPart = busyPart;
  }

  /** Has the process no time for new searches? */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** To be called every second: begins another one. */
  nextSecond(): void {
    const busy = this.#busyPart();
    this.#isBusy = busy >= (this.#isBusy ? QUIET_FOR_RINGS : BUSY_FOR_RINGS);
    const room = Math.max(0, 1 - busy / BUSY_FOR_RINGS);
    this.#left = Math.max(LEAST_RING_MESSAGES_PER_SECOND, Math.floor(RING_MESSAGES_PER_SECOND * room));
  }

  /** May this message go on? */
  admits({ type }: Message): boolean {
    if (!SEARCHES.has(type)) return true;
    this.#left--;
    return this.#left >= 0;
  }
}

function busyPartOfProcess(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
