/**
 * Checksums. LevelDB reports neither a flipped bit nor a lost log file, so each value carries the first 8 bytes of
 * sha256 over its key and itself: a value under another key is as wrong as one with a flipped bit.
 */
import { hash } from 'node:crypto';
import { corrupt } from './failures.ts';

const SEAL_BYTES = 8;
/** The longest that one character of a key becomes. */
const UTF8_BYTES = 3;

/** What is hashed, in one piece: that takes half the time of a hash that is fed. */
let hashed = Buffer.allocUnsafeSlow(16_384);

/** The value as it is stored: checksum, then bytes. */
export function seal(key: string, bytes: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafe(SEAL_BYTES + bytes.length);
  sealed.write(checksum(key, bytes), 'latin1');
  sealed.set(bytes, SEAL_BYTES);
  return sealed;
}

/** The bytes under the checksum. Throws `store-corrupt` when it is not right. */
export function unseal(key: string, sealed: Uint8Array): Uint8Array {
  const bytes = sealed.subarray(SEAL_BYTES);
  const expected = checksum(key, bytes);
  for (let at = 0; at < SEAL_BYTES; at++) {
    if (expected.charCodeAt(at) !== sealed[at]) throw corrupt(`the record "${key}" does not match its checksum`);
  }
  return bytes;
}

/** The checksum that a stored value carries, as a number to be summed up; not checked. */
export function sealOf(sealed: Uint8Array | undefined): bigint {
  if (sealed === undefined || sealed.length < SEAL_BYTES) return 0n;
  return new DataView(sealed.buffer, sealed.byteOffset).getBigUint64(0);
}

/** As text of one character a byte: of a digest, the text is made faster than the bytes. */
function checksum(key: string, bytes: Uint8Array): string {
  const most = UTF8_BYTES * key.length + 1 + bytes.length;
  if (most > hashed.length) hashed = Buffer.allocUnsafeSlow(2 * most);
  const end = hashed.write(key, 'utf8');
  hashed[end] = 0;
  hashed.set(bytes, end + 1);
  return hash('sha256', hashed.subarray(0, end + 1 + bytes.length), 'binary').slice(0, SEAL_BYTES);
}
