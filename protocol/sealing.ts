/** Sealing: bytes that only the owner of a seed can read, and that nobody can change without it being noticed. */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** One key for each use, so that what is sealed for one is never taken for another. */
const USES = { file: 'geo/1/backup', kept: 'geo/1/kept-backup', atRest: 'geo/1/at-rest' } as const;

export type SealUse = keyof typeof USES;

const KEY_BYTES = 32;
/** Random for each sealing. */
export const NONCE_BYTES = 24;
const TAG_BYTES = 16;
/** What sealing adds. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

function keyOf(seed: Uint8Array, use: SealUse): Uint8Array {
  return hkdf(sha256, seed, undefined, utf8ToBytes(USES[use]), KEY_BYTES);
}

/** Nonce and box. `beside`: bytes that are not sealed, and that belong to these. `nonce`: random, `NONCE_BYTES` of it. */
export function sealWith(
  seed: Uint8Array,
  use: SealUse,
  bytes: Uint8Array,
  beside: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return concatBytes(nonce, xchacha20poly1305(keyOf(seed, use), nonce, beside).encrypt(bytes));
}

/** What was sealed, or null: another seed, or other bytes than were sealed. */
export function unseal(seed: Uint8Array, use: SealUse, sealed: Uint8Array, beside: Uint8Array): Uint8Array | null {
  if (sealed.length < SEAL_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  try {
    return xchacha20poly1305(keyOf(seed, use), nonce, beside).decrypt(sealed.subarray(NONCE_BYTES));
  } catch {
    return null;
  }
}
