/**
 * What a member's browser keeps between visits, sealed with a key that only the seed gives: who opens the files of a browser
 * whose seed is locked reads nothing of it. Names are not sealed; they say with whom there are accounts, and not what is owed.
 */
import type { Kept } from './hub.ts';

/** Keeps values under names. What is set or deleted is so for good when that resolves. */
export interface Shelf {
  get(name: string): Promise<unknown>;
  set(name: string, value: unknown): Promise<void>;
  delete(name: string): Promise<void>;
  names(prefix: string): Promise<readonly string[]>;
  /** Nothing, where another value than `was` is there. */
  replace(name: string, was: unknown, value: unknown): Promise<void>;
}

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly bytes: ArrayBuffer;
}

type Key = Parameters<typeof crypto.subtle.encrypt>[1];

const IV_BYTES = 12;
/** Kept once nothing is as it was. */
const ALL_SEALED = 'geo-all-sealed';
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/** Seals what goes onto the shelf. Texts that an earlier version left there as they are stay readable: see `sealAll`. */
export function sealedKept(shelf: Shelf, seed: Uint8Array): Kept {
  const key = keyOf(seed);
  // Sealing takes now longer, now shorter: what is set first is nevertheless written first.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async (write: () => Promise<void>, sealing: Promise<unknown>): Promise<void> => {
    const begun = Promise.all([turn, sealing]).then(() => ({ written: write() }));
    turn = begun.catch(() => undefined);
    await (await begun).written;
  };
  return {
    async get(name) {
      const found = await shelf.get(name);
      if (typeof found === 'string') return found;
      return found === undefined || found === null ? null : unseal(await key, name, found as Sealed);
    },
    async set(name, value) {
      const sealing = key.then((its) => seal(its, name, value));
      await inTurn(async () => shelf.set(name, await sealing), sealing);
    },
    delete: (name) => inTurn(() => shelf.delete(name), turn),
    names: (prefix) => shelf.names(prefix),
  };
}

/** Seals what an earlier version has left as it is. Cut short, the rest is sealed the next time. */
export async function sealAll(shelf: Shelf, kept: Kept, seed: Uint8Array): Promise<void> {
  if ((await kept.get(ALL_SEALED)) !== null) return;
  const key = await keyOf(seed);
  for (const name of await shelf.names('')) {
    const found = await shelf.get(name);
    if (typeof found === 'string') await shelf.replace(name, found, await seal(key, name, found));
  }
  await kept.set(ALL_SEALED, ALL_SEALED);
}

/** As hard to come by as the seed, whatever locks that; no script can read it out. */
async function keyOf(seed: Uint8Array): Promise<Key> {
  const base = await crypto.subtle.importKey('raw', Uint8Array.from(seed), 'HKDF', false, ['deriveKey']);
  const from = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode('geo/1/browser') };
  return crypto.subtle.deriveKey(from, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

async function seal(key: Key, name: string, text: string): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, bytes: await crypto.subtle.encrypt(parametersOf(iv, name), key, encoder.encode(text)) };
}

/** Null: it was sealed with another key, or is damaged. It is as if it had not been kept. */
async function unseal(key: Key, name: string, { iv, bytes }: Sealed): Promise<string | null> {
  try {
    return decoder.decode(await crypto.subtle.decrypt(parametersOf(iv, name), key, bytes));
  } catch {
    return null;
  }
}

/** What is sealed under one name cannot be put under another. */
function parametersOf(iv: Uint8Array<ArrayBuffer>, name: string) {
  return { name: 'AES-GCM', iv, additionalData: encoder.encode(name) } as const;
}
