/** Hosted participants (protocol §11.4) among others, in simulated networks with faults: what they sign late is safe and takes effect. */
import { expect, it } from 'vitest';
import { withHosted } from '#simulations/hosted.ts';
import { makeScenario } from '#simulations/scenario.ts';
import { fastSignatures } from '#simulations/signatures.ts';
import { Simulation } from '#simulations/simulation.ts';
import { atScale } from '#test/support/scale.ts';

const SEEDS = atScale(100, 1_000);

it.each(['none', 'honest', 'all'] as const)(
  `keep every invariant over ${SEEDS} seeds with faults: %s`,
  (level) => {
    let agreed = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const scenario = withHosted(makeScenario(seed, level));
      const { violations, participants } = new Simulation(scenario, {
        signatures: fastSignatures,
        throughBytes: false,
      }).run();
      expect(violations, `seed ${seed}`).toEqual([]);
      for (const { isHosted, records } of participants) {
        if (!isHosted) continue;
        for (const { neighbour, equivalent } of records.accounts())
          if ((records.checkpoint(neighbour, equivalent)?.agreed ?? null) !== null) agreed++;
      }
    }
    expect(agreed).toBeGreaterThan(SEEDS);
  },
  600_000,
);
