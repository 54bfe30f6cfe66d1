/**
 * Word of twins (§7.1): two running nodes of one participant, seen by a neighbour of both. It shows each of them the
 * other's HELLO, so that both can stop to sign.
 *
 * A HELLO is signed with the key of both, so nobody else can invent a twin. It may be an own one, of an earlier start or
 * of before a loss, that a neighbour kept: such a one is no twin.
 */
import type { Connection, Stream } from '@libp2p/interface';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { encodeMessage, type Hello } from '#protocol/link.ts';
import { LruCache } from '#protocol/lru.ts';
import type { Log } from '../log.ts';
import { FramedStream, StreamEnded } from './framed-stream.ts';
import { isSignedBy, readHello } from './hello.ts';
import { MAX_HELLO_BYTES, QUERY_TIMEOUT_MS, TWIN_WORD_INTERVAL_MS } from './limits.ts';
import type { TwinSide } from './links.ts';
import { publicKeyOf } from './peer-id.ts';
import { TokenBucket } from './token-bucket.ts';

export const TWIN_PROTOCOL = '/geo/twin/1.0.0';

/** What a node knows of itself, to tell a twin from itself. */
export interface OwnPast {
  readonly publicKey: PublicKey;
  readonly network: string;
  /** Whether the instance was, or may have been, this node: now or at an earlier start. */
  readonly isOwn: (start: Pick<Hello, 'instance' | 'startedAtMs'>) => boolean;
  /** When records were lost, last; null: never. */
  readonly restoredAtMs: () => number | null;
}

/** The HELLO in the frame if a second node with this identity said it; else why it proves none, for the log. */
export function judgeTwin(frame: Uint8Array, own: OwnPast, nowMs: number): Hello | string {
  const hello = readHello(frame);
  if (hello === null) return 'no HELLO';
  if (hello.network !== own.network) return 'of another network';
  if (own.isOwn(hello)) return 'of this node itself';
  const restoredAtMs = own.restoredAtMs();
  if (restoredAtMs !== null && hello.startedAtMs <= restoredAtMs) return 'of before the loss, and so perhaps its own';
  // It would stay later than every loss that it could make known, and could be shown again and again.
  if (hello.startedAtMs > nowMs + MAX_CLOCK_SKEW_MS) return 'of the future';
  return isSignedBy(hello, own.publicKey) ? hello : 'not signed with the key of this node';
}

interface TwinsOptions {
  readonly log: Log;
  readonly own: OwnPast;
  readonly isKept: (neighbour: PublicKey) => boolean;
  readonly heard: (from: PublicKey, instance: string) => void;
}

export class Twins {
  readonly #options: TwinsOptions;
  readonly #rates = new LruCache<PublicKey, TokenBucket>(1_024);

  constructor(options: TwinsOptions) {
    this.#options = options;
  }

  /** Tells both. A link that comes up again brings the next occasion, so nothing is repeated. */
  tell(sides: readonly TwinSide[]): void {
    for (const { connection, otherHello } of sides) {
      this.#tell(connection, otherHello).catch((error: unknown) => {
        this.#options.log.debug({ trouble: (error as Error).message }, 'a twin could not be told');
      });
    }
  }

  async #tell(connection: Connection, otherHello: Hello): Promise<void> {
    const signal = AbortSignal.timeout(QUERY_TIMEOUT_MS);
    const frames = framed(await connection.newStream(TWIN_PROTOCOL, { signal, runOnLimitedConnection: true }));
    // One value has one encoding: these are the bytes that the other one sent.
    frames.send(encodeMessage(otherHello));
    await frames.close('closed', signal);
  }

  /** Takes the word on a stream that another participant opened. */
  async receive(stream: Stream, connection: Connection): Promise<void> {
    const { isKept, own, heard, log } = this.#options;
    const from = publicKeyOf(connection.remotePeer);
    if (stream.status !== 'open') return;
    if (from === null || !isKept(from) || !this.#mayTell(from)) return stream.abort(new StreamEnded('query-refused'));
    const frames = framed(stream);
    const late = setTimeout(() => frames.abort('query-late'), QUERY_TIMEOUT_MS);
    try {
      const frame = await frames.read();
      await frames.close('closed', AbortSignal.timeout(QUERY_TIMEOUT_MS));
      const hello = judgeTwin(frame, own, Date.now());
      if (typeof hello === 'string') {
        log.debug({ from, why: hello }, 'word of a twin that is none');
        return;
      }
      const { instance } = hello;
      log.error({ from, instance }, 'a neighbour sees a second running node with this identity');
      heard(from, instance);
    } catch (error) {
      if (!(error instanceof StreamEnded)) throw error;
    } finally {
      clearTimeout(late);
    }
  }

  #mayTell(from: PublicKey): boolean {
    const nowMs = performance.now();
    return this.#rates.get(from, () => new TokenBucket(1_000 / TWIN_WORD_INTERVAL_MS, 1, nowMs)).take(nowMs);
  }
}

function framed(stream: Stream): FramedStream {
  return new FramedStream(stream, { maxFrameBytes: MAX_HELLO_BYTES, throttled: () => {}, ended: () => {} });
}
