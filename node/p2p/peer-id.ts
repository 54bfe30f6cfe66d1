/** A participant's public key is also its libp2p identity: the two names are turned into each other without a network. */
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys';
import type { PeerId, PrivateKey } from '@libp2p/interface';
import { peerIdFromPublicKey } from '@libp2p/peer-id';
import { type PublicKey, publicKeyBytes, publicKeyFromBytes } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { admitsKey } from '../identity/admit-key.ts';

/** The libp2p key of an identity's 32-byte seed. */
export async function privateKeyFromSeed(seed: Uint8Array): Promise<PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', seed);
}

/** The PeerId of a participant. Peer ids sort as public keys do, since each is a fixed head and then the key. */
export function peerIdOf(publicKey: PublicKey): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(publicKeyBytes(publicKey)));
}

const admitted = new LruCache<string, boolean>(16_384);

/**
 * The participant behind a PeerId; null for other kinds of key, and for keys that may not sign (§1.2): libp2p does not
 * look, and under a key of small order anyone could speak.
 */
export function publicKeyOf(peerId: PeerId): PublicKey | null {
  if (peerId.type !== 'Ed25519') return null;
  const raw = peerId.publicKey.raw;
  const publicKey = publicKeyFromBytes(raw);
  if (isRefusal(publicKey)) return null;
  return admitted.get(publicKey, () => admitsKey(raw)) ? publicKey : null;
}
