/**
 * Which records may leave memory: those that nothing will change, once they are on disk in this very version, the oldest
 * first. What has changed since stays until its latest version is on disk as well.
 */
export class Shedding<K, V> {
  readonly #inMemory: ReadonlyMap<K, V>;
  readonly #leave: (key: K, record: V) => void;
  /** In the order in which they came to disk. */
  readonly #onDisk = new Map<K, V>();

  /** `leave` takes a record out of `inMemory`, with what belongs to it. */
  constructor(inMemory: ReadonlyMap<K, V>, leave: (key: K, record: V) => void) {
    this.#inMemory = inMemory;
    this.#leave = leave;
  }

  /** This version is on disk. At most `most` such records stay in memory. */
  written(key: K, record: V, most: number): void {
    if (this.#inMemory.get(key) !== record) return;
    this.#onDisk.delete(key);
    this.#onDisk.set(key, record);
    for (const [oldest, version] of this.#onDisk) {
      if (this.#onDisk.size <= most) return;
      this.#onDisk.delete(oldest);
      if (this.#inMemory.get(oldest) === version) this.#leave(oldest, version);
    }
  }
}
