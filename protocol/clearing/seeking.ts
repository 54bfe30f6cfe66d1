/**
 * What a participant remembers while it looks for rings of debts (§5.2). Volatile, as all knowledge: who starts again
 * looks again.
 */
import type { PublicKey } from '../identity.ts';
import type { PaymentId } from '../packet.ts';
import type { RingHalf, Side } from './ring-probe.ts';

/**
 * When a participant looks for rings: after payments and every now and then, only when its owner says so, or never, in
 * which case it does not pass on the walks of others either.
 */
export type SeekingMode = 'always' | 'asked' | 'never';

/** A walk that was here. */
export interface Passage {
  readonly type: 'passage';
  readonly id: string;
  readonly equivalent: string;
  /** The creditor it came from; null where it began. */
  readonly from: PublicKey | null;
  /** The debtor it was sent to last, and those before, from where it came back. */
  readonly to: PublicKey;
  readonly tried: readonly PublicKey[];
  /** What it was sent on with. */
  readonly marks: readonly string[];
  readonly steps: number;
  readonly leastHops: number;
  /** The creditor from which it came back: the answer is awaited from `to`. */
  readonly closedBy: PublicKey | null;
}

/** Where nothing is owed that leads on: for a moment no walk goes there. */
export interface DeadEnd {
  readonly type: 'dead-end';
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  readonly untilMs: number;
}

/** A probe that was here, or began here. */
export interface RingSearch {
  readonly type: 'ring-search';
  readonly id: string;
  readonly equivalent: string;
  readonly isOwn: boolean;
  /** From whom the first one of each side came, and to whom it was passed on. */
  readonly from: Readonly<Record<Side, PublicKey | null>>;
  readonly to: Readonly<Record<Side, readonly PublicKey[]>>;
  /** Halves that were passed on, or, of an own search, that have come. */
  readonly halves: readonly RingHalf[];
}

/** How often the debt on one account was looked for in rings. */
export interface Seeking {
  readonly type: 'seeking';
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  /** Hours since 1970, and walks begun in this one. */
  readonly hour: number;
  readonly walks: number;
  /** Of these, probes. */
  readonly probes: number;
  /** Until then a timer is set already. */
  readonly plannedForMs: number;
}

/** A ring that is being cleared from here. */
export interface RingAttempt {
  readonly type: 'ring-attempt';
  readonly paymentId: PaymentId;
  readonly equivalent: string;
  readonly nodes: readonly PublicKey[];
  readonly amount: bigint;
  readonly randomness: string;
  /** How often it was refused because there was less. */
  readonly refusals: number;
}

/** A clearing that has come to its end. */
export interface EndedRingAttempt {
  readonly type: 'ended-ring-attempt';
  readonly paymentId: PaymentId;
}
