import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { mutatedCopy } from '#test/support/mutated.ts';
import { runProgram } from '#test/support/run-program.ts';
import { CLEARING_MUTANTS } from './clearing-mutants.ts';
import { MAP_MUTANTS } from './map-mutants.ts';
import { MUTANTS } from './mutants.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('each rule of §4.4 and §5, broken on purpose, is noticed within 300 seeds', () => {
  it.each([...MUTANTS, ...CLEARING_MUTANTS])('$name', async (mutant) => {
    const folder = mutatedCopy(mutant.patches);
    folders.push(folder);
    const run = await runProgram(['simulations/run.ts', '--seeds', mutant.seeds ?? '1..300'], { cwd: folder });
    expect(run.stdout).toMatch(/^seed \d+: INV-[A-Z]+ at participant \d+: .*\n {2}npm run sim -- --seeds \d+ /m);
    expect(run.exitCode).toBe(1);
  });
});

describe('each rule of the map, broken on purpose, is noticed within 60 seeds', () => {
  it.each(MAP_MUTANTS)('$name', async (mutant) => {
    const folder = mutatedCopy(mutant.patches);
    folders.push(folder);
    const run = await runProgram(['simulations/map-run.ts', '--seeds', mutant.seeds ?? '1..60'], { cwd: folder });
    expect(run.stdout).toMatch(/^seed \d+: INV-MAP at participant \d+: .*\n {2}npm run sim:map -- --seeds \d+$/m);
    expect(run.exitCode).toBe(1);
  });
});
