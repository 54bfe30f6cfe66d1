/** A libp2p node without the product's rules: opens link and query streams and sends whatever bytes a test wants. */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Connection, Stream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { type LengthPrefixedStream, lpStream } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { LINK_PROTOCOL } from '#node/p2p/links.ts';
import { privateKeyFromSeed, publicKeyOf } from '#node/p2p/peer-id.ts';
import { QUERY_PROTOCOL } from '#node/p2p/queries.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { encodeMessage, type Hello, instanceStatement } from '#protocol/link.ts';
import { signWith } from '#protocol/statement.ts';
import { randomInstance, randomSeed } from './hosts.ts';

/** A stream that a test drives byte by byte. */
class RawStream {
  readonly stream: Stream;
  readonly #frames: LengthPrefixedStream<Stream>;
  /** How the stream ended, seen from here. */
  readonly ended: Promise<'closed' | 'reset'>;

  constructor(stream: Stream) {
    this.stream = stream;
    this.#frames = lpStream(stream, { maxDataLength: 65_536, maxBufferSize: 2 ** 26 });
    this.ended = new Promise((resolve) => {
      if (stream.status !== 'open') resolve('reset');
      stream.addEventListener('remoteCloseWrite', () => resolve('closed'));
      stream.addEventListener('close', (event) => resolve(event.error === undefined ? 'closed' : 'reset'));
    });
  }

  /** Sends bytes as they are. False: the stream takes no more until its `drain` event. */
  send(bytes: Uint8Array): boolean {
    return this.stream.send(bytes);
  }

  /** Sends a frame with its length in front. */
  sendFrame(frame: Uint8Array): boolean {
    return this.send(withLength(frame.length, frame));
  }

  /** The next frame of the other side; rejects when there is none. */
  async nextFrame(): Promise<Uint8Array> {
    const frame = await this.#frames.read({ signal: AbortSignal.timeout(10_000) });
    return frame.slice();
  }
}

export interface RawPeer {
  readonly publicKey: PublicKey;
  /** With `force`, another connection even where there is one. */
  connect(addresses: readonly string[], options?: { readonly force?: boolean }): Promise<Connection>;
  openConnections(): number;
  /** Resolves when the first connection has been closed. */
  closed(): Promise<void>;
  /** Bytes to the multiplexer at the other end, below all streams. Resolves when more can be sent, or no more at all. */
  sendBelowStreams(bytes: Uint8Array): Promise<void>;
  /** From now on nothing that the other end sends is taken from the network. */
  deafen(): void;
  /** A HELLO that a host of the network `test` answers, but for what is given. */
  hello(hello?: Partial<Hello>): Uint8Array;
  /** A stream on which nothing has been said. */
  openLink(addresses: readonly string[]): Promise<RawStream>;
  /** A link: HELLO has been exchanged. */
  link(addresses: readonly string[], hello?: Partial<Hello>): Promise<RawStream>;
  openQuery(addresses: readonly string[]): Promise<RawStream>;
  open(addresses: readonly string[], protocol: string): Promise<RawStream>;
  /** Resolves when all that was sent over the connection so far has reached the other process. */
  roundTrip(addresses: readonly string[]): Promise<void>;
  follow(topic: string): void;
  /** Publishes any bytes to those that are known to follow the topic. */
  gossip(topic: string, data: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

export async function startRawPeer(options: { seed?: Uint8Array } = {}): Promise<RawPeer> {
  const seed = options.seed ?? randomSeed();
  const libp2p = await createLibp2p({
    privateKey: await privateKeyFromSeed(seed),
    transports: [tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxOutboundStreams: 20_000 })],
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: gossipsub({ globalSignaturePolicy: StrictNoSign, fallbackToFloodsub: false }),
    },
  });
  const open = async (addresses: readonly string[], protocol: string): Promise<RawStream> =>
    new RawStream(
      await libp2p.dialProtocol(
        addresses.map((address) => multiaddr(address)),
        protocol,
        { maxOutboundStreams: 20_000 },
      ),
    );
  /** The encrypted connection itself. */
  const below = (): Stream => (libp2p.getConnections()[0] as unknown as { muxer: { maConn: Stream } }).muxer.maConn;
  const openLink = async (addresses: readonly string[]): Promise<RawStream> => open(addresses, LINK_PROTOCOL);
  const publicKey = publicKeyOf(libp2p.peerId) as PublicKey;
  return {
    publicKey,
    hello: (hello) => helloBytes(publicKey, seed, hello),
    connect: async (addresses, options = {}) =>
      libp2p.dial(
        addresses.map((address) => multiaddr(address)),
        options,
      ),
    openConnections: () => libp2p.getConnections().filter(({ status }) => status === 'open').length,
    async sendBelowStreams(bytes) {
      if (libp2p.getConnections().length === 0) return;
      const connection = below();
      if (connection.status !== 'open') return;
      if (connection.send(bytes)) return;
      await new Promise((resolve) => {
        for (const event of ['drain', 'close'] as const) connection.addEventListener(event, resolve, { once: true });
      });
    },
    closed: async () => new Promise((resolve) => below().addEventListener('close', () => resolve(), { once: true })),
    deafen: () => below().pause(),
    openLink,
    async link(addresses, hello) {
      const stream = await openLink(addresses);
      stream.sendFrame(helloBytes(publicKey, seed, hello));
      await stream.nextFrame();
      return stream;
    },
    open,
    openQuery: async (addresses) => open(addresses, QUERY_PROTOCOL),
    async roundTrip(addresses) {
      await libp2p.services.ping.ping(addresses.map((address) => multiaddr(address)));
    },
    follow: (topic) => libp2p.services.pubsub.subscribe(topic),
    async gossip(topic, data) {
      const { pubsub } = libp2p.services;
      while (pubsub.getSubscribers(topic).length === 0) {
        await new Promise((resolve) => {
          pubsub.addEventListener('subscription-change', resolve, { once: true });
        });
      }
      await pubsub.publish(topic, data);
    },
    stop: async () => libp2p.stop(),
  };
}

/** A HELLO of the network `test`, but for what is given. */
export function helloBytes(publicKey: PublicKey, seed: Uint8Array, hello: Partial<Hello> = {}): Uint8Array {
  const instance = { network: 'test', instance: randomInstance(), startedAtMs: Date.now(), ...hello };
  const signature = signWith(nodeEd25519, seed)(instanceStatement(instance, publicKey));
  return encodeMessage({ type: 'hello', versions: [1], capabilities: [], signature, ...instance });
}

/** Bytes behind a length that need not be theirs. */
export function withLength(length: number, bytes: Uint8Array): Uint8Array {
  const prefix: number[] = [];
  let rest = length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) prefix.push((rest % 128) + 128);
  return Uint8Array.from([...prefix, rest, ...bytes]);
}
