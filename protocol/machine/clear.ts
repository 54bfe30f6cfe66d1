/**
 * Beginning a clearing (§5): the initiator stands at both ends of a ring of debts.
 */

import { MAX_AMOUNT } from '../amount.ts';
import type { ClearCommand } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_CLEARING_HOPS } from '../limits.ts';
import { type Header, packetFlaw, type Route, txIdOf } from '../packet.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { makeHeader, makeRoute, prepareFirst } from './attempt.ts';
import { whyNotOut } from './reserve.ts';
import type { Turn } from './turn.ts';

/** Clears a ring that begins and ends here (§5): prepare first, commit when the packet has come round. */
export function startClearing(turn: Turn, command: ClearCommand): void {
  const { paymentId, equivalent, amount, nodes } = command;
  if (nodes.length < 2 || nodes.length > MAX_CLEARING_HOPS + 1 || amount < 1n || amount > MAX_AMOUNT) {
    const why = `a ring has up to ${MAX_CLEARING_HOPS} hops and carries something`;
    turn.notify({ type: 'refused', refusal: refuse('bad-route', { why }) });
    return;
  }
  const route = makeRoute({ randomness: command.randomness, attempts: 0 }, 0, nodes, amount);
  const header = makeHeader(
    turn,
    { kind: 'clear', paymentId, receiver: turn.self, equivalent, total: amount, sealedMemo: null },
    [route],
  );
  const refusal = whyNotClear(turn, header, route);
  if (refusal !== null) turn.notify({ type: 'refused', refusal });
  else prepareFirst(turn, txIdOf(header), header, route);
}

function whyNotClear(turn: Turn, header: Header, route: Route): Refusal | null {
  if (turn.node.restoredAtMs !== null) return refuse('node-restored', {});
  const flaw = packetFlaw(header, route);
  if (flaw !== null) return refuse('bad-route', { why: flaw });
  return whyNotOut(turn, header, { to: route.nodes[1] as PublicKey, number: 0, amount: route.amount });
}
