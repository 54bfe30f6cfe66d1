/** What is signed (§1.2): never bare bytes, always with the use they are meant for in front. */
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** The uses of a signature. One made for one use is worth nothing for another. */
export type Domain =
  | 'geo/1/prepare'
  | 'geo/1/commit'
  | 'geo/1/abort'
  | 'geo/1/decline'
  | 'geo/1/delegated-prepare'
  | 'geo/1/delegated-commit'
  | 'geo/1/delegated-abort'
  | 'geo/1/delegated-decline'
  | 'geo/1/delegated-refusal'
  | 'geo/1/delegation'
  | 'geo/1/trust-line'
  | 'geo/1/announcement'
  | 'geo/1/checkpoint'
  | 'geo/1/invoice'
  | 'geo/1/contact-card'
  | 'geo/1/instance'
  | 'geo/1/refusal'
  | 'geo/1/record'
  | 'geo/1/join'
  | 'geo/1/login'
  | 'geo/1/request';

const SEPARATOR = Uint8Array.of(0);

/**
 * The bytes that a signature covers: `domain ‖ 0x00 ‖ bytes`. No domain contains 0x00, so two pairs of domain and bytes
 * never give the same. The network id belongs inside `bytes`.
 */
export function signedBytes(domain: Domain, bytes: Uint8Array): Uint8Array {
  return concatBytes(utf8ToBytes(domain), SEPARATOR, bytes);
}
