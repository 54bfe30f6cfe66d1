import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explore } from '#simulations/explore/explore.ts';
import { SCENARIOS, type Scenario } from '#simulations/explore/scenarios.ts';
import { runProgram } from '#test/support/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');

const never = () => false;

/** A scenario in the small: without what malicious payers do besides. `npm run explore` tries the whole. */
function small(name: string): Scenario {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario "${name}"`);
  return { ...scenario, cheats: [] };
}

const SMALL = [
  'chain3',
  'chain4',
  'opposite3',
  'against4',
  'rivals3',
  'split4',
  'ring4',
  'restored4',
  'restored-split3',
  'limit3',
];

describe('everything that can happen in a small network', () => {
  it.each(SMALL)('breaks nothing: %s', (name) => {
    const scenario = small(name);
    expect(scenario.malicious).toHaveLength(2 ** scenario.participants - 1);
    for (const malicious of scenario.malicious) {
      const found = explore(scenario, malicious, never);
      expect([malicious, found.violation]).toEqual([malicious, null]);
      expect(found.isExhausted).toBe(true);
      expect(found.rests).toBeGreaterThan(0);
    }
  });

  it('is not called exhausted when it was stopped', () => {
    let asked = 0;
    const { isExhausted, states } = explore(small('crossed4'), [], () => asked++ > 1);
    expect(isExhausted).toBe(false);
    expect(states).toBeGreaterThan(500);
    expect(explore(small('crossed4'), [], never).states).toBeGreaterThan(states);
  });

  it('counts the same each time', () => {
    expect(explore(small('split4'), [1], never)).toEqual(explore(small('split4'), [1], never));
  });

  it('tells what two neighbours can do to a restored participant who lost what its ABORT rested on', () => {
    const hidden: Scenario = { ...small('restored3'), hidesEvidence: true };
    const { violation } = explore(hidden, [0, 2], never);
    expect(violation).toMatchObject({ invariant: 'INV-HOP', participant: 1 });
    expect(violation?.trace).toEqual([
      'A* ---prepare(route 0)--> B',
      'A* ---abort(route 0 position 2)--> B',
      'B: is restored from the old backup',
      'A* ---commit(route 0)--> B',
      'A* ---abort(route 0 position 1)--> B',
    ]);
  });
});

describe('npm run explore', () => {
  it('prints bounds and counts, and ends with one line of all', async () => {
    const program = ['simulations/explore/run.ts', '--scenario', 'ring3'];
    const { stdout, exitCode } = await runProgram(program, { cwd: ROOT });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[1]).toMatch(
      /^ {2}participants=3 packets=1 other-commands=0 malicious-sets=7 crashes=any loss=any copies=any /,
    );
    expect(lines[2]).toMatch(/^ {2}states=\d+ moves=\d+ rests=\d+ exhausted=true violations=0$/);
    expect(lines.at(-1)).toMatch(/^scenarios=1 states=\d+ exhausted=true violations=0$/);
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--scenario', 'x'], '--scenario is "x": there is none of that name.'],
    [['--max-minutes', 'x'], '--max-minutes is "x": write a number of minutes.'],
    [['--max-minutes', '0'], '--max-minutes is "0": write a number of minutes.'],
    [['--minutes', '1'], "Unknown option '--minutes'"],
  ])('refuses %j in words', async (args, words) => {
    const { stderr, exitCode } = await runProgram(['simulations/explore/run.ts', ...args], { cwd: ROOT });
    expect(stderr).toContain(words);
    expect(exitCode).toBe(3);
  });
});
