/** Delegates that use a counter twice (§11.3): their packets are refused, and the two are kept as evidence. */
import { countersIn, isOnePlace } from '../delegation/counters.ts';
import type { Packet } from '../packet.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { keepEvidence } from './evidence.ts';
import type { Turn } from './turn.ts';

/** The refusal of a packet in which a delegate used a counter twice; null: none is known to have, and they are remembered. */
export function lieIn(turn: Turn, packet: Packet): Refusal | null {
  const shown = countersIn(packet);
  const { knowledge } = turn.records;
  for (const { id, position, delegate } of shown) {
    const before = knowledge.counter(id);
    if (before === undefined || isOnePlace(before.packet, before.position, packet, position)) continue;
    keepEvidence(turn, delegate, 'counter-twice', [
      { type: 'packet', packet: before.packet },
      { type: 'packet', packet },
    ]);
    return refuse('not-delegated', { hop: Math.max(position - 1, 0) });
  }
  for (const { id, position } of shown) {
    if (knowledge.counter(id) === undefined) turn.learn({ type: 'seen-counter', id, position, packet });
  }
  return null;
}
