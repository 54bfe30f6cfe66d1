/** CRC-32C (Castagnoli), with which LevelDB protects what it writes, in the form in which it is stored. */
import { crc32c } from '@node-rs/crc32';

export { crc32c };

const MASK_DELTA = 0xa282ead8;

/** As LevelDB stores it: bytes that hold checksums make poor input of another one. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
