/**
 * Remembers verdicts on signatures. Whether one is valid is a pure function of key, message and signature, and in a hub
 * every participant of a route looks at the same ones: each prepare, commit and delegation is verified once, not once by
 * each of them.
 */
import type { Ed25519 } from '#protocol/ed25519.ts';
import { LruCache } from '#protocol/lru.ts';

/** Some seconds of a busy hub, and the delegations of those who pay: about half a kilobyte each. */
const REMEMBERED = 16_384;

export function rememberVerdicts(ed25519: Ed25519, remembered = REMEMBERED): Ed25519 {
  const verdicts = new LruCache<string, boolean>(remembered);
  return {
    ...ed25519,
    verify(key, message, signature) {
      // The lengths tell where one ends: no two triples have the same text.
      const text = `${key.length} ${signature.length} ${latin1(key)}${latin1(signature)}${latin1(message)}`;
      return verdicts.get(text, () => ed25519.verify(key, message, signature));
    },
  };
}

/** One character a byte. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
