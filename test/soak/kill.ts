/**
 * `npm run soak:kill -- [--kills 1000] [--seed 1]`: real nodes pay each other while they are killed at random instants.
 *
 * The last line of standard output is `kills=N payments=N acknowledged=N lost=N violations=N`; progress goes to standard
 * error. Exit 0 when nothing was lost or violated, 1 otherwise, 3 for a wrong call.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type KillCounts, runKills } from './kill-run.ts';

const USAGE = `Usage: npm run soak:kill -- [--kills 1000] [--seed 1]

  --kills N   how many times a process is killed
  --seed N    which payments, and how long everything may live; the instants themselves depend on the machine`;

const WRONG_CALL = 3;
const TELL_EVERY_MS = 5_000;

interface Call {
  readonly kills: number;
  readonly seed: number;
}

function readCall(): Call | string {
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    for (const name of ['kills', 'seed'] as const) {
      if (!/^[1-9]\d{0,8}$/.test(values[name])) return `--${name} is "${values[name]}": write a number.\n\n${USAGE}`;
    }
    return { kills: Number(values.kills), seed: Number(values.seed) };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function shown({ kills, payments, acknowledged }: KillCounts): string {
  return `kills=${kills} payments=${payments} acknowledged=${acknowledged}`;
}

async function run(call: Call): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'geo-soak-'));
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1_000).toFixed(0)} s`;
  let toldAt = began;
  const tell = (counts: KillCounts): void => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    console.error(`${seconds()}: ${shown(counts)}`);
  };
  const outcome = await runKills({ ...call, folder, tell });
  const isGood = outcome.lost === 0 && outcome.violations.length === 0;
  for (const violation of outcome.violations) console.log(violation);
  if (isGood) await rm(folder, { recursive: true, force: true });
  else console.log(`What the nodes wrote is kept in ${folder}`);
  console.error(`done in ${seconds()}`);
  console.log(`${shown(outcome)} lost=${outcome.lost} violations=${outcome.violations.length}`);
  return isGood ? 0 : 1;
}

const call = readCall();
if (typeof call === 'string') {
  console.error(call);
  process.exitCode = call === USAGE ? 0 : WRONG_CALL;
} else {
  process.exitCode = await run(call);
}
