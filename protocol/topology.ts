/**
 * Topology (§6.3): the map a participant holds of announced trust lines. No limits, no balances.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { announcementShape, type SignedAnnouncement } from './announcement.ts';
import { encode } from './codec.ts';
import type { PublicKey } from './identity.ts';

/** Neighbours of one participant on the map of one equivalent. */
export interface MapNode {
  /** Participants that trust this one: it can pay them by credit. */
  readonly trustedBy: Set<PublicKey>;
  /** Participants that this one trusts: it can pay them only as far as they owe it. */
  readonly trusts: Set<PublicKey>;
}

const announcementKey = (from: PublicKey, to: PublicKey, equivalent: string) => `${equivalent}/${from}/${to}`;

/** An index over announcement records; changed only by `apply`, so that it always equals what is stored. */
export class Topology {
  readonly #announcements = new Map<string, SignedAnnouncement>();
  readonly #graphs = new Map<string, Map<PublicKey, MapNode>>();
  /** 64-bit sum over the announcements, so that two maps compare in one message whatever order they came in. */
  #digest = 0n;

  /** The newest announcement of a line, active or not. */
  get(from: PublicKey, to: PublicKey, equivalent: string): SignedAnnouncement | undefined {
    return this.#announcements.get(announcementKey(from, to, equivalent));
  }

  /** All announcements, in the order in which their lines were first heard of. */
  all(): IterableIterator<SignedAnnouncement> {
    return this.#announcements.values();
  }

  get count(): number {
    return this.#announcements.size;
  }

  /** 16 hex digits that are equal for equal maps. */
  get digest(): string {
    return this.#digest.toString(16).padStart(16, '0');
  }

  /** What one participant is linked with in one equivalent, or undefined when the map knows no line of it. */
  neighbours(equivalent: string, node: PublicKey): MapNode | undefined {
    return this.#graphs.get(equivalent)?.get(node);
  }

  /** Takes the newest announcement of a line into the index. */
  apply(signed: SignedAnnouncement): void {
    const { from, to, equivalent, active } = signed.announcement;
    const key = announcementKey(from, to, equivalent);
    const before = this.#announcements.get(key);
    if (before !== undefined) this.#digest ^= digestOf(before);
    this.#announcements.set(key, signed);
    this.#digest ^= digestOf(signed);
    const graph = this.#graphOf(equivalent);
    if (active) {
      nodeOf(graph, from).trusts.add(to);
      nodeOf(graph, to).trustedBy.add(from);
    } else {
      nodeOf(graph, from).trusts.delete(to);
      nodeOf(graph, to).trustedBy.delete(from);
    }
  }

  #graphOf(equivalent: string): Map<PublicKey, MapNode> {
    let graph = this.#graphs.get(equivalent);
    if (graph === undefined) {
      graph = new Map();
      this.#graphs.set(equivalent, graph);
    }
    return graph;
  }
}

function nodeOf(graph: Map<PublicKey, MapNode>, key: PublicKey): MapNode {
  let node = graph.get(key);
  if (node === undefined) {
    node = { trustedBy: new Set(), trusts: new Set() };
    graph.set(key, node);
  }
  return node;
}

function digestOf(signed: SignedAnnouncement): bigint {
  return BigInt(`0x${bytesToHex(sha256(encode(announcementShape, signed.announcement))).slice(0, 16)}`);
}
