import { expect, it } from 'vitest';
import { MapIndex } from '#hub-indexer/index/map-index.ts';
import { LinesDigest } from '#protocol/hints.ts';
import { key, nameOf, UAH } from '#test/support/packets.ts';

const seed = new Uint8Array(8);

function indexOf(...lines: readonly string[]): MapIndex {
  const index = new MapIndex(seed);
  for (const line of lines) set(index, line, true);
  return index;
}

function set(index: MapIndex, [from = '', to = '']: string, isActive: boolean, equivalent = UAH): boolean {
  return index.set({ from: key(from), to: key(to), equivalent }, isActive);
}

function routes(index: MapIndex, [source = '', target = '']: string, most = 8, equivalent = UAH): string[] {
  return index.answer(equivalent, key(source), key(target), most).routes.map((route) => route.map(nameOf).join(''));
}

it('answers from the lines that are active, in their equivalent', () => {
  const index = indexOf('BA', 'CB', 'DA', 'CD');
  expect(routes(index, 'AC').sort()).toEqual(['ABC', 'ADC']);
  expect(routes(index, 'AC', 1)).toHaveLength(1);
  expect(routes(index, 'AC', 8, 'hour')).toEqual([]);
  expect(set(index, 'CB', false)).toBe(true);
  expect(routes(index, 'AC')).toEqual(['ADC']);
});

it('says which lines it has', () => {
  const index = indexOf('BA', 'CB');
  expect(set(index, 'BA', true)).toBe(false);
  expect(set(index, 'AB', false)).toBe(false);
  expect(set(index, 'AB', false, 'hour')).toBe(false);
  set(index, 'AB', true, 'hour');
  const digest = new LinesDigest();
  digest.flip(key('B'), key('A'));
  digest.flip(key('C'), key('B'));
  expect(index.equivalents()).toEqual([
    { equivalent: UAH, lines: 2, participants: 3, digest: digest.hex },
    { equivalent: 'hour', lines: 1, participants: 2, digest: expect.stringMatching(/^[0-9a-f]{16}$/) },
  ]);
  expect(index.answer(UAH, key('A'), key('C'), 8)).toMatchObject({ count: 2, digest: digest.hex });
  expect(index.lineCount).toBe(3);
});

it('an equivalent without lines is forgotten', () => {
  const index = indexOf();
  const { byteLength } = index;
  set(index, 'BA', true);
  expect(index.byteLength).toBeGreaterThan(byteLength);
  // Anybody can make new ones, so that one must not cost much.
  expect(index.byteLength).toBeLessThan(byteLength + 4_096);
  set(index, 'BA', false);
  expect(index.equivalents()).toEqual([]);
  expect(index.byteLength).toBe(byteLength);
});

it('goes on from its images', () => {
  const index = indexOf('BA', 'CB', 'DA', 'CD');
  set(index, 'AB', true, 'hour');
  const other = new MapIndex(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  for (const part of index.images()) other.load(part);
  expect(other.equivalents()).toEqual(index.equivalents());
  for (const one of [index, other]) set(one, 'CB', false);
  expect(routes(other, 'AC')).toEqual(['ADC']);
  expect(other.equivalents()).toEqual(index.equivalents());
});
