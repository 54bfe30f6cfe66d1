/** Sealing (protocol/sealing.ts) with nonces of this machine. */
import { randomBytes } from 'node:crypto';
import { NONCE_BYTES, type SealUse, sealWith } from '#protocol/sealing.ts';

export function newNonce(): Uint8Array {
  return Uint8Array.from(randomBytes(NONCE_BYTES));
}

/** Nonce and box. `beside`: bytes that are not sealed, and that belong to these. */
export function seal(seed: Uint8Array, use: SealUse, bytes: Uint8Array, beside: Uint8Array): Uint8Array {
  return sealWith(seed, use, bytes, beside, newNonce());
}
