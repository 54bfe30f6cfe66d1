/** The node's place in the network: links to neighbours, queries to others, announcements to everyone. */
import type { GossipVerdict, SignedAnnouncement } from '#protocol/announcement.ts';
import { assert } from '#protocol/bug.ts';
import type { Pid, PublicKey } from '#protocol/identity.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { nameIn } from './address.ts';
import { AddressBook, dialable } from './address-book.ts';
import { Admission, type AdmissionPlaces } from './admission.ts';
import type { Found } from './directory.ts';
import { type DirectorySettings, Finder, type FinderView } from './finder.ts';
import { createGossip } from './gossip.ts';
import { helloFrame } from './hello.ts';
import type { HostedPublisher } from './hosted-publisher.ts';
import { Keeper, type UnlinkedInfo } from './keeper.ts';
import {
  HELLO_TIMEOUT_MS,
  LINK_STREAMS,
  LIVENESS_INTERVAL_MS,
  LIVENESS_TIMEOUT_MS,
  QUERIES_PER_SECOND,
  QUERY_STREAMS,
  STALL_MS,
  STRANGER_TIMEOUT_MS,
  TWIN_STREAMS,
} from './limits.ts';
import { LINK_PROTOCOL, type LinkInfo, Links } from './links.ts';
import { createHostMetrics } from './metrics.ts';
import {
  closeIdle,
  closeRelayed,
  createNetwork,
  forgetStrangers,
  handling,
  keepGossiping,
  type Network,
  startNetwork,
} from './network.ts';
import { ownAddresses } from './own-addresses.ts';
import { publicKeyOf } from './peer-id.ts';
import { QUERY_PROTOCOL, Queries } from './queries.ts';
import { checkReach } from './reach/check.ts';
import { Reach, type Reachability } from './reach/reach.ts';
import type { ReachSettings } from './reach/settings.ts';
import { reachesAsFar, type Scope, takenAddresses, widestScope } from './scope.ts';
import { troubleOf } from './trouble.ts';
import { type OwnPast, TWIN_PROTOCOL, Twins } from './twins.ts';

export interface HostHandlers {
  /** A frame of a neighbour, or of a stranger's query. Resolves when it is done with; until then few others follow. */
  frame(from: PublicKey, frame: Uint8Array): Promise<void>;
  linkUp(neighbour: PublicKey): void;
  linkDown(neighbour: PublicKey): void;
  announcement(signed: SignedAnnouncement): GossipVerdict;
  /** Somebody connected, a stranger too, says where it is, with every connection and after every change; each can be dialled. */
  addresses?(neighbour: PublicKey, addresses: readonly string[]): void;
  /** Two running nodes have this neighbour's identity. Both have been told. */
  twin?(publicKey: PublicKey): void;
  /** A neighbour has shown that a second node runs with the own identity: that node's own signed HELLO. */
  twinOfSelf?(neighbour: PublicKey, instance: string): void;
  /** A neighbour that could not be reached is at these addresses now, which are of its host unless that is null: so says the directory. */
  found?(neighbour: PublicKey, addresses: readonly string[], host: PublicKey | null): void;
}

export interface HostOptions {
  /** The 32-byte seed of the identity. */
  readonly seed: Uint8Array;
  readonly network: string;
  /** Multiaddrs to listen on, such as `/ip4/0.0.0.0/tcp/4001`; port 0 takes a free one. */
  readonly listen: readonly string[];
  /** 16 random bytes in hex, new at each start. */
  readonly instance: string;
  /** Being a relay, and being reached; not given: no relay, and none is used but neighbours. */
  readonly reach?: Partial<ReachSettings>;
  readonly startedAtMs: number;
  /** Whether an earlier start of this node was, or may have been, that one. Not given: there was none. */
  readonly isEarlierStart?: OwnPast['isOwn'];
  /** When records were lost, last. Not given: never. */
  readonly restoredAtMs?: OwnPast['restoredAtMs'];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly handlers: HostHandlers;
  /** Queries of strangers, all together. Not given: `QUERIES_PER_SECOND`. */
  readonly queriesPerSecond?: number;
  /** Other times than those of limits.ts, for tests. */
  readonly times?: Partial<HostTimes>;
  /** Other numbers of places, for tests. */
  readonly places?: Partial<AdmissionPlaces>;
  /** It hosts others, who name nodes that its owner does not know: of theirs none is dialled that reaches less far than its own. */
  readonly isHub?: boolean;
  /** How it takes part in the directory. Not given: it does not. */
  readonly directory?: DirectorySettings;
}

export interface HostTimes {
  /** How often connections are asked whether they are alive. */
  readonly livenessIntervalMs: number;
  /** How long the answer may take. */
  readonly livenessTimeoutMs: number;
  readonly helloTimeoutMs: number;
  readonly strangerTimeoutMs: number;
  /** How long a neighbour may leave unread what waits for it. */
  readonly stallMs: number;
}

const NO_HELP: ReachSettings = { relay: 'off', relays: [], publicAddresses: [] };

const TIMES: HostTimes = {
  livenessIntervalMs: LIVENESS_INTERVAL_MS,
  livenessTimeoutMs: LIVENESS_TIMEOUT_MS,
  helloTimeoutMs: HELLO_TIMEOUT_MS,
  strangerTimeoutMs: STRANGER_TIMEOUT_MS,
  stallMs: STALL_MS,
};

export interface Host {
  readonly publicKey: PublicKey;
  /** Where this node can be reached, each with its peer id; for contact cards. */
  addresses(): readonly string[];
  /** Whether others can call this node, and through which relays. */
  reachability(): Reachability;
  /** Stay linked to the neighbour, with a growing pause between attempts; other addresses than before are tried at once. */
  keep(neighbour: PublicKey, addresses: readonly string[]): void;
  /** No longer dial the neighbour. A link there is stays. */
  forget(neighbour: PublicKey): void;
  /** As `keep` and `forget`, of a node over which others are reached: both hold beside each other. */
  keepThrough(node: PublicKey, addresses: readonly string[]): void;
  forgetThrough(node: PublicKey): void;
  /** Where a neighbour said to be when it was connected the last time; what it says from now on takes its place. */
  recall(neighbour: PublicKey, addresses: readonly string[]): void;
  /** Remember where somebody who is no neighbour can be asked. */
  learn(participant: PublicKey, addresses: readonly string[]): void;
  /** To a neighbour over its link, to others as a query; what cannot be sent now is dropped, for its sender resends. */
  send(to: PublicKey, frame: Uint8Array): void;
  /** Over the link or the connection by which somebody has asked, if it is still open; nobody is dialled for an answer. */
  answer(to: PublicKey, frame: Uint8Array): void;
  linked(): readonly LinkInfo[];
  /** Neighbours that are to be linked and are not, and why. */
  unlinked(): readonly UnlinkedInfo[];
  publish(signed: SignedAnnouncement): Promise<void>;
  /** Looks for a participant in the directory; null: this node takes no part in it. */
  find(pid: Pid, waitMs?: number): Promise<Found> | null;
  /** What the node knows of the network beyond its neighbours. */
  network(): FinderView;
  /** Publishes the records of those who are hosted by this node; null: it takes no part in the directory. */
  readonly hosted: Pick<HostedPublisher, 'publish' | 'withdraw'> | null;
  /** Take part in the gossip about an equivalent. */
  follow(equivalent: string): void;
  /** Ends all links and stops listening. */
  stop(): Promise<void>;
}

/**
 * Starts a host. Handlers may be called before the promise resolves.
 * @throws Failure `port-in-use` when a listen address is taken, `config-invalid` when it cannot be listened on at all or a
 * relay or public address of the settings is none.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { network, instance, startedAtMs, log, handlers } = options;
  const times = { ...TIMES, ...options.times };
  const metrics = createHostMetrics(options.metrics.registry);
  const isKept = (participant: PublicKey): boolean => keeper.has(participant);
  const announcement = (signed: SignedAnnouncement): GossipVerdict => handlers.announcement(signed);
  const gossip = createGossip({ network, announcement, isKept, log, metrics });
  const admission = new Admission({ isKept, metrics, places: options.places ?? {} });
  const finder = new Finder({
    ...{ network, listen: options.listen, seed: options.seed, isKept, log, metrics },
    registry: options.metrics.registry,
    settings: options.directory ?? null,
    nearby: (neighbour, addresses) => keeper.hint(neighbour, addresses),
  });
  const settings = checkReach({ ...NO_HELP, ...options.reach });
  const reach = new Reach({ settings, isKept, log, metrics });
  const isNear = (participant: PublicKey): boolean => keeper.isNear(participant) || reach.isRelay(participant);
  const ownNames = new Set(
    [...settings.relays, ...settings.publicAddresses, ...(options.directory?.bootstrap ?? [])].map(nameIn),
  );
  const scope = (): Scope => (options.isHub === true ? widestScope(ownAddresses(libp2p)) : 'loopback');
  const libp2p: Network = await createNetwork({
    nameTrouble(name, ip) {
      if (reachesAsFar(ip, scope()) || ownNames.has(name) || keeper.isOwnName(name)) return null;
      return 'it stands for a host of a network of this one’s own';
    },
    ...{ admission, reach, isKept: isNear, metrics, services: finder.services },
    seed: options.seed,
    listen: options.listen,
    gossip: gossip.service,
    livenessIntervalMs: times.livenessIntervalMs,
    livenessTimeoutMs: times.livenessTimeoutMs,
  });
  const publicKey = publicKeyOf(libp2p.peerId);
  assert(publicKey !== null, 'a seed gives an Ed25519 key that may sign');

  const book = new AddressBook(log);
  const links = new Links({
    self: publicKey,
    network,
    hello: helloFrame({ network, instance, startedAtMs }, publicKey, options.seed, reach.server.isOn ? ['relay'] : []),
    helloTimeoutMs: times.helloTimeoutMs,
    stallMs: times.stallMs,
    log,
    metrics,
    isKept,
    isOwn: (participant) => keeper.isOwn(participant),
    frame: async (from, frame) => handlers.frame(from, frame),
    up(neighbour, capabilities, connection) {
      reach.linkUp(neighbour, capabilities, connection);
      handlers.linkUp(neighbour);
      if (connection.direct) closeRelayed(libp2p, neighbour);
    },
    down(neighbour, lastedMs, reason) {
      reach.linkDown(neighbour);
      keeper.linkDown(neighbour, lastedMs, reason);
      handlers.linkDown(neighbour);
    },
    trouble: (neighbour, why) => keeper.note(neighbour, troubleOf(why)),
    twins(neighbour, sides) {
      twins.tell(sides);
      handlers.twin?.(neighbour);
    },
  });
  const expect: Admission['expect'] = (neighbour, addresses) => admission.expect(neighbour, addresses);
  const find: Host['find'] = (pid, waitMs) => finder.find(pid, waitMs);
  const found: HostHandlers['found'] = (...where) => handlers.found?.(...where);
  const taken = (addresses: readonly string[]): readonly string[] => takenAddresses(addresses, scope());
  const keeper = new Keeper({ libp2p, links, log, metrics, expect, taken, find, found });
  const frame = async (from: PublicKey, bytes: Uint8Array): Promise<void> => handlers.frame(from, bytes);
  const queries = new Queries({
    ...{ libp2p, log, metrics, isKept, frame },
    perSecond: options.queriesPerSecond ?? QUERIES_PER_SECOND,
  });
  const twins = new Twins({
    log,
    isKept,
    own: {
      ...{ publicKey, network },
      isOwn: (start) => start.instance === instance || options.isEarlierStart?.(start) === true,
      restoredAtMs: () => options.restoredAtMs?.() ?? null,
    },
    heard: (neighbour, other) => handlers.twinOfSelf?.(neighbour, other),
  });

  const linkStream = handling((stream, connection) => links.establish(stream, connection, 'them'), log);
  await libp2p.handle(LINK_PROTOCOL, linkStream, LINK_STREAMS);
  const queryStream = handling((stream, connection) => queries.receive(stream, connection), log);
  await libp2p.handle(QUERY_PROTOCOL, queryStream, QUERY_STREAMS);
  const twinStream = handling((stream, connection) => twins.receive(stream, connection), log);
  await libp2p.handle(TWIN_PROTOCOL, twinStream, TWIN_STREAMS);
  gossip.watch(libp2p.services.pubsub);
  await reach.attach(libp2p);
  await startNetwork(libp2p, options.listen);
  reach.start();
  keepGossiping(libp2p);
  libp2p.addEventListener('peer:identify', ({ detail }) => {
    const neighbour = publicKeyOf(detail.peerId);
    if (neighbour === null) return;
    const addresses = dialable(neighbour, detail.listenAddrs.map(String), null).map(String);
    keeper.learn(neighbour, addresses);
    handlers.addresses?.(neighbour, addresses);
  });
  forgetStrangers(libp2p, (participant, peer) => isKept(participant) || finder.isRouted(peer), log);
  finder.start(libp2p);
  const tidying = closeIdle(libp2p, times.strangerTimeoutMs, (connection) => {
    const participant = publicKeyOf(connection.remotePeer);
    const isOfUse =
      participant !== null && (links.has(participant) || isKept(participant) || reach.isRelay(participant));
    return isOfUse || reach.isUsed(connection);
  });

  return {
    publicKey,
    addresses: () => ownAddresses(libp2p),
    reachability: () => reach.reachability(),
    keep: (neighbour, addresses) => keeper.keep(neighbour, addresses),
    forget: (neighbour) => keeper.forget(neighbour),
    keepThrough: (node, addresses) => keeper.keepThrough(node, addresses),
    forgetThrough: (node) => keeper.forgetThrough(node),
    recall: (neighbour, addresses) => keeper.learn(neighbour, addresses),
    learn: (participant, addresses) => book.learn(participant, addresses),
    send(to, frame) {
      if (links.send(to, frame)) return;
      // A neighbour without a link is sent everything again when it has one.
      if (keeper.has(to) || !queries.send(to, book.get(to), frame)) metrics.framesDropped.inc();
    },
    answer(to, frame) {
      if (!links.send(to, frame) && !queries.send(to, [], frame)) metrics.framesDropped.inc();
    },
    linked: () => links.list(),
    unlinked: () => keeper.unlinked(),
    find,
    network: () => finder.view(),
    hosted: finder.hosted,
    publish: async (signed) => gossip.publish(libp2p.services.pubsub, signed),
    follow: (equivalent) => gossip.follow(libp2p.services.pubsub, equivalent),
    async stop() {
      clearInterval(tidying);
      finder.stop();
      reach.stop();
      keeper.stop();
      await links.stop();
      await libp2p.stop();
    },
  };
}
