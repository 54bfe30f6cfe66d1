/** Bytes as lower-case hex: how keys, digests and ids are held in memory, where equal bytes must be equal strings (§1.1). */
import { hexToBytes as fromHex, bytesToHex as toHex } from '@noble/hashes/utils.js';

const LOWER_CASE_HEX = /^(?:[0-9a-f]{2})*$/;

/** Whether the text is lower-case hex of exactly this many bytes. */
export function isHex(text: string, bytes: number): boolean {
  return text.length === 2 * bytes && LOWER_CASE_HEX.test(text);
}

/** Keys, digests and ids: nearly all that is ever written as hex. */
const KEY_BYTES = 32;
const DIGITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Character codes of one key; used again for each. */
const codes = Array.from({ length: 2 * KEY_BYTES }, () => 0);

/** Lower-case hex of the bytes, two digits each. */
export function bytesToHex(bytes: Uint8Array): string {
  if (bytes.length !== KEY_BYTES) return toHex(bytes);
  // Joining texts takes twice the time and leaves thirty texts behind; a message holds about ten keys.
  for (let at = 0; at < KEY_BYTES; at++) {
    const byte = bytes[at] as number;
    codes[2 * at] = DIGITS[byte >> 4] as number;
    codes[2 * at + 1] = DIGITS[byte & 15] as number;
  }
  return String.fromCharCode(...codes);
}

/** The bytes that the hex stands for. Text that is not an even number of hex digits is a bug and throws. */
export function hexToBytes(text: string): Uint8Array {
  return fromHex(text);
}

/** Whether two byte strings are equal. Not for secrets: it stops at the first difference. */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
