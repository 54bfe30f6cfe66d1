/**
 * Was more let through than the member lets a neighbour owe? Nobody else can tell: the neighbour may never have heard of a limit
 * that was lowered, and what a hub signs within its caps counts for others.
 */
import { balanceSeenBy } from '#protocol/checkpoint.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { type Proved, type Reader, readCheckpoint } from './proofs.ts';
import type { OwnLine } from './watch.ts';

/**
 * How far the neighbour's debt came above the limit by payments that began after the hub had taken it, 10⁻⁸ units; 0: nowhere.
 * What the member owed and the neighbour has waived counts as owed, since a waiver asks for no room.
 */
export function passedBy(reader: Reader, proved: Proved, { units, atMs }: OwnLine): bigint {
  const checkpoint = readCheckpoint(proved.agreed)?.checkpoint;
  let limit = units;
  for (const { delta } of proved.waived.values()) if (delta < 0n) limit -= delta;
  let balance = checkpoint === undefined ? 0n : balanceSeenBy(reader.self, checkpoint);
  let most = 0n;
  for (const { delta, createdAtMs } of proved.hops.values()) {
    balance += delta;
    const isLater = createdAtMs > atMs + MAX_CLOCK_SKEW_MS;
    if (isLater && delta > 0n && balance - limit > most) most = balance - limit;
  }
  return most;
}
