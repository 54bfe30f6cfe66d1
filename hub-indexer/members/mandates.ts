/** Which mandates of a member are still of use: each takes memory, and every signature looks through all of them. */
import type { MandateRecord } from '#protocol/delegation/mandate.ts';
import { MAX_CLEARING_LIFETIME_MS, MAX_CLOCK_SKEW_MS, MAX_PAYMENT_LIFETIME_MS } from '#protocol/limits.ts';

/** So old a packet may be that something is still signed for, by any clock. */
const OLDEST_PACKET_MS = Math.max(MAX_PAYMENT_LIFETIME_MS, MAX_CLEARING_LIFETIME_MS) + MAX_CLOCK_SKEW_MS;

/**
 * Those under which nothing can be signed any more: their time is over, or for all that is left of it a newer one is there.
 * Never the newest, whose seq says which ones came before.
 */
export function endedAmong(mandates: Iterable<MandateRecord>, nowMs: number): readonly MandateRecord[] {
  const newestFirst = [...mandates].toSorted((a, b) => b.delegation.seq - a.delegation.seq);
  return newestFirst.filter(({ delegation: { notBeforeMs, notAfterMs } }, at) => {
    const fromMs = Math.max(notBeforeMs, nowMs - OLDEST_PACKET_MS);
    const isReplaced = newestFirst
      .slice(0, at)
      .some(({ delegation }) => delegation.notBeforeMs <= fromMs && delegation.notAfterMs >= notAfterMs);
    return at > 0 && (notAfterMs < fromMs || isReplaced);
  });
}
