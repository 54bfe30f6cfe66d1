/**
 * The states that were reached, each once, in the order in which they were: also the queue of the breadth-first search.
 *
 * A state is a row of numbers and is kept whole, so that two states are never taken for one because their hashes meet.
 */

const CHUNK_BITS = 14;
const CHUNK_ROWS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_ROWS - 1;

export class Visited {
  readonly #width: number;
  /** Rows of `width` numbers and, last, the row that this one was reached from. */
  readonly #chunks: Int32Array[] = [];
  /** Row + 1 by hash, open addressing; 0 is free. */
  #table = new Int32Array(1 << 12);
  #count = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get count(): number {
    return this.#count;
  }

  /** Keeps a row reached from row `parent` (−1: from nowhere); false when it was known. */
  add(row: Int32Array, parent: number): boolean {
    if (this.#count * 2 >= this.#table.length) this.#grow();
    const mask = this.#table.length - 1;
    let slot = this.#hash(row, 0) & mask;
    for (let entry = this.#table[slot] as number; entry !== 0; entry = this.#table[slot] as number) {
      if (this.#equals(row, entry - 1)) return false;
      slot = (slot + 1) & mask;
    }
    const index = this.#count++;
    this.#table[slot] = index + 1;
    if ((index & CHUNK_MASK) === 0) this.#chunks.push(new Int32Array(CHUNK_ROWS * (this.#width + 1)));
    const chunk = this.#chunks[index >> CHUNK_BITS] as Int32Array;
    const at = (index & CHUNK_MASK) * (this.#width + 1);
    chunk.set(row, at);
    chunk[at + this.#width] = parent;
    return true;
  }

  /** Copies a row out. */
  read(index: number, into: Int32Array): void {
    const chunk = this.#chunks[index >> CHUNK_BITS] as Int32Array;
    const at = (index & CHUNK_MASK) * (this.#width + 1);
    for (let place = 0; place < this.#width; place++) into[place] = chunk[at + place] as number;
  }

  parentOf(index: number): number {
    const chunk = this.#chunks[index >> CHUNK_BITS] as Int32Array;
    return chunk[(index & CHUNK_MASK) * (this.#width + 1) + this.#width] as number;
  }

  #hash(source: Int32Array, at: number): number {
    let hash = 0x811c9dc5;
    for (let place = 0; place < this.#width; place++) {
      hash = Math.imul(hash ^ (source[at + place] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash ^ (hash >>> 13), 0x85ebca6b) >>> 0;
  }

  #equals(row: Int32Array, index: number): boolean {
    const chunk = this.#chunks[index >> CHUNK_BITS] as Int32Array;
    const at = (index & CHUNK_MASK) * (this.#width + 1);
    for (let place = 0; place < this.#width; place++) if (row[place] !== chunk[at + place]) return false;
    return true;
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let index = 0; index < this.#count; index++) {
      const chunk = this.#chunks[index >> CHUNK_BITS] as Int32Array;
      let slot = this.#hash(chunk, (index & CHUNK_MASK) * (this.#width + 1)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = index + 1;
    }
    this.#table = table;
  }
}
