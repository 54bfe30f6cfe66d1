/** What will happen in virtual time: a binary heap by time, and by order of entry at one time. */
export class Agenda<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #items: T[] = [];
  #entered = 0;

  get size(): number {
    return this.#items.length;
  }

  /** Time of the next item; Infinity when there is none. */
  get nextMs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, item: T): void {
    let at = this.#items.length;
    const order = this.#entered++;
    this.#times.push(atMs);
    this.#orders.push(order);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(atMs, order, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, atMs, order, item);
  }

  /** Takes the next item; undefined when there is none. */
  take(): T | undefined {
    const first = this.#items[0];
    const time = this.#times.pop();
    const order = this.#orders.pop();
    const item = this.#items.pop();
    if (time === undefined || order === undefined || this.#items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#items.length) break;
      const right = child + 1;
      if (
        right < this.#items.length &&
        this.#isBefore(this.#times[right] as number, this.#orders[right] as number, child)
      )
        child = right;
      if (this.#isBefore(time, order, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, time, order, item as T);
    return first;
  }

  #isBefore(time: number, order: number, at: number): boolean {
    const other = this.#times[at] as number;
    return time < other || (time === other && order < (this.#orders[at] as number));
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from] as number, this.#orders[from] as number, this.#items[from] as T);
  }

  #put(at: number, time: number, order: number, item: T): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#items[at] = item;
  }
}
