/**
 * The seed of a member as the browser keeps it: encrypted with a key of the browser that no script can read out, and below
 * that, where the person wants it, with a passphrase.
 */
import type { PublicKey } from '#protocol/identity.ts';

/** A seed that cannot be read without the browser that made it, nor without the passphrase where there is one. */
export interface LockedSeed {
  readonly publicKey: PublicKey;
  readonly deviceKey: CryptoKey;
  readonly sealed: Sealed;
  /** Null: there is no passphrase. */
  readonly passphrase: { readonly salt: Uint8Array<ArrayBuffer>; readonly cost: number } | null;
}

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Half a second on a phone, and 64 MB. */
const COST = 2 ** 16;
const SALT_BYTES = 16;
const IV_BYTES = 12;

/** Locks a seed; a passphrase of null is none. */
export async function lockSeed(seed: Uint8Array, publicKey: PublicKey, passphrase: string | null): Promise<LockedSeed> {
  const deviceKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  if (passphrase === null) {
    return { publicKey, deviceKey, sealed: await seal(deviceKey, Uint8Array.from(seed), publicKey), passphrase };
  }
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const inner = await seal(await passphraseKey(passphrase, salt, COST), Uint8Array.from(seed), publicKey);
  const both = new Uint8Array(IV_BYTES + inner.bytes.length);
  both.set(inner.iv);
  both.set(inner.bytes, IV_BYTES);
  return { publicKey, deviceKey, sealed: await seal(deviceKey, both, publicKey), passphrase: { salt, cost: COST } };
}

/** The seed; null: it is another passphrase. */
export async function openSeed(locked: LockedSeed, passphrase: string | null): Promise<Uint8Array | null> {
  const { deviceKey, sealed, publicKey } = locked;
  const opened = await unseal(deviceKey, sealed, publicKey);
  if (opened === null || locked.passphrase === null) return opened;
  if (passphrase === null) return null;
  const { salt, cost } = locked.passphrase;
  const inner = { iv: opened.slice(0, IV_BYTES), bytes: opened.slice(IV_BYTES) };
  return unseal(await passphraseKey(passphrase, salt, cost), inner, publicKey);
}

async function passphraseKey(passphrase: string, salt: Uint8Array, cost: number): Promise<CryptoKey> {
  const { scryptAsync } = await import('@noble/hashes/scrypt.js');
  const bytes = await scryptAsync(passphrase.normalize('NFKC'), salt, { N: cost, r: 8, p: 1, dkLen: 32 });
  return crypto.subtle.importKey('raw', Uint8Array.from(bytes), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

async function seal(key: CryptoKey, plain: Uint8Array<ArrayBuffer>, publicKey: PublicKey): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, bytes: new Uint8Array(await crypto.subtle.encrypt(parametersOf(iv, publicKey), key, plain)) };
}

async function unseal(
  key: CryptoKey,
  { iv, bytes }: Sealed,
  publicKey: PublicKey,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parametersOf(iv, publicKey), key, bytes));
  } catch {
    // The one thing that it says of another key, and of changed bytes.
    return null;
  }
}

function parametersOf(iv: Uint8Array<ArrayBuffer>, publicKey: PublicKey): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(publicKey) };
}
