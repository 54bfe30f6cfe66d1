/** The libp2p node below the host: what it is made of, its limits, and what it does not do by itself. */
import type { LookupFunction } from 'node:net';
import type { CircuitRelayService } from '@libp2p/circuit-relay-v2';
import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub';
import { type Identify, type IdentifyPush, identify, identifyPush } from '@libp2p/identify';
import type { Address, Connection, Libp2p, PeerId, Stream, StreamHandler } from '@libp2p/interface';
import { type Ping, ping } from '@libp2p/ping';
import { type TCPSocketOptions, tcp } from '@libp2p/tcp';
import { circuitRelayAddressesLast, loopbackAddressLast, publicAddressesFirst } from '@libp2p/utils';
import { createLibp2p } from 'libp2p';
import type { PublicKey } from '#protocol/identity.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Admission } from './admission.ts';
import type { FinderServices } from './finder.ts';
import { Guard } from './guard.ts';
import { ADDRESS_DIAL_TIMEOUT_MS, DIAL_TIMEOUT_MS, LISTEN_BACKLOG, MAX_DIALS, MAX_PARALLEL_DIALS } from './limits.ts';
import { lookupWith, type NameTrouble } from './lookup.ts';
import type { HostMetrics } from './metrics.ts';
import { peerIdOf, privateKeyFromSeed, publicKeyOf } from './peer-id.ts';
import type { Reach } from './reach/reach.ts';
import { boundedWebSockets } from './web-socket.ts';

export type Network = Libp2p<{
  identify: Identify;
  identifyPush: IdentifyPush;
  ping: Ping;
  pubsub: GossipSub;
  relay?: CircuitRelayService;
}>;

interface NetworkOptions {
  readonly seed: Uint8Array;
  readonly listen: readonly string[];
  readonly gossip: (components: GossipSubComponents) => GossipSub;
  readonly livenessIntervalMs: number;
  readonly livenessTimeoutMs: number;
  readonly admission: Admission;
  readonly reach: Reach;
  readonly isKept: (participant: PublicKey) => boolean;
  readonly metrics: HostMetrics;
  /** What keeps this node from dialling what a name stands for. */
  readonly nameTrouble: NameTrouble;
  /** Other services of libp2p. */
  readonly services: FinderServices;
}

/**
 * Who tells an address through a relay cannot be called at its own, as far as it knows: those are tried once there is a
 * link. Others may belong to another network, where each would take its time.
 */
function relaysFirst(a: Address, b: Address): -1 | 0 | 1 {
  return (
    circuitRelayAddressesLast(b.multiaddr, a.multiaddr) ||
    loopbackAddressLast(a.multiaddr, b.multiaddr) ||
    publicAddressesFirst(a.multiaddr, b.multiaddr)
  );
}

/** Not started: handlers come first. */
export async function createNetwork(options: NetworkOptions): Promise<Network> {
  const { admission, reach } = options;
  const lookup = lookupWith(options.nameTrouble);
  // Libp2p hands them on as they are, and tells TypeScript of some only.
  const dialOpts: { readonly lookup: LookupFunction } & TCPSocketOptions = { lookup };
  const guard = new Guard(options.isKept, options.metrics);
  return createLibp2p({
    start: false,
    privateKey: await privateKeyFromSeed(options.seed),
    addresses: { listen: [...options.listen], announceFilter: reach.announceFilter },
    transports: [tcp({ backlog: LISTEN_BACKLOG, dialOpts }), boundedWebSockets(lookup), reach.transport],
    connectionEncrypters: [guard.encrypter],
    streamMuxers: [guard.muxer],
    connectionManager: {
      // Everybody: who may connect, admission.ts decides, which knows neighbours from strangers.
      allow: ['/ip4/0.0.0.0/ipcidr/0', '/ip6/::/ipcidr/0'],
      maxConnections: Number.MAX_SAFE_INTEGER,
      maxParallelDials: MAX_PARALLEL_DIALS,
      maxDialQueueLength: MAX_DIALS,
      dialTimeout: DIAL_TIMEOUT_MS,
      addressDialTimeout: ADDRESS_DIAL_TIMEOUT_MS,
      addressSorter: relaysFirst,
    },
    connectionMonitor: {
      pingInterval: options.livenessIntervalMs,
      // By itself it waits longer for all as soon as some do not answer, and strangers could see to that.
      pingTimeout: { minTimeout: options.livenessTimeoutMs, maxTimeout: options.livenessTimeoutMs },
    },
    connectionGater: { ...admission.gater, ...reach.server.gater },
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      ping: ping(),
      pubsub: options.gossip,
      ...options.services,
      ...(reach.server.isOn ? { relay: reach.server.service } : {}),
    },
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
  isUsed: (connection: Connection) => boolean,
): NodeJS.Timeout {
  return setInterval(() => {
    const openedBefore = Date.now() - strangerTimeoutMs;
    for (const connection of libp2p.getConnections()) {
      if (isUsed(connection) || connection.timeline.open >= openedBefore) continue;
      connection.close().catch((error: unknown) => connection.abort(error as Error));
    }
  }, strangerTimeoutMs / 3).unref();
}

/** Ends connections over relays to a participant that is connected directly. */
export function closeRelayed(libp2p: Network, participant: PublicKey): void {
  for (const connection of libp2p.getConnections(peerIdOf(participant))) {
    if (connection.direct) continue;
    connection.close().catch((error: unknown) => connection.abort(error as Error));
  }
}

/** Libp2p remembers everybody who was ever connected; strangers could fill the memory with new keys. */
export function forgetStrangers(
  libp2p: Network,
  isNeeded: (participant: PublicKey, peer: PeerId) => boolean,
  log: Log,
): void {
  libp2p.addEventListener('peer:disconnect', ({ detail: peer }) => {
    const participant = publicKeyOf(peer);
    if (participant !== null && isNeeded(participant, peer)) return;
    libp2p.peerStore.delete(peer).catch((error: unknown) => log.debug({ err: error }, 'a stranger was not forgotten'));
  });
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
