/**
 * Counters of delegates (§11.3): one counter under one delegation stands under one signature. Two packets that show it under
 * two are proof against the delegate, for anybody.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { encode } from '../codec.ts';
import { bytesToHex } from '../hex.ts';
import type { PublicKey } from '../identity.ts';
import type { Packet } from '../packet.ts';
import { decodeDelegated } from './delegated-signature.ts';
import { type Delegation, delegationShape } from './delegation.ts';

/** A counter that a packet shows. */
export interface ShownCounter {
  readonly delegate: PublicKey;
  /** Names the delegation and the counter under it. */
  readonly id: string;
  readonly position: number;
}

type Shows = Pick<Packet, 'signatures'>;

/** Of a delegation that was decoded once: many look at it. */
const digests = new WeakMap<Delegation, string>();

function digestOf(delegation: Delegation): string {
  const known = digests.get(delegation);
  if (known !== undefined) return known;
  const digest = bytesToHex(sha256(encode(delegationShape, delegation)));
  digests.set(delegation, digest);
  return digest;
}

/** The counters under the delegated signatures of a packet. */
export function countersIn({ signatures }: Shows): readonly ShownCounter[] {
  const shown: ShownCounter[] = [];
  for (const [position, signature] of signatures.entries()) {
    const delegated = decodeDelegated(signature);
    if (delegated === null || delegated.use === null) continue;
    const { delegation, use } = delegated;
    const id = `${digestOf(delegation)}/${use.counter}`;
    shown.push({ delegate: delegation.delegate, id, position });
  }
  return shown;
}

type Place = Pick<Packet, 'txId' | 'route'>;

/** Do two positions of two packets stand under one signature? */
export function isOnePlace(a: Place, positionInA: number, b: Place, positionInB: number): boolean {
  return a.txId === b.txId && a.route.index === b.route.index && positionInA === positionInB;
}

/** The counter that stands in both packets under different signatures; null: none does. */
export function counterInBoth(a: Place & Shows, b: Place & Shows): ShownCounter | null {
  const inA = countersIn(a);
  for (const counter of countersIn(b)) {
    const same = inA.find(({ id }) => id === counter.id);
    if (same !== undefined && !isOnePlace(a, same.position, b, counter.position)) return counter;
  }
  return null;
}
