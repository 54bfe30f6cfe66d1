/**
 * `npm run sim -- --seeds 1..1000`: runs one scenario a seed and checks all invariants after every event.
 *
 * Standard output tells what is held behind malicious participants, and ends with the line
 * `seeds=N events=N violations=N digest=…`; progress and rates go to standard
 * error. Exit 0 when nothing was violated, 1 otherwise, 3 for a wrong call. A violation prints the command that replays it.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { runClearing } from './clearing/main.ts';
import { runDesign } from './design/main.ts';
import { withHosted } from './hosted.ts';
import { runRoutes } from './routes/main.ts';
import { type FaultLevel, makeScenario } from './scenario.ts';
import { fastSignatures, realSignatures } from './signatures.ts';
import { Simulation } from './simulation.ts';
import { runMerge, runPlan, runRun } from './study/main.ts';
import { runWorker, WORKER } from './study/worker.ts';
import { Trace } from './trace.ts';

/** The words that ask for a study instead of runs with faults. */
const STUDIES = new Map<string, (args: readonly string[]) => Promise<number>>([
  ['routes', runRoutes],
  ['clear', runClearing],
  ['run', runRun],
  ['plan', runPlan],
  ['merge', runMerge],
  ['design', runDesign],
  [WORKER, runWorker],
]);

const USAGE = `Usage: npm run sim -- [--seeds 1..1000] [--faults none|honest|all] [--signatures fast|real] [--hosted] [--keep-going]
       npm run sim -- routes [options]   how many payments of a network are made; see routes --help
       npm run sim -- clear FILE [--json]   how much of a list of debts cancels itself; see clear --help
       npm run sim -- run STUDY.yaml     every point of a study file, on all cores; see run --help
       npm run sim -- plan STUDY.yaml --shards N   jobs that run a study on many machines
       npm run sim -- merge DIR… --out DIR         what they gave, put together
       npm run sim -- design [FILE]      draw a network in the browser and run it step by step; see design --help

  --seeds A..B         which seeds to run, or one number (default 1..1000)
  --faults LEVEL       none: a calm network; honest: loss, duplication, reordering, cuts, crashes;
                       all: also malicious participants and disks rewound (default all)
  --signatures KIND    fast: same decisions, no cryptography; real: Ed25519 and every message through its bytes
  --hosted             half of the honest participants are hosted, and sign checkpoints when they look in
  --keep-going         do not stop at the first seed that violates an invariant`;

interface Call {
  readonly first: number;
  readonly last: number;
  readonly level: FaultLevel;
  readonly isReal: boolean;
  readonly isHosted: boolean;
  readonly keepGoing: boolean;
}

function readCall(): Call | string {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '1..1000' },
        faults: { type: 'string', default: 'all' },
        signatures: { type: 'string', default: 'fast' },
        hosted: { type: 'boolean', default: false },
        'keep-going': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const range = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(values.seeds);
    const first = Number(range?.[1]);
    const last = Number(range?.[2] ?? range?.[1]);
    if (range === null || last < first)
      return `--seeds is "${values.seeds}": write it as 1..1000, or one number.\n\n${USAGE}`;
    const level = (['none', 'honest', 'all'] as const).find((known) => known === values.faults);
    if (level === undefined) return `--faults is "${values.faults}": write none, honest or all.\n\n${USAGE}`;
    if (values.signatures !== 'fast' && values.signatures !== 'real') {
      return `--signatures is "${values.signatures}": write fast or real.\n\n${USAGE}`;
    }
    const [isReal, isHosted] = [values.signatures === 'real', values.hosted];
    return { first, last, level, isReal, isHosted, keepGoing: values['keep-going'] };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function replayCommand(seed: number, { level, isReal, isHosted }: Call): string {
  const more = `${isReal ? ' --signatures real' : ''}${isHosted ? ' --hosted' : ''}`;
  return `npm run sim -- --seeds ${seed} --faults ${level}${more}`;
}

function runSeeds(call: Call): number {
  const { first, last, level, isReal, isHosted } = call;
  const options = { signatures: isReal ? realSignatures : fastSignatures, throughBytes: isReal };
  const trace = new Trace();
  let seeds = 0;
  let events = 0;
  let violations = 0;
  let held = 0n;
  const began = performance.now();
  let toldAt = began;
  for (let seed = first; seed <= last; seed++) {
    const scenario = makeScenario(seed, level);
    const outcome = new Simulation(isHosted ? withHosted(scenario) : scenario, options).run();
    seeds++;
    events += outcome.events;
    violations += outcome.violations.length;
    held += outcome.heldUnitSeconds;
    trace.digestOf(outcome.digest);
    for (const { invariant, participant, what } of outcome.violations) {
      console.log(`seed ${seed}: ${invariant} at participant ${participant}: ${what}\n  ${replayCommand(seed, call)}`);
    }
    if (outcome.violations.length > 0 && !call.keepGoing) break;
    if (performance.now() - toldAt > 2_000) {
      toldAt = performance.now();
      console.error(
        `seed ${seed} of ${last}, ${events} events, ${Math.round((events / (toldAt - began)) * 1_000)} events/s`,
      );
    }
  }
  const seconds = (performance.now() - began) / 1_000;
  console.error(`${events} events in ${seconds.toFixed(2)} s: ${Math.round(events / seconds)} events/s`);
  console.log(`amount × time that honest participants hold past expiry, for others: ${held / 100_000_000n} UAH·s`);
  console.log(`seeds=${seeds} events=${events} violations=${violations} digest=${trace.digest}`);
  return violations === 0 ? 0 : 1;
}

const study = STUDIES.get(process.argv[2] ?? '');
const call = study === undefined ? readCall() : study;
if (typeof call === 'function') {
  process.exitCode = await call(process.argv.slice(3));
} else if (typeof call === 'string') {
  console.error(call);
  process.exitCode = call === USAGE ? 0 : 3;
} else {
  process.exitCode = runSeeds(call);
}
