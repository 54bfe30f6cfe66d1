/** Counters of delegates that were seen lately (§11.3), each with the packet it was seen in first. */
import { MAX_COUNTERS_REMEMBERED } from '../limits.ts';
import type { Packet } from '../packet.ts';

/** A packet in which a delegate has put a counter of a delegation under a signature. */
export interface SeenCounter {
  readonly type: 'seen-counter';
  /** As in `ShownCounter`. */
  readonly id: string;
  readonly position: number;
  readonly packet: Packet;
}

export class CounterMemory {
  readonly #limit: number;
  readonly #seen = new Map<string, SeenCounter>();

  constructor(limit = MAX_COUNTERS_REMEMBERED) {
    this.#limit = limit;
  }

  get(id: string): SeenCounter | undefined {
    return this.#seen.get(id);
  }

  /** Remembers one that was not seen before; the oldest is forgotten when there are too many. */
  note(seen: SeenCounter): void {
    if (this.#seen.has(seen.id)) return;
    this.#seen.set(seen.id, seen);
    if (this.#seen.size > this.#limit) this.#seen.delete(this.#seen.keys().next().value as string);
  }
}
