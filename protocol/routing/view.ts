/**
 * The network as a payer sees it for one search (§6.4): its own accounts, the map, and hops that others named, all as
 * numbers.
 */
import { FLAG_BITS, type Graph, TRUSTED, TRUSTS } from '../graph.ts';
import type { PublicKey } from '../identity.ts';
import { FAR, mapDistances, mapNumber } from './beside-map.ts';

/** A hop out of the own accounts: what it can carry is known. */
export interface OwnHop {
  readonly to: PublicKey;
  readonly capacity: bigint;
}

export class View {
  readonly source: number;
  readonly target: number;
  /** Every number is below this. */
  readonly bound: number;
  /** The hops that `hopsFrom` found last: where they lead, and 1 for those that only pay back what is owed. */
  to = new Int32Array(64);
  isRepay = new Uint8Array(64);
  readonly #graph: Graph | undefined;
  /** Participants that are not on the map, numbered behind those that are. */
  readonly #others = new Map<PublicKey, number>();
  readonly #otherKeys: PublicKey[] = [];
  readonly #own = new Map<number, bigint>();
  readonly #named = new Map<number, number[]>();

  constructor(of: {
    readonly self: PublicKey;
    readonly receiver: PublicKey;
    readonly graph: Graph | undefined;
    readonly own: readonly OwnHop[];
    readonly named: readonly { readonly from: PublicKey; readonly to: PublicKey }[];
  }) {
    this.#graph = of.graph;
    this.source = this.#number(of.self);
    this.target = this.#number(of.receiver);
    for (const { to, capacity } of of.own) this.#own.set(this.#number(to), capacity);
    for (const hop of of.named) {
      const from = this.#number(hop.from);
      const list = this.#named.get(from);
      if (list === undefined) this.#named.set(from, [this.#number(hop.to)]);
      else list.push(this.#number(hop.to));
    }
    this.bound = (of.graph?.numberBound ?? 0) + this.#otherKeys.length;
  }

  keyOf(number: number): PublicKey {
    const known = this.#graph?.numberBound ?? 0;
    return number < known ? (this.#graph as Graph).keyOf(number) : (this.#otherKeys[number - known] as PublicKey);
  }

  /** −1 for one that no hop of this view leads to or from. */
  numberOf(key: PublicKey): number {
    const known = this.#graph === undefined ? -1 : mapNumber(this.#graph, key);
    return known >= 0 ? known : (this.#others.get(key) ?? -1);
  }

  /** What an own hop can carry. */
  ownCapacity(to: number): bigint {
    return this.#own.get(to) ?? 0n;
  }

  /**
   * Writes the hops out of a participant, to those at most `most` hops from the receiver by `distances`, to `to` and
   * `isRepay`; how many. A hop may be named twice.
   */
  hopsFrom(number: number, distances: Uint8Array, most: number): number {
    let count = 0;
    const degree = this.#mapDegree(number);
    this.#makeRoom(number === this.source ? this.#own.size : degree + (this.#named.get(number)?.length ?? 0));
    const { to: heads, isRepay } = this;
    if (number === this.source) {
      for (const to of this.#own.keys()) {
        if ((distances[to] as number) > most) continue;
        heads[count] = to;
        isRepay[count++] = 0;
      }
      return count;
    }
    if (degree > 0) {
      const { entries } = this.#graph as Graph;
      const start = (this.#graph as Graph).startOf(number);
      for (let place = start; place < start + degree; place++) {
        const entry = entries[place] as number;
        const to = entry >>> FLAG_BITS;
        if ((distances[to] as number) > most) continue;
        heads[count] = to;
        isRepay[count++] = (entry & TRUSTED) === 0 ? 1 : 0;
      }
    }
    for (const to of this.#named.get(number) ?? []) {
      if ((distances[to] as number) > most) continue;
      heads[count] = to;
      isRepay[count++] = 0;
    }
    return count;
  }

  /** Is any hop into the receiver open? `isOpen` is asked as `hopsFrom` would tell the hops, in any order. */
  someHopIn(isOpen: (from: number, isRepay: boolean) => boolean): boolean {
    const { target, source } = this;
    if (this.#own.has(target) && isOpen(source, false)) return true;
    if (this.#mapDegree(target) > 0) {
      const { entries } = this.#graph as Graph;
      const start = (this.#graph as Graph).startOf(target);
      const end = start + (this.#graph as Graph).degreeOf(target);
      for (let place = start; place < end; place++) {
        const entry = entries[place] as number;
        const from = entry >>> FLAG_BITS;
        if (from !== source && isOpen(from, (entry & TRUSTS) === 0)) return true;
      }
    }
    for (const [from, list] of this.#named) {
      if (from !== source && list.includes(target) && isOpen(from, false)) return true;
    }
    return false;
  }

  /**
   * How many hops each participant is from the receiver, at least; `FAR`: more than `most`. Lines are usable both ways,
   * so the hops into a participant are those out of it; what is named, and the own hops, count both ways as well. Read only.
   */
  distances(most: number): Uint8Array {
    if (this.#isAllOnMap()) return mapDistances(this.#graph as Graph, this.target, most);
    const distances = new Uint8Array(this.bound).fill(FAR);
    const back = this.#namedBackwards();
    distances[this.target] = 0;
    let level = [this.target];
    for (let hops = 1; hops <= most && level.length > 0; hops++) {
      const next: number[] = [];
      const reach = (number: number): void => {
        if (distances[number] !== FAR) return;
        distances[number] = hops;
        next.push(number);
      };
      for (const number of level) {
        if (this.#mapDegree(number) > 0) {
          const { entries } = this.#graph as Graph;
          const start = (this.#graph as Graph).startOf(number);
          const end = start + (this.#graph as Graph).degreeOf(number);
          for (let place = start; place < end; place++) reach((entries[place] as number) >>> FLAG_BITS);
        }
        for (const from of back.get(number) ?? []) reach(from);
        if (this.#own.has(number)) reach(this.source);
      }
      level = next;
    }
    return distances;
  }

  /** Does the map show every hop? */
  #isAllOnMap(): boolean {
    const graph = this.#graph;
    if (graph === undefined || this.#otherKeys.length > 0 || this.#named.size > 0) return false;
    for (const to of this.#own.keys()) if (graph.flagsBetween(this.source, to) === 0) return false;
    return true;
  }

  #makeRoom(hops: number): void {
    if (hops <= this.to.length) return;
    this.to = new Int32Array(2 * hops);
    this.isRepay = new Uint8Array(2 * hops);
  }

  #namedBackwards(): ReadonlyMap<number, readonly number[]> {
    const back = new Map<number, number[]>();
    for (const [from, list] of this.#named) {
      for (const to of list) {
        const known = back.get(to);
        if (known === undefined) back.set(to, [from]);
        else known.push(from);
      }
    }
    return back;
  }

  #mapDegree(number: number): number {
    return this.#graph !== undefined && number < this.#graph.numberBound ? this.#graph.degreeOf(number) : 0;
  }

  #number(key: PublicKey): number {
    const known = this.numberOf(key);
    if (known >= 0) return known;
    const number = (this.#graph?.numberBound ?? 0) + this.#otherKeys.length;
    this.#others.set(key, number);
    this.#otherKeys.push(key);
    return number;
  }
}
