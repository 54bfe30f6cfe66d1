/**
 * Being a relay: passing on calls to participants whom nobody can call directly. What passes is encrypted from end to
 * end; the relay sees who calls whom, when, and how many bytes.
 *
 * The library grants places to whoever comes first, and renews a place so that the timer of the last renewal but one still
 * ends it. So who gets a place, and for how long, is decided here.
 */
import {
  type CircuitRelayServerComponents,
  type CircuitRelayService,
  circuitRelayServer,
  type Limit,
  RELAY_V2_HOP_CODEC,
  RELAY_V2_STOP_CODEC,
} from '@libp2p/circuit-relay-v2';
import type { ConnectionGater, Libp2p, PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { PublicKey } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import {
  MAX_PLACES,
  MAX_RELAYED,
  MAX_RELAYED_OF_ONE,
  MAX_RELAYED_OF_STRANGERS,
  MAX_RELAYED_TO_ONE,
  MAX_RESERVATIONS,
  MAX_STRANGER_RESERVATIONS,
  RELAYED_AT_ONCE,
  RELAYED_BYTES,
  RELAYED_MS,
  RELAYED_PER_SECOND,
  RELAYED_PER_SECOND_OF_ONE,
  RESERVATION_MS,
  RESERVATIONS_PER_SECOND,
  STRANGER_RELAYED_BYTES,
  STRANGER_RELAYED_MS,
} from '../limits.ts';
import type { HostMetrics } from '../metrics.ts';
import { publicKeyOf } from '../peer-id.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { RelayPolicy } from './settings.ts';

/** What the library keeps to itself: it takes limits of one place, and gives all the same. */
interface Server extends CircuitRelayService {
  readonly reservationStore: {
    reserve(peer: PeerId, address: Multiaddr, limit?: Limit): { status: unknown; expire?: number };
  };
}

/** The library takes what the protocol calls seconds for milliseconds. */
const NEIGHBOUR_LIMIT: Limit = { duration: RELAYED_MS, data: RELAYED_BYTES };
const STRANGER_LIMIT: Limit = { duration: STRANGER_RELAYED_MS, data: STRANGER_RELAYED_BYTES };

interface RelayServerOptions {
  readonly policy: RelayPolicy;
  readonly isKept: (participant: PublicKey) => boolean;
  readonly metrics: HostMetrics;
}

export class RelayServer {
  readonly #options: RelayServerOptions;
  readonly #reservationRate = new TokenBucket(RESERVATIONS_PER_SECOND, 2 * RESERVATIONS_PER_SECOND, performance.now());
  readonly #callerRates = new LruCache<string, TokenBucket>(MAX_PLACES);
  readonly #callRates = new LruCache<string, TokenBucket>(MAX_RESERVATIONS);
  #libp2p: Libp2p | null = null;
  #server: Server | null = null;

  constructor(options: RelayServerOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#options.policy !== 'off';
  }

  readonly service = (components: CircuitRelayServerComponents): CircuitRelayService => {
    const server = circuitRelayServer({
      maxInboundHopStreams: MAX_RELAYED_OF_ONE,
      maxOutboundStopStreams: MAX_RELAYED_TO_ONE,
      reservations: { maxReservations: MAX_RESERVATIONS, reservationTtl: RESERVATION_MS },
    })(components) as Server;
    const reserve = server.reservationStore.reserve.bind(server.reservationStore);
    server.reservationStore.reserve = (peer, address) => {
      this.#forget(peer);
      return reserve(peer, address, this.#isKept(peer) ? NEIGHBOUR_LIMIT : STRANGER_LIMIT);
    };
    this.#server = server;
    return server;
  };

  get gater(): Pick<ConnectionGater, 'denyInboundRelayReservation' | 'denyOutboundRelayedConnection'> {
    return {
      denyInboundRelayReservation: (peer) => this.#denied(this.#whyNoPlace(peer)),
      denyOutboundRelayedConnection: (caller, called) => this.#denied(this.#whyNoCall(caller, called)),
    };
  }

  attach(libp2p: Libp2p): void {
    this.#libp2p = libp2p;
    // A place is of use only while its holder is connected; strangers could fill all places and go.
    libp2p.addEventListener('peer:disconnect', ({ detail: peer }) => this.#forget(peer));
  }

  /** Has the participant a place here? */
  serves(peer: PeerId): boolean {
    return this.#server?.reservations.has(peer) === true;
  }

  /** Without its timer, which would end the next place of the same participant. */
  #forget(peer: PeerId): void {
    const reservation = this.#server?.reservations.get(peer);
    if (reservation === undefined) return;
    reservation.signal.clear();
    this.#server?.reservations.delete(peer);
  }

  #whyNoPlace(peer: PeerId): string | null {
    if (this.#isKept(peer)) return null;
    if (this.#options.policy !== 'for-anyone' || publicKeyOf(peer) === null) return 'stranger';
    if (!this.#reservationRate.take(performance.now())) return 'too-often';
    let strangers = 0;
    for (const [holder] of this.#server?.reservations ?? []) {
      if (!holder.equals(peer) && !this.#isKept(holder)) strangers++;
    }
    return strangers < MAX_STRANGER_RESERVATIONS ? null : 'too-many-strangers';
  }

  #whyNoCall(caller: PeerId, called: PeerId): string | null {
    const nowMs = performance.now();
    const own = this.#callerRates.get(
      caller.toString(),
      () => new TokenBucket(RELAYED_PER_SECOND_OF_ONE, MAX_RELAYED_OF_ONE, nowMs),
    );
    if (!own.take(nowMs)) return 'too-often-of-one';
    const rate = this.#callRates.get(
      called.toString(),
      () => new TokenBucket(RELAYED_PER_SECOND, RELAYED_AT_ONCE, nowMs),
    );
    if (!rate.take(nowMs)) return 'too-often';
    const connections = this.#libp2p?.getConnections() ?? [];
    let [all, ofStrangers, toOne] = [0, 0, 0];
    for (const { remotePeer, streams } of connections) {
      for (const { protocol, direction } of streams) {
        if (protocol === RELAY_V2_HOP_CODEC && direction === 'inbound') {
          all++;
          if (!this.#isKept(remotePeer)) ofStrangers++;
        } else if (protocol === RELAY_V2_STOP_CODEC && direction === 'outbound' && remotePeer.equals(called)) toOne++;
      }
    }
    // This call is among them.
    if (all > MAX_RELAYED) return 'too-many';
    if (!this.#isKept(caller) && ofStrangers > MAX_RELAYED_OF_STRANGERS) return 'too-many-strangers';
    if (toOne >= MAX_RELAYED_TO_ONE) return 'too-many-to-one';
    // The library passes it on over the first connection; one that is relayed itself would be a chain of relays.
    const first = connections.find(({ remotePeer }) => remotePeer.equals(called));
    return first === undefined || first.direct ? null : 'relayed-itself';
  }

  #denied(why: string | null): boolean {
    if (why !== null) this.#options.metrics.relayRefusals.inc({ why });
    return why !== null;
  }

  #isKept(peer: PeerId): boolean {
    const participant = publicKeyOf(peer);
    return participant !== null && this.#options.isKept(participant);
  }
}
