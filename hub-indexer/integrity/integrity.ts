/** All that keeps the integrity of a hub, opened from its store. */
import type { Registry } from 'prom-client';
import { AuditLog } from './audit-log.ts';
import { BlockedAccounts } from './blocked.ts';
import { IntegrityKeeper, type IntegrityOptions } from './keeper.ts';
import { createIntegrityMetrics } from './metrics.ts';

export interface Integrity {
  readonly audit: AuditLog;
  /** To be asked before anything new happens on an account. */
  readonly blocked: BlockedAccounts;
  /** Not started yet. */
  readonly keeper: IntegrityKeeper;
}

export async function openIntegrity(
  options: Omit<IntegrityOptions, 'audit' | 'blocked' | 'metrics'>,
  registry: Registry,
): Promise<Integrity> {
  const { store, clock } = options;
  const audit = new AuditLog(store, clock);
  const blocked = await BlockedAccounts.open(store, audit, clock);
  const metrics = createIntegrityMetrics(registry, blocked);
  return { audit, blocked, keeper: new IntegrityKeeper({ ...options, audit, blocked, metrics }) };
}
