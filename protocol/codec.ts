/**
 * The encoding of everything that is sent, signed or hashed (§1.1): CBOR arrays with fixed positions, one encoding per
 * value. A message is described once, as a `Shape`; `encode` and `decode` do the rest.
 *
 * Decoding never throws and never hangs, whatever the bytes: size and nesting are bounded before the CBOR library sees
 * them, and what was decoded must encode to the very bytes that came.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { decode as cborDecode, encode as cborEncode } from 'cborg';
import { type DecodeLimits, outOfBounds } from './cbor-bounds.ts';
import { bytesToHex, hexToBytes, isHex } from './hex.ts';
import { type Refusal, refuse } from './refusals.ts';

/** A value of the CBOR data model as far as messages use it: no maps, tags, floats, undefined. */
export type Cbor = number | bigint | string | boolean | null | Uint8Array | readonly Cbor[];

/**
 * The two directions between a value in memory and its CBOR form. Both throw `Misfit` when the value does not fit;
 * `decode` turns that into a refusal, in `encode` it is a bug. `where` is the path so far, such as `header.total`.
 */
export interface Shape<T> {
  toCbor(value: T): Cbor;
  fromCbor(value: Cbor, where: string): T;
}

/** The type of the values that a shape describes. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** A shape whose CBOR form is an array of fixed length, so that `variants` can put the kind in front of it. */
export interface RecordShape<T> extends Shape<T> {
  toCbor(value: T): readonly Cbor[];
}

/** Thrown inside this file only: a value does not fit its shape. */
class Misfit extends Error {
  readonly where: string;
  readonly why: string;
  readonly limit: string;

  constructor(where: string, why: string, limit: string) {
    super(`${where === '' ? 'value' : where}: ${why} (expected ${limit})`);
    this.where = where;
    this.why = why;
    this.limit = limit;
  }
}

/** Largest amount: 2⁶³ − 1 units of 10⁻⁸. */
const MAX_INT64 = 2n ** 63n - 1n;

const CBORG_OPTIONS = { strict: true, allowIndefinite: false, allowUndefined: false };

/** An integer from `min` (by default 0) to `max` (at most and by default 2⁵³ − 1), a `number` in memory. */
export function uint(max: number = Number.MAX_SAFE_INTEGER, min = 0): Shape<number> {
  const limit = `an integer from ${min} to ${max}`;
  const check = (value: unknown, where: string): number => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max && !Object.is(value, -0)) {
      return value;
    }
    throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
  };
  return { toCbor: (value) => check(value, ''), fromCbor: check };
}

/** Exactly this number, or null: a version, or a place kept for later. */
export function literal<const T extends number | null>(expected: T): Shape<T> {
  const check = (value: unknown, where: string): T => {
    if (value === expected) return expected;
    throw new Misfit(where, `${kindOf(value)} does not fit`, String(expected));
  };
  return { toCbor: (value) => check(value, ''), fromCbor: check };
}

/** An amount that moves: 1 … 2⁶³ − 1 units of 10⁻⁸, a `bigint` in memory. */
export function amount(): Shape<bigint> {
  return int64(1n);
}

/** A limit or a sum that may be nothing: 0 … 2⁶³ − 1 units of 10⁻⁸. */
export function amountOrZero(): Shape<bigint> {
  return int64(0n);
}

/** A balance: −(2⁶³ − 1) … 2⁶³ − 1 units of 10⁻⁸. */
export function signedAmount(): Shape<bigint> {
  return int64(-MAX_INT64);
}

function int64(min: bigint): Shape<bigint> {
  const limit = `an integer from ${min} to ${MAX_INT64}`;
  const check = (value: bigint, where: string): bigint => {
    if (value >= min && value <= MAX_INT64) return value;
    throw new Misfit(where, `${value} does not fit`, limit);
  };
  return {
    toCbor(value) {
      if (typeof value !== 'bigint') throw new Misfit('', `${kindOf(value)} does not fit`, limit);
      return check(value, '');
    },
    fromCbor(value, where) {
      // The library hands out a number or a bigint, by size.
      if (typeof value === 'number' && Number.isSafeInteger(value)) return check(BigInt(value), where);
      if (typeof value === 'bigint') return check(value, where);
      throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
    },
  };
}

/** A byte string of exactly `length` bytes; in memory lower-case hex, so that it compares and serves as a key. */
export function hex<B extends string = string>(length: number): Shape<B> {
  const limit = `${length} bytes`;
  return {
    toCbor(value) {
      if (typeof value === 'string' && isHex(value, length)) return hexToBytes(value);
      throw new Misfit('', `${kindOf(value)} does not fit`, `lower-case hex of ${limit}`);
    },
    fromCbor(value, where) {
      if (value instanceof Uint8Array && value.length === length) return bytesToHex(value) as B;
      throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
    },
  };
}

/** A byte string of `min` to `max` bytes. What is decoded is a copy, independent of the received frame. */
export function bytes(min: number, max: number): Shape<Uint8Array> {
  const limit = min === max ? `${min} bytes` : `${min} to ${max} bytes`;
  const check = (value: unknown, where: string): Uint8Array => {
    if (value instanceof Uint8Array && value.length >= min && value.length <= max) return value;
    throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
  };
  return { toCbor: (value) => check(value, ''), fromCbor: check };
}

/**
 * Text of at most `maxBytes` bytes of UTF-8: no lone surrogates, and no byte order mark in front, which decoders take
 * away silently. `pattern`, when given, is what the whole text must match.
 */
export function text(maxBytes: number, pattern?: RegExp): Shape<string> {
  const limit = `text of at most ${maxBytes} bytes of UTF-8${pattern === undefined ? '' : ` like ${pattern}`}`;
  const check = (value: unknown, where: string): string => {
    if (typeof value !== 'string') throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
    // No character takes less than a byte per UTF-16 unit, none more than three.
    const fits = value.length * 3 <= maxBytes || (value.length <= maxBytes && utf8ToBytes(value).length <= maxBytes);
    if (!fits) throw new Misfit(where, 'the text is too long', limit);
    if (!value.isWellFormed()) throw new Misfit(where, 'half of a surrogate pair stands alone', limit);
    if (value.startsWith('\uFEFF')) throw new Misfit(where, 'the text begins with a byte order mark', limit);
    if (pattern?.test(value) === false) throw new Misfit(where, 'the text has another form', limit);
    return value;
  };
  return { toCbor: (value) => check(value, ''), fromCbor: check };
}

function checkBool(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Misfit(where, `${kindOf(value)} does not fit`, 'true or false');
}

/** True or false. */
export const bool: Shape<boolean> = { toCbor: (value) => checkBool(value, ''), fromCbor: checkBool };

/** The shape, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    toCbor: (value) => (value === null ? null : shape.toCbor(value)),
    fromCbor: (value, where) => (value === null ? null : shape.fromCbor(value, where)),
  };
}

/** `min` to `max` of the same shape. Their order, and whether one may come twice, is the field's own rule. */
export function list<T>(shape: Shape<T>, min: number, max: number): Shape<readonly T[]> {
  const limit = min === max ? `a list of ${min}` : `a list of ${min} to ${max}`;
  const fits = (value: readonly unknown[]): boolean => value.length >= min && value.length <= max;
  return {
    toCbor(value) {
      if (!fits(value)) throw new Misfit('', `${value.length} are in the list`, limit);
      return value.map((item) => shape.toCbor(item));
    },
    fromCbor(value, where) {
      if (!isArray(value)) throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
      if (!fits(value)) throw new Misfit(where, `${value.length} are in the list`, limit);
      return value.map((item, i) => shape.fromCbor(item, `${where}[${i}]`));
    },
  };
}

/** An object as an array: one position for each field, in the order in which the fields are written here. */
export function record<T extends object>(fields: { readonly [K in keyof T]: Shape<T[K]> }): RecordShape<T> {
  const entries = Object.entries(fields) as [keyof T & string, Shape<unknown>][];
  const limit = `an array of ${entries.length}: ${entries.map(([name]) => name).join(', ')}`;
  return {
    toCbor: (value) => entries.map(([name, shape]) => shape.toCbor(value[name])),
    fromCbor(value, where) {
      if (!isArray(value)) throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
      if (value.length !== entries.length) throw new Misfit(where, `${value.length} are in the array`, limit);
      const prefix = where === '' ? '' : `${where}.`;
      const result: Record<string, unknown> = {};
      for (let i = 0; i < entries.length; i++) {
        const [name, shape] = entries[i] as [string, Shape<unknown>];
        result[name] = shape.fromCbor(value[i] as Cbor, prefix + name);
      }
      return result as T;
    },
  };
}

/** The kinds of a union: for each name its number on the wire and the fields that come with it. */
type Kinds = { readonly [name: string]: readonly [number: number, fields: RecordShape<object>] };

/** One member of the union: the name of its kind under `Tag`, beside its fields. */
type Variant<Tag extends string, M, P extends keyof M> = M[P] extends readonly [number, Shape<infer F>]
  ? { readonly [K in Tag | keyof F]: K extends Tag ? P : K extends keyof F ? F[K] : never }
  : never;

/**
 * A discriminated union: an array of the kind's number and then the fields of that kind, at one level.
 *
 * `variants('type', { ping: [0, record({ nonce: uint() })], … })` describes `{ type: 'ping', nonce: number } | …`.
 */
export function variants<const Tag extends string, const M extends Kinds>(
  tag: Tag,
  kinds: M,
): RecordShape<{ [P in keyof M]: Variant<Tag, M, P> }[keyof M]> {
  type Union = { [P in keyof M]: Variant<Tag, M, P> }[keyof M];
  const byName = new Map(Object.entries<Kinds[string]>(kinds));
  const byNumber = new Map([...byName].map(([name, [number, fields]]) => [number, { name, fields }]));
  if (byNumber.size !== byName.size) throw new RangeError(`two kinds of ${tag} have one number`);
  const limit = `one of the kinds ${[...byNumber].map(([number, { name }]) => `${number} ${name}`).join(', ')}`;
  return {
    toCbor(value) {
      const kind = byName.get((value as { readonly [K in Tag]: string })[tag]);
      if (kind === undefined) throw new Misfit(tag, 'the kind is unknown', limit);
      return [kind[0], ...kind[1].toCbor(value)];
    },
    fromCbor(value, where) {
      if (!isArray(value)) throw new Misfit(where, `${kindOf(value)} does not fit`, limit);
      const kind = byNumber.get(value[0] as number);
      if (kind === undefined) throw new Misfit(where, 'the kind is unknown', limit);
      const fields = kind.fields.fromCbor(value.slice(1), where === '' ? kind.name : `${where}.${kind.name}`);
      return { [tag]: kind.name, ...fields } as unknown as Union;
    },
  };
}

/** The one encoding of the value. A value outside its shape is a bug and throws. */
export function encode<T>(shape: Shape<T>, value: T): Uint8Array {
  return cborEncode(shape.toCbor(value));
}

/**
 * The value that the bytes encode, or a `bad-encoding` refusal that says where they do not fit. The caller keeps the
 * received bytes where they are evidence; they are not changed and not referred to by the value.
 */
export function decode<T>(shape: Shape<T>, received: Uint8Array, limits: DecodeLimits): T | Refusal<'bad-encoding'> {
  const broken = outOfBounds(received, limits);
  if (broken !== null) return refuse('bad-encoding', { where: '', ...broken });
  let tree: Cbor;
  try {
    tree = cborDecode(received, CBORG_OPTIONS) as Cbor;
  } catch (error) {
    return refuse('bad-encoding', { where: '', why: (error as Error).message, limit: 'strict CBOR' });
  }
  try {
    const value = shape.fromCbor(tree, '');
    if (sameBytes(encode(shape, value), received)) return value;
  } catch (error) {
    if (error instanceof Misfit) {
      return refuse('bad-encoding', { where: error.where, why: error.why, limit: error.limit });
    }
    throw error;
  }
  return refuse('bad-encoding', { where: '', why: 'this is not the canonical form', limit: 'the shortest encoding' });
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isArray(value: Cbor): value is readonly Cbor[] {
  return Array.isArray(value);
}

/** What a value is, in words short enough for a refusal whatever was received. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `a byte string of ${value.length}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value;
}
