/** The relays through which this node is to be called while others cannot call it directly. */
import type { Connection, Libp2p, PeerId } from '@libp2p/interface';
import { isPrivate } from '@libp2p/utils';
import type { Multiaddr } from '@multiformats/multiaddr';
import { assert } from '#protocol/bug.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Log } from '../../log.ts';
import { checkAddress, isRelayed } from '../address.ts';
import { dialable } from '../address-book.ts';
import { pauseMs } from '../keeper.ts';
import { ADDRESSES_PER_RELAY, DIAL_TIMEOUT_MS, RELAY_FIRST_MS, RELAY_LAST_MS, WANTED_RELAYS } from '../limits.ts';
import { peerIdOf } from '../peer-id.ts';
import type { Inside } from './relay-transport.ts';

interface RelaysOptions {
  readonly libp2p: Libp2p;
  readonly inside: Inside;
  readonly log: Log;
  /** Relays of the settings, each with its peer id. */
  readonly configured: readonly string[];
  /** Whether to be called through a relay, as seen over this connection to it. */
  readonly isNeeded: (connection: Connection) => Promise<boolean>;
  /** Where the node can be called has changed. */
  readonly changed: () => void;
}

interface Candidate {
  readonly relay: PublicKey;
  readonly peer: PeerId;
  /** Of the settings: dialled when there is no connection. A neighbour is used while it is linked. */
  readonly addresses: readonly Multiaddr[];
  attempts: number;
  state: 'free' | 'trying' | 'waiting';
  timer: NodeJS.Timeout | undefined;
}

export class Relays {
  readonly #options: RelaysOptions;
  readonly #candidates = new Map<PublicKey, Candidate>();
  /** The library makes a listener each time, and keeps it for ever. */
  readonly #listened = new Set<PublicKey>();
  #isStopped = false;

  constructor(options: RelaysOptions) {
    this.#options = options;
    for (const address of options.configured) {
      const checked = checkAddress(address);
      assert(!isRefusal(checked) && checked.participant !== null && checked.relay === null, 'settings are checked');
      const relay = checked.participant;
      const known = this.#candidates.get(relay)?.addresses.map((other) => other.toString()) ?? [];
      this.#candidates.set(relay, candidate(relay, dialable(relay, [...known, checked.text], null)));
    }
    options.inside.transport.reservationStore.addEventListener('relay:removed', ({ detail }) => {
      const gone = [...this.#candidates.values()].find(({ peer }) => peer.equals(detail.relay));
      if (this.#isStopped) return;
      options.log.info({ relay: gone?.relay }, 'a relay is gone');
      options.changed();
      if (gone !== undefined && gone.state === 'free') this.#pause(gone);
      this.fill();
    });
  }

  /** A neighbour that is linked offers to be a relay. */
  offer(neighbour: PublicKey): void {
    const known = this.#candidates.get(neighbour);
    if (known === undefined) this.#candidates.set(neighbour, candidate(neighbour, []));
    // It may have refused this node as long as it was a stranger.
    else hurry(known);
    this.fill();
  }

  withdraw(neighbour: PublicKey): void {
    const known = this.#candidates.get(neighbour);
    if (known === undefined || known.addresses.length > 0) return;
    clearTimeout(known.timer);
    this.#candidates.delete(neighbour);
  }

  isConfigured(participant: PublicKey): boolean {
    return (this.#candidates.get(participant)?.addresses.length ?? 0) > 0;
  }

  /** Relays at which the node has a place. */
  current(): readonly PublicKey[] {
    return [...this.#candidates.values()].filter((one) => this.#hasPlace(one)).map(({ relay }) => relay);
  }

  /** The addresses through them: where this node reaches them itself, and of theirs those of the internet. */
  addresses(): readonly string[] {
    const { libp2p, inside } = this.#options;
    const all = inside.listening().filter((address) => isRelayed(address.toString()));
    return [...this.#candidates.values()].flatMap((one) => {
      const own = libp2p.getConnections(one.peer).map(({ remoteAddr }) => `${remoteAddr.toString()}/p2p-circuit`);
      const through = all.filter((address) => address.toString().includes(`/p2p/${one.peer.toString()}/p2p-circuit`));
      const [near, far] = [new Set<string>(), new Set<string>()];
      for (const address of through) {
        if (own.includes(address.toString())) near.add(address.toString());
        else if (!isPrivate(address)) far.add(address.toString());
      }
      return [...near, ...far].slice(0, ADDRESSES_PER_RELAY);
    });
  }

  /** As `fill`, and without waiting for those that could not or need not be used before. */
  tryAll(): void {
    for (const one of this.#candidates.values()) hurry(one);
    this.fill();
  }

  /** Gets places at relays, as long as they are too few and there are relays to try. */
  fill(): void {
    if (this.#isStopped) return;
    const all = [...this.#candidates.values()];
    let had = all.filter((one) => one.state === 'trying' || this.#hasPlace(one)).length;
    for (const one of all) {
      if (had >= WANTED_RELAYS) return;
      if (one.state !== 'free' || this.#hasPlace(one)) continue;
      had++;
      void this.#try(one);
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const { timer } of this.#candidates.values()) clearTimeout(timer);
  }

  #hasPlace({ peer }: Candidate): boolean {
    return this.#options.inside.transport.reservationStore.hasReservation(peer);
  }

  async #try(one: Candidate): Promise<void> {
    const { log, changed, isNeeded } = this.#options;
    one.state = 'trying';
    try {
      const connection = await this.#connect(one);
      if (this.#isStopped) return;
      if (connection === null || !(await isNeeded(connection))) return this.#pause(one);
      await this.#reserve(one, connection);
      one.attempts = 0;
      one.state = 'free';
      log.info({ relay: one.relay }, 'others can call this node through a relay');
      changed();
    } catch (error) {
      log.debug({ relay: one.relay, trouble: (error as Error).message }, 'no place at a relay');
      this.#pause(one);
    } finally {
      this.fill();
    }
  }

  async #connect({ peer, addresses }: Candidate): Promise<Connection | null> {
    const { libp2p } = this.#options;
    // A relay that called this node need not be one that anybody can call.
    const open = libp2p
      .getConnections(peer)
      .find(({ status, direct, direction }) => status === 'open' && direct && direction === 'outbound');
    if (open !== undefined) return open;
    if (addresses.length === 0) return null;
    return libp2p.dial([...addresses], { signal: AbortSignal.timeout(DIAL_TIMEOUT_MS), force: true });
  }

  async #reserve({ relay, peer }: Candidate, connection: Connection): Promise<void> {
    const { inside } = this.#options;
    if (this.#listened.has(relay)) {
      await inside.transport.reservationStore.addRelay(peer, 'configured');
      return;
    }
    await inside.listen(connection.remoteAddr.encapsulate('/p2p-circuit'));
    this.#listened.add(relay);
  }

  #pause(one: Candidate): void {
    if (this.#isStopped || this.#candidates.get(one.relay) !== one) return;
    one.state = 'waiting';
    one.timer = setTimeout(
      () => {
        one.state = 'free';
        this.fill();
      },
      pauseMs(one.attempts++, Math.random(), RELAY_FIRST_MS, RELAY_LAST_MS),
    ).unref();
  }
}

/** It need not wait any longer. */
function hurry(one: Candidate): void {
  if (one.state !== 'waiting') return;
  clearTimeout(one.timer);
  one.state = 'free';
  one.attempts = 0;
}

function candidate(relay: PublicKey, addresses: readonly Multiaddr[]): Candidate {
  return { relay, peer: peerIdOf(relay), addresses, attempts: 0, state: 'free', timer: undefined };
}
