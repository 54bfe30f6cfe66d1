/**
 * Topology (§6.3): the map a participant holds of announced trust lines. No limits, no balances.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { announcementShape, endsAtMs, isForgettable, type SignedAnnouncement } from './announcement.ts';
import { encode, record } from './codec.ts';
import { Graph } from './graph.ts';
import type { PublicKey } from './identity.ts';
import type { TableSeed } from './key-table.ts';
import { MAP_SLOT_MS, MAX_CLOCK_SKEW_MS } from './limits.ts';
import { type MapItem, MapTree } from './map-tree.ts';
import { equivalentShape, publicKeyShape } from './packet.ts';

const announcementKey = (from: PublicKey, to: PublicKey, equivalent: string) => `${equivalent}/${from}/${to}`;

/** What is held of one line. */
type Held = MapItem<SignedAnnouncement> & { readonly endSlot: number };

/** The slot of time of which a map that is compared at `nowMs` leaves out what ends in it, or before (§6.3). */
export function slotOf(nowMs: number): number {
  return Math.floor((nowMs + MAX_CLOCK_SKEW_MS) / MAP_SLOT_MS);
}

/** An index over announcement records; changed only by `apply` and `forget`, so that it always equals what is stored. */
export class Topology {
  readonly #held = new Map<string, Held>();
  readonly #graphs = new Map<string, Graph>();
  readonly #seed: TableSeed | undefined;
  /** What is compared: all that lasts beyond the slot `#treeSlot`, which moves with what is asked for. */
  readonly #tree = new MapTree<SignedAnnouncement>();
  #treeSlot = 0;
  readonly #byEnd = new Map<number, Set<Held>>();

  /** @param seed 8 secret random bytes for the tables of keys, since strangers choose what is on the map; see `TableSeed`. */
  constructor(seed?: TableSeed) {
    this.#seed = seed;
  }

  /** The newest announcement of a line, active or not. */
  get(from: PublicKey, to: PublicKey, equivalent: string): SignedAnnouncement | undefined {
    return this.#held.get(announcementKey(from, to, equivalent))?.value;
  }

  /** All announcements, in the order in which their lines were first heard of. */
  *all(): Generator<SignedAnnouncement> {
    for (const { value } of this.#held.values()) yield value;
  }

  get count(): number {
    return this.#held.size;
  }

  /** What two maps are compared by: the lines that last beyond a slot of time. Costs what ends between two slots. */
  lasting(slot: number): MapTree<SignedAnnouncement> {
    if (slot === this.#treeSlot) return this.#tree;
    for (const [endSlot, ending] of this.#byEnd) {
      const [was, is] = [endSlot > this.#treeSlot, endSlot > slot];
      if (was === is) continue;
      for (const held of ending) {
        if (is) this.#tree.add(held);
        else this.#tree.delete(held);
      }
    }
    this.#treeSlot = slot;
    return this.#tree;
  }

  /** Up to `most` of those that may be forgotten (§6.3). */
  forgettable(nowMs: number, most: number): SignedAnnouncement[] {
    const found: SignedAnnouncement[] = [];
    for (const [endSlot, ending] of this.#byEnd) {
      if (endSlot * MAP_SLOT_MS > nowMs) continue;
      for (const { value } of ending) {
        if (found.length >= most) return found;
        if (isForgettable(value.announcement, nowMs)) found.push(value);
      }
    }
    return found;
  }

  /** The active lines of one equivalent, or undefined when none was ever heard of. */
  graph(equivalent: string): Graph | undefined {
    return this.#graphs.get(equivalent);
  }

  /** Takes the newest announcement of a line into the index. */
  apply(signed: SignedAnnouncement): void {
    const { from, to, equivalent, active } = signed.announcement;
    const key = announcementKey(from, to, equivalent);
    const before = this.#held.get(key);
    if (before !== undefined) this.#uncount(before);
    const held = heldOf(signed, before);
    this.#held.set(key, held);
    this.#count(held);
    if (active) this.#graphOf(equivalent).add(from, to);
    else this.#unlink(from, to, equivalent);
  }

  /** Takes a line out of the index, as if it had never been heard of. */
  forget(from: PublicKey, to: PublicKey, equivalent: string): void {
    const key = announcementKey(from, to, equivalent);
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#uncount(held);
    this.#held.delete(key);
    this.#unlink(from, to, equivalent);
  }

  #count(held: Held): void {
    let ending = this.#byEnd.get(held.endSlot);
    if (ending === undefined) {
      ending = new Set();
      this.#byEnd.set(held.endSlot, ending);
    }
    ending.add(held);
    if (held.endSlot > this.#treeSlot) this.#tree.add(held);
  }

  #uncount(held: Held): void {
    const ending = this.#byEnd.get(held.endSlot);
    ending?.delete(held);
    if (ending?.size === 0) this.#byEnd.delete(held.endSlot);
    if (held.endSlot > this.#treeSlot) this.#tree.delete(held);
  }

  #unlink(from: PublicKey, to: PublicKey, equivalent: string): void {
    const graph = this.#graphs.get(equivalent);
    graph?.delete(from, to);
    // What sybils leave behind must not fill the memory.
    if (graph?.lineCount === 0) this.#graphs.delete(equivalent);
  }

  #graphOf(equivalent: string): Graph {
    let graph = this.#graphs.get(equivalent);
    if (graph === undefined) {
      graph = new Graph(this.#seed);
      this.#graphs.set(equivalent, graph);
    }
    return graph;
  }
}

/** The line that an announcement is about, as the bytes of which its place on the map is the hash. */
const lineShape = record<{ equivalent: string; from: PublicKey; to: PublicKey }>({
  equivalent: equivalentShape,
  from: publicKeyShape,
  to: publicKeyShape,
});

const first64Bits = (bytes: Uint8Array): string => bytesToHex(sha256(bytes)).slice(0, 16);

function heldOf(signed: SignedAnnouncement, before: Held | undefined): Held {
  const { announcement } = signed;
  return {
    place: before?.place ?? first64Bits(encode(lineShape, announcement)),
    digest: BigInt(`0x${first64Bits(encode(announcementShape, announcement))}`),
    endSlot: Math.floor(endsAtMs(announcement) / MAP_SLOT_MS),
    value: signed,
  };
}
