/** Faults of neighbours: counted all, logged at a bounded rate. */
import type { PublicKey } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import type { Records } from '#protocol/records.ts';
import type { Fault } from '#protocol/verify.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export type FaultCode = Fault['code'] | 'bad-encoding';

export interface FaultLog {
  note(from: PublicKey, code: FaultCode, what: string): void;
}

/** One line a sender and minute; the line says how many were left out. */
const QUIET_MS = 60_000;
const SENDERS = 1_024;

export function createFaultLog(log: Log, metrics: Metrics, clock: Clock, records: Records): FaultLog {
  const senders = new LruCache<PublicKey, { loggedAtMs: number; leftOut: number }>(SENDERS);
  return {
    note(from, code, what) {
      const isNeighbour = [...records.neighbours()].includes(from);
      metrics.faults.inc({ code, neighbour: isNeighbour ? from.slice(0, 16) : 'stranger' });
      const sender = senders.get(from, () => ({ loggedAtMs: Number.NEGATIVE_INFINITY, leftOut: 0 }));
      const nowMs = clock.nowMs();
      if (Math.abs(nowMs - sender.loggedAtMs) < QUIET_MS) {
        sender.leftOut++;
        return;
      }
      log.warn({ from, code, leftOut: sender.leftOut }, `dropped a frame: ${what}`);
      sender.loggedAtMs = nowMs;
      sender.leftOut = 0;
    },
  };
}
