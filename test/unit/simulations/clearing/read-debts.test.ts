import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DebtGraph } from '#simulations/clearing/debts.ts';
import { readDebts } from '#simulations/clearing/read-debts.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-debts-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): Promise<DebtGraph> {
  const path = join(folder, 'debts.csv');
  writeFileSync(path, text);
  return readDebts(path);
}

describe('a list of debts', () => {
  it('adds rows of one pair up, with and without a head', async () => {
    const graph = await read('from,to,amount\nAnna,Boris,1.5\nBoris,Vera,2\nAnna,Boris,0.00000001\n');
    expect([graph.nodes, graph.edges, graph.step]).toEqual([3, 2, 1n]);
    expect([...graph.amounts]).toEqual([150_000_001, 200_000_000]);
    expect((await read('A,B,1\n')).total).toBe(1);
  });

  it('sets opposite debts of a pair off', async () => {
    const graph = await read('A,B,5\nB,A,3\nC,D,2\nD,C,2\n');
    expect([graph.edges, graph.pairs, graph.setOff, graph.total]).toEqual([1, 2, 10, 12]);
    expect([graph.from[0], graph.to[0], graph.amounts[0]]).toEqual([0, 1, 2]);
  });

  it('counts in the greatest step that divides all amounts', async () => {
    const graph = await read('A,B,92000000000.5\nB,C,0.25\n');
    expect(graph.step).toBe(25_000_000n);
    expect([...graph.amounts]).toEqual([368_000_000_002, 1]);
  });

  it.each([
    ['A,B,1\nA,B', /debts\.csv, line 2: has 2 fields, not 3: write from,to,amount/],
    ['A,,1', /line 1: names nobody/],
    ['A,A,1', /line 1: "A" owes itself: take the line out/],
    ['A,B,0', /the amount is "0", it is zero: write a number above 0, at most 92233720368\.54775807/],
    ['A,B,-1', /it is below zero/],
    ['A,B,1\nA,B,x', /line 2: the amount is "x"/],
    ['A,B,0.000000001', /it has 9 decimals: .* with at most 8 decimals/],
    ['A,B,1e3', /it is not a plain decimal number/],
    ['A,B,92233720368.54775808', /it is too large/],
    ['from,to,amount', /has no debt in it: write from,to,amount/],
    ['A,B,90071992.54740992\nB,C,0.00000001', /add up to .*, more than 90071992\.54740991.*fewer decimals/],
  ])('%s is refused', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('that is not there is refused', async () => {
    await expect(readDebts(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv: ENOENT/);
  });
});
