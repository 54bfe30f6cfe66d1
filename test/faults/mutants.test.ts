import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from '#test/support/run-program.ts';
import { MUTANTS, type Mutant } from './mutants.ts';

const ROOT = join(import.meta.dirname, '../..');
const PARTS = ['protocol', 'simulations', 'node/identity', 'package.json'];
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A copy of the core and the simulator with the mutant's patches in it. */
function copyWith(mutant: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'geo-mutant-'));
  folders.push(folder);
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, find, replace } of mutant.patches) {
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    expect(source.split(find), `${file} has the patched text once`).toHaveLength(2);
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
  }
  return folder;
}

describe('each rule of §4.4, broken on purpose, is noticed within 200 seeds', () => {
  it.each(MUTANTS)('$name', async (mutant) => {
    const run = await runProgram(['simulations/run.ts', '--seeds', '1..200'], { cwd: copyWith(mutant) });
    expect(run.stdout).toMatch(/^seed \d+: INV-[A-Z]+ at participant \d+: .*\n {2}npm run sim -- --seeds \d+ /m);
    expect(run.exitCode).toBe(1);
  });
});
