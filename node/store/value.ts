/**
 * How values are stored: CBOR with maps, so that each record describes itself. Integers beyond a `number`, and every
 * `bigint`, are bignums (tags 2 and 3), so that each type comes back as itself; hex digits take half the room as bytes
 * that are to be shown as hex (tag 23).
 */
import { decode, encode, Token, Type } from 'cborg';

const POSITIVE_BIGNUM = 2;
const NEGATIVE_BIGNUM = 3;
const SHOWN_AS_HEX = 23;

/** Shorter texts are no ids, keys or digests, and gain nothing. */
const SHORTEST_HEX = 32;
const HEX = /^(?:[0-9a-f]{2})+$/;

function tagged(tag: number, bytes: Uint8Array): Token[] {
  return [new Token(Type.tag, tag), new Token(Type.bytes, bytes)];
}

function bignum(magnitude: bigint): Uint8Array {
  const digits = magnitude.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
const magnitudeOf = (bytes: Uint8Array) => BigInt(`0x${hexOf(bytes)}`);

const ENCODING = {
  /** Keeps the order of keys. */
  mapSorter: () => 0,
  typeEncoders: {
    bigint: (value: bigint) =>
      value < 0n ? tagged(NEGATIVE_BIGNUM, bignum(-1n - value)) : tagged(POSITIVE_BIGNUM, bignum(value)),
    string: (value: string) =>
      value.length >= SHORTEST_HEX && HEX.test(value) ? tagged(SHOWN_AS_HEX, Buffer.from(value, 'hex')) : null,
  },
};

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

/** Bytes of a value made of plain objects, arrays, texts, numbers, bigints, booleans, nulls and byte arrays. */
export function encodeValue(value: unknown): Uint8Array {
  return encode(value, ENCODING);
}

/** The value of these bytes, which must have passed their checksum. Throws on bytes that `encodeValue` never made. */
export function decodeValue(bytes: Uint8Array): unknown {
  return decode(bytes, DECODING);
}
