/**
 * Restored (§8.4, rule 10): a node that may have forgotten what it signed signs nothing new, and treats whatever it
 * may have signed as signed.
 */
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import type { Header, TxId } from '../packet.ts';
import type { Turn } from './turn.ts';

/** A sign of loss: from now on the whole node counts as restored. */
export function markRestored(turn: Turn, txId: TxId): void {
  if (turn.node.restoredAtMs !== null) return;
  turn.saveNode({ ...turn.node, restoredAtMs: turn.nowMs });
  turn.notify({ type: 'restored', txId });
}

/** Saves that `expiredAtMs` has passed here: no later time, not even after the clock steps back, makes it young again (rule 8). */
export function markTime(turn: Turn, expiredAtMs: number): void {
  if (turn.node.clockHighMs <= expiredAtMs) turn.saveNode({ ...turn.node, clockHighMs: turn.judgedNowMs });
}

/**
 * Could this participant have signed something about the transaction and forgotten it? Then it never signs a commit,
 * a DECLINE, or an ABORT that rests on never having signed.
 */
export function mayHaveSigned(turn: Turn, header: Header): boolean {
  const { restoredAtMs } = turn.node;
  return restoredAtMs !== null && header.createdAtMs <= restoredAtMs + MAX_CLOCK_SKEW_MS;
}
