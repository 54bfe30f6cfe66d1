/**
 * Work that may be much and that nobody waits for, such as verifying what others announce: one piece at a time, and
 * between two of them everything else gets its turn, for at least as long as the piece took.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';

/** Shorter pieces are not worth a timer. */
const SHORT_MS = 0.5;

export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Does a piece of work when it is its turn. Never rejects by itself: what the work throws, it rejects with. */
  async take<T>(work: () => T): Promise<T> {
    const turn = this.#last.then(async () => setImmediate());
    const ended = Promise.withResolvers<void>();
    this.#last = ended.promise;
    await turn;
    const began = performance.now();
    try {
      return work();
    } finally {
      const tookMs = performance.now() - began;
      if (tookMs < SHORT_MS) ended.resolve();
      else void setTimeout(tookMs).then(ended.resolve);
    }
  }
}
