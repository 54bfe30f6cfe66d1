/**
 * The outside of a backup file. All but the first line, whose it is and how long the summary is, is sealed:
 *
 *   "GEO backup 1\n" | public key (32 bytes) | length of the summary (4 bytes) | sealed summary | sealed contents
 *
 * Each sealed part vouches for all that comes before it. Whoever has the seed makes it: a node of its own contents, a browser
 * of those that its hub hands out.
 */
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { type PublicKey, publicKeyBytes } from './identity.ts';
import { sealWith } from './sealing.ts';

const FIRST_LINE = utf8ToBytes('GEO backup 1\n');

/** Where the length of the summary stands, and where the summary begins. */
export const LENGTH_AT = FIRST_LINE.length + 32;
export const SUMMARY_AT = LENGTH_AT + 4;
export const FIRST_LINE_BYTES = FIRST_LINE.length;

/** What is not sealed of the file of a participant, and belongs to its summary. */
export function backupHead(publicKey: PublicKey): Uint8Array {
  return concatBytes(FIRST_LINE, publicKeyBytes(publicKey));
}

/** The whole file. `nonces`: two of `NONCE_BYTES` random bytes each. */
export function backupFile(
  { seed, publicKey }: { readonly seed: Uint8Array; readonly publicKey: PublicKey },
  { summary, contents }: { readonly summary: Uint8Array; readonly contents: Uint8Array },
  nonces: readonly [Uint8Array, Uint8Array],
): Uint8Array {
  const sealed = sealWith(seed, 'file', summary, backupHead(publicKey), nonces[0]);
  const length = Uint8Array.of(0, 0, sealed.length >> 8, sealed.length & 255);
  const before = concatBytes(backupHead(publicKey), length, sealed);
  return concatBytes(before, sealWith(seed, 'file', contents, before, nonces[1]));
}
