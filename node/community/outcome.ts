/** What became of a community's rows. Amounts are decimal strings without needless zeros; people are named as in the file. */

/** Who pays whom on a route: one step of it. */
export interface Hop {
  readonly from: string;
  readonly to: string;
}

export interface TrustOutcome {
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly limit: string;
  /** Why the limit stayed as it was; `lowest`: the lowest limit that the node would take now. */
  readonly refusal: { readonly code: string; readonly lowest: string | null } | null;
}

export interface PaymentRefusal {
  readonly code: string;
  /** The hop that refused; null when no chain of trust is known at all. */
  readonly hop: Hop | null;
  /** The limit that stopped it. */
  readonly limit: string | null;
  /** What would pass there now. */
  readonly maxNow: string | null;
}

export interface PaymentOutcome {
  readonly from: string;
  readonly to: string;
  readonly equivalent: string;
  readonly amount: string;
  readonly state: 'COMMITTED' | 'ABORTED';
  /** Null for one that was aborted. */
  readonly hops: number | null;
  /** From its beginning to its final state, at the payer's node. */
  readonly ms: number;
  readonly refusal: PaymentRefusal | null;
  /** What went over which way; empty for one that was aborted. */
  readonly routes: readonly RouteOutcome[];
}

/** One way of a payment: payer first, receiver last. */
export interface RouteOutcome {
  readonly nodes: readonly string[];
  readonly amount: string;
}

export interface Debt {
  readonly debtor: string;
  readonly creditor: string;
  readonly equivalent: string;
  readonly amount: string;
}

/** A circle of debt that was cleared: everybody owed the next, the last is the first again. */
export interface Circle {
  readonly nodes: readonly string[];
  readonly equivalent: string;
  /** By which each of its debts became less. */
  readonly amount: string;
}

export interface Outcome {
  readonly participants: number;
  /** One for each trust row, in the order of the file. */
  readonly trustLines: readonly TrustOutcome[];
  /** One for each pay row, in the order of the file. */
  readonly payments: readonly PaymentOutcome[];
  readonly cleared: readonly Circle[];
  readonly debts: readonly Debt[];
  /** Does every debt stand in the books of both its ends, so that all balances of each equivalent add up to zero? */
  readonly zeroSum: boolean;
}

/** The outcome as `--json` prints it: what is published, so without routes. */
export function outcomeJson({ participants, trustLines, payments, cleared, debts, zeroSum }: Outcome): string {
  const published = payments.map(({ from, to, equivalent, amount, state, hops, ms, refusal }) => ({
    ...{ from, to, equivalent, amount, state, hops, ms, refusal },
  }));
  return JSON.stringify({ participants, trustLines, payments: published, cleared, debts, zeroSum });
}
