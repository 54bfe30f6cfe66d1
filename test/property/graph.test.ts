/** The graph against a naive map of sets, under random changes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FLAG_BITS, Graph, TRUSTED, TRUSTS } from '#protocol/graph.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { KeyTable } from '#protocol/key-table.ts';

/** A key of each number, of form only. */
const keyOf = (number: number) => number.toString(16).padStart(64, '0') as PublicKey;

/** The lines of both as texts `from to`, sorted; each seen from both ends. */
function linesOf(graph: Graph): string[] {
  const lines: string[] = [];
  for (let number = 0; number < graph.numberBound; number++) {
    const start = graph.startOf(number);
    const entries = graph.entries.subarray(start, start + graph.degreeOf(number));
    for (const entry of entries) {
      const neighbour = entry >>> FLAG_BITS;
      if ((entry & TRUSTS) !== 0) lines.push(`${graph.keyOf(number)} ${graph.keyOf(neighbour)}`);
      if ((entry & TRUSTED) !== 0) lines.push(`${graph.keyOf(neighbour)} ${graph.keyOf(number)}`);
    }
    const neighbours = [...entries].map((entry) => entry >>> FLAG_BITS);
    expect(neighbours).toEqual([...new Set(neighbours)].sort((a, b) => a - b));
  }
  return lines.sort();
}

type Change = readonly [isAdded: boolean, from: number, to: number];
/** Few participants, so that lines come and go; one of them takes part in half of all, so that it grows large. */
const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.tuple(fc.boolean(), fc.oneof(fc.constant(0), fc.nat(40)), fc.nat(40)).filter(([, from, to]) => from !== to),
  { maxLength: 400, size: 'max' },
);

it('holds the lines that were added and not taken away, whatever the order', () => {
  fc.assert(
    fc.property(changes, fc.uint8Array({ minLength: 8, maxLength: 8 }), (list, seed) => {
      const graph = new Graph(seed);
      const unseeded = new Graph();
      const model = new Set<string>();
      for (const [isAdded, from, to] of list) {
        const line = `${keyOf(from)} ${keyOf(to)}`;
        const isChange = isAdded !== model.has(line);
        const change = (of: Graph) => (isAdded ? of.add(keyOf(from), keyOf(to)) : of.delete(keyOf(from), keyOf(to)));
        expect(change(graph)).toBe(isChange);
        change(unseeded);
        if (isAdded) model.add(line);
        else model.delete(line);
        expect(graph.has(keyOf(from), keyOf(to))).toBe(isAdded);
      }
      const lines = [...model].sort();
      expect(linesOf(graph)).toEqual([...lines, ...lines].sort());
      expect(graph.lineCount).toBe(model.size);
      const participants = new Set(lines.flatMap((line) => line.split(' ')));
      expect(graph.participantCount).toBe(participants.size);
      for (let number = 0; number <= 40; number++) {
        expect(graph.numberOf(keyOf(number)) >= 0).toBe(participants.has(keyOf(number)));
        expect(graph.numberOf(keyOf(number))).toBe(unseeded.numberOf(keyOf(number)));
      }
      expect(graph.numberBound).toBeLessThanOrEqual(41);
      const loaded = Graph.load(graph.image(), seed);
      expect([loaded.lineCount, loaded.participantCount]).toEqual([graph.lineCount, graph.participantCount]);
      expect(linesOf(loaded)).toEqual(linesOf(graph));
      // It goes on as the first does.
      for (const [isAdded, from, to] of list.slice(0, 40)) {
        for (const of of [graph, loaded]) {
          if (isAdded) of.delete(keyOf(from), keyOf(to));
          else of.add(keyOf(from), keyOf(to));
        }
      }
      expect(linesOf(loaded)).toEqual(linesOf(graph));
    }),
    { numRuns: 200 },
  );
});

it('gives back what it does not need', () => {
  const graph = new Graph();
  const all: [PublicKey, PublicKey][] = [];
  for (let at = 0; at < 20_000; at++) all.push([keyOf(at % 3), keyOf(10 + at)]);
  for (const [from, to] of all) graph.add(from, to);
  expect(graph.degreeOf(graph.numberOf(keyOf(0)))).toBe(6_667);
  const full = graph.byteLength;
  // The same participants again and again need no more than once.
  for (let round = 0; round < 3; round++) {
    for (const [from, to] of all) expect(graph.delete(from, to)).toBe(true);
    for (const [from, to] of all) graph.add(from, to);
    expect(graph.byteLength).toBeLessThanOrEqual(1.5 * full);
  }
  for (const [from, to] of all.slice(1)) graph.delete(from, to);
  expect([graph.lineCount, graph.participantCount]).toEqual([1, 2]);
  expect(linesOf(graph)).toEqual([`${keyOf(0)} ${keyOf(10)}`, `${keyOf(0)} ${keyOf(10)}`]);
  expect(graph.entries.length).toBeLessThanOrEqual(64);
});

it('numbers of keys, taken and given back in any order', () => {
  const operations = fc.array(fc.tuple(fc.boolean(), fc.nat(60)), { maxLength: 300, size: 'max' });
  fc.assert(
    fc.property(operations, fc.uint8Array({ minLength: 8, maxLength: 8 }), (list, seed) => {
      const table = new KeyTable(seed);
      const model = new Map<PublicKey, number>();
      for (const [isTaken, at] of list) {
        const key = keyOf(at);
        const known = model.get(key);
        if (isTaken) {
          const number = table.intern(key);
          if (known === undefined) expect([...model.values()]).not.toContain(number);
          else expect(number).toBe(known);
          model.set(key, number);
        } else if (known !== undefined) {
          table.release(known);
          model.delete(key);
        }
      }
      expect(table.count).toBe(model.size);
      for (let at = 0; at <= 60; at++) expect(table.numberOf(keyOf(at))).toBe(model.get(keyOf(at)) ?? -1);
      for (const [key, number] of model) expect([table.keyOf(number), number < table.bound]).toEqual([key, true]);
    }),
  );
});
