/** Delegates that use a counter twice (§11.3): their packets are refused, and the two are kept as evidence. */
import { counterInBoth, countersIn } from '../delegation/counters.ts';
import type { Packet } from '../packet.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { keepEvidence } from './evidence.ts';
import type { Turn } from './turn.ts';

/** The refusal of a packet in which a delegate used a counter twice; null: none is known to have, and they are remembered. */
export function lieIn(turn: Turn, packet: Packet): Refusal | null {
  const shown = countersIn(packet);
  for (const { id } of shown) {
    const before = turn.records.knowledge.counter(id)?.packet;
    const reused = before === undefined ? null : counterInBoth(before, packet);
    if (before === undefined || reused === null) continue;
    keepEvidence(turn, reused.delegate, 'counter-twice', [
      { type: 'packet', packet: before },
      { type: 'packet', packet },
    ]);
    return refuse('not-delegated', { hop: Math.max(reused.position - 1, 0) });
  }
  for (const { id } of shown) turn.learn({ type: 'seen-counter', id, packet });
  return null;
}
