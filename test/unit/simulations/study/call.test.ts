import { describe, expect, it } from 'vitest';
import { readMerge, readPlan, readRun, USAGE } from '#simulations/study/call.ts';

describe('calls that are refused', () => {
  it.each([
    [readRun, [], 'name one study file'],
    [readRun, ['a.yaml', 'b.yaml'], 'name one study file'],
    [readRun, ['a.yaml', '--workers', '0'], '--workers is "0": write a whole number from 1 to 256'],
    [readRun, ['a.yaml', '--shard', '1'], '--shard and --shards go together'],
    [readRun, ['a.yaml', '--shard', '7', '--shards', '7'], '--shard is "7": write a whole number from 0 to 6'],
    [readRun, ['a.yaml', '--fast'], "Unknown option '--fast'"],
    [readPlan, ['a.yaml'], '--shards is missing'],
    [readPlan, ['a.yaml', '--shards', '2', '--shard', '1'], 'plan takes --shards and --out only'],
    [readMerge, ['a', 'b'], '--out is missing'],
    [readMerge, ['--out', 'c'], 'no folder is named'],
  ] as const)('%o %j', (read, args, words) => {
    expect(read(args)).toContain(words);
    expect(read(args)).toContain(USAGE);
  });

  it('are carried out otherwise', () => {
    expect(readRun(['a.yaml', '--shard', '1', '--shards', '3', '--workers', '2', '--out', 'o'])).toEqual({
      path: 'a.yaml',
      out: 'o',
      workers: 2,
      shard: { index: 1, count: 3 },
    });
    expect(readPlan(['a.yaml', '--shards', '3'])).toEqual({ path: 'a.yaml', shards: 3, out: null });
    expect(readMerge(['a', 'b', '--out', 'c'])).toEqual({ folders: ['a', 'b'], out: 'c' });
    expect(readRun(['--help'])).toBe(USAGE);
  });
});
