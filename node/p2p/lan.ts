/** Finds nodes of the same network on the local network by multicast DNS, and lets them find this one. */
import type { Libp2p, PeerId, PeerInfo, Startable } from '@libp2p/interface';
import { type MulticastDNSComponents, mdns } from '@libp2p/mdns';
import { multiaddr } from '@multiformats/multiaddr';
import type { PublicKey } from '#protocol/identity.ts';
import type { Log } from '../log.ts';
import type { Directory } from './directory.ts';
import { DIAL_TIMEOUT_MS, LAN_DIAL_INTERVAL_MS, LAN_DIALS_AT_ONCE, MAX_LAN_NODES } from './limits.ts';
import { publicKeyOf } from './peer-id.ts';
import { scopeOf, takenAddresses } from './scope.ts';
import { TokenBucket } from './token-bucket.ts';

/** A node that was found on the local network. */
export interface LanNode {
  readonly participant: PublicKey;
  readonly addresses: readonly string[];
  readonly foundAtMs: number;
}

interface LanOptions {
  readonly network: string;
  readonly directory: Pick<Directory, 'isRouted'>;
  readonly nowMs: () => number;
  /** A neighbour is there: it may not have been found otherwise. */
  readonly found: (participant: PublicKey, addresses: readonly string[]) => void;
  readonly log: Log;
}

export class Lan {
  readonly #options: LanOptions;
  /** Those found the longest ago first. */
  readonly #nodes = new Map<PublicKey, LanNode & { readonly dialledAtMs: number }>();
  readonly #dials = new TokenBucket(1, LAN_DIALS_AT_ONCE, performance.now());
  #libp2p: Pick<Libp2p, 'peerId' | 'dial'> | null = null;

  constructor(options: LanOptions) {
    this.#options = options;
  }

  get nodes(): readonly LanNode[] {
    return [...this.#nodes.values()].map(({ participant, addresses, foundAtMs }) => ({
      ...{ participant, addresses, foundAtMs },
    }));
  }

  /** The service of libp2p. */
  readonly service = (components: MulticastDNSComponents): Startable => {
    // Others on the same local network are not to answer, nor to be asked.
    const discovery = mdns({ serviceTag: `_geo-${this.#options.network}._udp.local` })(components);
    discovery.addEventListener('peer', ({ detail }) => this.found(detail));
    const startable = discovery as typeof discovery & Startable;
    return { start: async () => startable.start(), stop: async () => startable.stop() };
  };

  start(libp2p: Pick<Libp2p, 'peerId' | 'dial'>): void {
    this.#libp2p = libp2p;
  }

  /** Somebody says to be near. */
  found(peer: PeerInfo): void {
    const participant = publicKeyOf(peer.id);
    const texts = peer.multiaddrs.map((address) => address.toString());
    // Whoever answers is near: an address elsewhere is not what was asked for.
    const addresses = takenAddresses(texts, 'private').filter((text) => scopeOf(text) === 'private');
    const { directory, nowMs, found } = this.#options;
    if (participant === null || addresses.length === 0 || this.#libp2p === null) return;
    if (peer.id.equals(this.#libp2p.peerId)) return;
    const known = this.#nodes.get(participant);
    const isDialled = known === undefined || nowMs() - known.dialledAtMs >= LAN_DIAL_INTERVAL_MS;
    this.#nodes.delete(participant);
    const dialledAtMs = isDialled ? nowMs() : known.dialledAtMs;
    this.#nodes.set(participant, { participant, addresses, foundAtMs: nowMs(), dialledAtMs });
    if (this.#nodes.size > MAX_LAN_NODES) this.#nodes.delete(this.#nodes.keys().next().value as PublicKey);
    found(participant, addresses);
    if (isDialled && !directory.isRouted(peer.id)) this.#dial(peer.id, addresses);
  }

  /** Once it is connected, the directory asks it who it is and takes it in. */
  #dial(peer: PeerId, addresses: readonly string[]): void {
    // Anybody there can make up any number of names.
    if (!this.#dials.take(performance.now())) return;
    const dialled = addresses.map((address) =>
      multiaddr(`${address.replace(/\/p2p\/.*$/, '')}/p2p/${peer.toString()}`),
    );
    this.#libp2p?.dial(dialled, { signal: AbortSignal.timeout(DIAL_TIMEOUT_MS) }).catch((error: unknown) => {
      this.#options.log.debug({ err: error, peer: peer.toString() }, 'a node on the local network was not reached');
    });
  }
}
