import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FaultLevel, makeScenario } from '#simulations/scenario.ts';
import { fastSignatures, realSignatures } from '#simulations/signatures.ts';
import { type Outcome, Simulation } from '#simulations/simulation.ts';
import { runProgram } from '#test/support/run-program.ts';
import { atScale } from '#test/support/scale.ts';

const SEEDS = atScale(100, 300);

const ROOT = join(import.meta.dirname, '../..');

function run(seed: number, level: FaultLevel, isReal = false): Outcome {
  const signatures = isReal ? realSignatures : fastSignatures;
  return new Simulation(makeScenario(seed, level), { signatures, throughBytes: isReal }).run();
}

/** How many payments of the honest participants ended in each state. */
function tally(outcomes: readonly Outcome[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { participants } of outcomes) {
    for (const { records } of participants) {
      for (const { state } of records.payments()) counts.set(state, (counts.get(state) ?? 0) + 1);
    }
  }
  return counts;
}

describe('a simulated network', () => {
  it.each(['none', 'honest', 'all'] as const)('keeps every invariant over many seeds with faults: %s', (level) => {
    const outcomes = Array.from({ length: SEEDS }, (_, at) => run(at + 1, level));
    expect(outcomes.flatMap(({ violations }) => violations)).toEqual([]);
    const counts = tally(outcomes);
    expect(counts.get('COMMITTED')).toBeGreaterThan(SEEDS);
    expect(counts.get('ABORTED')).toBeGreaterThan(SEEDS);
  });

  it.each([261, 295, 332, 464, 529, 833, 844, 1374, 1593, 4179, 4888, 5691, 5991, 9948])(
    'seed %i, which once found something, finds nothing',
    (seed) => {
      expect(run(seed, 'all').violations).toEqual([]);
    },
  );

  it('leaves nothing undecided where everybody is honest', () => {
    const outcomes = Array.from({ length: SEEDS }, (_, at) => run(at + 1, 'honest'));
    for (const { participants } of outcomes) {
      for (const { records } of participants) {
        expect([...records.unsettled()]).toEqual([]);
        for (const account of records.accounts()) expect([account.reservedIn, account.reservedOut]).toEqual([0n, 0n]);
      }
    }
    expect(tally(outcomes).has('PREPARE_IN_PROGRESS')).toBe(false);
  });

  it('takes the same decisions with real Ed25519 and every message through its bytes', () => {
    for (let seed = 1; seed <= 8; seed++) expect(run(seed, 'all', true).digest).toBe(run(seed, 'all').digest);
  });

  it('is decided by its seed alone', () => {
    const digests = Array.from({ length: 40 }, (_, at) => run(at + 1, 'all').digest);
    expect(Array.from({ length: 40 }, (_, at) => run(at + 1, 'all').digest)).toEqual(digests);
    expect(new Set(digests).size).toBe(40);
  });
});

describe('npm run sim', () => {
  it('ends with one line of what was run', async () => {
    const { stdout, exitCode } = await runProgram(['simulations/run.ts', '--seeds', '5..9'], { cwd: ROOT });
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^seeds=5 events=\d+ violations=0 digest=[0-9a-f]{16}$/);
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--seeds', '9..5'], '--seeds is "9..5": write it as 1..1000, or one number.'],
    [['--seeds', '-1'], "Option '--seeds' argument is ambiguous"],
    [['--seeds', 'x'], '--seeds is "x": write it as 1..1000, or one number.'],
    [['--faults', 'some'], '--faults is "some": write none, honest or all.'],
    [['--signatures', 'none'], '--signatures is "none": write fast or real.'],
    [['--sedes', '1'], "Unknown option '--sedes'"],
  ])('refuses %j in words', async (args, words) => {
    const { stderr, exitCode } = await runProgram(['simulations/run.ts', ...args], { cwd: ROOT });
    expect(stderr).toContain(words);
    expect(exitCode).toBe(3);
  });
});
