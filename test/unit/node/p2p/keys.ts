/** Keys that a number stands for. */

import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { type PublicKey, publicKeyFromBytes } from '#protocol/identity.ts';

export function keyOfSeed(seed: number): PublicKey {
  return publicKeyFromBytes(nodeEd25519.publicKey(new Uint8Array(32).fill(seed))) as PublicKey;
}
