/**
 * Signatures under one verification rule (§1.2), the same on every machine: whether a debt exists must not depend on
 * who looks. Libraries differ by default; noble's own `verify` multiplies by the cofactor, so it is not used here.
 *
 * A signature (R, S) of a message by the key A is valid iff
 * 1. A is admitted: canonical encoding of a point on the curve, of prime order (not small order, no torsion part);
 * 2. S < L;
 * 3. the encoding of S·B − SHA-512(R‖A‖message)·A is R, byte for byte (so R is canonical too).
 */
import { hashes, Point, getPublicKey as publicKeyOf, sign as signWith } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesToHex } from './hex.ts';
import { LruCache } from './lru.ts';

/** What signs and verifies: noble in browsers, node:crypto on nodes. Both give the same bytes and the same verdicts. */
export interface Ed25519 {
  /** The 32-byte public key of a 32-byte seed (RFC 8032). */
  publicKey(seed: Uint8Array): Uint8Array;
  /** The 64-byte signature, the same one each time (RFC 8032). `message` carries its domain, see `signedBytes`. */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** The verdict of the rule above; false for keys and signatures of a wrong length. Never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** L of RFC 8032: the order of the base point. */
const ORDER = Point.CURVE().n;

hashes.sha512 = sha512;

/**
 * Whether a key may sign at all: 32 bytes, the canonical encoding of a point on the curve that has prime order.
 * Costs about as much as verifying a signature; `verify` of both implementations remembers the answer.
 */
export function admitKey(publicKey: Uint8Array): boolean {
  return admittedPoint(publicKey) !== null;
}

function admittedPoint(publicKey: Uint8Array): Point | null {
  if (publicKey.length !== KEY_BYTES) return null;
  let point: Point;
  try {
    point = Point.fromBytes(publicKey);
  } catch {
    return null;
  }
  // The identity is free of torsion and of small order, so both questions are asked.
  return !point.isSmallOrder() && point.isTorsionFree() ? point : null;
}

/** Room for the members of a large hub; a point takes about 500 bytes. */
const pointsByKey = new LruCache<string, Point | null>(4_096);

/** Signing and verifying in plain JavaScript, for browsers and as a cross-check of `nodeEd25519`. */
export const nobleEd25519: Ed25519 = {
  publicKey: (seed) => publicKeyOf(seed),
  sign: (seed, message) => signWith(message, seed),
  verify(publicKey, message, signature) {
    if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    const point = pointsByKey.get(bytesToHex(publicKey), () => admittedPoint(publicKey));
    if (point === null) return false;
    const s = littleEndian(signature.subarray(KEY_BYTES));
    if (s >= ORDER) return false;
    const encodedR = signature.subarray(0, KEY_BYTES);
    const k = littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % ORDER;
    // Nothing here is secret, so the faster multiplication will do.
    const expected = Point.BASE.multiply(s, false).subtract(point.multiply(k, false)).toBytes();
    return expected.every((byte, i) => byte === encodedR[i]);
  },
};

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(Uint8Array.from(bytes).reverse())}`);
}
