/** The node's place in the network: links to neighbours, queries to others, announcements to everyone. */
import type { GossipVerdict, SignedAnnouncement } from '#protocol/announcement.ts';
import { assert } from '#protocol/bug.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { parseAddress } from './address.ts';
import { AddressBook } from './address-book.ts';
import { createGossip } from './gossip.ts';
import { Keeper } from './keeper.ts';
import { HELLO_TIMEOUT_MS, LINK_STREAMS, LIVENESS_INTERVAL_MS, QUERY_STREAMS, STRANGER_TIMEOUT_MS } from './limits.ts';
import { LINK_PROTOCOL, type LinkInfo, Links } from './links.ts';
import { createHostMetrics } from './metrics.ts';
import { closeIdle, createNetwork, handling, keepGossiping, startNetwork } from './network.ts';
import { publicKeyOf } from './peer-id.ts';
import { QUERY_PROTOCOL, Queries } from './queries.ts';

export interface HostHandlers {
  /** A frame of a neighbour, or of a stranger's query. Resolves when it is done with; until then few others follow. */
  frame(from: PublicKey, frame: Uint8Array): Promise<void>;
  linkUp(neighbour: PublicKey): void;
  linkDown(neighbour: PublicKey): void;
  announcement(signed: SignedAnnouncement): GossipVerdict;
  /** Two running nodes have this identity. */
  twin?(publicKey: PublicKey): void;
}

export interface HostOptions {
  /** The 32-byte seed of the identity. */
  readonly seed: Uint8Array;
  readonly network: string;
  /** Multiaddrs to listen on, such as `/ip4/0.0.0.0/tcp/4001`; port 0 takes a free one. */
  readonly listen: readonly string[];
  /** 16 random bytes in hex, new at each start. */
  readonly instance: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly handlers: HostHandlers;
  /** Other times than those of limits.ts, for tests. */
  readonly times?: Partial<HostTimes>;
}

export interface HostTimes {
  /** How often connections are asked whether they are alive. */
  readonly livenessIntervalMs: number;
  readonly helloTimeoutMs: number;
  readonly strangerTimeoutMs: number;
}

const TIMES: HostTimes = {
  livenessIntervalMs: LIVENESS_INTERVAL_MS,
  helloTimeoutMs: HELLO_TIMEOUT_MS,
  strangerTimeoutMs: STRANGER_TIMEOUT_MS,
};

export interface Host {
  readonly publicKey: PublicKey;
  /** Where this node can be reached, each with its peer id; for contact cards. */
  addresses(): readonly string[];
  /** Stay linked to the neighbour, with a growing pause between attempts; other addresses than before are tried at once. */
  keep(neighbour: PublicKey, addresses: readonly string[]): void;
  /** No longer dial the neighbour. A link there is stays. */
  forget(neighbour: PublicKey): void;
  /** Remember where somebody who is no neighbour can be asked. */
  learn(participant: PublicKey, addresses: readonly string[]): void;
  /** To a neighbour over its link, to others as a query; what cannot be sent now is dropped, for its sender resends. */
  send(to: PublicKey, frame: Uint8Array): void;
  linked(): readonly LinkInfo[];
  publish(signed: SignedAnnouncement): Promise<void>;
  /** Take part in the gossip about an equivalent. */
  follow(equivalent: string): void;
  /** Ends all links and stops listening. */
  stop(): Promise<void>;
}

/**
 * Starts a host. Handlers may be called before the promise resolves.
 * @throws Failure `port-in-use` when a listen address is taken, `config-invalid` when it cannot be listened on at all.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { network, log, handlers } = options;
  const times = { ...TIMES, ...options.times };
  const metrics = createHostMetrics(options.metrics.registry);
  const gossip = createGossip({ network, announcement: (signed) => handlers.announcement(signed), log, metrics });
  const libp2p = await createNetwork({
    seed: options.seed,
    listen: options.listen,
    gossip: gossip.service,
    livenessIntervalMs: times.livenessIntervalMs,
  });
  const publicKey = publicKeyOf(libp2p.peerId);
  assert(publicKey !== null, 'a seed gives an Ed25519 key that may sign');

  const book = new AddressBook(log);
  const links = new Links({
    self: publicKey,
    network,
    instance: options.instance,
    helloTimeoutMs: times.helloTimeoutMs,
    log,
    metrics,
    isKept: (neighbour) => keeper.has(neighbour),
    frame: async (from, frame) => handlers.frame(from, frame),
    up: (neighbour) => handlers.linkUp(neighbour),
    down(neighbour, lastedMs) {
      keeper.linkDown(neighbour, lastedMs);
      handlers.linkDown(neighbour);
    },
    twin: (neighbour) => handlers.twin?.(neighbour),
  });
  const keeper = new Keeper({ libp2p, links, log, metrics });
  const queries = new Queries({ libp2p, log, metrics, frame: async (from, frame) => handlers.frame(from, frame) });

  const linkStream = handling((stream, connection) => links.establish(stream, connection, 'them'), log);
  await libp2p.handle(LINK_PROTOCOL, linkStream, LINK_STREAMS);
  const queryStream = handling((stream, connection) => queries.receive(stream, connection), log);
  await libp2p.handle(QUERY_PROTOCOL, queryStream, QUERY_STREAMS);
  gossip.watch(libp2p.services.pubsub);
  await startNetwork(libp2p, options.listen);
  keepGossiping(libp2p);
  const tidying = closeIdle(
    libp2p,
    times.strangerTimeoutMs,
    (neighbour) => links.has(neighbour) || keeper.has(neighbour),
  );

  return {
    publicKey,
    addresses: () =>
      libp2p
        .getMultiaddrs()
        .map((address) => address.toString())
        .filter((address) => !isRefusal(parseAddress(address))),
    keep: (neighbour, addresses) => keeper.keep(neighbour, addresses),
    forget: (neighbour) => keeper.forget(neighbour),
    learn: (participant, addresses) => book.learn(participant, addresses),
    send(to, frame) {
      if (links.send(to, frame)) return;
      // A neighbour without a link is sent everything again when it has one.
      if (keeper.has(to) || !queries.send(to, book.get(to), frame)) metrics.framesDropped.inc();
    },
    linked: () => links.list(),
    publish: async (signed) => gossip.publish(libp2p.services.pubsub, signed),
    follow: (equivalent) => gossip.follow(libp2p.services.pubsub, equivalent),
    async stop() {
      clearInterval(tidying);
      keeper.stop();
      await links.stop();
      await libp2p.stop();
    },
  };
}
