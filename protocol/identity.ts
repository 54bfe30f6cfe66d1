/**
 * Who is who (§1.3): a participant is its Ed25519 public key. Routes and signed documents carry keys; people see the
 * PID, `base58btc(sha256(publicKey))`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { base58 } from '@scure/base';
import { excerpt } from './excerpt.ts';
import { bytesToHex, hexToBytes, isHex } from './hex.ts';
import { LruCache } from './lru.ts';
import { type Refusal, refuse } from './refusals.ts';

/** A public key in memory: 64 lower-case hex digits. Equal keys are equal strings. */
export type PublicKey = string & { readonly __brand: 'PublicKey' };

/** A participant's id as people see it: 32 to 44 characters of base58. */
export type Pid = string & { readonly __brand: 'Pid' };

const KEY_BYTES = 32;
const DIGEST_BYTES = 32;
const SHORTEST_PID = 32;
const LONGEST_PID = 44;
const KEY_LIMIT = '64 lower-case hex digits (32 bytes)';
const PID_LIMIT = '32 to 44 characters of 1-9, A-Z without I and O, a-z without l';

/**
 * The key that the text spells. Only form is checked: whether it is a point that may sign is `admitKey`'s question,
 * asked when a signature of the key is first verified.
 *
 * @returns the key, or `bad-key` for anything but 64 lower-case hex digits.
 */
export function publicKeyFromHex(input: string): PublicKey | Refusal<'bad-key'> {
  if (isHex(input, KEY_BYTES)) return input as PublicKey;
  const why =
    input.length === 2 * KEY_BYTES ? 'a character is not a lower-case hex digit' : `it has ${input.length} characters`;
  return refuse('bad-key', { input: excerpt(input), why, limit: KEY_LIMIT });
}

/**
 * The key with these 32 bytes. Only length is checked, see `publicKeyFromHex`.
 *
 * @returns the key, or `bad-key` for another length.
 */
export function publicKeyFromBytes(input: Uint8Array): PublicKey | Refusal<'bad-key'> {
  if (input.length === KEY_BYTES) return bytesToHex(input) as PublicKey;
  return refuse('bad-key', {
    input: excerpt(bytesToHex(input.subarray(0, KEY_BYTES))),
    why: `it has ${input.length} bytes`,
    limit: KEY_LIMIT,
  });
}

/** The 32 bytes of the key, a new array each time. */
export function publicKeyBytes(key: PublicKey): Uint8Array {
  return hexToBytes(key);
}

/** Hashing and base58 take longer than all else that is done to show a participant. */
const pids = new LruCache<PublicKey, Pid>(10_000);

/** The PID of a key. */
export function pidOf(publicKey: PublicKey): Pid {
  return pids.get(publicKey, () => base58.encode(sha256(hexToBytes(publicKey))) as Pid);
}

/** The digest that a PID stands for, sha256 of the key: 32 bytes, a new array each time. */
export function pidBytes(pid: Pid): Uint8Array {
  return base58.decode(pid);
}

/**
 * The PID that a person typed or pasted, without spaces around it. There is no checksum: whether anyone has this PID is
 * only known once a key hashes to it.
 *
 * @returns the PID, or `bad-pid` naming the wrong character or length.
 */
export function parsePid(input: string): Pid | Refusal<'bad-pid'> {
  const no = (why: string): Refusal<'bad-pid'> => refuse('bad-pid', { input: excerpt(input), why, limit: PID_LIMIT });
  // Before decoding, whose time grows with the square of the length.
  if (input.length < SHORTEST_PID || input.length > LONGEST_PID) return no(`it has ${input.length} characters`);
  const wrong = /[^1-9A-HJ-NP-Za-km-z]/u.exec(input);
  if (wrong !== null) return no(`"${excerpt(wrong[0])}" does not occur in a PID`);
  return base58.decode(input).length === DIGEST_BYTES ? (input as Pid) : no('it does not stand for 32 bytes');
}
