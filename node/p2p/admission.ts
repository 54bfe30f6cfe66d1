/**
 * Who may connect. Neighbours always may; strangers share a bounded number of places, and cannot fill those of others.
 *
 * Libp2p counts all connections alike and before it knows who calls, so strangers could keep neighbours out: its own
 * limits are switched off (network.ts), and these stand in their place. Before a caller has shown its key only the place
 * it calls from is known; where neighbours are known to be has room of its own.
 */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { PublicKey } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { parseAddress, placeOf } from './address.ts';
import {
  MAX_CONNECTIONS_EACH,
  MAX_NEW_CONNECTIONS_PER_SECOND,
  MAX_PENDING_CONNECTIONS,
  MAX_PLACES,
  MAX_STRANGER_CONNECTIONS,
} from './limits.ts';
import type { HostMetrics } from './metrics.ts';
import { publicKeyOf } from './peer-id.ts';
import { Places } from './places.ts';
import { TokenBucket } from './token-bucket.ts';

export interface AdmissionPlaces {
  /** Connections of strangers. */
  readonly strangers: number;
  /** Callers that have not shown their key. */
  readonly pending: number;
}

interface AdmissionOptions {
  readonly isKept: (participant: PublicKey) => boolean;
  readonly metrics: HostMetrics;
  /** Others than those of limits.ts. */
  readonly places: Partial<AdmissionPlaces>;
}

export class Admission {
  readonly #options: AdmissionOptions;
  /** Callers that have not shown their key: from anywhere, and from where neighbours are. */
  readonly #pending: Places<MultiaddrConnection>;
  readonly #pendingNear: Places<MultiaddrConnection>;
  readonly #strangers: Places<MultiaddrConnection>;
  readonly #inbound = new Map<PublicKey, Set<MultiaddrConnection>>();
  readonly #rates = new LruCache<string, TokenBucket>(MAX_PLACES);
  readonly #near: Set<string> = new Set();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    const { pending = MAX_PENDING_CONNECTIONS, strangers = MAX_STRANGER_CONNECTIONS } = options.places;
    this.#pending = new Places(pending);
    this.#pendingNear = new Places(pending);
    this.#strangers = new Places(strangers);
  }

  get gater(): ConnectionGater {
    return {
      denyInboundConnection: (connection) => !this.#mayBegin(connection),
      denyInboundEncryptedConnection: (peer, connection) => !this.#mayStay(peer, connection),
      denyOutboundEncryptedConnection: (peer) => publicKeyOf(peer) === null,
      denyDialMultiaddr: (address) => isRefusal(parseAddress(address.toString())),
    };
  }

  /** From now on this one is a neighbour, and may come from these addresses. */
  expect(neighbour: PublicKey, addresses: readonly Multiaddr[]): void {
    for (const address of addresses) this.#expectFrom(placeOf(address.toString()));
    for (const connection of this.#inbound.get(neighbour) ?? [])
      this.#strangers.delete(connection, originOf(connection));
  }

  #expectFrom(place: string | null): void {
    if (place === null || this.#near.has(place)) return;
    if (this.#near.size >= MAX_PLACES) this.#near.delete(this.#near.values().next().value as string);
    this.#near.add(place);
  }

  /** Before anything of the caller has been read. */
  #mayBegin(connection: MultiaddrConnection): boolean {
    const origin = originOf(connection);
    const nowMs = performance.now();
    const rate = this.#rates.get(
      origin,
      () => new TokenBucket(MAX_NEW_CONNECTIONS_PER_SECOND, MAX_NEW_CONNECTIONS_PER_SECOND, nowMs),
    );
    if (!rate.take(nowMs)) return this.#refuse('too-often');
    const places = this.#near.has(origin) ? this.#pendingNear : this.#pending;
    this.#displace(places.add(connection, origin), 'too-many-pending');
    connection.addEventListener('close', () => places.delete(connection, origin));
    return true;
  }

  /** Once the caller has shown its key. */
  #mayStay(peer: PeerId, connection: MultiaddrConnection): boolean {
    const origin = originOf(connection);
    this.#pending.delete(connection, origin);
    this.#pendingNear.delete(connection, origin);
    const participant = publicKeyOf(peer);
    if (participant === null) return this.#refuse('bad-key');
    const own = this.#inbound.get(participant) ?? new Set();
    if (own.size >= MAX_CONNECTIONS_EACH) return this.#refuse('too-many-of-one');
    this.#inbound.set(participant, own.add(connection));
    connection.addEventListener('close', () => {
      own.delete(connection);
      if (own.size === 0 && this.#inbound.get(participant) === own) this.#inbound.delete(participant);
      this.#strangers.delete(connection, origin);
    });
    if (this.#options.isKept(participant)) this.#expectFrom(origin);
    else this.#displace(this.#strangers.add(connection, origin), 'too-many-strangers');
    return true;
  }

  #displace(connection: MultiaddrConnection | null, why: string): void {
    if (connection === null) return;
    this.#options.metrics.refusedConnections.inc({ why });
    connection.abort(new Error(`the place was needed: ${why}`));
  }

  #refuse(why: string): false {
    this.#options.metrics.refusedConnections.inc({ why });
    return false;
  }
}

/** Where a caller is. A socket shows no names, so there is always one. */
function originOf(connection: MultiaddrConnection): string {
  return placeOf(connection.remoteAddr.toString()) ?? '';
}
