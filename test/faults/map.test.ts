import { expect, it } from 'vitest';
import { MapSimulation } from '#simulations/map.ts';

it('everybody comes to hold the same map, over 60 seeds of loss, doubling, broken links, wrong clocks and restarts', () => {
  let events = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const simulation = new MapSimulation(seed);
    expect({ seed, violations: simulation.run() }).toEqual({ seed, violations: [] });
    events += simulation.events;
  }
  expect(events).toBeGreaterThan(100_000);
});
