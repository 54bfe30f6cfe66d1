/**
 * A bounded number of places for those who come from anywhere. When all are taken, whoever comes from where most are
 * from costs the oldest of those its place: one machine or network cannot keep all others out.
 */
export class Places<T> {
  readonly #limit: number;
  /** Those from one origin, oldest first. */
  readonly #from = new Map<string, Set<T>>();
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes it in. Whoever has to go for it, if anybody, which has lost its place already. */
  add(item: T, origin: string): T | null {
    const same = this.#from.get(origin) ?? new Set();
    this.#from.set(origin, same.add(item));
    this.#size++;
    if (this.#size <= this.#limit) return null;
    const [crowd, [oldest]] = this.#crowd();
    this.delete(oldest, crowd);
    return oldest;
  }

  /** Gives its place back; without effect when it has none. */
  delete(item: T, origin: string): void {
    const same = this.#from.get(origin);
    if (same === undefined || !same.delete(item)) return;
    this.#size--;
    if (same.size === 0) this.#from.delete(origin);
  }

  #crowd(): [origin: string, oldestFirst: [T, ...T[]]] {
    let crowd: [string, Set<T>] | null = null;
    for (const entry of this.#from) if (crowd === null || entry[1].size > crowd[1].size) crowd = entry;
    const [origin, items] = crowd as [string, Set<T>];
    return [origin, [...items] as [T, ...T[]]];
  }
}
