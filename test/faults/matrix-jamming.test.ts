import { rmSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { MAX_OPEN_OF_ONE_UPSTREAM } from '#protocol/limits.ts';
import { jam } from '#simulations/matrix/jamming.ts';
import { mutatedCopy } from '#test/support/mutated.ts';
import { runProgram } from '#test/support/run-program.ts';

const ATTACK = { packets: 600, amount: 1n, everyMs: 10 };
/** Of others, open at the same time. */
const OTHERS = 10;

it('leaves others their share of what a jammer fills', () => {
  const { open, paidMeanwhile, unitSeconds } = jam(ATTACK);
  console.log(`with the limits: ${open} open, ${paidMeanwhile} of 30 paid, ${unitSeconds} unit seconds held`);
  expect(open).toBeLessThan(MAX_OPEN_OF_ONE_UPSTREAM + OTHERS);
  expect(paidMeanwhile).toBe(30);
});

it('which they have by that limit', async () => {
  const patch = {
    file: 'protocol/limits.ts',
    find: 'MAX_OPEN_OF_ONE_UPSTREAM = MAX_OPEN_PER_NEIGHBOUR / 8',
    replace: 'MAX_OPEN_OF_ONE_UPSTREAM = 1e9',
  };
  const folder = mutatedCopy([patch]);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = `
    import { jam } from './simulations/matrix/jamming.ts';
    const { open, paidMeanwhile } = jam({ packets: 600, amount: 1n, everyMs: 10 });
    console.log(JSON.stringify({ open, paidMeanwhile }));`;
  const { stdout } = await runProgram(['--input-type=module-typescript', '--eval', script], { cwd: folder });
  const { open, paidMeanwhile } = JSON.parse(stdout) as { open: number; paidMeanwhile: number };
  console.log(`without: ${open} open, ${paidMeanwhile} of 30 paid`);
  expect(open).toBeGreaterThan(200);
  expect(paidMeanwhile).toBeLessThan(10);
});
