/** What the host counts, beside the other figures of the node. */
import { Counter, type Registry } from 'prom-client';

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
    dialFailures: counter('geo_dial_failures_total', 'Attempts to reach a neighbour that failed.', []),
    queriesIn: counter('geo_queries_in_total', 'Queries from participants without a link, by what became of them.', [
      'outcome',
    ]),
    announcements: counter('geo_gossip_announcements_total', 'Announcements from gossip, by verdict.', ['verdict']),
  };
}
