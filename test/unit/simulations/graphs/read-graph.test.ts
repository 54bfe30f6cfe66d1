import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CreditGraph, lineCount } from '#simulations/graphs/credit-graph.ts';
import { BadFile } from '#simulations/graphs/lines.ts';
import { type Format, readGraph } from '#simulations/graphs/read-graph.ts';
import { payableOf } from '#test/support/credit-graphs.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/graphs');
const folder = mkdtempSync(join(tmpdir(), 'geo-graphs-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function read(text: string, format: Format | null = null): Promise<CreditGraph> {
  const path = join(folder, `${files++}.txt`);
  writeFileSync(path, text);
  return readGraph(path, format, 2);
}

describe('an edge list', () => {
  it('src,dst,limit: src lets dst owe, so dst can pay src', async () => {
    const graph = await readGraph(join(FIXTURES, 'edges.csv'), null, 2);
    expect(payableOf(graph)).toEqual({
      'Boris→Anna': 1_050,
      'Anna→Boris': 300,
      'Їжак & Co.→Boris': 0,
      'Boris→Їжак & Co.': 0,
    });
    expect(lineCount(graph)).toBe(2);
  });

  it.each([
    ['commas', 'a,b,5\nb,c,6\n'],
    ['tabs', 'a\tb\t5\nb\tc\t6'],
    ['spaces', 'a  b 5\n  b c   6\n'],
    ['semicolons', 'a;b;5\nb;c;6'],
    ['Windows line ends and a byte order mark', '\uFEFFa,b,5\r\nb,c,6\r\n'],
    ['comments and empty lines', '% x\n\na,b,5\n# c,d,9\n// y\nb,c,6'],
    ['exponents', 'a,b,0.5e1\nb,c,+6.0'],
    ['a head', 'from,to,credit limit\na,b,5\nb,c,6'],
  ])('may have %s', async (_what, text) => {
    expect(payableOf(await read(text))).toEqual({ 'b→a': 500, 'a→b': 0, 'c→b': 600, 'b→c': 0 });
  });

  it('rounds to a hundredth; the last of two equal lines counts and lines to oneself are left out, which is said', async () => {
    const graph = await read('a,b,5\na,b,7.006\nb,b,3\n');
    expect(payableOf(graph)).toEqual({ 'b→a': 701, 'a→b': 0 });
    expect(graph.notes).toEqual([
      '1 lines from a participant to itself left out',
      '1 lines came again: the last one counts',
    ]);
  });

  it('looks like a real one: a small town', async () => {
    const graph = await readGraph(join(FIXTURES, 'town.tsv'), 'edges', 2);
    expect([graph.nodes, graph.notes]).toEqual([40, []]);
    expect(graph.names?.[1]).toBe('bakery');
  });
});

describe('credit links of GTNA', () => {
  it('src dst low balance high: src can pay high − balance, dst balance − low', async () => {
    const graph = await readGraph(join(FIXTURES, 'credit-links.txt'), null, 2);
    expect(payableOf(graph)).toEqual({
      '0→1': 200,
      '1→0': 200,
      '0→2': 350,
      '2→0': 350,
      '1→3': 600,
      '3→1': 400,
      '2→3': 500,
      '3→2': 0,
    });
  });

  it('the balance is what src owes dst', async () => {
    const { limitOfA, limitOfB, owedToA } = await read('0 1 -3 2 10');
    expect([limitOfA[0], limitOfB[0], owedToA[0]]).toEqual([300, 1_000, -200]);
  });

  it('the order of the two names is that of the line', async () => {
    expect(payableOf(await read('5 2 -3 2 10'))).toEqual({ '5→2': 800, '2→5': 500 });
  });

  it('debt below a high end under 0 is never paid back: left out', async () => {
    expect(payableOf(await read('0 1 -9 -5 -2'))).toEqual({ '0→1': 300, '1→0': 400 });
  });
});

describe('ratings of bitcoin-alpha', () => {
  it('above 0 are lines of 10 units a point', async () => {
    const graph = await readGraph(join(FIXTURES, 'ratings.csv'), null, 2);
    expect(payableOf(graph)).toEqual({ '1→7188': 10_000, '7188→1': 0, '1→430': 1_000, '430→1': 0 });
  });
});

describe('a file that is none', () => {
  it.each<[string, string, Format | null, string]>([
    ['is empty', '', null, 'has no line of a network in it'],
    ['has only comments', '# a,b,3\n', null, 'has no line of a network in it'],
    ['has two fields', 'a,b\n', null, 'line 1: has 2 fields'],
    ['has two fields, as edges', 'a,b\n', 'edges', 'line 1: has 2 fields, not 3: write src,dst,limit'],
    ['has other fields later', 'a,b,3\na,c\n', null, 'line 2: has 2 fields, not 3'],
    ['has a negative limit', 'a,b,3\na,c,-1\n', null, 'line 2: the limit is -1: a limit is 0 or more'],
    ['has a word for a limit', 'a,b,3\na,c,lots\n', null, 'line 2: the limit is "lots": write a number'],
    ['has no number for a limit', 'a,b,3\na,c,NaN\n', null, 'line 2: the limit is "NaN"'],
    ['has a hexadecimal limit', 'a,b,3\na,c,0x10\n', null, 'line 2: the limit is "0x10"'],
    ['has two heads', 'a,b,x\na,c,x\n', null, 'line 2: the limit is "x"'],
    ['names nobody', 'a,b,3\n,c,1\n', null, 'line 2: names nobody'],
    ['has low over high', '0 1 3 0 -3\n', null, 'line 1: low 3 is more than high -3'],
    ['is of another format', 'a,b,3\n', 'gtna', 'line 1: has 3 fields, not 5: write src dst low balance high'],
    ['has a rating without a number', 'a,b,1,1\na,c,good,1\n', null, 'line 2: the weight is "good"'],
    ['has a very long line', `a,b,1\n${'x'.repeat(20_000)},b,1\n`, null, 'line 2: is too long'],
  ])('%s', async (_what, text, format, words) => {
    await expect(read(text, format)).rejects.toThrow(BadFile);
    await expect(read(text, format)).rejects.toThrow(words);
  });

  it('is not there', async () => {
    await expect(readGraph(join(folder, 'none'), null, 2)).rejects.toThrow(/none: ENOENT/);
  });

  it('is a folder', async () => {
    await expect(readGraph(folder, null, 2)).rejects.toThrow(BadFile);
  });
});
