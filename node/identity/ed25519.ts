/** Signatures with node:crypto, fifteen times as fast as plain JavaScript and under the same rule (§1.2). */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Ed25519 } from '#protocol/ed25519.ts';
import { LruCache } from '#protocol/lru.ts';
import { admitsKey } from './admit-key.ts';

/** DER in front of the 32 raw bytes (RFC 8410): SubjectPublicKeyInfo and PrivateKeyInfo of Ed25519. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Making a KeyObject takes as long as the verification itself, and admitting a key longer. Null: not admitted. */
const publicKeys = new LruCache<string, KeyObject | null>(16_384);
/** A node signs with one seed, a simulation with one for each of its participants. */
const privateKeys = new LruCache<string, KeyObject>(1_024);

/** Signing and verifying with node:crypto. Same bytes and verdicts as `nobleEd25519`. */
export const nodeEd25519: Ed25519 = {
  publicKey(seed) {
    const der = createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' });
    return Uint8Array.from(der.subarray(SPKI_HEAD.length));
  },
  sign(seed, message) {
    // A plain Uint8Array: a Buffer is a view into a pool shared with everything else.
    return Uint8Array.from(sign(null, message, privateKey(seed)));
  },
  verify(key, message, signature) {
    if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    // OpenSSL is cofactorless and checks S < L, but takes small-order, torsioned and non-canonical keys.
    const admitted = publicKeys.get(latin1(key), () => (admitsKey(key) ? toKeyObject(key) : null));
    return admitted !== null && verify(null, message, admitted, signature);
  },
};

function privateKey(seed: Uint8Array): KeyObject {
  if (seed.length !== KEY_BYTES) throw new RangeError(`a seed has ${KEY_BYTES} bytes, not ${seed.length}`);
  return privateKeys.get(latin1(seed), () =>
    createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' }),
  );
}

function toKeyObject(key: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, key]), format: 'der', type: 'spki' });
}

/** One character a byte: the cheapest string that equal bytes share. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
