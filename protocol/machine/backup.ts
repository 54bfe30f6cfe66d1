/**
 * Sealed backups that neighbours keep for each other (§8.6): only the owner can open one; whoever trusts a neighbour
 * keeps the newest of that neighbour and gives it back after a loss.
 */
import { assert } from '../bug.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_BACKUP_BYTES } from '../limits.ts';
import type { BackupMessage } from '../link.ts';
import type { Turn } from './turn.ts';

/** Keeps a new backup of one's own and hands it to the neighbours that are linked. */
export function keepBackup(turn: Turn, sealed: Uint8Array): void {
  assert(sealed.length > 0 && sealed.length <= MAX_BACKUP_BYTES, 'a backup has the size that neighbours keep');
  const last = turn.records.backup(turn.self)?.seq ?? 0;
  const seq = Math.max(last + 1, turn.nowMs);
  turn.saveOnce({ type: 'backup', owner: turn.self, seq, sealed });
  for (const neighbour of turn.records.linked) {
    if ([...turn.records.accountsWith(neighbour)].length > 0)
      turn.send(neighbour, { type: 'backup', owner: turn.self, seq, sealed });
  }
}

/** Tells a neighbour which backup of it is kept here, so that it can send a newer one. */
export function tellKept(turn: Turn, neighbour: PublicKey): void {
  if (!isTrusted(turn, neighbour)) return;
  const seq = turn.records.backup(neighbour)?.seq ?? 0;
  turn.send(neighbour, { type: 'backup', owner: neighbour, seq, sealed: null });
}

/** Nobody can make this node keep something for them whom its owner does not trust. */
function isTrusted(turn: Turn, neighbour: PublicKey): boolean {
  for (const { equivalent } of turn.records.accountsWith(neighbour)) {
    if (turn.line(turn.self, neighbour, equivalent)?.signed.line.status === 'active') return true;
  }
  return false;
}

/** Somebody's backup to be kept, an own one that comes back, or word of which one is kept there. */
export function receiveBackup(turn: Turn, from: PublicKey, { owner, seq, sealed }: BackupMessage): void {
  if (owner === from) {
    const known = turn.records.backup(owner)?.seq ?? 0;
    if (sealed !== null && seq > known && isTrusted(turn, from)) turn.saveOnce({ type: 'backup', owner, seq, sealed });
    return;
  }
  if (owner !== turn.self) return;
  const own = turn.records.backup(owner);
  if (sealed !== null) {
    turn.notify({ type: 'backup', from, seq, sealed });
  } else if (own !== undefined && own.seq > seq && !turn.node.isFrozen) {
    turn.send(from, { type: 'backup', owner, seq: own.seq, sealed: own.sealed });
  }
}
