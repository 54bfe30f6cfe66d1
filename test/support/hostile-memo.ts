/** Memos as a payer seals them who keeps to no rule: any bytes. */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, randomBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { type PublicKey, publicKeyBytes } from '#protocol/identity.ts';

/** §13.5, without a look at what is sealed. */
export function sealAnything(plain: Uint8Array, receiver: PublicKey): Uint8Array {
  const secret = randomBytes(32);
  const ephemeral = x25519.getPublicKey(secret);
  const key = publicKeyBytes(receiver);
  const shared = x25519.getSharedSecret(secret, ed25519.utils.toMontgomery(key));
  const derived = hkdf(sha256, shared, concatBytes(ephemeral, key), utf8ToBytes('geo/1/memo'), 56);
  const padded = new Uint8Array(plain.length + 16 - (plain.length % 16));
  padded.set(plain);
  padded[plain.length] = 0x80;
  return concatBytes(ephemeral, xchacha20poly1305(derived.subarray(0, 32), derived.subarray(32)).encrypt(padded));
}
