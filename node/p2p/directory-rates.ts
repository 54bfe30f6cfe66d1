/** How often the directory is asked: by one participant, and by all strangers together. */
import type { PublicKey } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import { DIRECTORY_AT_ONCE_EACH, DIRECTORY_PER_SECOND, DIRECTORY_PER_SECOND_EACH } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Those whose rate is remembered. */
const REMEMBERED = 4_096;

export class DirectoryRates {
  readonly #each = new LruCache<PublicKey, TokenBucket>(REMEMBERED);
  readonly #strangers: TokenBucket;

  constructor(nowMs: number) {
    this.#strangers = new TokenBucket(DIRECTORY_PER_SECOND, DIRECTORY_PER_SECOND, nowMs);
  }

  /** May this one ask now? What strangers ask takes nothing from neighbours. `nowMs` is of a clock that never steps back. */
  take(participant: PublicKey, isNeighbour: boolean, nowMs: number): boolean {
    const fresh = (): TokenBucket => new TokenBucket(DIRECTORY_PER_SECOND_EACH, DIRECTORY_AT_ONCE_EACH, nowMs);
    return this.#each.get(participant, fresh).take(nowMs) && (isNeighbour || this.#strangers.take(nowMs));
  }
}
