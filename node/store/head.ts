/** The head: what one value, rewritten in every batch, says about all others. */
import { unseal } from './seal.ts';
import { decodeValue } from './value.ts';

export const HEAD_KEY = 'meta/head';

export interface Head {
  /** Number of the last batch. */
  readonly batch: number;
  /** How many values there are, the head not counted. */
  readonly count: number;
  /** Sum of all checksums, modulo 2⁶⁴. */
  readonly sum: bigint;
}

/** Null where there is none. Throws `store-corrupt`. */
export function decodeHead(sealed: Uint8Array | undefined): Head | null {
  return sealed === undefined ? null : (decodeValue(unseal(HEAD_KEY, sealed)) as Head);
}
