/** HELLO, the first frame of a link both ways (§7.1): whether the two speak the same protocol in the same network. */
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { decodeMessage, encodeMessage, type Hello, instanceStatement } from '#protocol/link.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import { nodeEd25519 } from '../identity/ed25519.ts';
import type { Cause } from './causes.ts';

/** Versions of the protocol that this node speaks. */
const VERSIONS: readonly number[] = [VERSION];

/** A running node, as it says it of itself. */
export type Instance = Pick<Hello, 'network' | 'instance' | 'startedAtMs'>;

const verify = verifyWith(nodeEd25519);

/** HELLO of a node whose identity is `publicKey`, made of the seed. */
export function helloFrame(
  instance: Instance,
  publicKey: PublicKey,
  seed: Uint8Array,
  capabilities: readonly string[],
): Uint8Array {
  const signature = signWith(nodeEd25519, seed)(instanceStatement(instance, publicKey));
  return encodeMessage({ type: 'hello', ...instance, versions: VERSIONS, capabilities, signature });
}

export function isSignedBy(hello: Hello, publicKey: PublicKey): boolean {
  return verify(instanceStatement(hello, publicKey), hello.signature);
}

/** The HELLO in a frame; null when it is something else. */
export function readHello(frame: Uint8Array): Hello | null {
  const message = decodeMessage(frame);
  return !isRefusal(message) && message.type === 'hello' ? message : null;
}

/** The newest version that both speak; null when there is none. */
export function commonVersion(theirs: readonly number[], ours: readonly number[] = VERSIONS): number | null {
  const common = theirs.filter((version) => ours.includes(version));
  return common.length === 0 ? null : Math.max(...common);
}

/** Why there can be no link with the sender of this HELLO; null when there can. */
export function incompatibility(hello: Hello, network: string): Cause | null {
  if (hello.network !== network) return { code: 'other-network', facts: { theirs: hello.network, ours: network } };
  if (commonVersion(hello.versions) !== null) return null;
  const older = Math.max(...hello.versions) < Math.min(...VERSIONS);
  const facts = { theirs: hello.versions.join(', '), ours: VERSIONS.join(', ') };
  return { code: older ? 'version-older' : 'version-newer', facts };
}
