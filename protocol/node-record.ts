/** What is kept of a participant as a whole (§8.1). */

/** What concerns the whole node. */
export interface NodeRecord {
  readonly type: 'node';
  /** Highest time at which something was declared expired: time never counts as earlier than this (rule 8). */
  readonly clockHighMs: number;
  /** When records were lost the last time (rule 10): what may have been signed before is never signed against. For ever. */
  readonly restoredAtMs: number | null;
  /** Records were lost and the owner has not confirmed what came back: the node signs nothing new. */
  readonly isFrozen: boolean;
  /** Does this participant agree to every announcement a neighbour offers, and announce all its own lines? */
  readonly announceAll: boolean;
  readonly dust: Dust;
}

/** What the owner does with amounts that are not worth waiting for (§4.7). All in 10⁻⁸ units, of any equivalent. */
export interface Dust {
  /** Smaller payments are not passed on; 0: any is. */
  readonly smallest: bigint;
  /** Held amounts up to this are let go a day after their expiry; 0: none. */
  readonly letGoUpTo: bigint;
  /** What may be lost in this way altogether, and what has been put at risk so far. */
  readonly budget: bigint;
  readonly spent: bigint;
}

const NO_DUST: Dust = { smallest: 0n, letGoUpTo: 0n, budget: 0n, spent: 0n };
/** What is known of a node of which nothing is stored. */
export const EMPTY_NODE: NodeRecord = {
  type: 'node',
  clockHighMs: 0,
  restoredAtMs: null,
  isFrozen: false,
  announceAll: false,
  dust: NO_DUST,
};
