/**
 * The transport over relays, both ways.
 *
 * The library takes a call from any peer that says to be a relay, and from then on makes that peer one of its own, whose
 * addresses it tells everybody: a stranger could write into the contact card. And a relay that could not be dialled once is
 * never tried again. So calls are taken from the node's own relays only, and which those are is decided in relays.ts.
 */
import {
  type CircuitRelayTransportComponents,
  type CircuitRelayTransportInit,
  circuitRelayTransport,
} from '@libp2p/circuit-relay-v2';
import type { Connection, MultiaddrConnection, PeerId, Stream, Transport, Upgrader } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { MAX_RELAYED_TO_ONE } from '../limits.ts';

/** What the node needs of the library's transport. */
export interface RelayTransport extends Transport {
  onStop(stream: Stream, connection: Connection): Promise<void>;
  readonly reservationStore: {
    hasReservation(peer: PeerId): boolean;
    /** Gets a place, or renews it. */
    addRelay(peer: PeerId, type: 'configured' | 'discovered'): Promise<unknown>;
    addEventListener(type: 'relay:removed', listener: (event: { detail: { relay: PeerId } }) => void): void;
    relayFilter: { has(bytes: Uint8Array): boolean; add(bytes: Uint8Array): void };
  };
}

/** What of the inside of libp2p this needs. */
export interface Inside {
  readonly transport: RelayTransport;
  listen(address: Multiaddr): Promise<void>;
  /** All addresses that are listened on, those at relays among them. */
  listening(): readonly Multiaddr[];
  /**
   * Whether the participant itself answers at the address, by its key. Nothing comes of the call: a connection would be one
   * that its neighbours use, and would then break.
   */
  answers(address: Multiaddr, participant: PeerId, signal: AbortSignal): Promise<boolean>;
}

/** What libp2p's own upgrader does of an outgoing call, up to where the other end has shown its key. */
interface Encrypting {
  _encryptOutbound(
    raw: MultiaddrConnection,
    options: { remotePeer: PeerId; signal: AbortSignal },
  ): Promise<{ readonly remotePeer: PeerId }>;
}

class Answered extends Error {}

export function relayTransport(
  made: (inside: Inside) => void,
): (components: CircuitRelayTransportComponents) => Transport {
  const init: CircuitRelayTransportInit = {
    maxInboundStopStreams: MAX_RELAYED_TO_ONE,
    // As a relay it opens them: what the server is given is not looked at.
    maxOutboundStopStreams: MAX_RELAYED_TO_ONE,
    // Jobs that wait in its queue are dropped, and never heard of again, when another one succeeds.
    reservationConcurrency: Number.MAX_SAFE_INTEGER,
  };
  return (components) => {
    const transport = circuitRelayTransport(init)(components) as RelayTransport;
    const { reservationStore } = transport;
    const onStop = transport.onStop.bind(transport);
    transport.onStop = async (stream, connection) => {
      if (reservationStore.hasReservation(connection.remotePeer)) return onStop(stream, connection);
      stream.abort(new Error('calls are taken from own relays only'));
    };
    // Whoever is connected and says to be a relay is tried by the library, which then loses what is asked of it meanwhile.
    const addRelay = reservationStore.addRelay.bind(reservationStore);
    reservationStore.addRelay = async (peer, type) => {
      if (type === 'configured') return addRelay(peer, type);
      throw Object.assign(new Error('relays are chosen in relays.ts'), { name: 'HadEnoughRelaysError' });
    };
    reservationStore.relayFilter = { has: () => false, add: () => undefined };
    const { transportManager } = components;
    made({
      transport,
      listen: async (address) => transportManager.listen([address]),
      listening: () => transportManager.getAddrs(),
      async answers(address, participant, signal) {
        const upgrader = components.upgrader as Upgrader & Encrypting;
        const upgradeOutbound = async (raw: MultiaddrConnection): Promise<never> => {
          const { remotePeer } = await upgrader._encryptOutbound(raw, { remotePeer: participant, signal });
          throw remotePeer.equals(participant) ? new Answered() : new Error('somebody else answers');
        };
        const probing = Object.assign(Object.create(upgrader), { upgradeOutbound }) as Upgrader;
        const carrier = transportManager.dialTransportForMultiaddr(address);
        try {
          // The transport hangs up when the upgrade fails.
          await carrier?.dial(address, { upgrader: probing, signal });
          return false;
        } catch (error) {
          return error instanceof Answered;
        }
      },
    });
    return transport;
  };
}
