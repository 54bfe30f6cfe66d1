/** `npm run sim -- run`, `plan` and `merge` as people call them, with processes that share the points. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProgram } from '#test/support/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');
const STUDY =
  'study: cli\nseeds: 2\nnetwork: { graph: "ba:20,2" }\ndemand: { payments: 10 }\ngrid: { faults.loss: [0, 0.1] }\n';

let folder: string;
const at = (name: string) => join(folder, name);
const sim = (...args: readonly string[]) => runProgram(['simulations/run.ts', ...args], { cwd: ROOT });
const FILES = ['results.csv', 'results.jsonl', 'results.parquet', 'report.html'];
const results = (name: string) => FILES.map((file) => readFileSync(join(at(name), file), 'latin1'));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'geo-study-cli-'));
  writeFileSync(at('study.yaml'), STUDY);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('gives the same on one process, on two, and in shards', async () => {
  const [one, two] = await Promise.all([
    sim('run', at('study.yaml'), '--workers', '1', '--out', at('one')),
    sim('run', at('study.yaml'), '--workers', '2', '--out', at('two')),
  ]);
  expect(one).toMatchObject({ exitCode: 0, stdout: `cli: 4 rows in ${at('one')}, 0 violations\n` });
  expect(one.stderr).toContain('4 of 4 points, 100.0 %');
  expect(two.exitCode).toBe(0);
  expect(results('two')).toEqual(results('one'));

  const shards = [0, 1].map((shard) =>
    sim('run', at('study.yaml'), '--shard', String(shard), '--shards', '2', '--out', at(`s${shard}`)),
  );
  expect((await Promise.all(shards)).map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const merged = await sim('merge', at('s1'), at('s0'), '--out', at('merged'));
  expect(merged).toMatchObject({ exitCode: 0, stdout: `cli: 4 rows of 2 folders in ${at('merged')}\n` });
  expect(results('merged')).toEqual(results('one'));
  expect((await sim('run', at('study.yaml'), '--out', at('merged'))).stderr).toContain('4 points, 4 are there');
});

it('writes jobs for all shards', async () => {
  const planned = await sim('plan', at('study.yaml'), '--shards', '3', '--out', at('jobs'));
  expect(planned.stdout.split('\n')).toEqual([
    'shard 0 of 3: 2 points, those with number mod 3 = 0',
    'shard 1 of 3: 1 points, those with number mod 3 = 1',
    'shard 2 of 3: 1 points, those with number mod 3 = 2',
    at('jobs/kubernetes-job.yaml'),
    at('jobs/slurm-array.sh'),
    '',
  ]);
});

it('says what is wrong, with exit code 3', async () => {
  writeFileSync(at('wrong.yaml'), 'study: wrong\nnetwork: { graph: "ba:20,2" }\nfaults: { loss: 2 }\n');
  writeFileSync(
    at('lost.yaml'),
    'study: lost\nnetwork: { graph: "ba:20,2" }\ndemand: { kind: trace, file: missing.csv }\n',
  );
  const wrong = [
    [['run', at('none.yaml')], 'no such file'],
    [['run', at('wrong.yaml')], 'faults.loss: is 2: write at most 1'],
    [['run', at('lost.yaml'), '--out', at('lost')], 'reads “missing.csv”'],
    [['merge', at('jobs'), '--out', at('m')], 'has no manifest of a study'],
  ] as const;
  const runs = await Promise.all(wrong.map(([args]) => sim(...args)));
  for (const [index, { exitCode, stderr, stdout }] of runs.entries()) {
    expect(stderr).toContain(wrong[index]?.[1]);
    expect([exitCode, stdout]).toEqual([3, '']);
  }
});
