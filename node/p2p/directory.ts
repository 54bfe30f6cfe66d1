/**
 * The directory (§13.7): finds participants by their PID and keeps records of others. Every record is judged here,
 * however it came.
 */
import type { PeerId, PeerInfo, PeerStore, Startable } from '@libp2p/interface';
import type { KadDHTComponents, QueryEvent } from '@libp2p/kad-dht';
import { multiaddr } from '@multiformats/multiaddr';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Pid, type PublicKey, pidOf } from '#protocol/identity.ts';
import { MAX_ADDRESSES } from '#protocol/limits.ts';
import { type ParticipantRecord, readParticipantRecord, supersedesRecord } from '#protocol/participant-record.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import type { Log } from '../log.ts';
import { checkAddress } from './address.ts';
import { digestIn, directoryKey } from './directory-key.ts';
import { Kad } from './kad.ts';
import { FIRST_NODE_MS, LOOKUP_COPIES, LOOKUP_MS, LOOKUP_ROUNDS, MAX_HEARD_NODES, MAX_LOOKUPS } from './limits.ts';
import type { HostMetrics } from './metrics.ts';
import { peerIdOf, publicKeyOf } from './peer-id.ts';
import { NotKept, RecordShelf } from './record-shelf.ts';
import { type Scope, takenAddresses } from './scope.ts';

/** What a look-up has come to. */
export interface Found {
  /** The newest record; null: nobody has one. */
  readonly record: ParticipantRecord | null;
  /**
   * Those that can be dialled from here, and are said to lead to the participant, or to its host where the record names one; those
   * that the host's own record tells come first.
   */
  readonly addresses: readonly string[];
  /** Nodes that were asked. */
  readonly asked: number;
}

/** A look-up that is running. */
export interface LookUp {
  readonly pid: Pid;
  readonly startedAtMs: number;
  /** Nodes asked so far. */
  readonly asked: number;
}

interface DirectoryOptions {
  readonly self: PublicKey;
  readonly network: string;
  readonly verify: Verify;
  readonly nowMs: () => number;
  /** How far the own addresses reach. */
  readonly scope: () => Scope;
  /** Nodes that are remembered because others named them. */
  readonly maxHeard?: number;
  /** Whether a first node to ask may still come. */
  readonly mayGrow: () => boolean;
  readonly isKept: (participant: PublicKey) => boolean;
  /** With whom there are connections, once for each. */
  readonly connected: () => readonly PeerId[];
  readonly log: Log;
  readonly metrics: HostMetrics;
}

interface Search {
  readonly startedAtMs: number;
  readonly asked: Set<string>;
  readonly end: Promise<Found>;
}

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #shelf: RecordShelf;
  readonly #searches = new Map<Pid, Search>();
  /** Nodes that were named by others, the longest ago first: the peer store itself has no bound. */
  readonly #heard = new Map<string, PeerId>();
  readonly #stopped = new AbortController();
  #kad: Kad | null = null;
  #peerStore: PeerStore | null = null;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    const place = sha256(peerIdOf(options.self).toMultihash().bytes);
    const check = (key: Uint8Array, value: Uint8Array): number => this.#check(key, value).expiresAtMs;
    this.#shelf = new RecordShelf({ place, nowMs: options.nowMs, check });
  }

  /** The service of libp2p; made once. */
  readonly service = (components: KadDHTComponents): Startable => {
    const { isKept, metrics } = this.#options;
    this.#peerStore = components.peerStore;
    const kad = new Kad(components, {
      shelf: this.#shelf,
      check: (key, value) => void this.#check(key, value),
      select: newestOf,
      taken: (peer) => this.#taken(peer),
      heard: (peer) => this.heard(peer),
      ...{ isKept, metrics },
    });
    kad.routing('peer:remove', (peer) => this.#forget(peer));
    this.#kad = kad;
    return {
      start: async () => kad.start(),
      stop: async () => {
        this.#stopped.abort();
        await kad.stop();
      },
    };
  };

  /** Nodes in the routing table. */
  get size(): number {
    return this.#kad?.size ?? 0;
  }

  /** Records that are kept, others' and the own one. */
  get records(): number {
    this.#shelf.forgetExpired();
    return this.#shelf.size;
  }

  /** Nodes that were named by others and are not in the routing table. */
  get heardOf(): number {
    return [...this.#heard.values()].filter((peer) => !this.isRouted(peer)).length;
  }

  /** Connections to those who are no neighbours. */
  get connections(): number {
    return this.#options.connected().filter((peer) => !this.#isKept(peer)).length;
  }

  get lookUps(): readonly LookUp[] {
    return [...this.#searches].map(([pid, { startedAtMs, asked }]) => ({ pid, startedAtMs, asked: asked.size }));
  }

  isRouted(peer: PeerId): boolean {
    return this.#kad?.isRouted(peer) ?? false;
  }

  /** Calls back whenever the routing table has one node more. */
  grown(tell: () => void): void {
    this.#kad?.routing('peer:add', tell);
  }

  /** Somebody named a node: remembered with those addresses that are taken, until there are too many. */
  heard(peer: PeerInfo): void {
    const participant = publicKeyOf(peer.id);
    const { multiaddrs } = this.#taken(peer);
    if (participant === null || participant === this.#options.self || multiaddrs.length === 0) return;
    const name = peer.id.toString();
    this.#heard.delete(name);
    this.#heard.set(name, peer.id);
    this.#quietly(this.#peerStore?.merge(peer.id, { multiaddrs }));
    if (this.#heard.size > (this.#options.maxHeard ?? MAX_HEARD_NODES))
      this.#forget(this.#heard.values().next().value as PeerId);
  }

  /** The newest record of a participant, as far as those tell who are closest to its key. Never rejects. */
  async find(pid: Pid, waitMs: number = LOOKUP_MS): Promise<Found> {
    const overAtMs = performance.now() + waitMs;
    const found = await this.#lookUp(pid, waitMs);
    return this.#withHost(found, Math.max(0, Math.floor(overAtMs - performance.now())));
  }

  async #lookUp(pid: Pid, waitMs: number): Promise<Found> {
    const running = this.#searches.get(pid);
    if (running !== undefined) return running.end;
    if (this.#searches.size >= MAX_LOOKUPS) return this.#outcome('too-many', null, 0);
    const asked = new Set<string>();
    const end = this.#search(pid, asked, waitMs).finally(() => this.#searches.delete(pid));
    this.#searches.set(pid, { startedAtMs: this.#options.nowMs(), asked, end });
    return end;
  }

  /** The record of a participant that this node keeps itself. */
  kept(pid: Pid): ParticipantRecord | null {
    const value = this.keptBytes(pid);
    return value === null ? null : this.#newestRecord(directoryKey(pid), [value]);
  }

  /** The same as it came. */
  keptBytes(pid: Pid): Uint8Array | null {
    return this.#shelf.valueOf(directoryKey(pid));
  }

  /** Gives a record to the nodes closest to its key; how many of them took it. */
  async put(pid: Pid, value: Uint8Array, waitMs: number): Promise<number> {
    let copies = 0;
    const signal = AbortSignal.any([AbortSignal.timeout(waitMs), this.#stopped.signal]);
    const key = directoryKey(pid);
    this.#shelf.giving(key, true);
    try {
      for await (const event of this.#kad?.dht.put(key, value, { signal }) ?? []) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') copies++;
      }
    } finally {
      this.#shelf.giving(key, false);
    }
    return copies;
  }

  async #search(pid: Pid, asked: Set<string>, waitMs: number): Promise<Found> {
    const { log } = this.#options;
    if (!(await this.#hasNodes(waitMs))) return this.#outcome('nobody-to-ask', null, 0);
    const key = directoryKey(pid);
    const values = new Map<string, Uint8Array>();
    const signal = AbortSignal.any([AbortSignal.timeout(waitMs), this.#stopped.signal]);
    try {
      for (let round = 0; round < LOOKUP_ROUNDS && values.size === 0; round++) {
        const before = asked.size;
        await this.#ask(key, asked, values, signal);
        if (asked.size === before || this.size <= asked.size) break;
      }
    } catch (error) {
      log.debug({ pid, err: error }, 'a look-up ended early');
    }
    const record = this.#newestRecord(key, [...values.values()]);
    return this.#outcome(record === null ? 'not-found' : 'found', record, asked.size);
  }

  async #ask(key: Uint8Array, asked: Set<string>, values: Map<string, Uint8Array>, signal: AbortSignal): Promise<void> {
    const onProgress = ({ type, detail }: { type: string; detail: QueryEvent }): void => {
      // Dials and streams tell of their progress in the same way.
      if (!type.startsWith('kad-dht:query:')) return;
      if (detail.name === 'SEND_QUERY') asked.add(detail.to.toString());
      // What the library yields at its end is lost when somebody does not take its correction; this comes before.
      else if (detail.name === 'VALUE') values.set(detail.from.toString(), detail.value);
    };
    for await (const _ of this.#kad?.dht.get(key, { signal, onProgress: onProgress as () => void }) ?? []) {
      if (values.size >= LOOKUP_COPIES) break;
    }
  }

  /** Where a host is now, it tells itself: what a hosted participant has signed may be hours old. */
  async #withHost(found: Found, waitMs: number): Promise<Found> {
    const { record, addresses, asked } = found;
    if (record === null || record.host === null || record.host === this.#options.self) return found;
    const its = await this.#lookUp(pidOf(record.host), waitMs);
    // Nobody is hosted by one that is hosted itself.
    if (its.record === null || its.record.host !== null) return found;
    const all = [...new Set([...its.addresses, ...addresses])].slice(0, MAX_ADDRESSES);
    return { record, addresses: all, asked: asked + its.asked };
  }

  #newestRecord(key: Uint8Array, values: readonly Uint8Array[]): ParticipantRecord | null {
    const valid = values.filter((value) => typeof this.#read(key, value) !== 'string');
    const newest = valid[newestOf(valid)];
    const record = newest === undefined ? '' : this.#read(key, newest);
    return typeof record === 'string' ? null : record;
  }

  #outcome(outcome: string, record: ParticipantRecord | null, asked: number): Found {
    this.#options.metrics.directoryLookups.inc({ outcome });
    const taken = record === null ? [] : takenAddresses(record.addresses, this.#options.scope());
    return { record, asked, addresses: record === null ? [] : leadingTo(record, taken) };
  }

  /** Whether there is anybody to ask, now or before long. */
  async #hasNodes(waitMs: number): Promise<boolean> {
    if (this.size > 0) return true;
    if (!this.#options.mayGrow() || this.#kad === null) return false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const over = new AbortController();
    const late = setTimeout(resolve, Math.min(waitMs, FIRST_NODE_MS));
    this.#stopped.signal.addEventListener('abort', () => resolve(), { signal: over.signal });
    this.#kad.routing('peer:add', () => resolve(), over.signal);
    await promise;
    over.abort();
    clearTimeout(late);
    return this.size > 0;
  }

  /** The record in a value of the DHT. Throws `NotKept` with its flaw. */
  #check(key: Uint8Array, value: Uint8Array): ParticipantRecord {
    const record = this.#read(key, value);
    if (typeof record !== 'string') return record;
    this.#options.metrics.directoryRefused.inc({ why: record });
    throw new NotKept(record);
  }

  #read(key: Uint8Array, value: Uint8Array): ParticipantRecord | string {
    const digest = digestIn(key);
    if (digest === null) return 'foreign-key';
    const { network, verify, nowMs } = this.#options;
    return readParticipantRecord(value, digest, { network, verify, nowMs: nowMs() });
  }

  #taken(peer: PeerInfo): PeerInfo {
    const texts = peer.multiaddrs.map((address) => address.toString());
    const taken = takenAddresses(texts, this.#options.scope()).filter((text) => !text.includes('/p2p-circuit'));
    return { ...peer, multiaddrs: taken.map((text) => multiaddr(text)) };
  }

  /** Out of the peer store, unless somebody needs it there. */
  #forget(peer: PeerId): void {
    this.#heard.delete(peer.toString());
    if (this.#isKept(peer) || this.isRouted(peer) || this.#options.connected().some((other) => other.equals(peer)))
      return;
    this.#quietly(this.#peerStore?.delete(peer));
  }

  #isKept(peer: PeerId): boolean {
    const participant = publicKeyOf(peer);
    return participant !== null && this.#options.isKept(participant);
  }

  #quietly(work: Promise<unknown> | undefined): void {
    work?.catch((error: unknown) => this.#options.log.debug({ err: error }, 'the peer store did not take a change'));
  }
}

/** Those addresses that lead to whose node answers, as far as they say. Of a host each says so: it is told by that. */
function leadingTo({ publicKey, host }: ParticipantRecord, addresses: readonly string[]): readonly string[] {
  return addresses.flatMap((address) => {
    const checked = checkAddress(address);
    if (isRefusal(checked)) return [];
    if (checked.participant === null)
      return host === null ? [address] : [`${address}/p2p/${peerIdOf(host).toString()}`];
    return checked.participant === (host ?? publicKey) ? [address] : [];
  });
}

/** Which of several valid records counts. */
function newestOf(values: readonly Uint8Array[]): number {
  let newest = 0;
  for (const [at, value] of values.entries()) {
    if (supersedesRecord(value, values[newest] as Uint8Array)) newest = at;
  }
  return newest;
}
