/** What the host counts, beside the other figures of the node. */
import { Counter, Gauge, type Registry } from 'prom-client';

export type HostMetrics = ReturnType<typeof createHostMetrics>;

export function createHostMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers });
  return {
    framesIn: counter('geo_link_frames_in_total', 'Frames that came over links.', []),
    framesOut: counter('geo_link_frames_out_total', 'Frames that were handed to links.', []),
    framesDropped: counter(
      'geo_link_frames_dropped_total',
      'Frames for somebody without a link and a known address.',
      [],
    ),
    streamEnds: counter('geo_link_stream_ends_total', 'Streams of frames that ended, by reason.', ['reason']),
    throttled: counter('geo_link_throttled_total', 'Times that a neighbour had to wait for its rate.', []),
    guarded: counter('geo_connection_guarded_total', 'Times that a connection was slowed or ended, by reason.', [
      'why',
    ]),
    refusedConnections: counter('geo_connections_refused_total', 'Connections of others refused or ended, by reason.', [
      'why',
    ]),
    relayRefusals: counter('geo_relay_refusals_total', 'Places and calls refused as a relay, by reason.', ['why']),
    dialFailures: counter('geo_dial_failures_total', 'Attempts to reach a neighbour that failed.', []),
    queriesIn: counter('geo_queries_in_total', 'Queries from participants without a link, by what became of them.', [
      'outcome',
    ]),
    directoryRefused: counter(
      'geo_directory_refused_total',
      'Records and requests of the directory that were refused, by reason.',
      ['why'],
    ),
    directoryLookups: counter('geo_directory_lookups_total', 'Look-ups of participants, by what became of them.', [
      'outcome',
    ]),
    directoryPublished: counter('geo_directory_published_total', 'Times that the own record was published.', []),
    directoryHosted: counter(
      'geo_directory_hosted_total',
      'Times that the record of a hosted participant was published, by what became of it.',
      ['outcome'],
    ),
    directoryCopies: new Gauge({
      name: 'geo_directory_copies',
      help: 'Nodes that took the own record when it was published last.',
      registers,
    }),
    announcements: counter('geo_gossip_announcements_total', 'Announcements from gossip, by verdict.', ['verdict']),
  };
}

interface Measured {
  readonly size: number;
  readonly records: number;
  readonly connections: number;
}

/** Shows what the directory has, whenever somebody looks. */
export function measureDirectory(registry: Registry, of: Measured): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        this.set(value());
      },
    });
  gauge('geo_directory_nodes', 'Nodes in the routing table of the directory.', () => of.size);
  gauge(
    'geo_directory_connections',
    'Open connections to those who are no neighbours, whoever opened them.',
    () => of.connections,
  );
  gauge('geo_directory_records', 'Records that are kept for the directory.', () => of.records);
}
