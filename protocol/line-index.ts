/** The trust lines that a participant knows of, all of which have it at one end. */
import type { PublicKey } from './identity.ts';
import { lineKey } from './record-key.ts';
import type { LineRecord } from './records.ts';

const NONE: readonly LineRecord[] = [];

/**
 * Lines by both ends and equivalent. They are looked up with each hop of each packet: a key made of all three takes
 * longer to make than the few lines with one neighbour take to look at.
 */
export class LineIndex {
  readonly #self: PublicKey;
  readonly #all = new Map<string, LineRecord>();
  readonly #byNeighbour = new Map<PublicKey, readonly LineRecord[]>();

  constructor(self: PublicKey) {
    this.#self = self;
  }

  get(from: PublicKey, to: PublicKey, equivalent: string): LineRecord | undefined {
    for (const known of this.#byNeighbour.get(this.#otherEnd(from, to)) ?? NONE) {
      const { line } = known.signed;
      if (line.from === from && line.to === to && line.equivalent === equivalent) return known;
    }
    return undefined;
  }

  /** In the order in which they were first heard of. */
  all(): IterableIterator<LineRecord> {
    return this.#all.values();
  }

  set(record: LineRecord): void {
    const { from, to, equivalent } = record.signed.line;
    const before = this.get(from, to, equivalent);
    const other = this.#otherEnd(from, to);
    const others = (this.#byNeighbour.get(other) ?? NONE).filter((known) => known !== before);
    this.#byNeighbour.set(other, [...others, record]);
    this.#all.set(lineKey(from, to, equivalent), record);
  }

  #otherEnd(from: PublicKey, to: PublicKey): PublicKey {
    return from === this.#self ? to : from;
  }
}
