/**
 * Looking for rings of debts (§5.2): a question that walks from creditor to debtor until it comes back to somebody who
 * had it before, and the answer that goes round the other way and names the ring.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { amountOrZero, hex, list, uint } from '../codec.ts';
import { type PublicKey, publicKeyBytes } from '../identity.ts';
import { DEAD_END_MS, MAX_CLEARING_HOPS, MAX_WALK_STEPS } from '../limits.ts';
import { equivalentShape, publicKeyShape } from '../packet.ts';

/** "You owe me. Who owes you?" From a creditor to one of its debtors. */
export interface RingWalk {
  readonly type: 'ring-walk';
  /** 16 bytes in hex, fresh for each walk. */
  readonly id: string;
  readonly equivalent: string;
  /** Marks (`ringMark`) of those who had it last, the sender at the end: 1 … 16. */
  readonly marks: readonly string[];
  /** How often it may still be passed on. */
  readonly steps: number;
  /** It closes no ring of fewer hops than this: 3 … 16. */
  readonly leastHops: number;
}

/** "Here is a ring": from the one where the walk closed, back along the walk until it is there again. */
export interface RingFound {
  readonly type: 'ring-found';
  readonly id: string;
  readonly equivalent: string;
  /** From the sender on, each the creditor of the next; the last is the one where the walk closed. */
  readonly nodes: readonly PublicKey[];
  /** The debts between these come to so much at least. 10⁻⁸ units. */
  readonly amount: bigint;
}

/** "No way on from here": from a debtor back to the one that the walk came from, which tries another debtor. */
export interface RingNone {
  readonly type: 'ring-none';
  readonly id: string;
  readonly equivalent: string;
  /** How often the walk may still be passed on. */
  readonly steps: number;
  /** For so long no other walk would get further: nothing is owed there that leads on. 0: one may. */
  readonly deadForMs: number;
}

/** How a walk names a participant: only who knows its key learns who it is. 8 bytes in hex. */
export function ringMark(id: string, participant: PublicKey): string {
  const text = concatBytes(utf8ToBytes('geo/1/ring'), hexToBytes(id), publicKeyBytes(participant));
  return bytesToHex(sha256(text).subarray(0, MARK_BYTES));
}

const MARK_BYTES = 8;

/** Debts of two are set off as they arise. */
export const MIN_RING_HOPS = 3;

export const ringWalkFields = {
  id: hex(16),
  equivalent: equivalentShape,
  marks: list(hex(MARK_BYTES), 1, MAX_CLEARING_HOPS),
  steps: uint(MAX_WALK_STEPS),
  leastHops: uint(MAX_CLEARING_HOPS, MIN_RING_HOPS),
} as const;

export const ringNoneFields = {
  id: hex(16),
  equivalent: equivalentShape,
  steps: uint(MAX_WALK_STEPS),
  deadForMs: uint(DEAD_END_MS),
} as const;

export const ringFoundFields = {
  id: hex(16),
  equivalent: equivalentShape,
  nodes: list(publicKeyShape, 1, MAX_CLEARING_HOPS),
  amount: amountOrZero(),
} as const;
