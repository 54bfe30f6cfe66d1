/**
 * Writes the CBOR of stored values, into one buffer that is used again for each. Every step of a payment saves records:
 * the library takes three times as long for them, and makes nearly half of all garbage that a busy node makes.
 */
import { encode } from 'cborg';
import { NEGATIVE_BIGNUM, POSITIVE_BIGNUM, SHOWN_AS_HEX } from '#protocol/stored-value.ts';

/** Major types of RFC 8949, in the upper three bits of an item's first byte. */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;

/** Shorter texts are no ids, keys or digests, and gain nothing. */
const SHORTEST_HEX = 32;
const HEX = /^(?:[0-9a-f]{2})+$/;

/** The first byte of an item and the longest number after it. */
const HEAD_BYTES = 9;
/** Lengths up to this one stand in the first byte. */
const SHORT = 23;
const FIRST_SIZE = 4_096;

export class CborWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_SIZE);
  #at = 0;

  /** The CBOR of the value, in an array of its own. */
  write(value: unknown): Uint8Array {
    this.#at = 0;
    this.#value(value);
    return new Uint8Array(this.#bytes.buffer.slice(0, this.#at));
  }

  #value(value: unknown): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'bigint') this.#bignum(value);
    else if (typeof value === 'boolean') this.#byte(value ? TRUE : FALSE);
    else if (value === null) this.#byte(NULL);
    else if (value instanceof Uint8Array) this.#binary(value);
    else if (Array.isArray(value)) this.#array(value);
    else if (typeof value === 'object') this.#map(value as Readonly<Record<string, unknown>>);
    else if (!Number.isSafeInteger(value)) this.#raw(encode(value));
    else if ((value as number) < 0) this.#head(NEGATIVE, -1 - (value as number));
    else this.#head(UNSIGNED, value as number);
  }

  #array(values: readonly unknown[]): void {
    this.#head(ARRAY, values.length);
    for (const value of values) this.#value(value);
  }

  #map(values: Readonly<Record<string, unknown>>): void {
    const keys = Object.keys(values);
    this.#head(MAP, keys.length);
    for (const key of keys) {
      this.#text(key);
      this.#value(values[key]);
    }
  }

  #text(text: string): void {
    if (text.length <= SHORT && this.#ascii(text)) return;
    if (text.length >= SHORTEST_HEX && HEX.test(text)) {
      this.#head(TAG, SHOWN_AS_HEX);
      this.#hex(text);
      return;
    }
    const length = Buffer.byteLength(text);
    this.#head(TEXT, length);
    this.#reserve(length);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /** A short text without other letters: most texts are. False when it is another one, and nothing was written. */
  #ascii(text: string): boolean {
    this.#reserve(HEAD_BYTES + text.length);
    const bytes = this.#bytes;
    const from = this.#at + 1;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) return false;
      bytes[from + at] = code;
    }
    this.#head(TEXT, text.length);
    this.#at += text.length;
    return true;
  }

  #bignum(value: bigint): void {
    const digits = (value < 0n ? -1n - value : value).toString(16);
    this.#head(TAG, value < 0n ? NEGATIVE_BIGNUM : POSITIVE_BIGNUM);
    this.#hex(digits.length % 2 === 0 ? digits : `0${digits}`);
  }

  #hex(digits: string): void {
    const length = digits.length / 2;
    this.#head(BYTES, length);
    this.#reserve(length);
    this.#at += this.#bytes.write(digits, this.#at, 'hex');
  }

  #binary(bytes: Uint8Array): void {
    this.#head(BYTES, bytes.length);
    this.#raw(bytes);
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  /** Major type and number, in the shortest form. */
  #head(major: number, value: number): void {
    this.#reserve(HEAD_BYTES);
    const first = major << 5;
    const bytes = this.#bytes;
    if (value <= SHORT) {
      bytes[this.#at++] = first | value;
    } else if (value < 2 ** 8) {
      bytes[this.#at++] = first | 24;
      bytes[this.#at++] = value;
    } else if (value < 2 ** 16) {
      bytes[this.#at++] = first | 25;
      this.#at = bytes.writeUInt16BE(value, this.#at);
    } else if (value < 2 ** 32) {
      bytes[this.#at++] = first | 26;
      this.#at = bytes.writeUInt32BE(value, this.#at);
    } else {
      bytes[this.#at++] = first | 27;
      this.#at = bytes.writeBigUInt64BE(BigInt(value), this.#at);
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, needed));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
