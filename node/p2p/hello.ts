/** HELLO, the first frame of a link both ways (§7.1): whether the two speak the same protocol in the same network. */
import { VERSION } from '#protocol/limits.ts';
import { decodeMessage, encodeMessage, type Hello } from '#protocol/link.ts';
import { isRefusal } from '#protocol/refusals.ts';

/** Versions of the protocol that this node speaks. */
const VERSIONS: readonly number[] = [VERSION];

export function helloFrame(network: string, instance: string): Uint8Array {
  return encodeMessage({ type: 'hello', network, versions: VERSIONS, capabilities: [], instance });
}

/** The HELLO in a frame; null when it is something else. */
export function readHello(frame: Uint8Array): Hello | null {
  const message = decodeMessage(frame);
  return !isRefusal(message) && message.type === 'hello' ? message : null;
}

/** Why there can be no link with the sender of this HELLO, in words for a person; null when there can. */
export function incompatibility(hello: Hello, network: string): string | null {
  if (hello.network !== network) return `it belongs to the network "${hello.network}", this node to "${network}"`;
  if (!hello.versions.some((version) => VERSIONS.includes(version))) {
    return `it speaks version ${hello.versions.join(', ')} of the protocol, this node ${VERSIONS.join(', ')}`;
  }
  return null;
}
