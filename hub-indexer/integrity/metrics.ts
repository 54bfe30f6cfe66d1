/** What the integrity checks count, beside the other figures of the hub. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { BlockedAccounts } from './blocked.ts';
import { CHECKED_INVARIANTS } from './violation.ts';

export type IntegrityMetrics = ReturnType<typeof createIntegrityMetrics>;

export function createIntegrityMetrics(registry: Registry, blocked: Pick<BlockedAccounts, 'size'>) {
  const registers = [registry];
  const violations = new Counter({
    name: 'geo_hub_integrity_violations_total',
    help: 'Violations that checks found, by invariant; one that stays is counted by each check.',
    labelNames: ['invariant'],
    registers,
  });
  // From 0 on: the first one is an increase too.
  for (const invariant of CHECKED_INVARIANTS) violations.inc({ invariant }, 0);
  return {
    violations,
    blocked: new Gauge({
      name: 'geo_hub_blocked_accounts',
      help: 'Ends of accounts that a check has blocked and no operator has let go.',
      registers,
      collect() {
        this.set(blocked.size);
      },
    }),
    lastCheck: new Gauge({
      name: 'geo_hub_integrity_last_check_timestamp_seconds',
      help: 'When the last integrity check ended; 0: none has.',
      registers,
    }),
    lastDuration: new Gauge({
      name: 'geo_hub_integrity_last_check_duration_seconds',
      help: 'How long the last integrity check took, with the other work that was done in between.',
      registers,
    }),
    failures: new Counter({
      name: 'geo_hub_integrity_failures_total',
      help: 'Integrity checks that could not be made or written down.',
      registers,
    }),
  };
}
