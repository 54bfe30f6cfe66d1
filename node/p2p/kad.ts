/**
 * The DHT of the library, bounded. By itself it stores whatever is valid however old, keeps providers for anybody,
 * answers at any rate, remembers every node that is named to it and keeps connections open; and it serves libp2p's own
 * look-ups. Here it gets components that stand in between, and libp2p sees none of it but a service that starts and stops.
 */
import { KEEP_ALIVE, type PeerId, type PeerInfo, type Startable, type Stream } from '@libp2p/interface';
import { type KadDHT, type KadDHTComponents, kadDHT } from '@libp2p/kad-dht';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import { DirectoryRates } from './directory-rates.ts';
import {
  DIRECTORY_STREAM_MS,
  DIRECTORY_STREAMS,
  ENOUGH_ROUTED_NODES,
  MAX_DIRECTORY_CONNECTIONS,
  MAX_DIRECTORY_REPLY_BYTES,
  MAX_DIRECTORY_REQUEST_BYTES,
  MAX_ROUTING_UPDATES,
  ROUTING_CHECK_MS,
} from './limits.ts';
import type { HostMetrics } from './metrics.ts';
import { publicKeyOf } from './peer-id.ts';
import type { RecordShelf } from './record-shelf.ts';

export const DIRECTORY_PROTOCOL = '/geo/kad/1.0.0';
/** k of Kademlia: nodes in a bucket, nodes that keep a record, nodes that a look-up ends with. */
export const COPIES = 10;
/** Requests at a time, on as many disjoint ways: one liar spoils one of them. */
const WAYS = 3;

interface KadOptions {
  readonly shelf: RecordShelf;
  /** Throws when the value is not valid for the key. */
  readonly check: (key: Uint8Array, value: Uint8Array) => void;
  /** Which of several valid values counts. */
  readonly select: (values: readonly Uint8Array[]) => number;
  /** A node with only those of its addresses that are taken. */
  readonly taken: (peer: PeerInfo) => PeerInfo;
  /** Somebody named a node. */
  readonly heard: (peer: PeerInfo) => void;
  readonly isKept: (participant: PublicKey) => boolean;
  readonly metrics: HostMetrics;
}

/** What the library has and does not tell TypeScript of. */
interface Inside extends EventTarget {
  onPeerConnect(peer: PeerInfo): Promise<void>;
  readonly routingTable: EventTarget & { readonly remove: (peer: PeerId) => Promise<void> };
  readonly rpc: { readonly handlers: Record<string, unknown> };
}

export class Kad implements Startable {
  readonly dht: KadDHT;
  readonly #options: KadOptions;
  readonly #inside: Inside;
  readonly #routed = new Set<string>();
  readonly #rates = new DirectoryRates(performance.now());
  readonly #components: KadDHTComponents;
  #timer: NodeJS.Timeout | undefined;

  constructor(components: KadDHTComponents, options: KadOptions) {
    this.#options = options;
    this.#components = components;
    const refuseKey = (): never => {
      throw new Error('keys of this kind are not kept here');
    };
    this.dht = kadDHT({
      protocol: DIRECTORY_PROTOCOL,
      // By itself it serves only once it has public addresses: never on loopback or in a private network.
      clientMode: false,
      peerInfoMapper: options.taken,
      kBucketSize: COPIES,
      alpha: WAYS,
      disjointPaths: WAYS,
      initialQuerySelfInterval: 50,
      // Each may be a dial: a node that joins is not to be busy with that alone.
      routingTableUpdateQueueConcurrency: 2,
      routingTableUpdateMaxQueueSize: MAX_ROUTING_UPDATES,
      ...DIRECTORY_STREAMS,
      validators: { geo: async (key, value) => options.check(key, value), pk: refuseKey },
      selectors: { geo: async (_key, values) => options.select(values) },
    })(this.#bounded(components));
    this.#inside = this.dht as KadDHT & Inside;
    for (const type of ['ADD_PROVIDER', 'GET_PROVIDERS']) delete this.#inside.rpc.handlers[type];
    // By itself it calls everybody who is named, to see whether they are there: a liar's friends, or a whole network.
    const takeIn = this.#inside.onPeerConnect.bind(this.dht);
    this.#inside.onPeerConnect = async (peer) => {
      const isConnected = components.connectionManager.getConnections(peer.id).length > 0;
      if (isConnected || this.size < ENOUGH_ROUTED_NODES) await takeIn(peer);
    };
    this.#inside.addEventListener('peer', (event) => options.heard((event as CustomEvent<PeerInfo>).detail));
    this.routing('peer:add', (peer) => this.#routed.add(peer.toString()));
    this.routing('peer:remove', (peer) => this.#routed.delete(peer.toString()));
  }

  /** How many nodes the routing table has; at most 10 in each of 64 parts. */
  get size(): number {
    return this.#routed.size;
  }

  isRouted(peer: PeerId): boolean {
    return this.#routed.has(peer.toString());
  }

  /** Calls back whenever a node comes into the routing table, or goes; until `signal` is aborted, if one is given. */
  routing(change: 'peer:add' | 'peer:remove', tell: (peer: PeerId) => void, signal?: AbortSignal): void {
    const listener = (event: Event): void => tell((event as CustomEvent<PeerId>).detail);
    this.#inside.routingTable.addEventListener(change, listener, { ...(signal !== undefined && { signal }) });
  }

  async start(): Promise<void> {
    await (this.dht as KadDHT & Startable).start();
    this.#timer = setInterval(() => void this.#takeInConnected(), ROUTING_CHECK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await (this.dht as KadDHT & Startable).stop();
  }

  #bounded(components: KadDHTComponents): KadDHTComponents {
    const { registrar, peerStore, connectionManager } = components;
    return overriding(components, {
      datastore: this.#options.shelf as unknown as KadDHTComponents['datastore'],
      registrar: overriding(registrar, {
        handle: async (protocol, handler, options) =>
          registrar.handle(
            protocol,
            async (stream, connection) => {
              if (this.#mayAsk(connection.remotePeer)) await handler(this.#oneRequest(stream), connection);
              else stream.abort(new Error('too many requests to the directory'));
            },
            options,
          ),
      }),
      connectionManager: overriding(connectionManager, {
        openStream: async (peer, protocol, options) => {
          this.#makeRoom(connectionManager, peer as PeerId);
          try {
            const stream = await connectionManager.openStream(peer, protocol, options);
            return boundedStream(stream, MAX_DIRECTORY_REPLY_BYTES);
          } catch (error) {
            if (options?.signal?.aborted !== true) this.#letGo(peer as PeerId);
            throw error;
          }
        },
      }),
      peerStore: overriding(peerStore, {
        // Who is close in the DHT is nobody whose connection has to be kept.
        merge: async (peer, data, options) => peerStore.merge(peer, withoutKeepAlive(data), options),
        getInfo: async (peer, options) => {
          const info = await peerStore.getInfo(peer, options);
          return this.#options.taken({ ...info, multiaddrs: info.multiaddrs.slice(0, MAX_ADDRESSES) });
        },
      }),
    });
  }

  /** The library looks at a connection once, when it is new; a busy node may have missed its answer. */
  async #takeInConnected(): Promise<void> {
    if (this.size >= COPIES) return;
    const { connectionManager, peerStore } = this.#components;
    for (const { remotePeer } of connectionManager.getConnections()) {
      if (this.isRouted(remotePeer)) continue;
      const peer = await peerStore.get(remotePeer).catch(() => null);
      if (peer === null || !peer.protocols.includes(DIRECTORY_PROTOCOL)) continue;
      const multiaddrs = peer.addresses.map((address) => address.multiaddr);
      await this.#inside.onPeerConnect({ id: remotePeer, multiaddrs }).catch(() => undefined);
    }
  }

  /** Who cannot be reached is asked no more, unless it is this node that is cut off. */
  #letGo(peer: PeerId): void {
    const { connectionManager } = this.#components;
    if (connectionManager.getConnections().length === 0 || connectionManager.getConnections(peer).length > 0) return;
    this.#inside.routingTable.remove(peer).catch(() => undefined);
  }

  #mayAsk(peer: PeerId): boolean {
    const participant = publicKeyOf(peer);
    const { isKept, metrics } = this.#options;
    if (participant !== null && this.#rates.take(participant, isKept(participant), performance.now())) return true;
    metrics.directoryRefused.inc({ why: 'too-many' });
    return false;
  }

  #oneRequest(stream: Stream): Stream {
    const late = setTimeout(() => stream.abort(new Error('the request took too long')), DIRECTORY_STREAM_MS);
    stream.addEventListener('close', () => clearTimeout(late));
    return boundedStream(stream, MAX_DIRECTORY_REQUEST_BYTES);
  }

  /** Connections of one look-up serve the next one, up to a number: then the oldest goes. */
  #makeRoom(manager: KadDHTComponents['connectionManager'], peer: PeerId): void {
    if (manager.getConnections(peer).length > 0) return;
    const strangers = manager.getConnections().filter(({ direction, remotePeer }) => {
      const participant = publicKeyOf(remotePeer);
      return direction === 'outbound' && (participant === null || !this.#options.isKept(participant));
    });
    if (strangers.length < MAX_DIRECTORY_CONNECTIONS) return;
    const oldest = strangers.reduce((one, other) => (other.timeline.open < one.timeline.open ? other : one));
    oldest.close().catch((error: unknown) => oldest.abort(error as Error));
  }
}

/** Ends the stream when more comes over it than there can be. */
function boundedStream(stream: Stream, mostBytes: number): Stream {
  let taken = 0;
  stream.addEventListener('message', ({ data }) => {
    taken += data.byteLength;
    if (taken > mostBytes) stream.abort(new Error('more came than the directory takes'));
  });
  return stream;
}

type PeerData = Parameters<KadDHTComponents['peerStore']['merge']>[1];

function withoutKeepAlive(data: PeerData): PeerData {
  if (data.tags === undefined) return data;
  const tags = data.tags instanceof Map ? [...data.tags] : Object.entries(data.tags);
  return { ...data, tags: Object.fromEntries(tags.filter(([name]) => !name.startsWith(KEEP_ALIVE))) };
}

/** The same object but for what is given; classes with private parts cannot be extended from outside otherwise. */
function overriding<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(inner, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name) as unknown;
      const value: unknown = Reflect.get(inner, name);
      return typeof value === 'function' ? value.bind(inner) : value;
    },
  });
}
