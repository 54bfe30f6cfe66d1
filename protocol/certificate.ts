/**
 * Whether a certificate proves a payment (§4.3): a pure function of its bytes, never of a clock, a limit, a revocation
 * or of who looks.
 */

import { isSameBytes } from './hex.ts';
import type { PublicKey } from './identity.ts';
import { type Certificate, hopsOf, type Packet, packetFlaw, type Signature } from './packet.ts';
import type { Verify } from './statement.ts';

/** What keeps these bytes from proving that the route was committed, or null when they do: form and every signature. */
export function certificateFlaw(certificate: Certificate, verify: Verify): string | null {
  return (
    certificateFormFlaw(certificate) ?? commitFlaw(certificate, verify, null) ?? preparesFlaw(certificate, verify, [])
  );
}

/** What is wrong with a certificate before any signature is looked at, or null (§4.2). */
export function certificateFormFlaw({ header, route, signatures }: Certificate): string | null {
  return packetFlaw(header, route) ?? (signatures.length === hopsOf(route) ? null : 'a certificate lacks signatures');
}

/** Whether the receiver has not signed the commit, or null. A signature equal to `known` was verified before. */
export function commitFlaw(certificate: Certificate, verify: Verify, known: Signature | null): string | null {
  const { txId, header, route, commit } = certificate;
  if (known !== null && isSameBytes(known, commit)) return null;
  const statement = { domain: 'geo/1/commit', network: header.network, txId, signer: header.receiver } as const;
  const about = { header, routes: [route] };
  return verify({ ...statement, about }, commit) ? null : 'a certificate is not signed by the receiver';
}

/** Which of the prepare signatures of a packet is not one, or null. Those equal to `known` were verified before. */
export function preparesFlaw(packet: Packet, verify: Verify, known: readonly Signature[]): string | null {
  const { txId, header, route, signatures } = packet;
  const about = { header, routes: [route] };
  for (const [position, signature] of signatures.entries()) {
    const before = known[position];
    if (before !== undefined && isSameBytes(before, signature)) continue;
    const statement = {
      domain: 'geo/1/prepare',
      network: header.network,
      txId,
      routeIndex: route.index,
      position,
      signer: route.nodes[position] as PublicKey,
      about,
    } as const;
    if (!verify(statement, signature)) return `position ${position} did not sign the packet`;
  }
  return null;
}
