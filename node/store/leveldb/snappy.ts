/** Snappy, as LevelDB compresses blocks: a length, then literals and copies of what came before. */

import { readVarint } from './varint.ts';

const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;
/** Longer literals have their length in one to four bytes after the first. */
const SHORT_LITERAL = 60;

/** The bytes that were compressed, or null when this is not the result of compressing. */
export function uncompress(input: Buffer): Buffer | null {
  const [length, from] = readVarint(input, 0);
  if (length > 255 * input.length) return null;
  const output = Buffer.allocUnsafe(length);
  let at = from;
  let end = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    const kind = tag & 3;
    let size = (tag >>> 2) + 1;
    if (kind === LITERAL) {
      if (size > SHORT_LITERAL) {
        const bytes = size - SHORT_LITERAL;
        if (at + bytes > input.length) return null;
        size = input.readUIntLE(at, bytes) + 1;
        at += bytes;
      }
      if (at + size > input.length || end + size > length) return null;
      input.copy(output, end, at, at + size);
      at += size;
      end += size;
      continue;
    }
    const bytes = kind === COPY_1 ? 1 : kind === COPY_2 ? 2 : 4;
    if (at + bytes > input.length) return null;
    let back = input.readUIntLE(at, bytes);
    at += bytes;
    if (kind === COPY_1) {
      size = ((tag >>> 2) & 7) + 4;
      back += (tag >>> 5) << 8;
    }
    if (back === 0 || back > end || end + size > length) return null;
    // They may overlap: what is copied is then repeated.
    for (const last = end + size; end < last; end++) output[end] = output[end - back] as number;
  }
  return end === length ? output : null;
}
