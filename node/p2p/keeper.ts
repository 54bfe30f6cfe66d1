/**
 * Keeps the node linked to its neighbours: one loop for each, with growing pauses between attempts. A link over a relay is
 * made direct as soon as that works.
 */
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { type Pid, type PublicKey, pidOf } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../log.ts';
import { checkAddress, isRelayed, nameIn } from './address.ts';
import { dialable } from './address-book.ts';
import type { Found } from './directory.ts';
import type { EndReason } from './framed-stream.ts';
import {
  ADDRESS_DIAL_TIMEOUT_MS,
  DIAL_TIMEOUT_MS,
  DIRECT_FIRST_MS,
  DIRECT_LAST_MS,
  NEIGHBOUR_LOOKUP_FIRST_MS,
  NEIGHBOUR_LOOKUP_LAST_MS,
  RECONNECT_FIRST_MS,
  RECONNECT_LAST_MS,
  STABLE_LINK_MS,
} from './limits.ts';
import { LINK_PROTOCOL, type Links } from './links.ts';
import type { HostMetrics } from './metrics.ts';
import { openConnection } from './open-connection.ts';
import { peerIdOf } from './peer-id.ts';
import { dialTrouble, type Trouble, troubleOf } from './trouble.ts';

/** A neighbour that the node wants to be linked with and is not. */
export interface UnlinkedInfo {
  readonly neighbour: PublicKey;
  /** Why; null while the first attempt runs. */
  readonly trouble: Trouble | null;
  /** When it is tried again; null while an attempt runs. */
  readonly nextAttemptAtMs: number | null;
}

interface Kept {
  /** Where it is to be found, as the owner was told; null: the owner does not ask for a link. */
  own: readonly Multiaddr[] | null;
  /** The same of those who are reached over it, or whom this node hosts; null: they do not. */
  through: readonly Multiaddr[] | null;
  /** Where others say it is: the directory, or itself on the local network. */
  found: readonly Multiaddr[];
  /** Where it said to be itself, when it was connected the last time. */
  learned: readonly Multiaddr[];
  /** Relays of these addresses. */
  relays: ReadonlySet<PublicKey>;
  /** There are addresses that have not been tried. */
  changed: boolean;
  /** Attempts since the last link that lasted. */
  attempts: number;
  /** Attempts to make the link direct since it came up. */
  directAttempts: number;
  /** Why there is no link, or was none the last time; each reason is told once. */
  trouble: Trouble | null;
  nextAttemptAtMs: number | null;
  /** When it may be looked up again, by a clock that never steps back, and the pause after that. */
  nextLookUpAtMs: number;
  lookUpPauseMs: number;
  readonly bell: Bell;
  readonly forgotten: AbortController;
}

interface KeeperOptions {
  readonly libp2p: Libp2p;
  readonly links: Links;
  readonly log: Log;
  readonly metrics: HostMetrics;
  /** A neighbour is to have a place from now on, and may come from these addresses. */
  readonly expect: (neighbour: PublicKey, addresses: readonly Multiaddr[]) => void;
  /** Those of the addresses that strangers tell that may be dialled now. */
  readonly taken: (addresses: readonly string[]) => readonly string[];
  /** Looks for somebody in the directory; null: there is none. */
  readonly find: (pid: Pid) => Promise<Found> | null;
  /** The directory has other addresses than those that did not work, or says who hosts the neighbour now. */
  readonly found: (neighbour: PublicKey, addresses: readonly string[], host: PublicKey | null) => void;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #kept = new Map<PublicKey, Kept>();
  /** Of the addresses of neighbours, and of how many. */
  readonly #relays = new Map<PublicKey, number>();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  has(neighbour: PublicKey): boolean {
    return this.#kept.has(neighbour);
  }

  /** A neighbour, or the relay of one: what passes between the two does so at the rate of neighbours. */
  isNear(participant: PublicKey): boolean {
    return this.#kept.has(participant) || this.#relays.has(participant);
  }

  unlinked(): readonly UnlinkedInfo[] {
    return [...this.#kept]
      .filter(([neighbour]) => !this.#options.links.has(neighbour))
      .map(([neighbour, { trouble, nextAttemptAtMs }]) => ({ neighbour, trouble, nextAttemptAtMs }));
  }

  /** Has the owner asked for a link? What happens with others is for nobody to read. */
  isOwn(neighbour: PublicKey): boolean {
    return (this.#kept.get(neighbour)?.own ?? null) !== null;
  }

  /** Stays linked from now on; other addresses than before are tried at once. */
  keep(neighbour: PublicKey, addresses: readonly string[]): void {
    this.#want(neighbour, 'own', dialable(neighbour, addresses, this.#options.log));
  }

  /** As `keep`, for those who are reached over it or whom this node hosts: beside what the owner asks for. */
  keepThrough(neighbour: PublicKey, addresses: readonly string[]): void {
    this.#want(neighbour, 'through', dialable(neighbour, addresses, null));
  }

  #want(neighbour: PublicKey, by: 'own' | 'through', dialled: readonly Multiaddr[]): void {
    this.#options.expect(neighbour, dialled);
    const kept = this.#kept.get(neighbour);
    if (kept === undefined) {
      const fresh: Kept = {
        own: null,
        through: null,
        found: [],
        learned: [],
        relays: new Set(),
        changed: false,
        attempts: 0,
        directAttempts: 0,
        trouble: null,
        nextAttemptAtMs: null,
        nextLookUpAtMs: 0,
        lookUpPauseMs: NEIGHBOUR_LOOKUP_FIRST_MS,
        bell: new Bell(),
        forgotten: new AbortController(),
      };
      fresh[by] = dialled;
      this.#kept.set(neighbour, fresh);
      this.#noteRelays(fresh, relaysOf(fresh));
      void this.#run(neighbour, fresh);
      return;
    }
    const before = toldOf(kept).join();
    kept[by] = dialled;
    if (toldOf(kept).join() !== before) this.#tryAgain(kept);
  }

  /** The neighbour itself says where it is, in place of what it said before. */
  learn(neighbour: PublicKey, addresses: readonly string[]): void {
    const kept = this.#kept.get(neighbour);
    const learned = dialable(neighbour, addresses, null);
    if (kept === undefined || kept.learned.join() === learned.join()) return;
    kept.learned = learned;
    this.#options.expect(neighbour, learned);
    this.#tryAgain(kept);
  }

  /** There are other addresses than before. */
  #tryAgain(kept: Kept): void {
    this.#noteRelays(kept, relaysOf(kept));
    kept.changed = true;
    kept.attempts = 0;
    kept.directAttempts = 0;
    kept.bell.ring();
  }

  /** Somebody says where a neighbour is; tried at once where it is news and there is no link. */
  hint(neighbour: PublicKey, addresses: readonly string[]): void {
    const kept = this.#kept.get(neighbour);
    if (kept === undefined || this.#options.links.has(neighbour)) return;
    const found = dialable(neighbour, addresses, null);
    const known = new Set(this.#addressesOf(kept).map((address) => address.toString()));
    if (found.every((address) => known.has(address.toString()))) return;
    kept.found = [...found, ...kept.found].slice(0, MAX_ADDRESSES);
    kept.changed = true;
    kept.bell.ring();
  }

  /** The owner asks for no link any more. */
  forget(neighbour: PublicKey): void {
    this.#leave(neighbour, 'own');
  }

  /** Nobody is reached over it any more. */
  forgetThrough(neighbour: PublicKey): void {
    this.#leave(neighbour, 'through');
  }

  #leave(neighbour: PublicKey, by: 'own' | 'through'): void {
    const kept = this.#kept.get(neighbour);
    if (kept === undefined) return;
    kept[by] = null;
    if (kept.own !== null || kept.through !== null) return;
    this.#kept.delete(neighbour);
    this.#noteRelays(kept, new Set());
    kept.forgotten.abort();
    kept.bell.ring();
  }

  linkDown(neighbour: PublicKey, lastedMs: number, reason: EndReason): void {
    const kept = this.#kept.get(neighbour);
    if (kept === undefined) return;
    if (lastedMs >= STABLE_LINK_MS) {
      kept.attempts = 0;
      kept.lookUpPauseMs = NEIGHBOUR_LOOKUP_FIRST_MS;
    }
    kept.trouble = troubleOf({ code: reason, facts: {} });
    kept.bell.ring();
  }

  /** Notes why no link came of an attempt, the neighbour's or an own one. */
  note(neighbour: PublicKey, trouble: Trouble): void {
    const kept = this.#kept.get(neighbour);
    if (kept === undefined || trouble.text === kept.trouble?.text) return;
    kept.trouble = trouble;
    const { log } = this.#options;
    if (kept.own !== null) log.info({ neighbour, trouble: trouble.text }, 'no link with a neighbour');
    else log.debug({ trouble: trouble.text }, 'no link with a node over which others are reached');
  }

  stop(): void {
    for (const neighbour of [...this.#kept.keys()]) {
      this.forget(neighbour);
      this.forgetThrough(neighbour);
    }
  }

  async #run(neighbour: PublicKey, kept: Kept): Promise<void> {
    const { links } = this.#options;
    const { signal } = kept.forgotten;
    while (!signal.aborted) {
      kept.changed = false;
      if (!links.has(neighbour)) await this.#attempt(neighbour, kept);
      kept.directAttempts = 0;
      while (links.has(neighbour) && !signal.aborted) {
        // What is learned while there is a link is no reason to hurry when it breaks, as all others' may.
        kept.changed = false;
        if (links.isRelayed(neighbour)) await this.#makeDirect(neighbour, kept);
        else await kept.bell.wait(null);
      }
      if (kept.changed || signal.aborted) continue;
      const ms = Math.round(pauseMs(kept.attempts++, Math.random()));
      kept.nextAttemptAtMs = Date.now() + ms;
      await kept.bell.wait(ms);
      kept.nextAttemptAtMs = null;
    }
  }

  /** Opens a stream for the link over the connection there is, or over a new one. */
  async #attempt(neighbour: PublicKey, kept: Kept): Promise<void> {
    const { links, metrics } = this.#options;
    const addresses = this.#addressesOf(kept);
    const timeoutMs = DIAL_TIMEOUT_MS + Math.max(0, addresses.length - 1) * ADDRESS_DIAL_TIMEOUT_MS;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), kept.forgotten.signal]);
    try {
      const connection = await this.#connect(neighbour, addresses, signal);
      if (connection === null) {
        this.note(neighbour, troubleOf({ code: 'no-address', facts: {} }));
        return void this.#lookUp(neighbour, kept);
      }
      if (links.has(neighbour)) return;
      const stream = await openStream(connection, signal);
      await links.establish(stream, connection, 'us');
    } catch (error) {
      if (kept.forgotten.signal.aborted) return;
      metrics.dialFailures.inc();
      this.note(neighbour, dialTrouble(error, addresses));
      void this.#lookUp(neighbour, kept);
    }
  }

  /** Asks the directory where the neighbour is now, unless it was asked a short while ago; does not wait for the answer. */
  async #lookUp(neighbour: PublicKey, kept: Kept): Promise<void> {
    const nowMs = performance.now();
    if (nowMs < kept.nextLookUpAtMs) return;
    kept.nextLookUpAtMs = nowMs + kept.lookUpPauseMs;
    kept.lookUpPauseMs = Math.min(NEIGHBOUR_LOOKUP_LAST_MS, 2 * kept.lookUpPauseMs);
    const answer = await this.#options.find(pidOf(neighbour));
    if (answer === null || answer.addresses.length === 0 || kept.forgotten.signal.aborted) return;
    const host = answer.record?.host ?? null;
    if (host !== null) return this.#options.found(neighbour, answer.addresses, host);
    this.hint(neighbour, answer.addresses);
    if (kept.changed) this.#options.found(neighbour, answer.addresses, null);
  }

  /**
   * Dials the neighbour's own addresses, and moves the link; then waits for the next occasion. Both sides do: one that can
   * be called is enough.
   */
  async #makeDirect(neighbour: PublicKey, kept: Kept): Promise<void> {
    const { libp2p, links, log } = this.#options;
    const direct = this.#addressesOf(kept).filter((address) => !isRelayed(address.toString()));
    if (direct.length > 0) {
      const timeoutMs = DIAL_TIMEOUT_MS + (direct.length - 1) * ADDRESS_DIAL_TIMEOUT_MS;
      const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), kept.forgotten.signal]);
      try {
        const connection = await libp2p.dial([...direct], { signal, force: true });
        if (connection.direct) await links.establish(await openStream(connection, signal), connection, 'us');
      } catch (error) {
        log.debug({ neighbour, trouble: dialTrouble(error, direct).text }, 'the link stays with the relay');
      }
    }
    if (kept.changed || !links.isRelayed(neighbour)) return;
    await kept.bell.wait(pauseMs(kept.directAttempts++, Math.random(), DIRECT_FIRST_MS, DIRECT_LAST_MS));
  }

  #noteRelays(kept: Kept, relays: ReadonlySet<PublicKey>): void {
    for (const relay of kept.relays) {
      const others = (this.#relays.get(relay) ?? 1) - 1;
      if (others === 0) this.#relays.delete(relay);
      else this.#relays.set(relay, others);
    }
    for (const relay of relays) this.#relays.set(relay, (this.#relays.get(relay) ?? 0) + 1);
    kept.relays = relays;
  }

  /** What may be dialled: where the owner does not ask for a link, others have told all of it. */
  #addressesOf({ own, through, learned, found }: Kept): readonly Multiaddr[] {
    const taken = (addresses: readonly Multiaddr[]): readonly Multiaddr[] => {
      const texts = new Set(this.#options.taken(addresses.map(String)));
      return addresses.filter((address) => texts.has(address.toString()));
    };
    const told = toldOf({ own, through: taken(through ?? []) });
    return once([...told, ...(own === null ? taken(learned) : learned), ...found]);
  }

  /** Has the owner given this name of a host? */
  isOwnName(name: string): boolean {
    return [...this.#kept.values()].some(({ own }) => own?.some((address) => nameIn(address.toString()) === name));
  }

  /** Null when there is no way: the neighbour has to call. */
  async #connect(
    neighbour: PublicKey,
    addresses: readonly Multiaddr[],
    signal: AbortSignal,
  ): Promise<Connection | null> {
    const { libp2p } = this.#options;
    const open = openConnection(libp2p, peerIdOf(neighbour));
    if (open !== undefined) return open;
    return addresses.length === 0 ? null : libp2p.dial([...addresses], { signal });
  }
}

async function openStream(connection: Connection, signal: AbortSignal): Promise<Stream> {
  try {
    return await connection.newStream(LINK_PROTOCOL, { signal, runOnLimitedConnection: true });
  } catch (error) {
    // Nobody answers on it: the next attempt makes another one.
    if ((error as Error).name !== 'UnsupportedProtocolError') connection.abort(error as Error);
    throw error;
  }
}

/** What the owner was told comes first, and as many as one may say of itself: libp2p dials no more. */
function toldOf({ own, through }: Pick<Kept, 'own' | 'through'>): readonly Multiaddr[] {
  return once([...(own ?? []), ...(through ?? [])]).slice(0, MAX_ADDRESSES);
}

function once(addresses: readonly Multiaddr[]): readonly Multiaddr[] {
  return [...new Map(addresses.map((address) => [address.toString(), address])).values()];
}

function relaysOf(kept: Kept): ReadonlySet<PublicKey> {
  const relays = new Set<PublicKey>();
  for (const address of [...toldOf(kept), ...kept.learned, ...kept.found]) {
    const checked = checkAddress(address.toString());
    if (!isRefusal(checked) && checked.relay !== null) relays.add(checked.relay);
  }
  return relays;
}

/**
 * The pause after so many attempts: half of it at least, so that a neighbour is left in peace; the rest at random (0 … 1),
 * so that many do not come together.
 */
export function pauseMs(
  attempts: number,
  random: number,
  firstMs = RECONNECT_FIRST_MS,
  lastMs = RECONNECT_LAST_MS,
): number {
  const longest = Math.min(lastMs, firstMs * 2 ** attempts);
  return longest * (0.5 + random / 2);
}

/** Lets a loop wait until somebody rings or a time is over. */
class Bell {
  #answer: (() => void) | null = null;

  ring(): void {
    this.#answer?.();
  }

  async wait(ms: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = ms === null ? undefined : setTimeout(resolve, ms);
    this.#answer = resolve;
    await promise;
    clearTimeout(timer);
  }
}
