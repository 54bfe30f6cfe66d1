/** How a node finds others and is found: directory, publisher, bootstrap nodes and the local network, put together. */
import type { Libp2p, PeerId, Startable } from '@libp2p/interface';
import type { KadDHTComponents } from '@libp2p/kad-dht';
import type { MulticastDNSComponents } from '@libp2p/mdns';
import type { Registry } from 'prom-client';
import type { Pid, PublicKey } from '#protocol/identity.ts';
import { signWith, verifyWith } from '#protocol/statement.ts';
import { nodeEd25519 } from '../identity/ed25519.ts';
import { identityOf } from '../identity/key-file.ts';
import type { Log } from '../log.ts';
import { Bootstrap, type BootstrapInfo } from './bootstrap.ts';
import { Directory, type Found, type LookUp } from './directory.ts';
import { HostedPublisher } from './hosted-publisher.ts';
import { Lan, type LanNode } from './lan.ts';
import { type HostMetrics, measureDirectory } from './metrics.ts';
import { ownAddresses } from './own-addresses.ts';
import { type Published, Publisher } from './publisher.ts';
import { type Scope, widestScope } from './scope.ts';

export interface DirectorySettings {
  /** Addresses of nodes by which the directory is entered, each with its peer id. */
  readonly bootstrap: readonly string[];
  /** Whether nodes on the local network are looked for; never by one that listens on this machine only. */
  readonly lan: boolean;
  readonly nowMs: () => number;
  /** Another number of nodes that are remembered because they were named, for tests. */
  readonly maxHeard?: number;
}

/** The directory as this node sees it; null: it takes no part in it. */
export interface FinderView {
  readonly directory: {
    /** Nodes in the routing table. */
    readonly nodes: number;
    /** Nodes that others named and that are not in it. */
    readonly heardOf: number;
    /** Records kept here. */
    readonly records: number;
    readonly published: Published | null;
    readonly lookUps: readonly LookUp[];
  } | null;
  readonly bootstrap: readonly BootstrapInfo[];
  /** Nodes found on the local network; null: it is not asked. */
  readonly lan: readonly LanNode[] | null;
}

export type FinderServices = Readonly<
  Record<string, (components: KadDHTComponents & MulticastDNSComponents) => Startable>
>;

interface FinderOptions {
  readonly network: string;
  readonly seed: Uint8Array;
  readonly listen: readonly string[];
  readonly settings: DirectorySettings | null;
  readonly isKept: (participant: PublicKey) => boolean;
  /** Somebody is on the local network, at these addresses. */
  readonly nearby: (participant: PublicKey, addresses: readonly string[]) => void;
  readonly log: Log;
  readonly metrics: HostMetrics;
  readonly registry: Registry;
}

interface Parts {
  readonly directory: Directory;
  readonly publisher: Publisher;
  readonly hosted: HostedPublisher;
  readonly bootstrap: Bootstrap;
  readonly lan: Lan | null;
}

export class Finder {
  readonly #parts: Parts | null;
  #libp2p: Libp2p | null = null;
  #scope: Scope = 'loopback';

  /** @throws Failure `config-invalid` for a bootstrap address that cannot be used. */
  constructor(options: FinderOptions) {
    this.#parts = options.settings === null ? null : this.#create(options, options.settings);
  }

  get services(): FinderServices {
    if (this.#parts === null) return {};
    const { directory, lan } = this.#parts;
    return { directory: directory.service, ...(lan !== null && { lan: lan.service }) };
  }

  /** Once libp2p has started. */
  start(libp2p: Libp2p): void {
    if (this.#parts === null) return;
    this.#libp2p = libp2p;
    const { publisher, hosted, bootstrap, lan } = this.#parts;
    const look = (): void => {
      this.#scope = widestScope(ownAddresses(libp2p));
      publisher.look();
    };
    libp2p.addEventListener('self:peer:update', look);
    look();
    publisher.start();
    hosted.start();
    bootstrap.start(libp2p);
    lan?.start(libp2p);
  }

  stop(): void {
    this.#parts?.publisher.stop();
    this.#parts?.hosted.stop();
    this.#parts?.bootstrap.stop();
  }

  find(pid: Pid, waitMs?: number): Promise<Found> | null {
    return this.#parts?.directory.find(pid, waitMs) ?? null;
  }

  /** What publishes the records of those who are hosted here; null: nobody is told of anybody. */
  get hosted(): HostedPublisher | null {
    return this.#parts?.hosted ?? null;
  }

  isRouted(peer: PeerId): boolean {
    return this.#parts?.directory.isRouted(peer) ?? false;
  }

  view(): FinderView {
    if (this.#parts === null) return { directory: null, bootstrap: [], lan: null };
    const { directory, publisher, bootstrap, lan } = this.#parts;
    const { size: nodes, heardOf, records, lookUps } = directory;
    return {
      directory: { nodes, heardOf, records, published: publisher.published, lookUps },
      bootstrap: bootstrap.nodes,
      lan: lan?.nodes ?? null,
    };
  }

  #create(options: FinderOptions, { bootstrap: addresses, lan: isLan, nowMs, ...rest }: DirectorySettings): Parts {
    const { network, seed, isKept, nearby, log, metrics } = options;
    const self = identityOf(seed).publicKey;
    const connected = (): readonly PeerId[] => this.#libp2p?.getConnections().map(({ remotePeer }) => remotePeer) ?? [];
    let lan: Lan | null = null;
    const directory = new Directory({
      ...{ self, network, nowMs, isKept, log, metrics, ...rest },
      verify: verifyWith(nodeEd25519),
      scope: () => this.#scope,
      mayGrow: () => addresses.length > 0 || lan !== null || connected().length > 0,
      connected,
    });
    measureDirectory(options.registry, directory);
    const publisher = new Publisher({
      ...{ self, network, nowMs, directory, log, metrics },
      sign: signWith(nodeEd25519, seed),
      addresses: () => (this.#libp2p === null ? [] : ownAddresses(this.#libp2p)),
    });
    if (isLan && !options.listen.every(isLoopbackOnly)) {
      lan = new Lan({ network, directory, nowMs, found: nearby, log });
    }
    const hosted = new HostedPublisher({ directory, nowMs, log, metrics });
    return { directory, publisher, hosted, bootstrap: new Bootstrap({ addresses, self, directory, nowMs, log }), lan };
  }
}

function isLoopbackOnly(listen: string): boolean {
  return /^\/ip4\/127\.|^\/ip6\/::1\//.test(listen);
}
