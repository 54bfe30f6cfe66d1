/**
 * Documents that follow one another, each with the hash of the one before: none can be changed, left out or put in
 * without being noticed. Kept in the store, one document each, and what the last one is in a document of its own, so
 * that the end cannot be cut off unnoticed either.
 */
import { hash } from 'node:crypto';
import type { Documents, Store } from '#node/store/store.ts';
import { encode, hex, record, type Shape, uint } from '#protocol/codec.ts';
import { timeShape } from '#protocol/packet.ts';

/** One document of a chain. */
export interface ChainLink<T> {
  /** 1, 2, 3 … without gaps. */
  readonly number: number;
  readonly atMs: number;
  /** Hash of the one before, in hex; of the first, 64 zeros. */
  readonly previous: string;
  /** sha256 over the canonical encoding of number, time, previous and body, in hex. */
  readonly hash: string;
  readonly body: T;
}

/** Where a chain ends. */
export interface ChainHead {
  readonly number: number;
  readonly hash: string;
}

/** Where a chain is broken, and how. */
export interface ChainFlaw {
  readonly number: number;
  readonly what: string;
}

const EMPTY: ChainHead = { number: 0, hash: '00'.repeat(32) };
const HEAD_ID = 'head';

/** Numbers in the order of their texts. */
function idOf(number: number): string {
  return String(number).padStart(16, '0');
}

export class HashChain<T> {
  readonly #documents: Documents<ChainLink<T>>;
  readonly #heads: Documents<ChainHead>;
  readonly #shape: Shape<Omit<ChainLink<T>, 'hash'>>;
  readonly #keep: number;
  #head: ChainHead;
  /** One after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /** `kind`: of its documents. `keep`: how many of the newest are kept. */
  constructor(store: Pick<Store, 'documents'>, kind: string, body: Shape<T>, keep = Number.POSITIVE_INFINITY) {
    this.#documents = store.documents(kind);
    this.#heads = store.documents(`${kind}-head`);
    this.#shape = record({ number: uint(), atMs: timeShape, previous: hex(32), body });
    this.#keep = keep;
    this.#head = this.#heads.get(HEAD_ID) ?? EMPTY;
    // A process that was killed may not have noted its last one.
    for (;;) {
      const next = this.get(this.#head.number + 1);
      if (next === undefined) break;
      this.#head = { number: this.#head.number + 1, hash: next.hash };
    }
  }

  get head(): ChainHead {
    return this.#head;
  }

  get(number: number): ChainLink<T> | undefined {
    return this.#documents.get(idOf(number));
  }

  /** The newest, newest first. */
  latest(most: number): readonly ChainLink<T>[] {
    const found: ChainLink<T>[] = [];
    for (let number = this.#head.number; number > 0 && found.length < most; number--) {
      const link = this.get(number);
      if (link === undefined) break;
      found.push(link);
    }
    return found;
  }

  /** Resolves when it is on disk. */
  append(atMs: number, body: T): Promise<ChainLink<T>> {
    const appended = this.#last.then(() => this.#append(atMs, body));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async #append(atMs: number, body: T): Promise<ChainLink<T>> {
    const unsigned = { number: this.#head.number + 1, atMs, previous: this.#head.hash, body };
    const link = { ...unsigned, hash: this.#hashOf(unsigned) };
    await this.#documents.put(idOf(link.number), link);
    this.#head = { number: link.number, hash: link.hash };
    await this.#heads.put(HEAD_ID, this.#head);
    if (link.number > this.#keep) await this.#documents.delete(idOf(link.number - this.#keep));
    return link;
  }

  /** Reads all of them: null, or the first that is not as it was written, is missing, or does not follow. */
  async verify(): Promise<ChainFlaw | null> {
    await this.#last;
    const head = this.#head;
    let last: ChainHead | null = null;
    for await (const [id, link] of this.#documents.entries()) {
      // What was appended while this read is for the next time.
      if (Number(id) > head.number) break;
      const flaw = this.#flaw(id, link, last);
      if (flaw !== null) return flaw;
      last = { number: link.number, hash: link.hash };
    }
    const end = last ?? EMPTY;
    if (end.number < head.number) return { number: end.number + 1, what: 'it is missing' };
    return end.hash === head.hash ? null : { number: end.number, what: 'it is not the one that was written last' };
  }

  #flaw(id: string, link: ChainLink<T>, last: ChainHead | null): ChainFlaw | null {
    // One more may be left of those that are not kept, where a process was killed.
    const isFirstKept = last === null && this.#head.number >= this.#keep;
    const expected = isFirstKept ? Number(id) : (last?.number ?? 0) + 1;
    if (isFirstKept && expected > this.#head.number - this.#keep + 1)
      return { number: this.#head.number - this.#keep + 1, what: 'it is missing' };
    if (Number(id) !== expected) return { number: expected, what: 'it is missing' };
    if (link.number !== expected) return { number: expected, what: 'it has another number' };
    if (!isFirstKept && link.previous !== (last ?? EMPTY).hash)
      return { number: expected, what: 'it does not follow the one before' };
    return link.hash === this.#safeHash(link) ? null : { number: expected, what: 'it is not the one that was written' };
  }

  #safeHash({ number, atMs, previous, body }: ChainLink<T>): string | null {
    try {
      return this.#hashOf({ number, atMs, previous, body });
    } catch {
      // It does not even have the form of one.
      return null;
    }
  }

  #hashOf(unsigned: Omit<ChainLink<T>, 'hash'>): string {
    return hash('sha256', encode(this.#shape, unsigned), 'hex');
  }
}
