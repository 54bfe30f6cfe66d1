/** Signed requests that were taken, as long as they are fresh: none is taken twice. */
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_SIGNED_REQUESTS_EACH } from '../limits.ts';

/** How often those who have not come back are forgotten. */
const SWEEP_INTERVAL_MS = 60_000;

export class Replays {
  /** For each member what was taken, with the time from which on it is too old anyway. */
  readonly #taken = new Map<PublicKey, Map<string, number>>();
  #sweptAtMs = 0;

  /** Takes a request that is fresh until then, unless it was taken before or there is no room for more. */
  take(member: PublicKey, request: string, freshUntilMs: number, nowMs: number): 'taken' | 'replayed' | 'full' {
    this.#sweep(nowMs);
    const own = this.#taken.get(member) ?? new Map<string, number>();
    forget(own, nowMs);
    if (own.has(request)) return 'replayed';
    if (own.size >= MAX_SIGNED_REQUESTS_EACH) return 'full';
    own.set(request, freshUntilMs);
    this.#taken.set(member, own);
    return 'taken';
  }

  #sweep(nowMs: number): void {
    if (Math.abs(nowMs - this.#sweptAtMs) < SWEEP_INTERVAL_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [member, own] of this.#taken) {
      forget(own, nowMs);
      if (own.size === 0) this.#taken.delete(member);
    }
  }
}

function forget(taken: Map<string, number>, nowMs: number): void {
  for (const [request, freshUntilMs] of taken) if (freshUntilMs < nowMs) taken.delete(request);
}
