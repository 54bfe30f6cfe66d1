/**
 * Hints (§6.5): what an indexer, a participant that holds the map for others, answers to "which ways lead from source to
 * target?". Topology only: no limits, no balances, and no promise that a way can carry anything.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { assert } from './bug.ts';
import { hex, list, type RecordShape, record, uint } from './codec.ts';
import { hexToBytes, isHex } from './hex.ts';
import type { PublicKey } from './identity.ts';
import { MAX_PAYMENT_HOPS, MAX_ROUTES } from './limits.ts';
import { equivalentShape, publicKeyShape } from './packet.ts';

/** "Which ways lead from the source to the target?" To an indexer, over a link or as a query (§7.4). */
export interface HintRequest {
  readonly type: 'hint-request';
  /** 16 random bytes in hex, new for each request: the answer repeats them. */
  readonly id: string;
  readonly equivalent: string;
  readonly source: PublicKey;
  readonly target: PublicKey;
  /** How many routes at most, 1 … `MAX_ROUTES`. */
  readonly most: number;
}

/** The answer: candidate routes, the shortest first, no two of them over one account. None: no way is known. */
export interface Hints {
  readonly type: 'hints';
  /** Of the request. */
  readonly id: string;
  /** Active lines of the equivalent on the indexer's map, and their digest (`LinesDigest`): maps compare by them. */
  readonly count: number;
  readonly digest: string;
  /** 0 … `MAX_ROUTES` of 2 … `MAX_PAYMENT_HOPS` + 1 participants, source first, target last. */
  readonly routes: readonly (readonly PublicKey[])[];
}

export const HINT_REQUEST_NUMBER = 23;
export const hintRequestShape: RecordShape<Omit<HintRequest, 'type'>> = record<Omit<HintRequest, 'type'>>({
  id: hex(16),
  equivalent: equivalentShape,
  source: publicKeyShape,
  target: publicKeyShape,
  most: uint(MAX_ROUTES, 1),
});

export const hintsShape: RecordShape<Omit<Hints, 'type'>> = record<Omit<Hints, 'type'>>({
  id: hex(16),
  count: uint(),
  digest: hex(8),
  routes: list(list(publicKeyShape, 2, MAX_PAYMENT_HOPS + 1), 0, MAX_ROUTES),
});

/**
 * The digest of a set of lines, whatever order they came in: the XOR over them of the first 8 bytes of sha256(from ‖
 * to). Equal for equal sets; it tells honest maps apart and proves nothing about others.
 */
export class LinesDigest {
  #high = 0;
  #low = 0;
  readonly #pair = new Uint8Array(64);

  /** @param hex what `hex` gave for the set to begin with; by default there is nothing in it. */
  constructor(hex = '0'.repeat(16)) {
    assert(isHex(hex, 8), 'a digest of lines is 16 hex digits');
    this.#high = Number.parseInt(hex.slice(0, 8), 16) | 0;
    this.#low = Number.parseInt(hex.slice(8), 16) | 0;
  }

  /** Adds the line to the set, or takes it out: the same change twice is none. */
  flip(from: PublicKey, to: PublicKey): void {
    this.#pair.set(hexToBytes(from), 0);
    this.#pair.set(hexToBytes(to), 32);
    const hash = new DataView(sha256(this.#pair).buffer);
    this.#high ^= hash.getUint32(0);
    this.#low ^= hash.getUint32(4);
  }

  /** 16 hex digits. */
  get hex(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
