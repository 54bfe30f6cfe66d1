/**
 * The image of a graph as pieces of bytes, to be stored one by one: for each number the count of its entries, and where
 * there are some its key and they themselves; integers of four bytes, little end first.
 */
import type { GraphImage } from '#protocol/graph.ts';
import { FLAG_BITS } from '#protocol/graph.ts';

/** A piece has at least so many bytes, but for the last: some milliseconds to make, and one write. */
const PIECE_BYTES = 262_144;
const KEY_BYTES = 32;
const WORD_BYTES = 4;

/** The pieces of an image, each made when it is asked for. */
export function* toPieces({ keys, starts, degrees, entries }: GraphImage): Generator<Uint8Array> {
  for (let number = 0; number < degrees.length; ) {
    const first = number;
    let size = 0;
    for (; number < degrees.length && size < PIECE_BYTES; number++) size += sizeOf(degrees[number] as number);
    const piece = new Uint8Array(size);
    const view = new DataView(piece.buffer);
    let at = 0;
    for (let one = first; one < number; one++) {
      const degree = degrees[one] as number;
      view.setUint32(at, degree, true);
      at += WORD_BYTES;
      if (degree === 0) continue;
      piece.set(keys.subarray(one * KEY_BYTES, (one + 1) * KEY_BYTES), at);
      at += KEY_BYTES;
      const start = starts[one] as number;
      for (let entry = start; entry < start + degree; entry++, at += WORD_BYTES) {
        view.setUint32(at, entries[entry] as number, true);
      }
    }
    yield piece;
  }
}

function sizeOf(degree: number): number {
  return WORD_BYTES + (degree === 0 ? 0 : KEY_BYTES + WORD_BYTES * degree);
}

/** Puts pieces together again, in their order. */
export class ImageReader {
  readonly #image: { keys: Uint8Array; starts: Uint32Array; degrees: Uint32Array; entries: Uint32Array };
  #number = 0;
  #entryCount = 0;

  /** Of an image with so many numbers and entries. */
  constructor(bound: number, entryCount: number) {
    this.#image = {
      keys: new Uint8Array(KEY_BYTES * bound),
      starts: new Uint32Array(bound),
      degrees: new Uint32Array(bound),
      entries: new Uint32Array(entryCount),
    };
  }

  /** False: the piece is not one that `toPieces` made of such an image. */
  add(piece: Uint8Array): boolean {
    const { keys, starts, degrees, entries } = this.#image;
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    for (let at = 0; at < piece.length; ) {
      if (piece.length - at < WORD_BYTES || this.#number === degrees.length) return false;
      const degree = view.getUint32(at, true);
      if (piece.length - at < sizeOf(degree) || this.#entryCount + degree > entries.length) return false;
      degrees[this.#number] = degree;
      starts[this.#number] = this.#entryCount;
      at += WORD_BYTES;
      if (degree > 0) {
        keys.set(piece.subarray(at, at + KEY_BYTES), this.#number * KEY_BYTES);
        at += KEY_BYTES;
      }
      let before = -1;
      for (const end = at + WORD_BYTES * degree; at < end; at += WORD_BYTES) {
        const entry = view.getUint32(at, true);
        const neighbour = entry >>> FLAG_BITS;
        if (neighbour <= before || neighbour >= degrees.length || (entry & ((1 << FLAG_BITS) - 1)) === 0) return false;
        before = neighbour;
        entries[this.#entryCount++] = entry;
      }
      this.#number++;
    }
    return true;
  }

  /** The image, or null if pieces are missing. */
  end(): GraphImage | null {
    const { degrees, entries } = this.#image;
    return this.#number === degrees.length && this.#entryCount === entries.length ? this.#image : null;
  }
}
