/**
 * Looking for rings of debts from both sides (§5.2): a question that spreads to creditors and to debtors, and the two halves
 * of a ring that come back from where both meet.
 */
import { amountOrZero, bool, hex, list, type Shape, uint } from '../codec.ts';
import type { PublicKey } from '../identity.ts';
import { RING_PROBE_HOPS } from '../limits.ts';
import { equivalentShape, publicKeyShape } from '../packet.ts';

/** Along which debts a probe goes: `owes`: from debtor to creditor; `owed`: from creditor to debtor. */
export type Side = 'owes' | 'owed';

export const OTHER_SIDE: Readonly<Record<Side, Side>> = { owes: 'owed', owed: 'owes' };

/** "Who gets this from both sides is on a ring." Says nothing of who began it. */
export interface RingProbe {
  readonly type: 'ring-probe';
  /** 16 bytes in hex, fresh for each search: the same on both sides. */
  readonly id: string;
  readonly equivalent: string;
  readonly side: Side;
  /** How many hops it has come, this one included: 1 … 8. */
  readonly hops: number;
}

/** "Both sides met": one half of a ring, back the way that a probe of this side came. */
export interface RingHalf {
  readonly type: 'ring-half';
  readonly id: string;
  readonly equivalent: string;
  readonly side: Side;
  /** Each the creditor of the next. `owed`: from the sender to where they met; `owes`: from there to the sender. */
  readonly nodes: readonly PublicKey[];
  /** The debts between these, and to the one that it is for, come to so much at least. 10⁻⁸ units. */
  readonly amount: bigint;
}

/** True: `owed`. */
const sideShape: Shape<Side> = {
  toCbor: (side) => bool.toCbor(side === 'owed'),
  fromCbor: (value, where) => (bool.fromCbor(value, where) ? 'owed' : 'owes'),
};

export const ringProbeFields = {
  id: hex(16),
  equivalent: equivalentShape,
  side: sideShape,
  hops: uint(RING_PROBE_HOPS, 1),
} as const;

export const ringHalfFields = {
  id: hex(16),
  equivalent: equivalentShape,
  side: sideShape,
  nodes: list(publicKeyShape, 1, RING_PROBE_HOPS),
  amount: amountOrZero(),
} as const;
