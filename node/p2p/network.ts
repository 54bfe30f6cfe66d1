/** The libp2p node below the host: what it is made of, its limits, and what it does not do by itself. */
import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub';
import { type Identify, identify } from '@libp2p/identify';
import type { Connection, Libp2p, Stream, StreamHandler } from '@libp2p/interface';
import { type Ping, ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { parseAddress } from './address.ts';
import {
  DIAL_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_DIALS,
  MAX_NEW_CONNECTIONS_PER_SECOND,
  MAX_PARALLEL_DIALS,
  MAX_PENDING_CONNECTIONS,
  MAX_STREAM_WINDOW_BYTES,
  MAX_STREAMS_PER_CONNECTION,
} from './limits.ts';
import { noiseInWholeWrites } from './noise.ts';
import { privateKeyFromSeed, publicKeyOf } from './peer-id.ts';

export type Network = Libp2p<{ identify: Identify; ping: Ping; pubsub: GossipSub }>;

interface NetworkOptions {
  readonly seed: Uint8Array;
  readonly listen: readonly string[];
  readonly gossip: (components: GossipSubComponents) => GossipSub;
  readonly livenessIntervalMs: number;
}

/** Not started: handlers come first. */
export async function createNetwork(options: NetworkOptions): Promise<Network> {
  return createLibp2p({
    start: false,
    privateKey: await privateKeyFromSeed(options.seed),
    addresses: { listen: [...options.listen] },
    transports: [tcp({ backlog: MAX_PENDING_CONNECTIONS })],
    connectionEncrypters: [noiseInWholeWrites()],
    streamMuxers: [
      yamux({
        maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
        maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
        streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES },
      }),
    ],
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: MAX_NEW_CONNECTIONS_PER_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
      maxParallelDials: MAX_PARALLEL_DIALS,
      maxDialQueueLength: MAX_DIALS,
      dialTimeout: DIAL_TIMEOUT_MS,
    },
    connectionMonitor: { pingInterval: options.livenessIntervalMs },
    connectionGater: {
      denyInboundEncryptedConnection: (peer) => publicKeyOf(peer) === null,
      denyOutboundEncryptedConnection: (peer) => publicKeyOf(peer) === null,
      denyDialMultiaddr: (address) => isRefusal(parseAddress(address.toString())),
    },
    services: { identify: identify(), ping: ping(), pubsub: options.gossip },
  });
}

/** Libp2p keeps to itself what a handler throws. */
export function handling(handle: (stream: Stream, connection: Connection) => Promise<void>, log: Log): StreamHandler {
  return async (stream, connection) => {
    await handle(stream, connection).catch((error: unknown) => {
      log.error({ err: error }, 'a stream could not be handled');
      throw error;
    });
  };
}

/**
 * Starts to listen and dial.
 * @throws Failure `port-in-use` when a listen address is taken, `config-invalid` when it cannot be listened on at all.
 */
export async function startNetwork(libp2p: Network, addresses: readonly string[]): Promise<void> {
  try {
    await libp2p.start();
  } catch (error) {
    await libp2p.stop();
    const { message } = error as Error;
    const where = addresses.join(', ');
    if (message.includes('EADDRINUSE')) {
      throw new Failure('port-in-use', `Another program listens on ${where}.`, {
        cause: error,
        hint: 'Stop it, or choose another port in the settings (0 takes a free one).',
      });
    }
    throw new Failure('config-invalid', `This machine cannot listen on ${where}.`, {
      cause: error,
      hint: 'Choose an address of this machine, such as /ip4/0.0.0.0/tcp/4001.',
    });
  }
}

/** Closes connections that have served nobody for a while. */
export function closeIdle(
  libp2p: Network,
  strangerTimeoutMs: number,
  isNeighbour: (participant: PublicKey) => boolean,
): NodeJS.Timeout {
  return setInterval(() => {
    const openedBefore = Date.now() - strangerTimeoutMs;
    for (const connection of libp2p.getConnections()) {
      const participant = publicKeyOf(connection.remotePeer);
      if (participant !== null && isNeighbour(participant)) continue;
      if (connection.timeline.open >= openedBefore) continue;
      connection.close().catch((error: unknown) => connection.abort(error as Error));
    }
  }, strangerTimeoutMs / 3).unref();
}

/**
 * Two that call each other at the same time have two connections. Gossipsub opens its stream once for a participant and
 * not again when the connection below breaks while the other stays; it does when the participant is identified anew.
 */
export function keepGossiping(libp2p: Network): void {
  libp2p.addEventListener('connection:close', ({ detail }) => {
    const other = libp2p.getConnections(detail.remotePeer).find(({ status }) => status === 'open');
    if (other === undefined) return;
    libp2p.services.identify.identify(other).catch((error: unknown) => other.abort(error as Error));
  });
}
