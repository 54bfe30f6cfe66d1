import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ImageReader, toPieces } from '#hub-indexer/index/image-pieces.ts';
import { Graph, type GraphImage } from '#protocol/graph.ts';
import type { PublicKey } from '#protocol/identity.ts';

const keyOf = (number: number) => number.toString(16).padStart(64, '0') as PublicKey;

function graphOf(lines: readonly (readonly [number, number])[]): Graph {
  const graph = new Graph();
  for (const [from, to] of lines) if (from !== to) graph.add(keyOf(from), keyOf(to));
  // So that numbers are free in the middle.
  for (const [from, to] of lines.slice(0, lines.length / 3)) if (from !== to) graph.delete(keyOf(from), keyOf(to));
  return graph;
}

function entriesOf({ degrees }: GraphImage): number {
  return degrees.reduce((sum, degree) => sum + degree, 0);
}

function together(image: GraphImage, pieces: readonly Uint8Array[]): GraphImage | null {
  const reader = new ImageReader(image.degrees.length, entriesOf(image));
  return pieces.every((piece) => reader.add(piece)) ? reader.end() : null;
}

it('an image comes together again', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 200, size: 'max' }), (lines) => {
      const graph = graphOf(lines);
      const image = graph.image();
      const read = together(image, [...toPieces(image)]);
      if (read === null) throw new Error('it did not');
      const loaded = Graph.load(read, new Uint8Array(8));
      expect(loaded.lineCount).toBe(graph.lineCount);
      for (const [from, to] of lines) {
        expect(loaded.has(keyOf(from), keyOf(to))).toBe(graph.has(keyOf(from), keyOf(to)));
      }
    }),
  );
});

it('a large one is many pieces', () => {
  const image = graphOf(Array.from({ length: 40_000 }, (_, at) => [at % 200, 1_000 + at] as const)).image();
  const pieces = [...toPieces(image)];
  expect(pieces.length).toBeGreaterThan(3);
  expect(together(image, pieces)).not.toBeNull();
  expect(together(image, pieces.slice(1))).toBeNull();
  expect(together(image, pieces.slice(0, -1))).toBeNull();
  expect(together(image, [...pieces, pieces[0] as Uint8Array])).toBeNull();
});

it('entries that are out of order, or without a flag, are refused', () => {
  const image = graphOf([
    [0, 1],
    [0, 2],
  ]).image();
  const [piece] = [...toPieces(image)] as [Uint8Array];
  const view = new DataView(piece.buffer);
  // Behind the count and the key of the first number.
  const [first, second] = [view.getUint32(36, true), view.getUint32(40, true)];
  expect(together(image, [piece])).not.toBeNull();
  for (const [a, b] of [
    [second, first],
    [first, first],
    [first, second & ~3],
    [first, 99 << 2],
  ] as const) {
    view.setUint32(36, a, true);
    view.setUint32(40, b, true);
    expect(together(image, [piece])).toBeNull();
  }
});

it('what is no piece is refused, and nothing is thrown', () => {
  const image = graphOf([
    [0, 1],
    [1, 2],
    [2, 0],
  ]).image();
  const [piece] = [...toPieces(image)] as [Uint8Array];
  for (let length = 0; length < piece.length; length++) expect(together(image, [piece.subarray(0, length)])).toBeNull();
  fc.assert(
    fc.property(fc.nat(piece.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const broken = Uint8Array.from(piece);
      broken[at] = (broken[at] as number) ^ flip;
      const read = together(image, [broken]);
      // A key or a flag may well be another one: that is what checksums are for.
      if (read !== null) expect(entriesOf(read)).toBe(entriesOf(image));
    }),
  );
});
