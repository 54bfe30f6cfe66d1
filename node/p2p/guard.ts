/**
 * Bounds of what the other end of a connection can make this node hold and work on, below the streams.
 *
 * Yamux gathers a message of any announced length before it looks at it, and answers each ping, and each stream too many,
 * into a buffer without end: with one connection a stranger could fill the memory. And bytes of streams that nobody reads
 * are held up to four megabytes each. So what is gathered, what waits to be sent and how fast bytes are taken is bounded
 * here, for each connection, whoever opened it.
 */
import type { MessageStream, PeerId, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface';
import type { noise } from '@libp2p/noise';
import { yamux } from '@libp2p/yamux';
import type { PublicKey } from '#protocol/identity.ts';
import {
  MAX_STREAM_WINDOW_BYTES,
  MAX_STREAMS_PER_CONNECTION,
  MAX_UNSENT_BYTES,
  STRANGERS_BYTES_PER_SECOND,
  STRANGERS_MESSAGES_PER_SECOND,
} from './limits.ts';
import { Meter } from './meter.ts';
import type { HostMetrics } from './metrics.ts';
import { noiseInWholeWrites } from './noise.ts';
import { publicKeyOf } from './peer-id.ts';
import { TokenBucket } from './token-bucket.ts';

type Encrypter = ReturnType<ReturnType<typeof noise>>;

/** A muxer of yamux, with what it has gathered of the next message. */
interface Yamux extends StreamMuxer {
  onCreateStream(...of: readonly unknown[]): Windowed;
  onData(data: unknown): void;
  handleFrame(frame: unknown): void;
  onRemoteStream(stream: Windowed): void;
  readonly decoder: { readonly buffer: { readonly byteLength: number } };
}

/** A stream of yamux. */
interface Windowed {
  sendWindowUpdate(): void;
}

/** Encryption and multiplexing of connections, which share a meter of each. */
export class Guard {
  readonly #isKept: (participant: PublicKey) => boolean;
  readonly #metrics: HostMetrics;
  /** By the encrypted connection. */
  readonly #meters = new WeakMap<object, Meter>();
  readonly #strangers = {
    bytes: new TokenBucket(STRANGERS_BYTES_PER_SECOND, STRANGERS_BYTES_PER_SECOND, performance.now()),
    messages: new TokenBucket(STRANGERS_MESSAGES_PER_SECOND, STRANGERS_MESSAGES_PER_SECOND, performance.now()),
  };

  constructor(isKept: (participant: PublicKey) => boolean, metrics: HostMetrics) {
    this.#isKept = isKept;
    this.#metrics = metrics;
  }

  get encrypter(): ReturnType<typeof noise> {
    const create = noiseInWholeWrites();
    return (components) => {
      const encrypter = create(components);
      const wrapper = Object.create(encrypter) as Encrypter;
      wrapper.secureInbound = async (connection, options) =>
        this.#meter(connection, await encrypter.secureInbound(connection, options));
      wrapper.secureOutbound = async (connection, options) =>
        this.#meter(connection, await encrypter.secureOutbound(connection, options));
      return wrapper;
    };
  }

  get muxer(): () => StreamMuxerFactory {
    const create = yamux({
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES, maxReadBufferLength: 2 * MAX_STREAM_WINDOW_BYTES },
    });
    return () => {
      const factory = create();
      return {
        protocol: factory.protocol,
        createStreamMuxer: (connection) => {
          const muxer = factory.createStreamMuxer(connection);
          this.#bound(muxer as StreamMuxer as Yamux, connection);
          return muxer;
        },
      };
    };
  }

  #meter<S extends { connection: object; remotePeer: PeerId }>(raw: MessageStream, secured: S): S {
    const other = publicKeyOf(secured.remotePeer);
    const isStranger = (): boolean => other === null || !this.#isKept(other);
    const meter = new Meter(raw, isStranger, this.#strangers, () => this.#metrics.guarded.inc({ why: 'too-fast' }));
    this.#meters.set(secured.connection, meter);
    return secured;
  }

  /** What is thrown here ends the connection. */
  #bound(muxer: Yamux, connection: MessageStream): void {
    const meter = this.#meters.get(connection);
    const [onCreateStream, onData, handleFrame, onRemoteStream] = [
      muxer.onCreateStream.bind(muxer),
      muxer.onData.bind(muxer),
      muxer.handleFrame.bind(muxer),
      muxer.onRemoteStream.bind(muxer),
    ];
    muxer.onCreateStream = (...of) => openingQuietly(onCreateStream(...of));
    muxer.onData = (data) => {
      onData(data);
      if (muxer.decoder.buffer.byteLength > 2 * MAX_STREAM_WINDOW_BYTES) this.#end('message-too-long');
      if (connection.writeBufferLength > MAX_UNSENT_BYTES) this.#end('unread');
    };
    muxer.handleFrame = (frame) => {
      meter?.countMessage();
      handleFrame(frame);
    };
    muxer.onRemoteStream = (stream) => {
      if (meter?.mayOpenStream() === false) this.#end('too-many-streams');
      onRemoteStream(openingQuietly(stream));
    };
  }

  #end(why: string): never {
    this.#metrics.guarded.inc({ why });
    throw new Error(`the other end broke a limit: ${why}`);
  }
}

/**
 * A stream that opens, or opens its window again, while its connection ends throws where nobody can catch it, and the
 * node would stop. The end of the connection ends the stream as well, so there is nothing else to do.
 */
function openingQuietly<S extends Windowed>(stream: S): S {
  const openWindow = stream.sendWindowUpdate.bind(stream);
  stream.sendWindowUpdate = () => {
    try {
      openWindow();
    } catch (error) {
      if ((error as Error).name !== 'StreamStateError') throw error;
    }
  };
  return stream;
}
