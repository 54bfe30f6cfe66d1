/**
 * `npm run soak:members -- [--members 500] [--rate 50] [--minutes 10] [--kills 2] [--seed 1] [--json]`: members of a real
 * hub pay each other from the code of their browsers while the hub is killed. With `--idle N` instead, so many members
 * each keep a WebSocket open and do nothing.
 *
 * Standard output has the figures; progress goes to standard error. Exit 0 when all is well, 1 when something was lost or
 * violated or 99 of 100 payments took longer than a second, 3 for a wrong call.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SoakHub } from './members-hub.ts';
import { type IdleFigures, runIdle } from './members-idle.ts';
import { type LoadFigures, runLoad } from './members-run.ts';

const USAGE = `Usage: npm run soak:members -- [--members 500] [--rate 50] [--minutes 10] [--kills 2] [--seed 1] [--json]
       npm run soak:members -- --idle 10000 [--json]

  --members N   how many members there are
  --rate N      payments that begin in a second
  --minutes N   for how long
  --kills N     how often the hub is killed in the first third of that time
  --seed N      who trusts and pays whom
  --idle N      so many members with an open WebSocket, and no payments
  --profile F   an existing folder for processor profiles of the hub
  --json        the figures as one JSON document`;

const WRONG_CALL = 3;
const MOST_P99_MS = 1_000;
const MOST_IDLE_MIB = 4_096;
/** Memory in use counts as flat where its last third is at most so many times its middle one. */
const MOST_GROWTH = 1.15;
const NUMBERS = ['members', 'rate', 'kills', 'seed', 'minutes'] as const;

type Call = Readonly<Record<(typeof NUMBERS)[number], number>> & {
  readonly idle: number | null;
  readonly profile: string | null;
  readonly json: boolean;
};

function readCall(): Call | string {
  try {
    const { values } = parseArgs({
      options: {
        members: { type: 'string', default: '500' },
        rate: { type: 'string', default: '50' },
        minutes: { type: 'string', default: '10' },
        kills: { type: 'string', default: '2' },
        seed: { type: 'string', default: '1' },
        idle: { type: 'string' },
        profile: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const { idle, profile, json } = values;
    for (const [name, text] of [
      ...NUMBERS.map((name) => [name, values[name]] as const),
      ['idle', idle ?? '1'] as const,
    ]) {
      if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) return `--${name} is "${text}": write a number.\n\n${USAGE}`;
    }
    const numbers = Object.fromEntries(NUMBERS.map((name) => [name, Number(values[name])])) as Record<
      (typeof NUMBERS)[number],
      number
    >;
    return { ...numbers, idle: idle === undefined ? null : Number(idle), profile: profile ?? null, json };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

/** Why the figures of an idle crowd are not good enough. */
function idleFlawsOf({
  members,
  sockets,
  socketsAfterRestart,
  rssMiB,
  rssAfterRestartMiB,
}: IdleFigures): readonly string[] {
  const flaws: string[] = [];
  const most = Math.max(rssMiB, rssAfterRestartMiB);
  if (most > MOST_IDLE_MIB) flaws.push(`the hub takes ${most} MiB, above ${MOST_IDLE_MIB}`);
  const open = Math.min(sockets, socketsAfterRestart);
  if (open < members) flaws.push(`${members - open} members have no open WebSocket`);
  return flaws;
}

/** Why the figures are not good enough. */
function flawsOf({ books, outcomeMs, open, liveMiB: { middleThird, lastThird } }: LoadFigures): readonly string[] {
  const flaws = [...books.violations];
  if (outcomeMs.p99 > MOST_P99_MS) flaws.push(`p99 is ${outcomeMs.p99} ms, above ${MOST_P99_MS} ms`);
  if (open > 0) flaws.push(`${open} payments are open at the end`);
  // Caches fill in the first third.
  if (lastThird > MOST_GROWTH * middleThird) flaws.push(`memory in use grew from ${middleThird} to ${lastThird} MiB`);
  return flaws;
}

async function run({ idle, profile, json, ...options }: Call): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'geo-soak-members-'));
  const began = performance.now();
  const tell = (what: string): void => {
    console.error(`${((performance.now() - began) / 1_000).toFixed(0)} s: ${what}`);
  };
  const hub = await SoakHub.create(join(folder, 'hub'), profile);
  process.once('exit', () => hub.killNow());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const show = (figures: object): void => console.log(json ? JSON.stringify(figures) : figures);
  let flaws: readonly string[];
  if (idle === null) {
    const figures = await runLoad(hub, { ...options, tell });
    show({ ...figures, books: { ...figures.books, violations: figures.books.violations.length } });
    flaws = flawsOf(figures);
  } else {
    const figures = await runIdle(hub, { members: idle, seed: options.seed, tell });
    show(figures);
    flaws = idleFlawsOf(figures);
  }
  for (const flaw of flaws) console.error(flaw);
  if (flaws.length === 0) await rm(folder, { recursive: true, force: true });
  else console.error(`What the hub wrote is kept in ${folder}`);
  return flaws.length === 0 ? 0 : 1;
}

const call = readCall();
if (typeof call === 'string') {
  console.error(call);
  process.exitCode = call === USAGE ? 0 : WRONG_CALL;
} else {
  process.exitCode = await run(call);
}
process.exit();
