/**
 * Memos (§13.5): a line of text from the payer that only the receiver of a payment can read.
 *
 * A sealed box: the receiver's Ed25519 key as an X25519 key, a key pair used once, XChaCha20-Poly1305. Who sealed it
 * is not proven by the memo; the payment around it is signed by its payer.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { toString as textOf } from 'uint8arrays/to-string';
import { admitKey } from './ed25519.ts';
import { excerpt } from './excerpt.ts';
import { type PublicKey, publicKeyBytes } from './identity.ts';
import { MAX_MEMO_BYTES } from './limits.ts';
import { hiddenCharacter } from './name.ts';
import { type Refusal, refuse } from './refusals.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
/** The length of a memo tells something about it, so only multiples of this show. */
const PADDING_STEP = 16;
const PADDING_MARK = 0x80;
const CONTEXT = utf8ToBytes('geo/1/memo');
/** Text with at least one byte of padding. */
const MAX_TEXT_BYTES = MAX_MEMO_BYTES - KEY_BYTES - TAG_BYTES - 1;

/**
 * Why the text cannot be one line that people read, or null: too many characters, no Unicode text, or characters that
 * act on the text around them or do not show. The empty line is fine.
 */
export function lineFlaw(text: string, maxCharacters: number): Refusal<'bad-memo'> | null {
  const no = (why: string): Refusal<'bad-memo'> =>
    refuse('bad-memo', { input: excerpt(text), why, limit: `one line of at most ${maxCharacters} visible characters` });
  // No character has more than two units, so what is far longer needs no exact count.
  const characters = text.length > 4 * maxCharacters ? text.length : [...text].length;
  if (characters > maxCharacters) return no(`it has ${characters} characters`);
  const hidden = hiddenCharacter(text);
  return hidden === null ? null : no(`it contains ${hidden}, which does not show`);
}

/**
 * The memo as only `receiver` can open it: 64 … 256 bytes, the length known to within 16.
 *
 * @param random32 32 fresh random bytes. Used twice, they would uncover both memos.
 * @returns the sealed memo, `bad-memo` for text above 207 bytes of UTF-8 or with characters that do not show, or
 * `bad-key` for a receiver's key that cannot sign and so cannot open anything either.
 */
export function sealMemo(
  text: string,
  receiver: PublicKey,
  random32: Uint8Array,
): Uint8Array | Refusal<'bad-memo' | 'bad-key'> {
  if (random32.length !== KEY_BYTES) throw new RangeError(`${KEY_BYTES} random bytes are needed`);
  const flaw = lineFlaw(text, MAX_TEXT_BYTES);
  if (flaw !== null) return flaw;
  const plain = utf8ToBytes(text);
  if (plain.length > MAX_TEXT_BYTES) {
    const why = `it takes ${plain.length} bytes of UTF-8`;
    return refuse('bad-memo', { input: excerpt(text), why, limit: `at most ${MAX_TEXT_BYTES} bytes` });
  }
  const receiverKey = publicKeyBytes(receiver);
  if (!admitKey(receiverKey)) {
    return refuse('bad-key', { input: receiver, why: 'it cannot sign', limit: 'the key of a participant' });
  }
  const ephemeral = x25519.getPublicKey(random32);
  const shared = x25519.getSharedSecret(random32, ed25519.utils.toMontgomery(receiverKey));
  return concatBytes(ephemeral, cipher(shared, ephemeral, receiverKey).encrypt(pad(plain)));
}

/**
 * The text of a memo sealed to the participant with this 32-byte seed; null when it was sealed to another, changed, or
 * holds what `sealMemo` would not seal.
 */
export function openMemo(sealed: Uint8Array, seed: Uint8Array): string | null {
  const receiverKey = ed25519.getPublicKey(seed);
  const ephemeral = sealed.subarray(0, KEY_BYTES);
  try {
    const shared = x25519.getSharedSecret(ed25519.utils.toMontgomerySecret(seed), ephemeral);
    const plain = unpad(cipher(shared, ephemeral, receiverKey).decrypt(sealed.subarray(KEY_BYTES)));
    if (plain === null) return null;
    const text = textOf(plain, 'utf8');
    // Decoding replaces bytes that are not UTF-8, which then encode to others.
    return isSame(utf8ToBytes(text), plain) && lineFlaw(text, MAX_TEXT_BYTES) === null ? text : null;
  } catch {
    // The libraries throw for a key of small order and a tag that does not fit.
    return null;
  }
}

/** Both public keys go into key and nonce, so that a box cannot be passed off under another key. */
function cipher(shared: Uint8Array, ephemeral: Uint8Array, receiverKey: Uint8Array) {
  const derived = hkdf(sha256, shared, concatBytes(ephemeral, receiverKey), CONTEXT, KEY_BYTES + NONCE_BYTES);
  return xchacha20poly1305(derived.subarray(0, KEY_BYTES), derived.subarray(KEY_BYTES));
}

/** ISO/IEC 7816-4: one mark, then zeros. */
function pad(plain: Uint8Array): Uint8Array {
  const padded = new Uint8Array(plain.length + PADDING_STEP - (plain.length % PADDING_STEP));
  padded.set(plain);
  padded[plain.length] = PADDING_MARK;
  return padded;
}

function unpad(padded: Uint8Array): Uint8Array | null {
  const mark = padded.findLastIndex((byte) => byte !== 0);
  return padded[mark] === PADDING_MARK ? padded.subarray(0, mark) : null;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
