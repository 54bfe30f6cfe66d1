/**
 * Signatures of a simulation: real Ed25519, or fast ones that decide the same.
 *
 * A fast signature is a 64-bit hash of what is signed and by whom. Participants, malicious ones too, can sign only with
 * their own keys because they are only given `signAs(own key)`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { type PublicKey, publicKeyFromBytes } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { type Sign, type Statement, signWith, type Verify, verifyWith } from '#protocol/statement.ts';

/** Signing and verifying for all participants of a run. */
export interface Signatures {
  signAs(index: number): Sign;
  readonly verify: Verify;
}

const seeds: Uint8Array[] = [];
const keys: PublicKey[] = [];

function seedOf(index: number): Uint8Array {
  seeds[index] ??= sha256(utf8ToBytes(`geo simulation participant ${index}`));
  return seeds[index];
}

/** The public key of participant number `index`: the same in every run. */
export function keyOf(index: number): PublicKey {
  const known = keys[index];
  if (known !== undefined) return known;
  const key = publicKeyFromBytes(nodeEd25519.publicKey(seedOf(index)));
  if (isRefusal(key)) throw new Error('bug: a key was not made');
  keys[index] = key;
  return key;
}

export const realSignatures: Signatures = {
  signAs: (index) => signWith(nodeEd25519, seedOf(index)),
  verify: verifyWith(nodeEd25519),
};

const DOMAIN_SALT: Record<Statement['domain'], number> = {
  'geo/1/prepare': 1,
  'geo/1/commit': 2,
  'geo/1/abort': 3,
  'geo/1/decline': 4,
  'geo/1/trust-line': 5,
  'geo/1/announcement': 6,
  'geo/1/invoice': 7,
  'geo/1/contact-card': 8,
  'geo/1/checkpoint': 9,
  'geo/1/instance': 10,
  'geo/1/refusal': 11,
  'geo/1/record': 12,
  'geo/1/delegation': 13,
  'geo/1/join': 14,
  'geo/1/login': 15,
  'geo/1/request': 16,
};

function mixText(hash: number, text: string, length: number): number {
  let mixed = hash;
  for (let at = 0; at < length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  return mixed;
}

function mixBytes(hash: number, bytes: Uint8Array): number {
  let mixed = hash;
  for (const byte of bytes) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return mixed;
}

function hashOf(statement: Statement, salt: number): number {
  let hash = mixText(Math.imul(salt + DOMAIN_SALT[statement.domain], 0x9e3779b1), statement.signer, 12);
  switch (statement.domain) {
    case 'geo/1/prepare':
    case 'geo/1/abort':
      hash = mixText(hash, statement.txId, 16);
      hash = Math.imul(hash ^ (statement.routeIndex * 32 + statement.position + 1), 0x85ebca6b);
      break;
    case 'geo/1/commit':
    case 'geo/1/decline':
      hash = mixText(hash, statement.txId, 16);
      break;
    case 'geo/1/trust-line':
    case 'geo/1/announcement':
    case 'geo/1/checkpoint':
    case 'geo/1/invoice':
    case 'geo/1/contact-card':
    case 'geo/1/instance':
    case 'geo/1/refusal':
    case 'geo/1/record':
    case 'geo/1/delegation':
    case 'geo/1/join':
    case 'geo/1/login':
    case 'geo/1/request':
      hash = mixBytes(hash, statement.bytes);
      break;
  }
  return Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
}

function fastSignature(statement: Statement): Uint8Array {
  const words = Uint32Array.of(hashOf(statement, 0x51ed), hashOf(statement, 0xa7c3));
  return new Uint8Array(words.buffer);
}

/** Are the four bytes from there those of the number, the lowest first? */
function isWord(bytes: Uint8Array, from: number, word: number): boolean {
  for (let at = 0; at < 4; at++) if (bytes[from + at] !== ((word >>> (8 * at)) & 255)) return false;
  return true;
}

export const fastSignatures: Signatures = {
  signAs: () => fastSignature,
  verify: (statement, signature) => {
    if (signature.length !== 8) return false;
    return isWord(signature, 0, hashOf(statement, 0x51ed)) && isWord(signature, 4, hashOf(statement, 0xa7c3));
  },
};
