/**
 * A search for routes (§6.4): what a payer has found out since it began, and whose answers it waits for.
 */
import type { PublicKey } from '../identity.ts';
import type { PaymentId } from '../packet.ts';
import type { PlannedRoute, RefusedHop } from '../payment.ts';
import type { HopEstimate } from './estimate.ts';

/** What a search is for: the payment with the same id, or to say how much could be paid. */
export type SearchPurpose = 'payment' | 'quote';

/** A hop that somebody named: an indexer, or a neighbour that was asked. Topology only: it may carry nothing, or not exist. */
export interface NamedHop {
  readonly from: PublicKey;
  readonly to: PublicKey;
  /** The indexers that named it; empty: neighbours did. */
  readonly by: readonly PublicKey[];
}

/** A route that is asked along. */
export interface AskedRoute extends PlannedRoute {
  /** For each hop, what is to go over it by other routes of the same plan. */
  readonly beside: readonly bigint[];
}

/** An answer that has not come yet. `id` is that of the question: 16 bytes in hex. */
export type Awaited =
  | { readonly what: 'probe'; readonly id: string; readonly route: AskedRoute }
  | { readonly what: 'hints'; readonly id: string; readonly from: PublicKey }
  | { readonly what: 'found'; readonly id: string };

/** Volatile: a node that starts again begins its searches anew. */
export interface Search {
  readonly type: 'search';
  /** The payment's id, or the one that was given to a quote. */
  readonly id: PaymentId;
  readonly purpose: SearchPurpose;
  readonly receiver: PublicKey;
  readonly equivalent: string;
  /** A payment: its amount. A quote: most that is asked for, within what the own accounts could carry. */
  readonly wanted: bigint;
  /** What the person asked for; the own accounts may carry less. */
  readonly asked: bigint;
  /** 32 random bytes in hex, from which the ids of questions are derived. */
  readonly randomness: string;
  /** How often answers were awaited: a timer of an earlier round means nothing. */
  readonly round: number;
  /** Rounds of probes. */
  readonly probed: number;
  readonly awaits: readonly Awaited[];
  readonly askedIndexers: boolean;
  readonly askedNeighbours: boolean;
  readonly named: readonly NamedHop[];
  /** What this search itself has learned of hops: bounds, where what is remembered from before is only a likelihood. */
  readonly hops: readonly HopEstimate[];
  /** Refusals that probes met. */
  readonly refusals: readonly RefusedHop[];
}

/** A search that has come to its end. */
export interface EndedSearch {
  readonly type: 'ended-search';
  readonly id: PaymentId;
}
