import { describe, expect, it } from 'vitest';
import { everySave, everyTwo, type Trial, undisturbed } from '#simulations/matrix/every.ts';
import { CLEARING, LIMIT_CHANGE, PAYMENT, PLANS } from '#simulations/matrix/plans.ts';

/** Trials that did not heal, or whose people did not get what they wanted or a clear no. */
const failed = (trials: readonly Trial[]) =>
  trials.filter(
    ({ problems, outcome }) => problems.length > 0 || /in doubt|as before|not (agreed|restored)/.test(outcome),
  );

describe.each(PLANS)('$name', (plan) => {
  it('goes through when nothing goes wrong', () => {
    const { problems, outcome } = undisturbed(plan);
    expect(problems).toEqual([]);
    expect(outcome).toMatch(/^(paid|cleared|checkpoints agreed|restored, paid)/);
  });

  it('recovers from a crash at every save, before and after the disk', () => {
    const trials = everySave(plan);
    const crashes = trials.length;
    console.log(`${plan.name}: ${crashes} crashes, ${crashes - failed(trials).length} recovered`);
    expect(failed(trials)).toEqual([]);
    expect(crashes).toBeGreaterThan(20);
  });
});

describe.each([PAYMENT, LIMIT_CHANGE, CLEARING])('$name', (plan) => {
  it('recovers from every two crashes and stray messages in one run', () => {
    const trials = everyTwo(plan);
    console.log(`${plan.name}: ${trials.length} pairs, ${trials.length - failed(trials).length} recovered`);
    expect(failed(trials)).toEqual([]);
    expect(trials.length).toBeGreaterThan(1_000);
  });
});
