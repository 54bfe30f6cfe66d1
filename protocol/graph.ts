/**
 * The trust lines of one equivalent as a graph on typed arrays (§6.3): what route choice and hints search. It holds
 * who trusts whom and nothing else, at about 25 bytes a line.
 */
import { assert } from './bug.ts';
import type { PublicKey } from './identity.ts';
import { KeyTable, type TableSeed } from './key-table.ts';

/** Flag of an entry: this participant trusts the neighbour, whom it can pay only as far as the neighbour owes it. */
export const TRUSTS = 1;
/** Flag of an entry: the neighbour trusts this participant, which can pay it by credit. */
export const TRUSTED = 2;
/** An entry is `neighbourNumber << FLAG_BITS | flags`. */
export const FLAG_BITS = 2;
const FLAGS = TRUSTS | TRUSTED;

/** A block of entries has room for 2, 4, 8, … of them. */
const SMALLEST_BLOCK = 2;
const SMALLEST_POOL = 64;
/** The pool of blocks has so much more room than its blocks need when it is laid out anew. */
const POOL_SLACK = 1.5;
/** A graph whose seed is not said: for maps that nobody else can write to. */
const NO_SEED: TableSeed = new Uint8Array(8);

/** A graph at one moment, to be stored: copies that are nobody else's. */
export interface GraphImage {
  /** 32 bytes for each number below the bound; those of a number without entries mean nothing. */
  readonly keys: Uint8Array;
  /** By number: where its entries begin, and how many there are. */
  readonly starts: Uint32Array;
  readonly degrees: Uint32Array;
  /** As `Graph.entries`. */
  readonly entries: Uint32Array;
}

/**
 * Participants are numbers, `0 ≤ number < numberBound`; those that have no line have none, so that some numbers below
 * the bound may be free. A number stays with its participant as long as that has a line. The entries of each
 * participant stand together, one for every neighbour, in the order of the neighbours' numbers.
 *
 * A change takes O(log degree) to find its place and moves at most the entries of two participants: some microseconds
 * for 100,000 neighbours. Equal changes in equal order give equal numbers and entries, whatever the seed.
 */
export class Graph {
  readonly #keys: KeyTable;
  /** By number: where its block begins in the pool, entries in it, room in it. */
  #starts = new Uint32Array(SMALLEST_POOL);
  #degrees = new Uint32Array(SMALLEST_POOL);
  #rooms = new Uint32Array(SMALLEST_POOL);
  /** The pool: blocks of entries one behind the other, in any order. */
  #entries = new Uint32Array(SMALLEST_POOL);
  /** Where nothing of the pool has been used yet. */
  #unused = 0;
  /** Room of all blocks in use. */
  #roomInUse = 0;
  /** Blocks that were given back, by the logarithm of their room: the start of the first + 1, or 0. Each begins with the next. */
  #freeBlocks = new Uint32Array(32);
  #lineCount = 0;
  #version = 0;

  /** @param seed 8 secret random bytes, where others choose the keys; see `TableSeed`. */
  constructor(seed: TableSeed = NO_SEED) {
    this.#keys = new KeyTable(seed);
  }

  /** The graph of which this is the image, with the same numbers. An image that none gave is a bug. */
  static load(image: GraphImage, seed: TableSeed): Graph {
    const graph = new Graph(seed);
    const { keys, starts, degrees, entries } = image;
    graph.#keys.load(keys, (number) => (degrees[number] as number) > 0);
    graph.#reserve();
    const rooms = Array.from(degrees, (degree) => (degree === 0 ? 0 : roomFor(degree)));
    graph.#entries = new Uint32Array(Math.ceil(POOL_SLACK * rooms.reduce((sum, room) => sum + room, SMALLEST_POOL)));
    for (const [number, room] of rooms.entries()) {
      if (room === 0) continue;
      const degree = degrees[number] as number;
      const from = starts[number] as number;
      const start = graph.#takeBlock(room);
      graph.#entries.set(entries.subarray(from, from + degree), start);
      graph.#starts[number] = start;
      graph.#degrees[number] = degree;
      graph.#rooms[number] = room;
      for (let at = start; at < start + degree; at++)
        if (((graph.#entries[at] as number) & TRUSTS) !== 0) graph.#lineCount++;
    }
    return graph;
  }

  /** All of the graph as it is now: takes about 10 ns a line. */
  image(): GraphImage {
    const { bound } = this.#keys;
    return {
      keys: this.#keys.image(),
      starts: this.#starts.slice(0, bound),
      degrees: this.#degrees.slice(0, bound),
      entries: this.#entries.slice(0, this.#unused),
    };
  }

  /** Participants that have a line. */
  get participantCount(): number {
    return this.#keys.count;
  }

  /** Lines: those of two participants that trust each other are two. */
  get lineCount(): number {
    return this.#lineCount;
  }

  /** Every number of a participant is below this: the size that an array indexed by number needs. */
  get numberBound(): number {
    return this.#keys.bound;
  }

  /** Grows with each change: what was worked out of the graph holds as long as this stays. */
  get version(): number {
    return this.#version;
  }

  /** Memory held by the graph, in bytes. */
  get byteLength(): number {
    return this.#keys.byteLength + 3 * this.#starts.byteLength + this.#entries.byteLength;
  }

  /** The number of the participant, or −1 if it has no line. */
  numberOf(key: PublicKey): number {
    return this.#keys.numberOf(key);
  }

  /** The participant with this number, which must be in use. */
  keyOf(number: number): PublicKey {
    assert((this.#degrees[number] ?? 0) > 0, 'only participants with a line have a number');
    return this.#keys.keyOf(number);
  }

  /**
   * All entries. Those of a participant are at `startOf(number)`, `degreeOf(number)` of them: `neighbour << FLAG_BITS |
   * flags`, ascending, no neighbour twice. For loops that look at many: read only, and valid until the next change.
   */
  get entries(): Uint32Array {
    return this.#entries;
  }

  /** Where the entries of this participant begin. Valid until the next change. */
  startOf(number: number): number {
    return this.#starts[number] as number;
  }

  /** Neighbours of this participant; 0 for a free number. Valid until the next change. */
  degreeOf(number: number): number {
    return this.#degrees[number] as number;
  }

  /** How the participant is linked with another one: `TRUSTS`, `TRUSTED`, both or 0. Both numbers below the bound. */
  flagsBetween(number: number, neighbour: number): number {
    const place = this.#placeOf(number, neighbour);
    return this.#isAt(place, number, neighbour) ? (this.#entries[place] as number) & FLAGS : 0;
  }

  /** Is there the line "from trusts to"? */
  has(from: PublicKey, to: PublicKey): boolean {
    const number = this.#keys.numberOf(from);
    const neighbour = this.#keys.numberOf(to);
    return number >= 0 && neighbour >= 0 && (this.flagsBetween(number, neighbour) & TRUSTS) !== 0;
  }

  /** Adds the line "from trusts to"; the two differ. False if it was there already. */
  add(from: PublicKey, to: PublicKey): boolean {
    assert(from !== to, 'a line has two ends');
    const number = this.#keys.intern(from);
    const neighbour = this.#keys.intern(to);
    this.#reserve();
    if (!this.#set(number, neighbour, TRUSTS)) return false;
    this.#version++;
    this.#set(neighbour, number, TRUSTED);
    this.#lineCount++;
    return true;
  }

  /** Takes the line "from trusts to" away. False if there was none. */
  delete(from: PublicKey, to: PublicKey): boolean {
    const number = this.#keys.numberOf(from);
    const neighbour = this.#keys.numberOf(to);
    if (number < 0 || neighbour < 0 || !this.#clear(number, neighbour, TRUSTS)) return false;
    this.#version++;
    this.#clear(neighbour, number, TRUSTED);
    this.#lineCount--;
    this.#releaseIfAlone(number);
    this.#releaseIfAlone(neighbour);
    return true;
  }

  /** Where the entry of the neighbour is or would be: the first one that is not of a smaller number. */
  #placeOf(number: number, neighbour: number): number {
    const entries = this.#entries;
    const wanted = neighbour << FLAG_BITS;
    let low = this.#starts[number] as number;
    let high = low + (this.#degrees[number] as number);
    // New participants have the greatest numbers, so that most new entries come last.
    if (high > low && (entries[high - 1] as number) < wanted) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isAt(place: number, number: number, neighbour: number): boolean {
    const end = (this.#starts[number] as number) + (this.#degrees[number] as number);
    return place < end && (this.#entries[place] as number) >>> FLAG_BITS === neighbour;
  }

  /** Sets the flag; false if it was set. */
  #set(number: number, neighbour: number, flag: number): boolean {
    let place = this.#placeOf(number, neighbour);
    if (this.#isAt(place, number, neighbour)) {
      const entry = this.#entries[place] as number;
      this.#entries[place] = entry | flag;
      return (entry & flag) === 0;
    }
    const degree = this.#degrees[number] as number;
    if (degree === this.#rooms[number]) {
      const offset = place - (this.#starts[number] as number);
      this.#moveBlock(number, Math.max(SMALLEST_BLOCK, 2 * degree));
      place = (this.#starts[number] as number) + offset;
    }
    const end = (this.#starts[number] as number) + degree;
    this.#entries.copyWithin(place + 1, place, end);
    this.#entries[place] = (neighbour << FLAG_BITS) | flag;
    this.#degrees[number] = degree + 1;
    return true;
  }

  /** Clears the flag, and removes an entry that has none left; false if it was not set. */
  #clear(number: number, neighbour: number, flag: number): boolean {
    const place = this.#placeOf(number, neighbour);
    if (!this.#isAt(place, number, neighbour)) return false;
    const entry = this.#entries[place] as number;
    if ((entry & flag) === 0) return false;
    this.#entries[place] = entry & ~flag;
    if ((entry & FLAGS & ~flag) !== 0) return true;
    const degree = this.#degrees[number] as number;
    const end = (this.#starts[number] as number) + degree;
    this.#entries.copyWithin(place, place + 1, end);
    this.#degrees[number] = degree - 1;
    const room = this.#rooms[number] as number;
    if (room > SMALLEST_BLOCK && 4 * (degree - 1) <= room) this.#moveBlock(number, room / 2);
    return true;
  }

  #releaseIfAlone(number: number): void {
    if (this.#degrees[number] !== 0) return;
    this.#freeBlock(this.#starts[number] as number, this.#rooms[number] as number);
    this.#rooms[number] = 0;
    this.#keys.release(number);
    const isMostlyEmpty = this.#entries.length > SMALLEST_POOL && 4 * this.#roomInUse < this.#entries.length;
    if (isMostlyEmpty) this.#layOut(this.#roomInUse);
  }

  /** Room for every number. */
  #reserve(): void {
    if (this.#keys.bound <= this.#starts.length) return;
    const size = Math.max(this.#keys.bound, Math.ceil(this.#starts.length * 1.5));
    this.#starts = grown(this.#starts, size);
    this.#degrees = grown(this.#degrees, size);
    this.#rooms = grown(this.#rooms, size);
  }

  #moveBlock(number: number, room: number): void {
    const start = this.#takeBlock(room);
    // Read only now: taking a block may have laid out all of them anew.
    const before = this.#starts[number] as number;
    this.#entries.copyWithin(start, before, before + (this.#degrees[number] as number));
    this.#freeBlock(before, this.#rooms[number] as number);
    this.#starts[number] = start;
    this.#rooms[number] = room;
  }

  /** Where a block of so much room, a power of two, begins. */
  #takeBlock(room: number): number {
    const kind = Math.log2(room);
    const free = this.#freeBlocks[kind] as number;
    this.#roomInUse += room;
    if (free > 0) {
      this.#freeBlocks[kind] = this.#entries[free - 1] as number;
      return free - 1;
    }
    if (this.#unused + room > this.#entries.length) this.#layOut(this.#roomInUse);
    const start = this.#unused;
    this.#unused += room;
    return start;
  }

  #freeBlock(start: number, room: number): void {
    if (room === 0) return;
    const kind = Math.log2(room);
    this.#entries[start] = this.#freeBlocks[kind] as number;
    this.#freeBlocks[kind] = start + 1;
    this.#roomInUse -= room;
  }

  /** Puts all blocks one behind the other into a pool of the size they need, so that free ones never add up. */
  #layOut(room: number): void {
    const before = this.#entries;
    const entries = new Uint32Array(Math.max(SMALLEST_POOL, Math.ceil(POOL_SLACK * room)));
    let end = 0;
    for (let number = 0; number < this.#keys.bound; number++) {
      const roomHere = this.#rooms[number] as number;
      if (roomHere === 0) continue;
      const start = this.#starts[number] as number;
      entries.set(before.subarray(start, start + (this.#degrees[number] as number)), end);
      this.#starts[number] = end;
      end += roomHere;
    }
    this.#entries = entries;
    this.#unused = end;
    this.#freeBlocks.fill(0);
  }
}

/** The smallest block for so many entries. */
function roomFor(degree: number): number {
  let room = SMALLEST_BLOCK;
  while (room < degree) room *= 2;
  return room;
}

function grown(array: Uint32Array<ArrayBuffer>, size: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(size);
  larger.set(array);
  return larger;
}
