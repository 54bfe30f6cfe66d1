/**
 * How many messages go round in search of debts that cancel out (§5.2), for all members together. Every change of an
 * account begins such a search, and each may take dozens of messages: on a busy hub they would take its whole time, and
 * payments would wait. A search may be lost like any message; another begins with the next change.
 *
 * All that a second may have is there at its beginning, so that searches which begin then come to their end, instead of
 * each losing one of its messages somewhere.
 */
import { RING_MESSAGES_PER_SECOND } from '../limits.ts';

/** RING-WALK, RING-NONE, RING-PROBE, RING-HALF. What has found a ring goes on. */
const SEARCHES: ReadonlySet<number> = new Set([27, 29, 30, 31]);
/** In CBOR, in front of a number from 24 to 255. */
const ONE_BYTE = 0x18;
const SECOND_MS = 1_000;

export class RingBudget {
  readonly #perSecond: number;
  readonly #elapsedMs: () => number;
  #second = 0;
  #left: number;

  /** `elapsedMs`: milliseconds of a clock that never steps back. */
  constructor(perSecond = RING_MESSAGES_PER_SECOND, elapsedMs = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#elapsedMs = elapsedMs;
    this.#left = perSecond;
  }

  /** May this frame go on? */
  admits(frame: Uint8Array): boolean {
    // A message is an array of which the first item is its number.
    if (frame[1] !== ONE_BYTE || !SEARCHES.has(frame[2] as number)) return true;
    const second = Math.floor(this.#elapsedMs() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#left = this.#perSecond;
    }
    this.#left--;
    return this.#left >= 0;
  }
}
