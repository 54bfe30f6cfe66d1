/**
 * Documents that are sealed on disk, under a secret of the hub's: whom a member knows, and how it is reached. A stolen disk
 * without the hub's key file (which a passphrase may protect) tells none of it.
 */
import { randomBytes } from 'node:crypto';
import type { Documents } from '#node/store/store.ts';
import { decodeValue, encodeValue } from '#node/store/value.ts';
import { NONCE_BYTES, sealWith, unseal } from '#protocol/sealing.ts';

/** Turns values into sealed bytes and back. `beside` names what they belong to, so that none can be put elsewhere. */
export interface AtRest {
  readonly seal: (value: unknown, beside: string) => Uint8Array;
  /** Throws where the bytes were sealed under another secret, or for something else. */
  readonly open: (sealed: Uint8Array, beside: string) => unknown;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export function atRest(secret: Uint8Array): AtRest {
  return {
    seal: (value, beside) =>
      sealWith(secret, 'atRest', encodeValue(value), bytesOf(beside), Uint8Array.from(randomBytes(NONCE_BYTES))),
    open(sealed, beside) {
      const opened = unseal(secret, 'atRest', sealed, bytesOf(beside));
      if (opened === null) throw new Error(`what is kept of ${beside} is sealed under another key`);
      return decodeValue(opened);
    },
  };
}

/** The documents of one member, each sealed under its id. */
export function sealedDocuments<T>(documents: Documents<Uint8Array>, { seal, open }: AtRest): Documents<T> {
  return {
    get(id) {
      const sealed = documents.get(id);
      return sealed === undefined ? undefined : (open(sealed, id) as T);
    },
    put: (id, document) => documents.put(id, seal(document, id)),
    delete: (id) => documents.delete(id),
    async *entries() {
      for await (const [id, sealed] of documents.entries()) yield [id, open(sealed, id) as T] as const;
    },
  };
}
