/** What a hub counts, for Prometheus: apart from what its node counts, which is its owner's business only. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MapIndex } from './index/map-index.ts';

/** How an answer was asked for. */
export type Way = 'libp2p' | 'http';

export type HubMetrics = ReturnType<typeof createHubMetrics>;

/** Nothing here tells who asked for whom. */
export function createHubMetrics(index: MapIndex) {
  const registers = [new Registry()] as [Registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read());
      },
    });
  gauge('geo_hub_lines', 'Lines in the index, of all equivalents.', () => index.lineCount);
  gauge('geo_hub_index_bytes', 'Memory that the index holds.', () => index.byteLength);
  return {
    registry: registers[0],
    answers: new Counter({
      name: 'geo_hub_answers_total',
      help: 'Requests for hints, by way (libp2p or http) and outcome: routes, none (no way is known) or too-often.',
      labelNames: ['way', 'outcome'],
      registers,
    }),
    answerSeconds: new Histogram({
      name: 'geo_hub_answer_seconds',
      help: 'Time to find the routes of an answer.',
      buckets: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
      registers,
    }),
    snapshots: new Counter({
      name: 'geo_hub_snapshots_total',
      help: 'Snapshots of the index, by outcome: written or failed.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
