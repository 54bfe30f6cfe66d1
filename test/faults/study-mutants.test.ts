/** The studies' own checks see what is broken on purpose: in the machine, and in the engine that drives it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { mutatedCopy } from '#test/support/mutated.ts';
import { runProgram } from '#test/support/run-program.ts';
import { machine } from './mutants.ts';

const STUDY = JSON.stringify({
  study: 'mutant',
  seeds: 2,
  network: { graph: 'ba:40,3' },
  demand: { payments: 200, rate: 2, amounts: 'lognormal:0.5,1' },
  latency: 'lognormal:200,0.5',
  faults: { loss: 0.02, duplication: 0.1, crashes: { perHour: 60, seconds: 10 } },
  housekeeping: 30,
});

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

it.each([
  [
    'what gets no answer is not sent again',
    'INV-LIVE',
    [{ file: machine('resolve'), find: '  scheduleRetry(turn, position, tries + 1);\n', replace: '' }],
  ],
  [
    'a crash forgets what was saved of payments under way',
    'INV-',
    [
      {
        file: 'simulations/network.ts',
        find: '    this.#records[index]?.forgetVolatile();\n',
        replace:
          '    this.#records[index]?.forgetVolatile();\n    for (const { txId } of [...this.records(index).unsettled()]) this.records(index).forgetTransaction(txId);\n',
      },
    ],
  ],
  [
    'a COMMIT is acknowledged and not counted',
    'INV-',
    [{ file: machine('commit'), find: '  countIncoming(turn, committed, wasReserved);\n', replace: '' }],
  ],
])('%s', async (_name, words, patches) => {
  const folder = mutatedCopy(patches);
  folders.push(folder);
  writeFileSync(join(folder, 'mutant.yaml'), STUDY);
  const run = await runProgram(['simulations/run.ts', 'run', 'mutant.yaml', '--workers', '1'], { cwd: folder });
  expect(run.stderr).toContain(words);
  expect(run.exitCode).toBe(1);
});
