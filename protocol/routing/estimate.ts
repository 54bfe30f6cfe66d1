/**
 * What a payer knows of a hop further on (§6.4): an interval that what could pass lies in, and when that was learned.
 *
 * Only the two ends of a hop know what it can carry. A payer learns it from probes and refusals, and what it learned
 * ages: within one search it counts as it is, later only as a likelihood by which the next search begins.
 */
import type { PublicKey } from '../identity.ts';
import { ESTIMATE_HALF_LIFE_MS } from '../limits.ts';

/** What is known of the hop `from` → `to`. Volatile: lost with the process, at no cost but a probe. */
export interface HopEstimate {
  readonly type: 'hop-estimate';
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly equivalent: string;
  /** So much could pass at `atLeastAtMs`; 0: nothing is known. 10⁻⁸ units. */
  readonly atLeast: bigint;
  readonly atLeastAtMs: number;
  /** No more than this could pass at `atMostAtMs`; null: it never refused. */
  readonly atMost: bigint | null;
  readonly atMostAtMs: number;
  /** Probes over it in a row that got no answer, and when the last one was given up. */
  readonly silences: number;
  readonly silentAtMs: number;
}

/** A hop of which nothing is known. */
export function unknownHop(from: PublicKey, to: PublicKey, equivalent: string): HopEstimate {
  return {
    type: 'hop-estimate',
    from,
    to,
    equivalent,
    atLeast: 0n,
    atLeastAtMs: 0,
    atMost: null,
    atMostAtMs: 0,
    silences: 0,
    silentAtMs: 0,
  };
}

/** So much could pass now. */
export function passed(hop: HopEstimate, amount: bigint, nowMs: number): HopEstimate {
  const isNews = amount >= hop.atLeast || nowMs - hop.atLeastAtMs > ESTIMATE_HALF_LIFE_MS;
  const isRefuted = hop.atMost !== null && amount > hop.atMost;
  return {
    ...hop,
    ...(isNews ? { atLeast: amount, atLeastAtMs: nowMs } : {}),
    ...(isRefuted ? { atMost: null, atMostAtMs: 0 } : {}),
    silences: 0,
  };
}

/** Just so much, and no more, could pass now. */
export function refusedAbove(hop: HopEstimate, maxNow: bigint, nowMs: number): HopEstimate {
  return { ...hop, atLeast: maxNow, atLeastAtMs: nowMs, atMost: maxNow, atMostAtMs: nowMs, silences: 0 };
}

/** A probe over it got no answer. */
export function silent(hop: HopEstimate, nowMs: number): HopEstimate {
  return { ...hop, silences: hop.silences + 1, silentAtMs: nowMs };
}

/** An own payment has gone over it (`by` > 0), or the other way (`by` < 0). */
export function moved(hop: HopEstimate, by: bigint): HopEstimate {
  const less = (known: bigint): bigint => (known > by ? known - by : 0n);
  return { ...hop, atLeast: less(hop.atLeast), atMost: hop.atMost === null ? null : less(hop.atMost) };
}

/** Is all that was learned so old that it says nothing any more? */
export function isFaded({ atLeastAtMs, atMostAtMs, silentAtMs }: HopEstimate, nowMs: number): boolean {
  return nowMs - Math.max(atLeastAtMs, atMostAtMs, silentAtMs) >= MOST_HALVINGS * ESTIMATE_HALF_LIFE_MS;
}

/** How likely the hop carries an amount, 0 … 1,000, where `prior` is what is believed of an unknown one. */
export function chancePermille(hop: HopEstimate | undefined, prior: number, amount: bigint, nowMs: number): number {
  if (hop === undefined) return prior;
  const { atLeast, atLeastAtMs, atMost, atMostAtMs, silences, silentAtMs } = hop;
  let chance = prior;
  if (amount <= atLeast) {
    chance = faded(1_000, prior, nowMs - atLeastAtMs);
  } else if (atMost !== null) {
    const between = amount >= atMost ? UNLIKELY : Number(((atMost - amount) * 1_000n) / (atMost - atLeast));
    chance = faded(Math.max(between, UNLIKELY), prior, nowMs - atMostAtMs);
  }
  return silences === 0 ? chance : Math.max(1, faded(chance >> 2, chance, nowMs - silentAtMs));
}

/** After so many nothing is left of a thousand. */
const MOST_HALVINGS = 10;

/** Of an amount that was refused just before. */
const UNLIKELY = 20;

/** What was learned counts half as much with each half-life. */
function faded(learned: number, prior: number, ageMs: number): number {
  const halvings = Math.min(Math.max(0, Math.floor(ageMs / ESTIMATE_HALF_LIFE_MS)), MOST_HALVINGS);
  return prior + Math.trunc((learned - prior) / 2 ** halvings);
}
