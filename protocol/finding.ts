/**
 * Finding a way without a map (§6.7): a question that neighbours pass on, within bounds, until one of them knows whom it is
 * about, and the answer on the way back.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { hex, list, uint } from './codec.ts';
import { type PublicKey, publicKeyBytes } from './identity.ts';
import { FIND_BUDGET, MAX_PAYMENT_HOPS } from './limits.ts';
import { equivalentShape, publicKeyShape } from './packet.ts';
import { routeNodesShape } from './probe.ts';

/** "Who is linked with the one that this digest stands for?" */
export interface Find {
  readonly type: 'find';
  /** 16 bytes in hex, fresh for each search. */
  readonly id: string;
  readonly equivalent: string;
  /** See `blinded`: only who knows the receiver learns who is meant. */
  readonly target: string;
  /** The payer, and whoever has passed it on; the last is the sender. */
  readonly nodes: readonly PublicKey[];
  /** Participants that may still be asked because of this message, its receiver among them: 1 … `FIND_BUDGET`. */
  readonly budget: number;
}

/** "Here is a chain": from the one who knew back to the payer. */
export interface Found {
  readonly type: 'found';
  readonly id: string;
  readonly equivalent: string;
  /** The payer … the receiver. */
  readonly nodes: readonly PublicKey[];
}

/** The receiver of a payment as a question that goes round names it. */
export function blinded(id: string, receiver: PublicKey): string {
  return bytesToHex(sha256(concatBytes(utf8ToBytes('geo/1/find'), hexToBytes(id), publicKeyBytes(receiver))));
}

export const findFields = {
  id: hex(16),
  equivalent: equivalentShape,
  target: hex(32),
  nodes: list(publicKeyShape, 1, MAX_PAYMENT_HOPS - 1),
  budget: uint(FIND_BUDGET, 1),
} as const;

export const foundFields = { id: hex(16), equivalent: equivalentShape, nodes: routeNodesShape } as const;
