/** A rate: so many a second, and so many at once after a pause. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #atOnce: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(perSecond: number, atOnce: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#atOnce = atOnce;
    this.#tokens = atOnce;
    this.#filledAtMs = nowMs;
  }

  /** Takes one if there is one. `nowMs` is of a clock that never steps back. */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#atOnce, this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * this.#perSecond);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** How long until there is one again, after `take` found none. */
  get waitMs(): number {
    return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000);
  }
}
