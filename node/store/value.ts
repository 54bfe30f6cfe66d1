/**
 * How values are stored: CBOR with maps, so that each record describes itself. Integers beyond a `number`, and every
 * `bigint`, are bignums (tags 2 and 3), so that each type comes back as itself; hex digits take half the room as bytes
 * that are to be shown as hex (tag 23).
 */
import { decode } from 'cborg';
import { CborWriter, NEGATIVE_BIGNUM, POSITIVE_BIGNUM, SHOWN_AS_HEX } from './cbor-writer.ts';

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
const magnitudeOf = (bytes: Uint8Array) => BigInt(`0x${hexOf(bytes)}`);

const DECODING = {
  strict: true,
  allowIndefinite: false,
  rejectDuplicateMapKeys: true,
  tags: {
    [POSITIVE_BIGNUM]: (content: () => unknown) => magnitudeOf(content() as Uint8Array),
    [NEGATIVE_BIGNUM]: (content: () => unknown) => -1n - magnitudeOf(content() as Uint8Array),
    [SHOWN_AS_HEX]: (content: () => unknown) => hexOf(content() as Uint8Array),
  },
};

const writer = new CborWriter();

/** Bytes of a value made of plain objects, arrays, texts, numbers, bigints, booleans, nulls and byte arrays. */
export function encodeValue(value: unknown): Uint8Array {
  return writer.write(value);
}

/** The value of these bytes, which must have passed their checksum. Throws on bytes that `encodeValue` never made. */
export function decodeValue(bytes: Uint8Array): unknown {
  return decode(bytes, DECODING);
}
