/**
 * A look over received bytes before they reach the CBOR library, which recurses without a depth limit and accepts more
 * kinds of item than messages use (§1.1). One pass, no recursion, no allocation that grows with the input.
 */

/** What received bytes may be at most: `maxBytes` in total, arrays in arrays at most `maxDepth` deep. */
export interface DecodeLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/** Major types of RFC 8949, the upper three bits of an item's first byte. */
const MAJOR_BYTES = 2;
const MAJOR_TEXT = 3;
const MAJOR_ARRAY = 4;
const MAJOR_SIMPLE = 7;
const FALSE_BYTE = 0xf4;
const NULL_BYTE = 0xf6;

const BAD_HEAD = 'an item that is neither an integer, bytes, text, an array, true, false nor null of definite length';

/**
 * Says what keeps these bytes from being one item of the kinds that messages use, within the limits; null when nothing
 * does. Whether integers and lengths are in their shortest form is left to the decoder.
 *
 * @returns null, or the reason with the limit it broke, for a `bad-encoding` refusal.
 */
export function outOfBounds(bytes: Uint8Array, limits: DecodeLimits): { why: string; limit: string } | null {
  if (bytes.length > limits.maxBytes) {
    return { why: `${bytes.length} bytes are too many`, limit: `at most ${limits.maxBytes} bytes` };
  }
  /** Items still to come in each open array, the outermost first; the whole is as an array of one. */
  const open: number[] = [1];
  let at = 0;
  while (open.length > 0) {
    const left = open[open.length - 1] as number;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1] = left - 1;
    if (at >= bytes.length) return truncated();
    const first = bytes[at] as number;
    const major = first >> 5;
    const argumentBytes = argumentLength(first);
    if (argumentBytes < 0) return { why: BAD_HEAD, limit: 'RFC 8949 with fixed positions' };
    const next = at + 1 + argumentBytes;
    if (next > bytes.length) return truncated();
    if (major === MAJOR_BYTES || major === MAJOR_TEXT) {
      const length = readArgument(bytes, at, argumentBytes);
      if (length > bytes.length - next) return truncated();
      at = next + length;
    } else {
      at = next;
      if (major === MAJOR_ARRAY) {
        const length = readArgument(bytes, at - 1 - argumentBytes, argumentBytes);
        // Every item takes a byte at least, so a longer array cannot be whole.
        if (length > bytes.length - next) return truncated();
        if (open.length > limits.maxDepth) {
          return { why: 'arrays are nested too deep', limit: `at most ${limits.maxDepth} deep` };
        }
        open.push(length);
      }
    }
  }
  return at === bytes.length ? null : { why: 'bytes follow the end of the message', limit: 'exactly one message' };
}

/** Bytes that follow an item's first byte to hold its number or length; -1 for an item that messages never use. */
function argumentLength(first: number): number {
  const major = first >> 5;
  if (major > MAJOR_ARRAY) {
    return major === MAJOR_SIMPLE && first >= FALSE_BYTE && first <= NULL_BYTE ? 0 : -1;
  }
  const info = first & 31;
  if (info < 24) return 0;
  return info < 28 ? 1 << (info - 24) : -1;
}

/** The number held in or after the first byte at `at`. Precise below 2^53, and above that still larger than any message. */
function readArgument(bytes: Uint8Array, at: number, argumentBytes: number): number {
  if (argumentBytes === 0) return (bytes[at] as number) & 31;
  let value = 0;
  for (let i = 1; i <= argumentBytes; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}

function truncated(): { why: string; limit: string } {
  return { why: 'the bytes end before the message does', limit: 'exactly one message' };
}
