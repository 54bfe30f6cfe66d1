import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generate } from '#simulations/graphs/generate.ts';
import { BadFile } from '#simulations/graphs/lines.ts';
import { Random } from '#simulations/random.ts';
import { type Demand, drawDemands, parseAmounts, readDemands } from '#simulations/routes/demand.ts';
import { creditGraph } from '#test/support/credit-graphs.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-demands-'));
afterAll(() => rmSync(folder, { recursive: true }));

const named = creditGraph('A>B 5', 'B>C 5', 'C>D 900');

function read(text: string, graph = named): Promise<Demand[]> {
  const path = join(folder, 'payments.csv');
  writeFileSync(path, text);
  return readDemands(path, graph);
}

describe('payments that are drawn', () => {
  const graph = generate({ kind: 'ba', nodes: 50, m: 2 }, () => 2_000, new Random(1), 2);

  it('are between any two who have accounts, never to oneself, as the seed says', () => {
    const demands = drawDemands(graph, 5_000, () => 7, 1);
    expect(demands.every(({ from, to }) => from !== to)).toBe(true);
    expect(new Set(demands.map(({ from }) => from)).size).toBe(50);
    expect(new Set(demands.map(({ to }) => to)).size).toBe(50);
    expect(drawDemands(graph, 5_000, () => 7, 1)).toEqual(demands);
    expect(drawDemands(graph, 5_000, () => 7, 2)).not.toEqual(demands);
  });

  it('have amounts relative to the median limit', () => {
    const draw = parseAmounts('constant:0.25', graph);
    if (typeof draw === 'string') throw new Error(draw);
    expect(drawDemands(graph, 3, draw, 1).map(({ amount }) => amount)).toEqual([500, 500, 500]);
  });

  it('are none where nobody has an account', () => {
    expect(
      drawDemands(
        generate({ kind: 'er', nodes: 5, p: 1e-9 }, () => 1, new Random(1), 2),
        5,
        () => 1,
        1,
      ),
    ).toEqual([]);
  });
});

describe('payments of a file', () => {
  it('are read with names, in hundredths', async () => {
    expect(await read('src,dst,amount\nA,C,1.5\n# later\nD,A,0.01\n')).toEqual([
      { from: 0, to: 2, amount: 150 },
      { from: 3, to: 0, amount: 1 },
    ]);
  });

  it('are read with numbers where a network has no names', async () => {
    const graph = generate({ kind: 'ba', nodes: 5, m: 1 }, () => 1, new Random(1), 2);
    expect(await read('0 4 2', graph)).toEqual([{ from: 0, to: 4, amount: 200 }]);
    await expect(read('0 5 2', graph)).rejects.toThrow('line 1: nobody in the network is called "5"');
  });

  it.each([
    ['A,X,1', 'line 1: nobody in the network is called "X"'],
    ['A,B,1\nA,A,1', 'line 2: pays itself'],
    ['A,B', 'line 1: has 2 fields, not 3'],
    ['A,B,0', 'line 1: the amount is "0": write a number from 0.01'],
    ['A,B,-1', 'line 1: the amount is "-1"'],
    ['A,B,0.001', 'line 1: the amount is "0.001"'],
    ['A,B,1\nA,B,x', 'line 2: the amount is "x"'],
    ['A,B,1e99', 'line 1: the amount is "1e99"'],
    ['', 'has no payment in it'],
  ])('%j is refused in words', async (text, words) => {
    await expect(read(text)).rejects.toThrow(BadFile);
    await expect(read(text)).rejects.toThrow(words);
  });
});
