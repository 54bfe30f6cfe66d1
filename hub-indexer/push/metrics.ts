/** What is counted of notifications: how they ended, and not whose they were. */
import { Counter, type Registry } from 'prom-client';

/** `gone`: the browser takes none any more; `failed`: the push service did not take it; `late`: too many waited. */
const OUTCOMES = ['sent', 'gone', 'failed', 'late'] as const;

export type PushMetrics = ReturnType<typeof createPushMetrics>;

export function createPushMetrics(registry: Registry) {
  const pushes = new Counter<'outcome'>({
    name: 'geo_hub_pushes_total',
    help: 'Notifications for closed pages of members, by outcome: sent, gone, failed, or late (too many waited).',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of OUTCOMES) pushes.inc({ outcome }, 0);
  return { count: (outcome: (typeof OUTCOMES)[number]) => pushes.inc({ outcome }) };
}
