/**
 * Links to participants that another node hosts, and to those hosted here from outside (protocol §7.7). They go over the
 * link between the two nodes, which is kept for them.
 */
import {
  decodeHosted,
  encodeHosted,
  type HostedMessage,
  type HostedProof,
  isHostedFrame,
  proofFlaw,
} from '#protocol/hosted-link.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { checkAddress } from './p2p/address.ts';
import { WantedHosts } from './wanted-hosts.ts';

/** A participant in this process, as the outside sees it. */
export interface LocalPort {
  receive(from: PublicKey, frame: Uint8Array): Promise<void>;
  linkUp(neighbour: PublicKey): void;
  linkDown(neighbour: PublicKey): void;
  /** What lets this node speak for it: null where it is the node's own; undefined where nothing does now. */
  proof(): HostedProof | null | undefined;
}

interface HostedPeersOptions {
  /** The node's own participant, whose key the link between nodes is of. */
  readonly self: PublicKey;
  readonly network: string;
  readonly verify: Verify;
  readonly clock: Clock;
  readonly log: Log;
  readonly local: (participant: PublicKey) => LocalPort | undefined;
  readonly send: (host: PublicKey, frame: Uint8Array) => void;
  /** Stay linked with a node; it is at these addresses, in place of those said before. */
  readonly keepHost: (host: PublicKey, addresses: readonly string[]) => void;
  /** No one here is to be linked over it any more. */
  readonly forgetHost: (host: PublicKey) => void;
}

interface Pair {
  readonly local: PublicKey;
  readonly remote: PublicKey;
  readonly host: PublicKey;
  /** Asked for from here; others last as long as the link below. */
  isWanted: boolean;
  hasOpened: boolean;
  wasOpened: boolean;
}

/** Pairs of one host that nobody here asked for. */
const MAX_UNASKED = 1_024;

/** By whom a participant is hosted, as the addresses say that were told of it; null: it has a node of its own. */
export function hostIn(participant: PublicKey, addresses: readonly string[]): PublicKey | null {
  for (const address of addresses) {
    const checked = checkAddress(address);
    if (isRefusal(checked) || checked.participant === null) continue;
    return checked.participant === participant ? null : checked.participant;
  }
  return null;
}

export class HostedPeers {
  readonly #options: HostedPeersOptions;
  readonly #pairs = new Map<string, Pair>();
  readonly #byHost = new Map<PublicKey, Set<Pair>>();
  readonly #wanted = new WantedHosts();
  readonly #linkedHosts = new Set<PublicKey>();

  constructor(options: HostedPeersOptions) {
    this.#options = options;
  }

  /** A local participant is to be linked with one whom that node hosts, or whose node it is. */
  keep(local: PublicKey, remote: PublicKey, host: PublicKey, addresses: readonly string[]): void {
    if (this.#isPassedBy(local, remote, host)) return;
    const pair = this.#pairs.get(keyOf(local, remote));
    if (pair !== undefined && pair.host !== host) {
      // Whoever speaks for it now has shown that it may; what was told before of where it is may be old.
      if (isUp(pair)) {
        this.#want(pair);
        return;
      }
      this.#end(pair);
    }
    this.#pair(local, remote, host).isWanted = true;
    this.#wanted.want(host, local, remote, addresses);
    this.#settle(host);
    this.#open(local, remote);
  }

  forget(local: PublicKey, remote: PublicKey): void {
    const pair = this.#pairs.get(keyOf(local, remote));
    if (pair !== undefined) this.#end(pair);
  }

  /** A local participant is not here any more: all its links end, and those who were linked with it are told. */
  release(local: PublicKey): void {
    for (const pair of [...this.#pairs.values()]) if (pair.local === local) this.#end(pair);
  }

  /** Where a participant is that is linked with a local one, or is to be; null: not over another node. */
  hostOf(local: PublicKey, remote: PublicKey): PublicKey | null {
    return this.#pairs.get(keyOf(local, remote))?.host ?? null;
  }

  /** Those who are asked for from here and are not linked, once for each of the two. */
  *unlinked(): Iterable<{ readonly local: PublicKey; readonly remote: PublicKey; readonly host: PublicKey }> {
    for (const pair of this.#pairs.values()) {
      if (pair.isWanted && !isUp(pair) && this.#options.local(pair.remote) === undefined) yield pair;
    }
  }

  /** Is anybody linked over this node, or to be? */
  isHost(node: PublicKey): boolean {
    return (this.#byHost.get(node)?.size ?? 0) > 0;
  }

  linkedWith(local: PublicKey): readonly PublicKey[] {
    return [...this.#pairs.values()].filter((pair) => pair.local === local && isUp(pair)).map(({ remote }) => remote);
  }

  /** The own node of a participant links with this one: whoever hosted it before does not any more. True: somebody did. */
  hasMoved(participant: PublicKey): boolean {
    this.#linkedHosts.add(participant);
    const { self } = this.#options;
    const pair = this.#pairs.get(keyOf(self, participant));
    if (pair === undefined || !this.#isPassedBy(self, participant, pair.host)) return false;
    this.#end(pair);
    return true;
  }

  /** The link with a node has come up. */
  hostUp(host: PublicKey): void {
    this.#linkedHosts.add(host);
    for (const { local, remote } of this.#byHost.get(host) ?? []) this.#open(local, remote);
  }

  hostDown(host: PublicKey): void {
    this.#linkedHosts.delete(host);
    for (const pair of [...(this.#byHost.get(host) ?? [])]) {
      this.#lower(pair);
      if (!pair.isWanted) this.#remove(pair);
    }
  }

  /** Whether the node may speak for a local participant has changed. */
  presenceChanged(local: PublicKey): void {
    const isPresent = this.#options.local(local)?.proof() !== undefined;
    for (const pair of [...this.#pairs.values()]) {
      if (pair.local !== local) continue;
      if (isPresent) this.#open(pair.local, pair.remote);
      else if (pair.hasOpened) {
        this.#say(pair, { type: 'hosted-close', from: pair.local, to: pair.remote });
        this.#lower(pair);
      }
    }
  }

  /** Sends a frame if the two are linked, or are to be, over another node. False: it goes another way. */
  send(local: PublicKey, remote: PublicKey, frame: Uint8Array): boolean {
    const pair = this.#pairs.get(keyOf(local, remote));
    if (pair === undefined) return false;
    // What is lost with a link is sent again when it has come up.
    if (isUp(pair)) this.#say(pair, { type: 'hosted-frame', from: local, to: remote, frame });
    return true;
  }

  /** Takes a frame that came from a node, if it is about hosted participants. Null: it is something else. */
  receive(host: PublicKey, frame: Uint8Array): Promise<void> | null {
    if (!isHostedFrame(frame)) return null;
    const message = decodeHosted(frame);
    // One that does not fit is a fault of the node, and counted where those are.
    return message === null ? null : this.#take(host, message);
  }

  async #take(host: PublicKey, message: HostedMessage): Promise<void> {
    const { from: remote, to: local } = message;
    const port = this.#options.local(local);
    if (port === undefined) return;
    const pair = this.#pairs.get(keyOf(local, remote));
    switch (message.type) {
      case 'hosted-open':
        this.#opened(host, message, pair);
        return;
      case 'hosted-frame':
        if (pair?.host === host && isUp(pair)) await port.receive(remote, message.frame);
        return;
      case 'hosted-close':
        if (pair?.host !== host) return;
        this.#lower(pair);
        if (!pair.isWanted) this.#remove(pair);
        return;
    }
  }

  #opened(host: PublicKey, message: Extract<HostedMessage, { type: 'hosted-open' }>, known: Pair | undefined): void {
    const { from: remote, to: local, proof } = message;
    const { network, verify, clock, log } = this.#options;
    const why =
      proof === null
        ? host === remote
          ? null
          : 'it shows no delegation'
        : proofFlaw(proof, { participant: remote, host, network, verify, nowMs: clock.nowMs() });
    if (why !== null) {
      log.debug({ host, remote, why }, 'a node may not speak for a participant');
      return;
    }
    if (this.#isPassedBy(local, remote, host)) return;
    if (known === undefined && this.#countUnasked(host) >= MAX_UNASKED) return;
    const isElsewhere = known !== undefined && known.host !== host;
    if (isElsewhere) this.#end(known);
    const pair = this.#pair(local, remote, host);
    if (isElsewhere && known.isWanted) this.#want(pair);
    const wasUp = isUp(pair);
    pair.wasOpened = true;
    if (!pair.hasOpened) this.#open(local, remote);
    else if (!wasUp) this.#raise(pair);
  }

  /** Says that the local one is to be linked, once on each link with that node. */
  #open(local: PublicKey, remote: PublicKey): void {
    const pair = this.#pairs.get(keyOf(local, remote));
    const proof = this.#options.local(local)?.proof();
    if (pair === undefined || proof === undefined || pair.hasOpened || !this.#linkedHosts.has(pair.host)) return;
    pair.hasOpened = true;
    this.#say(pair, { type: 'hosted-open', from: local, to: remote, proof });
    if (isUp(pair)) this.#raise(pair);
  }

  #raise({ local, remote }: Pair): void {
    this.#options.local(local)?.linkUp(remote);
  }

  #lower(pair: Pair): void {
    const wasUp = isUp(pair);
    Object.assign(pair, { hasOpened: false, wasOpened: false });
    if (wasUp) this.#options.local(pair.local)?.linkDown(pair.remote);
  }

  #end(pair: Pair): void {
    if (pair.hasOpened) this.#say(pair, { type: 'hosted-close', from: pair.local, to: pair.remote });
    this.#lower(pair);
    this.#remove(pair);
  }

  #say(pair: Pair, message: HostedMessage): void {
    try {
      this.#options.send(pair.host, encodeHosted(message));
    } catch (error) {
      this.#options.log.error({ err: error, to: pair.remote }, 'a frame of a hosted participant was not sent');
    }
  }

  #pair(local: PublicKey, remote: PublicKey, host: PublicKey): Pair {
    const key = keyOf(local, remote);
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const pair: Pair = { local, remote, host, isWanted: false, hasOpened: false, wasOpened: false };
    this.#pairs.set(key, pair);
    const ofHost = this.#byHost.get(host) ?? new Set();
    this.#byHost.set(host, ofHost.add(pair));
    return pair;
  }

  /** What a host asked for is wanted here, too: the link with it is to last. */
  #want(pair: Pair): void {
    if (pair.isWanted) return;
    pair.isWanted = true;
    this.#wanted.want(pair.host, pair.local, pair.remote, []);
    this.#settle(pair.host);
  }

  #remove(pair: Pair): void {
    this.#pairs.delete(keyOf(pair.local, pair.remote));
    const ofHost = this.#byHost.get(pair.host);
    ofHost?.delete(pair);
    if (ofHost?.size === 0) this.#byHost.delete(pair.host);
    if (!pair.isWanted) return;
    this.#wanted.end(pair.host, pair.local, pair.remote);
    this.#settle(pair.host);
  }

  /** Says where a host is to be found now, or that nobody here needs it. */
  #settle(host: PublicKey): void {
    // Who was hosted here has gone elsewhere: nobody calls himself, and where it is now the directory may tell.
    if (host === this.#options.self) return;
    const addresses = this.#wanted.addressesOf(host);
    if (addresses === null) this.#options.forgetHost(host);
    else this.#options.keepHost(host, addresses);
  }

  /** A participant's own node is linked with this one: what another says for it to this node's own participant is passed by. */
  #isPassedBy(local: PublicKey, remote: PublicKey, host: PublicKey): boolean {
    return local === this.#options.self && host !== remote && this.#linkedHosts.has(remote);
  }

  #countUnasked(host: PublicKey): number {
    let count = 0;
    for (const { isWanted } of this.#byHost.get(host) ?? []) if (!isWanted) count++;
    return count;
  }
}

const keyOf = (local: PublicKey, remote: PublicKey): string => `${local}/${remote}`;
const isUp = ({ hasOpened, wasOpened }: Pair): boolean => hasOpened && wasOpened;
