/**
 * How values are stored: CBOR with maps, so that each record describes itself. Integers beyond a `number`, and every
 * `bigint`, are bignums (tags 2 and 3), so that each type comes back as itself; hex digits take half the room as bytes
 * that are to be shown as hex (tag 23).
 */
import { valueDecoder } from '#protocol/stored-value.ts';
import { CborWriter } from './cbor-writer.ts';

const writer = new CborWriter();

/** Bytes of a value made of plain objects, arrays, texts, numbers, bigints, booleans, nulls and byte arrays. */
export function encodeValue(value: unknown): Uint8Array {
  return writer.write(value);
}

/** The value of these bytes, which must have passed their checksum. Throws on bytes that `encodeValue` never made. */
export const decodeValue = valueDecoder((bytes) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'),
);
