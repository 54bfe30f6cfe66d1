/**
 * `npm run sim:map -- --seeds 1..100`: the map of everybody in the simulator, one scenario a seed.
 * Exit 0 when all maps came to be the same, 1 otherwise, 3 for a wrong call.
 */
import { parseArgs } from 'node:util';
import { MapSimulation } from './map.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1..100' } } });
const range = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(values.seeds);
if (range === null) {
  console.error(`--seeds is "${values.seeds}": write it as 1..100, or one number.`);
  process.exitCode = 3;
} else {
  const last = Number(range[2] ?? range[1]);
  let events = 0;
  for (let seed = Number(range[1]); seed <= last && process.exitCode === undefined; seed++) {
    const simulation = new MapSimulation(seed);
    for (const { invariant, participant, what } of simulation.run().slice(0, 1)) {
      console.log(
        `seed ${seed}: ${invariant} at participant ${participant}: ${what}\n  npm run sim:map -- --seeds ${seed}`,
      );
      process.exitCode = 1;
    }
    events += simulation.events;
  }
  console.log(`events=${events}`);
}
