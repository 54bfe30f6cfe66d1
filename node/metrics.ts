/** What a node counts, for Prometheus. Each metric says in its help what it is. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Records } from '#protocol/records.ts';
import type { Happening } from './api/event-log.ts';
import type { Clock } from './clock.ts';
import type { HeldAmounts, HeldStage } from './held.ts';

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
    mapFramesDropped: counter('geo_map_frames_dropped_total', 'Messages about the map that were not read, by reason.', [
      'why',
    ]),
    payments: counter('geo_payments_total', 'States that own payments came to.', ['state']),
    lateAborts: counter(
      'geo_late_aborts_total',
      'Times that somebody downstream waived what was paid already: somebody there lied.',
      [],
    ),
    equivocations: counter(
      'geo_equivocations_total',
      'Times that a neighbour signed two different trust lines with one number.',
      [],
    ),
    letGo: counter('geo_let_go_total', 'Held amounts that were given up here at own risk.', []),
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
      name: 'geo_restored',
      help: 'Whether the node signs nothing new because records were lost: 1 or 0.',
      registers: [],
      collect() {
        this.set(records.node.isFrozen ? 1 : 0);
      },
    }),
    new Gauge({
      name: 'geo_reserved_amount',
      help: 'Amounts reserved for payments that are not decided, under way or held, by equivalent and direction.',
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

/** Adds the figures of amounts in doubt. */
export function measureHeld(metrics: Metrics, held: HeldAmounts, clock: Clock): void {
  const sums = (stage: HeldStage) =>
    function collect(this: Gauge<'equivalent'>): void {
      this.reset();
      for (const { position, stage: its } of held.all()) {
        const { equivalent } = position.header;
        if (its === stage) this.inc({ equivalent }, Number(position.route.amount) / UNITS);
      }
    };
  const inDoubt = () => [...held.all()].filter(({ stage }) => stage === 'held').map(({ position }) => position);
  const gauges = [
    new Gauge({
      name: 'geo_held_amount',
      help: 'Amounts held past the time to decide their payments, each counted once, by equivalent.',
      labelNames: ['equivalent'],
      registers: [],
      collect: sums('held'),
    }),
    new Gauge({
      name: 'geo_own_risk_amount',
      help: 'Amounts given up here that may still have to be paid, by equivalent.',
      labelNames: ['equivalent'],
      registers: [],
      collect: sums('let-go'),
    }),
    new Gauge({
      name: 'geo_held_transactions',
      help: 'Transactions past the time to decide them whose amounts are held.',
      registers: [],
      collect() {
        this.set(new Set(inDoubt().map(({ txId }) => txId)).size);
      },
    }),
    new Gauge({
      name: 'geo_held_oldest_seconds',
      help: 'How long the oldest held amount has been past its time; 0: none is.',
      registers: [],
      collect() {
        const pastMs = inDoubt().map(({ header }) => clock.nowMs() - header.expiresAtMs);
        this.set(Math.max(0, ...pastMs) / 1_000);
      },
    }),
  ];
  for (const gauge of gauges) metrics.registry.registerMetric(gauge);
}

/** Counts what was told. */
export function countHappening(metrics: Metrics, { type }: Happening): void {
  if (type === 'late-abort') metrics.lateAborts.inc();
  if (type === 'equivocation') metrics.equivocations.inc();
  if (type === 'let-go') metrics.letGo.inc();
}
