/**
 * Numbers for keys: participants of a map as small integers, so that what is said about them fits typed arrays.
 *
 * Keys are held as raw bytes in one array, not as texts: a text of 64 characters takes three times the memory, and a
 * `Map` of a million of them as much again.
 */
import { assert } from './bug.ts';
import { bytesToHex } from './hex.ts';
import type { PublicKey } from './identity.ts';

/** 8 secret random bytes. Whoever does not know them cannot choose keys that all fall into one place of the table. */
export type TableSeed = Uint8Array;

const KEY_BYTES = 32;
const KEY_WORDS = 8;
const SMALLEST_CAPACITY = 8;
/** A numbered entry has 30 bits for its number; 2²⁷ keys are the 4 GiB that one array holds. */
const MAX_KEYS = 2 ** 27;

/**
 * Keys and their numbers 0, 1, 2, …; numbers that were given back are given out again, the last one first. Numbers do
 * not depend on the seed.
 */
export class KeyTable {
  readonly #seed0: number;
  readonly #seed1: number;
  /** Key `n` begins at word 8 n. The same bytes under two views. */
  #words = new Uint32Array(SMALLEST_CAPACITY * KEY_WORDS);
  #bytes = new Uint8Array(this.#words.buffer);
  /** Open addressing: number + 1, or 0 where nothing is; at least half of the places are free. */
  #slots = new Uint32Array(2 * SMALLEST_CAPACITY);
  readonly #free: number[] = [];
  #bound = 0;
  /** The key that is looked for. */
  readonly #wanted = new Uint32Array(KEY_WORDS);
  readonly #wantedBytes = new Uint8Array(this.#wanted.buffer);

  constructor(seed: TableSeed) {
    assert(seed.length === 8, 'a seed of a table has 8 bytes');
    const view = new DataView(seed.buffer, seed.byteOffset, seed.length);
    this.#seed0 = view.getUint32(0, true);
    this.#seed1 = view.getUint32(4, true);
  }

  /** Keys that have a number. */
  get count(): number {
    return this.#bound - this.#free.length;
  }

  /** Every number is below this one. */
  get bound(): number {
    return this.#bound;
  }

  /** Memory held, in bytes. */
  get byteLength(): number {
    return this.#words.byteLength + this.#slots.byteLength + 8 * this.#free.length;
  }

  /** The number of the key, or −1. */
  numberOf(key: PublicKey): number {
    readKey(key, this.#wantedBytes);
    return (this.#slots[this.#find()] as number) - 1;
  }

  /** The number of the key, a new one if it has none. */
  intern(key: PublicKey): number {
    readKey(key, this.#wantedBytes);
    const slot = this.#find();
    const known = this.#slots[slot] as number;
    if (known > 0) return known - 1;
    const number = this.#free.pop() ?? this.#bound++;
    this.#reserve(number + 1);
    this.#words.set(this.#wanted, number * KEY_WORDS);
    this.#slots[slot] = number + 1;
    if (2 * this.count > this.#slots.length) this.#spread(2 * this.#slots.length);
    return number;
  }

  /** Takes the number back. It must be in use: asking otherwise is a bug, which is not looked for here. */
  release(number: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#hash(this.#words, number * KEY_WORDS) & mask;
    while (slots[hole] !== number + 1) {
      assert(slots[hole] !== 0, 'only a number in use is released');
      hole = (hole + 1) & mask;
    }
    // What comes behind and would no longer be found past the hole moves into it.
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#hash(this.#words, ((slots[at] as number) - 1) * KEY_WORDS) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at] as number;
      hole = at;
    }
    slots[hole] = 0;
    this.#free.push(number);
  }

  /** The key of a number that is in use. */
  keyOf(number: number): PublicKey {
    return bytesToHex(this.bytesOf(number)) as PublicKey;
  }

  /** The same as bytes: a view, to be read before the next change. */
  bytesOf(number: number): Uint8Array {
    assert(number >= 0 && number < this.#bound, 'numbers of keys are below the bound');
    return this.#bytes.subarray(number * KEY_BYTES, (number + 1) * KEY_BYTES);
  }

  /** A copy of all keys as bytes, 32 for each number below the bound; those of free numbers mean nothing. */
  image(): Uint8Array {
    return this.#bytes.slice(0, this.#bound * KEY_BYTES);
  }

  /** Into a table in which nothing is: what `image` gave, and which numbers of it are in use. */
  load(image: Uint8Array, isInUse: (number: number) => boolean): void {
    assert(this.#bound === 0, 'a table is loaded once');
    const bound = image.length / KEY_BYTES;
    this.#reserve(bound);
    this.#bytes.set(image);
    this.#bound = bound;
    let size = this.#slots.length;
    while (size < 2 * bound) size *= 2;
    this.#slots = new Uint32Array(size);
    for (let number = 0; number < bound; number++) {
      if (isInUse(number)) this.#place(number);
      else this.#free.push(number);
    }
  }

  #place(number: number): void {
    const mask = this.#slots.length - 1;
    let at = this.#hash(this.#words, number * KEY_WORDS) & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = number + 1;
  }

  /** The place where the wanted key is, or the free one where it would be put. */
  #find(): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = this.#hash(this.#wanted, 0) & mask;
    for (; slots[at] !== 0; at = (at + 1) & mask) if (this.#isWanted((slots[at] as number) - 1)) break;
    return at;
  }

  #isWanted(number: number): boolean {
    const start = number * KEY_WORDS;
    for (let at = 0; at < KEY_WORDS; at++) if (this.#words[start + at] !== this.#wanted[at]) return false;
    return true;
  }

  #reserve(count: number): void {
    assert(count <= MAX_KEYS, 'not more keys than one array holds');
    const capacity = this.#words.length / KEY_WORDS;
    if (count <= capacity) return;
    const words = new Uint32Array(KEY_WORDS * Math.max(count, Math.ceil(capacity * 1.5)));
    words.set(this.#words);
    this.#words = words;
    this.#bytes = new Uint8Array(words.buffer);
  }

  #spread(size: number): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(size);
    for (const taken of before) if (taken !== 0) this.#place(taken - 1);
  }

  /** HalfSipHash-1-3 (Aumasson, Bernstein: SipHash): a keyed hash made for tables that strangers fill. */
  #hash(words: Uint32Array, start: number): number {
    let v0 = this.#seed0;
    let v1 = this.#seed1;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ v1;
    for (let round = 0; round < KEY_WORDS + 4; round++) {
      // The words of the key, the length, and three rounds at the end.
      let word = 0;
      if (round < KEY_WORDS) word = words[start + round] as number;
      else if (round === KEY_WORDS) word = KEY_BYTES << 24;
      else if (round === KEY_WORDS + 1) v2 ^= 0xff;
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    return (v1 ^ v3) >>> 0;
  }
}

/** The bytes of a key, without a new array for each. */
function readKey(key: PublicKey, into: Uint8Array): void {
  for (let at = 0; at < KEY_BYTES; at++) {
    into[at] = (digit(key.charCodeAt(2 * at)) << 4) | digit(key.charCodeAt(2 * at + 1));
  }
}

/** 0…9 begin at character 48, a…f at 97. */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
