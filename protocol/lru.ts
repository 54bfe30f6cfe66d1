/** A map that holds a bounded number of entries and forgets the one not asked for the longest. For values that can be computed again. */
export class LruCache<K, V> {
  readonly #limit: number;
  readonly #entries = new Map<K, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many entries are held, at most the limit. */
  get size(): number {
    return this.#entries.size;
  }

  /** Is the key held? Asking so does not count. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** The value of the key, computed now if it is not held. */
  get(key: K, compute: () => V): V {
    const held = this.#entries.get(key);
    if (held !== undefined) {
      // A Map keeps the order of insertion, so the first entry is the one to forget.
      this.#entries.delete(key);
      this.#entries.set(key, held);
      return held;
    }
    const value = compute();
    if (this.#entries.size >= this.#limit) this.#entries.delete(this.#entries.keys().next().value as K);
    this.#entries.set(key, value);
    return value;
  }
}
