/** Delegates that use a counter twice (§11.3): their packets are refused, and the two are kept as evidence. */
import { counterInBoth, countersIn } from '../delegation/counters.ts';
import type { Packet } from '../packet.ts';
import { keepEvidence } from './evidence.ts';
import type { Turn } from './turn.ts';

/** The position whose delegate used a counter twice; null: none is known to have, and the counters are remembered. */
export function counterTwice(turn: Turn, packet: Packet): number | null {
  const shown = countersIn(packet);
  for (const { id } of shown) {
    const before = turn.records.knowledge.counter(id)?.packet;
    const reused = before === undefined ? null : counterInBoth(before, packet);
    if (before === undefined || reused === null) continue;
    keepEvidence(turn, reused.delegate, 'counter-twice', [
      { type: 'packet', packet: before },
      { type: 'packet', packet },
    ]);
    return reused.position;
  }
  for (const { id } of shown) turn.learn({ type: 'seen-counter', id, packet });
  return null;
}
