/** How often one may ask, and all together. */
import { TokenBucket } from '#node/p2p/token-bucket.ts';
import { LruCache } from '#protocol/lru.ts';

export interface Rate {
  readonly each: number;
  readonly atOnceEach: number;
  readonly all: number;
}

export class Rates {
  readonly #rate: Rate;
  readonly #each: LruCache<string, TokenBucket>;
  readonly #all: TokenBucket;

  /** `nowMs` is of the clock by which will be asked. */
  constructor(rate: Rate, remembered: number, nowMs = performance.now()) {
    this.#rate = rate;
    this.#each = new LruCache(remembered);
    this.#all = new TokenBucket(rate.all, rate.all, nowMs);
  }

  /** May this one ask now? `nowMs` is of a clock that never steps back. */
  take(who: string, nowMs = performance.now()): boolean {
    const { each, atOnceEach } = this.#rate;
    const own = this.#each.get(who, () => new TokenBucket(each, atOnceEach, nowMs));
    return own.take(nowMs) && this.#all.take(nowMs);
  }
}
