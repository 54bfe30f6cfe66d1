/**
 * Counters of delegates (§11.3): one counter under one delegation stands under one signature. Two packets that show it under
 * two are proof against the delegate, for anybody.
 */
import { encode } from '../codec.ts';
import { bytesToHex } from '../hex.ts';
import type { PublicKey } from '../identity.ts';
import type { Packet } from '../packet.ts';
import { decodeDelegated } from './delegated-signature.ts';
import { delegationShape } from './delegation.ts';

/** A counter that a packet shows. */
export interface ShownCounter {
  readonly delegate: PublicKey;
  /** Names the delegation and the counter under it. */
  readonly id: string;
  readonly position: number;
}

/** The counters under the delegated signatures of a packet. */
export function countersIn({ signatures }: Pick<Packet, 'signatures'>): readonly ShownCounter[] {
  const shown: ShownCounter[] = [];
  for (const [position, signature] of signatures.entries()) {
    const delegated = decodeDelegated(signature);
    if (delegated === null || delegated.use === null) continue;
    const { delegation, use } = delegated;
    const id = `${bytesToHex(encode(delegationShape, delegation))}/${use.counter}`;
    shown.push({ delegate: delegation.delegate, id, position });
  }
  return shown;
}

type Place = Pick<Packet, 'txId' | 'route' | 'signatures'>;

/** The counter that stands in both packets under different signatures; null: none does. */
export function counterInBoth(a: Place, b: Place): ShownCounter | null {
  const inA = countersIn(a);
  for (const counter of countersIn(b)) {
    const same = inA.find(({ id }) => id === counter.id);
    if (same === undefined) continue;
    const isOne = a.txId === b.txId && a.route.index === b.route.index && same.position === counter.position;
    if (!isOne) return counter;
  }
  return null;
}
