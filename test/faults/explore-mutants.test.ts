import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { mutatedCopy, type Patch } from '#test/support/mutated.ts';
import { runProgram } from '#test/support/run-program.ts';
import { CLEARING_MUTANTS } from './clearing-mutants.ts';
import { MUTANTS } from './mutants.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const SENDS_FIRST = 'rule 1: sends before the disk has synced';

/** The driver of the explorer is its own: there what is sent waits for what is saved by the order of two words. */
const OWN_PATCHES: ReadonlyMap<string, readonly Patch[]> = new Map([
  [
    SENDS_FIRST,
    [
      {
        file: 'simulations/explore/nodes.ts',
        find: "const PHASES = ['save', 'send'] as const;",
        replace: "const PHASES = ['send', 'save'] as const;",
      },
    ],
  ],
]);

function patchesOf(name: string): readonly Patch[] {
  const patches =
    OWN_PATCHES.get(name) ?? [...MUTANTS, ...CLEARING_MUTANTS].find((mutant) => mutant.name === name)?.patches;
  if (patches === undefined) throw new Error(`there is no mutant of the name "${name}"`);
  return patches;
}

/** The counterexamples of §4.4: a rule that is broken, a scenario that shows it, and the invariant that breaks first. */
const COUNTEREXAMPLES: readonly (readonly [string, string, string])[] = [
  ['rule 3: an own clock releases a reservation', 'chain3', 'INV-HOP'],
  ["rule 4: releases on the receiver's ABORT alone", 'chain3', 'INV-MIRROR'],
  ["rule 4: releases on the receiver's DECLINE alone", 'chain3', 'INV-HOP'],
  [SENDS_FIRST, 'chain3', 'INV-DURABLE'],
  ['rule 6: a late ABORT is passed upstream after applying', 'chain3', 'INV-HOP'],
  // A participant that is shown a signature which it never gave takes itself for restored: it signs nothing more.
  ['rule 4: an ABORT does not bind route and position', 'crossed4', 'INV-DURABLE'],
  ['rule 4: a prepare signature does not bind route and position', 'crossed4', 'INV-DURABLE'],
  [
    'rule 4(a) read as any signature of this transaction: a refusal on one route releases the other',
    'crossed4',
    'INV-HOP',
  ],
  ['§4.5: RESOLVE does not carry the packet, so that one who never got it cannot answer', 'chain3', 'INV-LIVE'],
  ['rule 7: the sum of the routes is not checked', 'chain3', 'INV-PROOF'],
  ['rule 10: a restored node aborts what it may have signed', 'restored3', 'INV-HOP'],
];

describe('each counterexample of §4.4 is found when its rule is broken', () => {
  it.each(COUNTEREXAMPLES)('%s: %s, %s', async (name, scenario, invariant) => {
    const folder = mutatedCopy(patchesOf(name));
    folders.push(folder);
    const run = await runProgram(['simulations/explore/run.ts', '--scenario', scenario], { cwd: folder });
    expect(run.stdout).toMatch(
      new RegExp(`^${scenario}, malicious: .*: ${invariant} at [A-D]: .*\\n {2}[A-D]\\*?:? `, 'm'),
    );
    expect(run.stdout).toMatch(/ exhausted=false violations=[1-9]\d*$/m);
    expect(run.exitCode).toBe(1);
  });
});
