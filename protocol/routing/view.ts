/**
 * The network as a payer sees it for one search (§6.4): its own accounts, the map, and hops that others named, all as
 * numbers.
 */
import { FLAG_BITS, type Graph, TRUSTED } from '../graph.ts';
import type { PublicKey } from '../identity.ts';

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
    const known = this.#graph?.numberOf(key) ?? -1;
    return known >= 0 ? known : (this.#others.get(key) ?? -1);
  }

  /** What an own hop can carry. */
  ownCapacity(to: number): bigint {
    return this.#own.get(to) ?? 0n;
  }

  /** Writes the hops out of a participant to `to` and `isRepay`; how many. A hop may be named twice. */
  hopsFrom(number: number): number {
    let count = 0;
    const degree = this.#mapDegree(number);
    this.#makeRoom(number === this.source ? this.#own.size : degree + (this.#named.get(number)?.length ?? 0));
    if (number === this.source) {
      for (const to of this.#own.keys()) {
        this.to[count] = to;
        this.isRepay[count++] = 0;
      }
      return count;
    }
    if (degree > 0) {
      const { entries } = this.#graph as Graph;
      const start = (this.#graph as Graph).startOf(number);
      for (let place = start; place < start + degree; place++) {
        const entry = entries[place] as number;
        this.to[count] = entry >>> FLAG_BITS;
        this.isRepay[count++] = (entry & TRUSTED) === 0 ? 1 : 0;
      }
    }
    for (const to of this.#named.get(number) ?? []) {
      this.to[count] = to;
      this.isRepay[count++] = 0;
    }
    return count;
  }

  /**
   * How many hops each participant is from the receiver, at least; 255: more than `most`. Lines are usable both ways, so
   * the hops into a participant are those out of it; what is named, and the own hops, count both ways as well.
   */
  distances(most: number): Uint8Array {
    const distances = new Uint8Array(this.bound).fill(255);
    const back = this.#namedBackwards();
    distances[this.target] = 0;
    let level = [this.target];
    for (let hops = 1; hops <= most && level.length > 0; hops++) {
      const next: number[] = [];
      const reach = (number: number): void => {
        if (distances[number] !== 255) return;
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
