/**
 * Queries (§7.4): one frame to a participant without a link, on a stream of its own. Answers come the same way back.
 * Whoever is not a neighbour may ask only what became of a transaction, for routes and what is on the map, not often.
 */
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_FRAME_BYTES } from '#protocol/limits.ts';
import { decodeMessage, type MessageType } from '#protocol/link.ts';
import { LruCache } from '#protocol/lru.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../log.ts';
import { FramedStream, StreamEnded } from './framed-stream.ts';
import { MAX_QUERIES_OUT, QUERIES_PER_SECOND_EACH, QUERY_TIMEOUT_MS } from './limits.ts';
import type { HostMetrics } from './metrics.ts';
import { openConnection } from './open-connection.ts';
import { peerIdOf, publicKeyOf } from './peer-id.ts';
import { TokenBucket } from './token-bucket.ts';

export const QUERY_PROTOCOL = '/geo/query/1.0.0';

/**
 * What a stranger may send: what became of a transaction and the documents that answer it; requests for hints and their
 * answers; and about the map.
 */
const ALLOWED: ReadonlySet<MessageType> = new Set<MessageType>([
  ...(['resolve', 'commit', 'decline', 'abort', 'ack'] as const),
  ...(['hint-request', 'hints', 'map-digest', 'map-ask', 'map-answer'] as const),
]);

interface QueriesOptions {
  readonly libp2p: Libp2p;
  readonly log: Log;
  readonly metrics: HostMetrics;
  readonly isKept: (participant: PublicKey) => boolean;
  readonly frame: (from: PublicKey, frame: Uint8Array) => Promise<void>;
  /** Of all strangers together. */
  readonly perSecond: number;
}

export class Queries {
  readonly #options: QueriesOptions;
  readonly #all: TokenBucket;
  readonly #each = new LruCache<PublicKey, TokenBucket>(4_096);
  #out = 0;

  constructor(options: QueriesOptions) {
    this.#options = options;
    this.#all = new TokenBucket(options.perSecond, options.perSecond, performance.now());
  }

  /** Takes the one frame of a stream that another participant opened. */
  async receive(stream: Stream, connection: Connection): Promise<void> {
    const from = publicKeyOf(connection.remotePeer);
    if (stream.status !== 'open') return;
    const { metrics, log } = this.#options;
    if (from === null || !this.#mayAsk(from)) {
      metrics.queriesIn.inc({ outcome: 'too-many' });
      return stream.abort(new StreamEnded('query-refused'));
    }
    const frames = this.#framed(stream);
    const late = setTimeout(() => frames.abort('query-late'), QUERY_TIMEOUT_MS);
    try {
      const frame = await frames.read();
      const message = decodeMessage(frame);
      const allowed = !isRefusal(message) && ALLOWED.has(message.type);
      metrics.queriesIn.inc({ outcome: allowed ? 'taken' : 'refused' });
      if (!allowed) return frames.abort('query-refused');
      await frames.close('closed', AbortSignal.timeout(QUERY_TIMEOUT_MS));
      await this.#options.frame(from, frame);
    } catch (error) {
      if (!(error instanceof StreamEnded)) log.error({ from, err: error }, 'a query could not be worked on');
      else metrics.queriesIn.inc({ outcome: 'broken' });
    } finally {
      clearTimeout(late);
    }
  }

  /** Sends a frame over a connection there is, or to the addresses. False when there is neither, or too much is on its way. */
  send(to: PublicKey, addresses: readonly Multiaddr[], frame: Uint8Array): boolean {
    const { libp2p, log } = this.#options;
    const open = openConnection(libp2p, peerIdOf(to));
    if ((open === undefined && addresses.length === 0) || this.#out >= MAX_QUERIES_OUT) return false;
    this.#out++;
    this.#ask(open, addresses, frame)
      .catch((error: unknown) => log.debug({ to, trouble: (error as Error).message }, 'a query did not get through'))
      .finally(() => this.#out--);
    return true;
  }

  async #ask(open: Connection | undefined, addresses: readonly Multiaddr[], frame: Uint8Array): Promise<void> {
    const signal = AbortSignal.timeout(QUERY_TIMEOUT_MS);
    const connection = open ?? (await this.#options.libp2p.dial([...addresses], { signal }));
    const frames = this.#framed(await connection.newStream(QUERY_PROTOCOL, { signal, runOnLimitedConnection: true }));
    frames.send(frame);
    await frames.close('closed', signal);
  }

  #framed(stream: Stream): FramedStream {
    return new FramedStream(stream, { maxFrameBytes: MAX_FRAME_BYTES, throttled: () => {}, ended: () => {} });
  }

  #mayAsk(from: PublicKey): boolean {
    const nowMs = performance.now();
    const each = this.#each.get(from, () => new TokenBucket(QUERIES_PER_SECOND_EACH, QUERIES_PER_SECOND_EACH, nowMs));
    // Strangers share a rate; a neighbour without a link has its own.
    return each.take(nowMs) && (this.#options.isKept(from) || this.#all.take(nowMs));
  }
}
