import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '#test/support/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');
const bench = (...args: readonly string[]) => runProgram(['test/bench/main.ts', ...args], { cwd: ROOT });

describe('npm run bench', () => {
  it('prints one line of JSON for each figure that was asked for', async () => {
    const { exitCode, stdout } = await bench('--json', '--only', 'crypto');
    expect(exitCode).toBe(0);
    const figures = stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(figures).toEqual(
      ['crypto sign', 'crypto verify'].map((name) => ({
        ...{ name, value: expect.any(Number), unit: expect.any(String) },
        ...{ floor: expect.any(Number), ratio: expect.any(Number) },
      })),
    );
  });

  it('measures hints on a graph of the size that was asked for', async () => {
    const { exitCode, stdout, stderr } = await bench('--json', '--only', 'hints', '--participants', '2000');
    expect(exitCode).toBe(0);
    const figures = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; value: number });
    expect(figures.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['hint p50', 'hint p99', 'hint bytes per line', 'hint updates']),
    );
    for (const { value } of figures) expect(value).toBeGreaterThan(0);
    expect(stderr).toMatch(/8\.0 routes a pair/);
  });

  it.each([
    [['--onyl', 'codec'], /--onyl/],
    [['--only', 'spaceship'], /spaceship.*payment 3-hop p50/s],
    [['codec'], /codec/],
    [['--participants', '999'], /whole number from 1000 to 5000000/],
    [['--participants', '1e6'], /whole number from 1000 to 5000000/],
  ])('refuses %j with words and exit code 3', async (args, words) => {
    const { exitCode, stdout, stderr } = await bench(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(words);
  });
});
