/**
 * How this node is reached: whether others can call it, found by asking them to (dial-back.ts); through which relays, if they
 * cannot (relays.ts); and being a relay for others (relay-server.ts).
 *
 * A node is seen at the hosts that others see: its own, or that of a router in front of it. It can be called when it can be
 * called at each of them.
 */
import type { Connection, IdentifyResult } from '@libp2p/interface';
import { isPrivate } from '@libp2p/utils';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { Listener } from '#protocol/dial-back.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_LISTENERS } from '#protocol/limits.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../../log.ts';
import { isRelayed, parseAddress } from '../address.ts';
import { pauseMs } from '../keeper.ts';
import { DIAL_BACK_STREAMS, IDENTIFY_MS, MAX_SEEN_PLACES, REACHED_FOR_MS, UNREACHED_FIRST_MS } from '../limits.ts';
import type { HostMetrics } from '../metrics.ts';
import type { Network } from '../network.ts';
import { publicKeyOf } from '../peer-id.ts';
import { askToDialBack, DIAL_BACK_PROTOCOL, DialBacks, hostOf, listenerAddress } from './dial-back.ts';
import { RelayServer } from './relay-server.ts';
import { type Inside, relayTransport } from './relay-transport.ts';
import { Relays } from './relays.ts';
import type { ReachSettings } from './settings.ts';

/** How others reach this node. */
export interface Reachability {
  /** `unknown`: nobody has tried yet. */
  readonly direct: 'yes' | 'no' | 'unknown';
  /** Relays through which it can be called now. */
  readonly relays: readonly PublicKey[];
}

/** What came of being called at a host. */
interface Seen {
  /** Ports that answered, as addresses. */
  readonly reached: readonly string[];
  readonly isReached: boolean;
  readonly attempts: number;
  readonly askAgainAtMs: number;
}

interface ReachOptions {
  readonly settings: ReachSettings;
  readonly isKept: (participant: PublicKey) => boolean;
  readonly log: Log;
  readonly metrics: HostMetrics;
}

export class Reach {
  readonly server: RelayServer;
  readonly #options: ReachOptions;
  readonly #seen = new Map<string, Seen>();
  readonly #asking = new Map<string, Promise<void>>();
  /** The host at which the other end of a connection sees this node. */
  readonly #observed = new WeakMap<Connection, string>();
  readonly #awaited = new WeakMap<Connection, PromiseWithResolvers<void>>();
  #inside: Inside | null = null;
  #relays: Relays | null = null;
  #libp2p: Network | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReachOptions) {
    const { settings, isKept, metrics } = options;
    this.#options = options;
    this.server = new RelayServer({ policy: settings.relay, isKept, metrics });
  }

  readonly transport = relayTransport((inside) => {
    this.#inside = inside;
  });

  /** Whether the participant is a relay of the settings, which is to be as fast as a neighbour. */
  isRelay(participant: PublicKey): boolean {
    return this.#relays?.isConfigured(participant) === true;
  }

  /** Is the connection of use although it carries no link? */
  isUsed(connection: Connection): boolean {
    const { remotePeer, streams } = connection;
    if (this.server.serves(remotePeer)) return true;
    if (this.#inside?.transport.reservationStore.hasReservation(remotePeer) === true) return true;
    return streams.some(({ protocol }) => protocol.startsWith('/libp2p/circuit/relay/'));
  }

  /** Before the start. */
  async attach(libp2p: Network): Promise<void> {
    const { log, settings } = this.#options;
    const inside = this.#inside;
    if (inside === null) throw new Error('libp2p makes its transports first');
    this.#libp2p = libp2p;
    this.server.attach(libp2p);
    this.#relays = new Relays({
      ...{ libp2p, inside, log },
      configured: settings.relays,
      isNeeded: async (connection) => {
        await this.#untilObserved(connection);
        await this.#check(connection);
        return this.#isDirect() !== 'yes';
      },
      changed: () => this.#changed(),
    });
    const dialBacks = new DialBacks({ inside, log });
    const handle = async (...[stream, connection]: Parameters<DialBacks['receive']>): Promise<void> =>
      dialBacks.receive(stream, connection);
    await libp2p.handle(DIAL_BACK_PROTOCOL, handle, DIAL_BACK_STREAMS);
    libp2p.addEventListener('peer:identify', ({ detail }) => this.#identified(detail));
  }

  /** After the start. */
  start(): void {
    this.#relays?.fill();
    this.#timer = setInterval(() => this.#askAgain(), UNREACHED_FIRST_MS / 2).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#relays?.stop();
  }

  /** A neighbour is linked: it offers to be a relay, or not. */
  linkUp(neighbour: PublicKey, capabilities: readonly string[], connection: Connection): void {
    if (!capabilities.includes('relay') || !connection.direct || connection.direction !== 'outbound') return;
    void this.#untilObserved(connection).then(() => {
      if (connection.status === 'open' && this.#isTranslated(connection)) this.#relays?.offer(neighbour);
    });
  }

  linkDown(neighbour: PublicKey): void {
    this.#relays?.withdraw(neighbour);
  }

  reachability(): Reachability {
    return { direct: this.#isDirect(), relays: this.#relays?.current() ?? [] };
  }

  /** Where others reach this node, the best first, without its peer id at the end. */
  addresses(): readonly string[] {
    const listening = (this.#inside?.listening() ?? []).map((address) => ({ address, text: plain(address) }));
    const own = listening.filter(({ text }) => !isRelayed(text));
    const [near, far] = [
      own.filter(({ address }) => isPrivate(address)),
      own.filter(({ address }) => !isPrivate(address)),
    ];
    const reached = [...this.#seen.values()].flatMap((seen) => seen.reached);
    const relayed = this.#isDirect() === 'yes' ? [] : (this.#relays?.addresses() ?? []);
    const outer = [
      ...this.#options.settings.publicAddresses,
      ...reached.filter((text) => !near.some((one) => one.text === text)),
      ...far.map(({ text }) => text),
      ...relayed,
      ...near.map(({ text }) => text).filter((text) => !isLoopback(text)),
    ];
    // Whoever is told this machine's address for itself calls their own machine.
    const told = outer.length > 0 ? outer : near.map(({ text }) => text);
    return [...new Set(told)].filter((text) => !isRefusal(parseAddress(text)));
  }

  /** What libp2p tells others in place of what it finds itself: nothing of the internet, as it awaits four proofs of each. */
  readonly announceFilter = (): Multiaddr[] => {
    const self = this.#libp2p?.peerId.toString();
    return this.addresses().map((text) => multiaddr(self === undefined ? text : `${text}/p2p/${self}`));
  };

  #listeners(): readonly Listener[] {
    const found = new Map<string, Listener>();
    for (const address of this.#inside?.listening() ?? []) {
      const match = /^\/ip[46]\/[^/]+\/tcp\/(\d+)(\/ws)?$/.exec(plain(address));
      if (match === null) continue;
      const listener = { port: Number(match[1]), isWebSocket: match[2] !== undefined };
      found.set(JSON.stringify(listener), listener);
    }
    return [...found.values()].slice(0, MAX_LISTENERS);
  }

  #isDirect(): Reachability['direct'] {
    const { publicAddresses } = this.#options.settings;
    if (publicAddresses.some((address) => !isRelayed(address))) return 'yes';
    if (this.#listeners().length === 0) return 'no';
    const seen = [...this.#seen.values()];
    if (seen.length === 0) return 'unknown';
    return seen.every(({ isReached }) => isReached) ? 'yes' : 'no';
  }

  #identified({ connection, observedAddr, protocols }: IdentifyResult): void {
    const host = observedAddr === undefined ? null : hostOf(observedAddr.toString());
    if (host === null || !connection.direct || !protocols.includes(DIAL_BACK_PROTOCOL)) return;
    this.#observed.set(connection, host);
    this.#awaited.get(connection)?.resolve();
    void this.#check(connection);
  }

  /** What the other end sees is known once it has been identified, which libp2p does with each connection. */
  async #untilObserved(connection: Connection): Promise<void> {
    if (this.#observed.has(connection)) return;
    const awaited = this.#awaited.get(connection) ?? Promise.withResolvers<void>();
    this.#awaited.set(connection, awaited);
    const late = setTimeout(awaited.resolve, IDENTIFY_MS);
    await awaited.promise;
    clearTimeout(late);
  }

  /** Neighbours and relays are; whoever else is connected could say anything. */
  #isBelieved({ remotePeer }: Connection): boolean {
    const participant = publicKeyOf(remotePeer);
    return participant !== null && (this.#options.isKept(participant) || this.isRelay(participant));
  }

  /** Is there a router between the two that has put its own host in the place of this node's? */
  #isTranslated(connection: Connection): boolean {
    const host = this.#observed.get(connection);
    return host !== undefined && !this.#ownHosts().has(host);
  }

  #ownHosts(): ReadonlySet<string | null> {
    return new Set((this.#inside?.listening() ?? []).map((address) => hostOf(address.toString())));
  }

  /** Asks the other end, unless it is known or being asked already. */
  async #check(connection: Connection): Promise<void> {
    const host = this.#observed.get(connection);
    const listeners = this.#listeners();
    if (host === undefined || listeners.length === 0 || !this.#isBelieved(connection)) return;
    const seen = this.#seen.get(host);
    if (seen !== undefined && performance.now() < seen.askAgainAtMs) return;
    const asking = this.#asking.get(host) ?? this.#ask(connection, host, listeners);
    this.#asking.set(host, asking);
    await asking.finally(() => this.#asking.delete(host));
  }

  async #ask(connection: Connection, host: string, listeners: readonly Listener[]): Promise<void> {
    const { log } = this.#options;
    const answer = await askToDialBack(connection, listeners).catch((error: unknown) => {
      log.debug({ host, trouble: (error as Error).message }, 'nobody calls back');
      return null;
    });
    if (answer === null) return;
    const reached = listeners.filter((_, index) => answer[index]).map((listener) => listenerAddress(host, listener));
    const isReached = reached.length > 0;
    const before = this.#seen.get(host);
    const attempts = isReached ? 0 : (before?.attempts ?? 0) + 1;
    const pause = isReached ? REACHED_FOR_MS : pauseMs(attempts, Math.random(), UNREACHED_FIRST_MS, REACHED_FOR_MS);
    if (before === undefined && this.#seen.size >= MAX_SEEN_PLACES) {
      this.#seen.delete(this.#seen.keys().next().value as string);
    }
    this.#seen.set(host, { reached, isReached, attempts, askAgainAtMs: performance.now() + pause });
    if (before?.isReached === isReached && before.reached.join() === reached.join()) return;
    log.info({ host, isReached }, isReached ? 'others can call this node' : 'others cannot call this node directly');
    this.#changed();
    if (!isReached) this.#relays?.tryAll();
  }

  /** One connection to each host at which the node is seen; what nobody has seen for long is no more. */
  #askAgain(): void {
    const open = new Set<string>();
    for (const connection of this.#libp2p?.getConnections() ?? []) {
      const host = this.#observed.get(connection);
      if (host === undefined || connection.status !== 'open') continue;
      open.add(host);
      void this.#check(connection);
    }
    for (const [host, { askAgainAtMs }] of this.#seen) {
      if (open.has(host) || performance.now() < askAgainAtMs + REACHED_FOR_MS) continue;
      this.#seen.delete(host);
      this.#changed();
    }
  }

  /** Tells those that are connected. */
  #changed(): void {
    const libp2p = this.#libp2p;
    if (libp2p === null || libp2p.status !== 'started') return;
    const multiaddrs = this.addresses().map((text) => multiaddr(text));
    libp2p.peerStore.patch(libp2p.peerId, { multiaddrs }).catch((error: unknown) => {
      this.#options.log.debug({ err: error }, 'own addresses were not told');
    });
  }
}

function isLoopback(address: string): boolean {
  return /^\/ip4\/127\.|^\/ip6\/::1\//.test(address);
}

function plain(address: Multiaddr): string {
  const text = address.toString();
  return isRelayed(text) ? text : text.replace(/\/p2p\/.*$/, '');
}
