/** What a node counts, for Prometheus. Each metric says in its help what it is. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Records } from '#protocol/records.ts';

/** One unit of account in the 10⁻⁸ units of amounts. */
const UNITS = 1e8;

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own, so that several nodes can run in one process. */
export function createMetrics() {
  const registers = [new Registry()] as [Registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers });
  return {
    registry: registers[0],
    steps: counter('geo_steps_total', 'Events that the machine took, by their type.', ['event']),
    batches: counter('geo_batches_total', 'Batches that were written to disk.', []),
    batchSteps: new Histogram({
      name: 'geo_batch_steps',
      help: 'Steps that shared one batch (group commit).',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'geo_batch_seconds',
      help: 'Time from handing a batch to the disk until it was synced.',
      buckets: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
      registers,
    }),
    faults: counter('geo_faults_total', 'Frames that were dropped because a neighbour broke the protocol.', [
      'code',
      'neighbour',
    ]),
    messagesIn: counter('geo_messages_in_total', 'Messages taken from neighbours, by type.', ['type']),
    messagesOut: counter('geo_messages_out_total', 'Messages handed to links, by type.', ['type']),
    payments: counter('geo_payments_total', 'States that own payments came to.', ['state']),
    timers: new Gauge({ name: 'geo_timers', help: 'Timers that are waiting.', registers }),
  };
}

/** Adds the figures that are read from the records whenever somebody asks. */
export function measureRecords(metrics: Metrics, records: Records): void {
  const gauges = [
    new Gauge({
      name: 'geo_links',
      help: 'Neighbours that are connected now.',
      registers: [],
      collect() {
        this.set(records.linked.size);
      },
    }),
    new Gauge({
      name: 'geo_neighbours',
      help: 'Participants with whom an account exists.',
      registers: [],
      collect() {
        this.set(records.neighbourCount);
      },
    }),
    new Gauge({
      name: 'geo_open_positions',
      help: 'Positions that still owe or await a message, by state.',
      labelNames: ['state'],
      registers: [],
      collect() {
        this.reset();
        for (const { state } of records.unsettled()) this.inc({ state });
      },
    }),
    new Gauge({
      name: 'geo_held_amount',
      help: 'Amounts reserved for undecided payments, by equivalent and direction.',
      labelNames: ['equivalent', 'direction'],
      registers: [],
      collect() {
        this.reset();
        for (const { equivalent, reservedIn, reservedOut } of records.accounts()) {
          this.inc({ equivalent, direction: 'in' }, Number(reservedIn) / UNITS);
          this.inc({ equivalent, direction: 'out' }, Number(reservedOut) / UNITS);
        }
      },
    }),
  ];
  for (const gauge of gauges) metrics.registry.registerMetric(gauge);
}
