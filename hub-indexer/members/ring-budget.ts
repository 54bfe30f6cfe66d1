/**
 * How many messages go round in search of debts that cancel out (§5.2), for all members together. Every change of an
 * account begins such a search, each may take dozens of messages, and what it finds is cleared by up to
 * `MAX_CLEARING_HOPS` members: on a busy hub payments would wait for it. So the busier the process was in the second
 * before, the fewer go on. A search may be lost like any message; another begins with the next change, and with each
 * round of housekeeping.
 *
 * All that a second may have is there at its beginning, so that searches which begin then come to their end, instead of
 * each losing one of its messages somewhere.
 */
import { performance } from 'node:perf_hooks';
import type { Message } from '#protocol/link.ts';
import { BUSY_FOR_RINGS, LEAST_RING_MESSAGES_PER_SECOND, RING_MESSAGES_PER_SECOND } from '../limits.ts';

/** What has found a ring goes on. */
const SEARCHES: ReadonlySet<Message['type']> = new Set(['ring-walk', 'ring-none', 'ring-probe', 'ring-half'] as const);
const SECOND_MS = 1_000;

/** What the budget looks at: of this process, unless a test says otherwise. */
export interface Load {
  /** Milliseconds of a clock that never steps back. */
  elapsedMs(): number;
  /** Which part of the time since it was asked before the process was busy, 0 … 1. */
  busy(): number;
}

export class RingBudget {
  readonly #load: Load;
  #second = Number.NEGATIVE_INFINITY;
  #left = 0;

  constructor(load: Load = loadOfProcess()) {
    this.#load = load;
  }

  /** May this message go on? */
  admits({ type }: Message): boolean {
    if (!SEARCHES.has(type)) return true;
    const second = Math.floor(this.#load.elapsedMs() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#left = perSecond(this.#load.busy());
    }
    this.#left--;
    return this.#left >= 0;
  }
}

/** All of them while nothing else goes on, none but the least from `BUSY_FOR_RINGS` on. */
function perSecond(busy: number): number {
  const room = Math.max(0, 1 - busy / BUSY_FOR_RINGS);
  return Math.max(LEAST_RING_MESSAGES_PER_SECOND, Math.floor(RING_MESSAGES_PER_SECOND * room));
}

function loadOfProcess(): Load {
  let before = performance.eventLoopUtilization();
  return {
    elapsedMs: () => performance.now(),
    busy() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
  };
}
