/**
 * Stored values (node/store/value.ts writes most of them): CBOR with maps, bignums (tags 2 and 3), and bytes that are to be shown
 * as hex (tag 23). Here, since a browser reads and writes them too, in backup files.
 */
import { decode, encode } from 'cborg';
import { structBigIntEncoder } from 'cborg/taglib';
import { bytesToHex } from './hex.ts';

/** Tags: integers of any size, and bytes that are to be shown as hex. */
export const POSITIVE_BIGNUM = 2;
export const NEGATIVE_BIGNUM = 3;
export const SHOWN_AS_HEX = 23;

/** The value of these bytes, which must have passed their checksum. Throws on bytes that `encodeValue` never made. */
export type DecodeValue = (bytes: Uint8Array) => unknown;

/** A reader with another way to write bytes as hex digits, where there is a faster one. */
export function valueDecoder(hexOf: (bytes: Uint8Array) => string = bytesToHex): DecodeValue {
  const magnitudeOf = (bytes: Uint8Array): bigint => BigInt(`0x${hexOf(bytes)}`);
  const decoding = {
    strict: true,
    allowIndefinite: false,
    rejectDuplicateMapKeys: true,
    tags: {
      [POSITIVE_BIGNUM]: (content: () => unknown) => magnitudeOf(content() as Uint8Array),
      [NEGATIVE_BIGNUM]: (content: () => unknown) => -1n - magnitudeOf(content() as Uint8Array),
      [SHOWN_AS_HEX]: (content: () => unknown) => hexOf(content() as Uint8Array),
    },
  };
  return (bytes) => decode(bytes, decoding);
}

/** Writes a value of which size and speed do not matter: hex digits stay texts. */
export function encodePlainly(value: unknown): Uint8Array {
  return encode(value, { typeEncoders: { bigint: structBigIntEncoder } });
}
