/**
 * Restored (§8.4, rule 10): a node that may have forgotten what it signed signs nothing new until its neighbours have
 * shown what they have and its owner has confirmed it, and for ever treats whatever it may have signed as signed.
 */
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import type { Header } from '../packet.ts';
import { beginRecovery } from './recover.ts';
import type { Turn } from './turn.ts';

/**
 * A sign of loss: something that was signed here at `signedAtMs` and is not known. From now on the whole node counts as
 * restored; what was signed before a loss that is known already is no news.
 */
export function markRestored(turn: Turn, signedAtMs: number): void {
  const { restoredAtMs } = turn.node;
  if (restoredAtMs === null || signedAtMs > restoredAtMs + MAX_CLOCK_SKEW_MS) freeze(turn, signedAtMs);
}

/** Records were lost: the node signs nothing new, and all its accounts are unsure. */
export function freeze(turn: Turn, signedAtMs: number): void {
  const { node } = turn;
  const restoredAtMs = Math.max(turn.judgedNowMs, signedAtMs, node.restoredAtMs ?? 0);
  turn.saveNode({ ...node, restoredAtMs, isFrozen: true });
  // While it is frozen already, only the time grows: the neighbours have been asked.
  if (node.isFrozen) return;
  for (const account of [...turn.accounts()]) {
    const { neighbour, equivalent } = account;
    turn.saveAccount({ ...turn.accountOrNew(neighbour, equivalent), standing: 'unsure' });
  }
  turn.notify({ type: 'restored' });
  for (const neighbour of turn.records.linked) beginRecovery(turn, neighbour);
}

/** Saves that `expiredAtMs` has passed here: no later time, not even after the clock steps back, makes it young again (rule 8). */
export function markTime(turn: Turn, expiredAtMs: number): void {
  if (turn.node.clockHighMs <= expiredAtMs) turn.saveNode({ ...turn.node, clockHighMs: expiredAtMs + 1 });
}

/**
 * Could this participant have signed something about the transaction and forgotten it? Then it never signs a commit,
 * a DECLINE, or an ABORT that rests on never having signed.
 */
export function mayHaveSigned(turn: Turn, header: Header): boolean {
  const { restoredAtMs } = turn.node;
  return restoredAtMs !== null && header.createdAtMs <= restoredAtMs + MAX_CLOCK_SKEW_MS;
}
