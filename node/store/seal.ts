/**
 * Checksums. LevelDB reports neither a flipped bit nor a lost log file, so each value carries the first 8 bytes of
 * sha256 over its key and itself: a value under another key is as wrong as one with a flipped bit.
 */
import { createHash } from 'node:crypto';
import { corrupt } from './failures.ts';

const SEAL_BYTES = 8;

/** The value as it is stored: checksum, then bytes. */
export function seal(key: string, bytes: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(SEAL_BYTES + bytes.length);
  sealed.set(checksum(key, bytes));
  sealed.set(bytes, SEAL_BYTES);
  return sealed;
}

/** The bytes under the checksum. Throws `store-corrupt` when it is not right. */
export function unseal(key: string, sealed: Uint8Array): Uint8Array {
  const bytes = sealed.subarray(SEAL_BYTES);
  if (Buffer.compare(checksum(key, bytes), sealed.subarray(0, SEAL_BYTES)) !== 0) {
    throw corrupt(`the record "${key}" does not match its checksum`);
  }
  return bytes;
}

/** The checksum that a stored value carries, as a number to be summed up; not checked. */
export function sealOf(sealed: Uint8Array | undefined): bigint {
  if (sealed === undefined || sealed.length < SEAL_BYTES) return 0n;
  return new DataView(sealed.buffer, sealed.byteOffset).getBigUint64(0);
}

function checksum(key: string, bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(key).update('\0').update(bytes).digest().subarray(0, SEAL_BYTES);
}
