/** Keeps the node linked to its neighbours: one loop for each, with growing pauses between attempts. */
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { PublicKey } from '#protocol/identity.ts';
import type { Log } from '../log.ts';
import { dialable } from './address-book.ts';
import { DIAL_TIMEOUT_MS, RECONNECT_FIRST_MS, RECONNECT_LAST_MS, STABLE_LINK_MS } from './limits.ts';
import { LINK_PROTOCOL, type Links } from './links.ts';
import type { HostMetrics } from './metrics.ts';
import { peerIdOf } from './peer-id.ts';

interface Kept {
  addresses: readonly Multiaddr[];
  /** There are addresses that have not been tried. */
  changed: boolean;
  /** Attempts since the last link that lasted. */
  attempts: number;
  /** Why the last attempt failed, to tell each reason once. */
  trouble: string | null;
  readonly bell: Bell;
  readonly forgotten: AbortController;
}

interface KeeperOptions {
  readonly libp2p: Libp2p;
  readonly links: Links;
  readonly log: Log;
  readonly metrics: HostMetrics;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #kept = new Map<PublicKey, Kept>();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  has(neighbour: PublicKey): boolean {
    return this.#kept.has(neighbour);
  }

  addressesOf(neighbour: PublicKey): readonly Multiaddr[] {
    return this.#kept.get(neighbour)?.addresses ?? [];
  }

  /** Stays linked from now on; other addresses than before are tried at once. */
  keep(neighbour: PublicKey, addresses: readonly string[]): void {
    const dialled = dialable(neighbour, addresses, this.#options.log);
    const kept = this.#kept.get(neighbour);
    if (kept === undefined) {
      const fresh: Kept = {
        addresses: dialled,
        changed: false,
        attempts: 0,
        trouble: null,
        bell: new Bell(),
        forgotten: new AbortController(),
      };
      this.#kept.set(neighbour, fresh);
      void this.#run(neighbour, fresh);
    } else if (kept.addresses.join() !== dialled.join()) {
      kept.addresses = dialled;
      kept.changed = true;
      kept.attempts = 0;
      kept.bell.ring();
    }
  }

  forget(neighbour: PublicKey): void {
    const kept = this.#kept.get(neighbour);
    if (kept === undefined) return;
    this.#kept.delete(neighbour);
    kept.forgotten.abort();
    kept.bell.ring();
  }

  linkDown(neighbour: PublicKey, lastedMs: number): void {
    const kept = this.#kept.get(neighbour);
    if (kept === undefined) return;
    if (lastedMs >= STABLE_LINK_MS) kept.attempts = 0;
    kept.bell.ring();
  }

  stop(): void {
    for (const neighbour of [...this.#kept.keys()]) this.forget(neighbour);
  }

  async #run(neighbour: PublicKey, kept: Kept): Promise<void> {
    const { links } = this.#options;
    const { signal } = kept.forgotten;
    while (!signal.aborted) {
      kept.changed = false;
      if (!links.has(neighbour)) await this.#attempt(neighbour, kept);
      while (links.has(neighbour) && !signal.aborted) await kept.bell.wait(null);
      if (!kept.changed && !signal.aborted) await kept.bell.wait(pauseMs(kept.attempts++));
    }
  }

  /** Opens a stream for the link over the connection there is, or over a new one. */
  async #attempt(neighbour: PublicKey, kept: Kept): Promise<void> {
    const { links, log, metrics } = this.#options;
    const signal = AbortSignal.any([AbortSignal.timeout(DIAL_TIMEOUT_MS), kept.forgotten.signal]);
    try {
      const connection = await this.#connect(neighbour, kept, signal);
      if (connection === null || links.has(neighbour)) return;
      const stream = await openStream(connection, signal);
      await links.establish(stream, connection, 'us');
      if (links.has(neighbour)) kept.trouble = null;
    } catch (error) {
      if (kept.forgotten.signal.aborted) return;
      metrics.dialFailures.inc();
      const trouble = (error as Error).message;
      if (trouble !== kept.trouble) log.info({ neighbour, trouble }, 'a neighbour cannot be reached');
      kept.trouble = trouble;
    }
  }

  /** Null when there is no way: the neighbour has to call. */
  async #connect(neighbour: PublicKey, kept: Kept, signal: AbortSignal): Promise<Connection | null> {
    const { libp2p } = this.#options;
    const peerId = peerIdOf(neighbour);
    const open = libp2p.getConnections(peerId).findLast(({ status }) => status === 'open');
    if (open !== undefined) return open;
    // Where it said to be when it was connected the last time.
    const known = await libp2p.peerStore.get(peerId).then(
      (peer) => peer.addresses.map((address) => address.multiaddr.toString()),
      () => [],
    );
    const addresses = [...kept.addresses, ...dialable(neighbour, known, null)];
    if (addresses.length === 0) return null;
    return libp2p.dial(addresses, { signal });
  }
}

async function openStream(connection: Connection, signal: AbortSignal): Promise<Stream> {
  try {
    return await connection.newStream(LINK_PROTOCOL, { signal });
  } catch (error) {
    // Nobody answers on it: the next attempt makes another one.
    if ((error as Error).name !== 'UnsupportedProtocolError') connection.abort(error as Error);
    throw error;
  }
}

/** Half of it at least, so that a neighbour is left in peace; the rest at random, so that many do not come together. */
function pauseMs(attempts: number): number {
  const longest = Math.min(RECONNECT_LAST_MS, RECONNECT_FIRST_MS * 2 ** attempts);
  return longest * (0.5 + Math.random() / 2);
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
