/**
 * A map for what counts for moments only: what was not put in during the last round or the one before is forgotten, so that it
 * takes memory for what goes on, and not for all that ever did.
 */
export class AgingMap<K, V> {
  readonly #most: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** More than `most` put in within one round end it early. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: K, value: V): void {
    this.#young.set(key, value);
    if (this.#young.size >= this.#most) this.age();
  }

  /** A round is over. */
  age(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}
