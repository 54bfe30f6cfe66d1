/**
 * `npm run bench -- --json [--only WORD] [--participants N]`: how fast it is on this machine, beside what the machine allows.
 *
 * With `--json`, standard output has one line a figure: `{"name","value","unit","floor","ratio"}`; otherwise a table.
 * Progress goes to standard error. Exit 0 when all was measured, 3 for a wrong call.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { announcementFlood } from './announcement-flood.ts';
import { codec } from './codec.ts';
import { crypto } from './crypto.ts';
import type { Bench, Figure } from './figure.ts';
import { hints } from './hints.ts';
import { oneIntermediary } from './one-intermediary.ts';
import { page } from './page.ts';
import { scrolling } from './scrolling.ts';
import { simulator } from './simulator.ts';
import { startUp } from './start-up.ts';
import { store } from './store.ts';
import { threeHops } from './three-hops.ts';

const USAGE = `Usage: npm run bench -- [--json] [--only WORD] [--participants N]

  --json         one line of JSON a figure instead of a table
  --only WORD    only three-hops, one-intermediary, announcement-flood, simulator, store, start-up, codec, crypto, hints, page or scrolling;
                 or only figures whose names contain WORD, such as payment or p99
  --participants N  of the graph on which hints are asked, ten lines each; 1000 to 5000000, usually 1000000`;

const WRONG_CALL = 3;
const BENCHES: readonly Bench[] = [
  ...[threeHops, oneIntermediary, announcementFlood],
  ...[simulator, store, startUp, codec, crypto, hints, page, scrolling],
];

interface Call {
  readonly json: boolean;
  readonly only: string;
  readonly participants: number;
}

function readCall(): Call | string {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        participants: { type: 'string', default: '1000000' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const participants = /^[1-9]\d{3,6}$/.test(values.participants) ? Number(values.participants) : 0;
    if (participants < 1_000 || participants > 5_000_000) {
      return `--participants is "${values.participants}": it must be a whole number from 1000 to 5000000.\n\n${USAGE}`;
    }
    const names = BENCHES.flatMap((bench) => bench.names);
    if (BENCHES.some((bench) => wantedOf(bench, values.only).length > 0)) return { ...values, participants };
    return `--only is "${values.only}": no measurement is called so, and no figure has it in its name. There are:\n  ${names.join('\n  ')}\n\n${USAGE}`;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function wantedOf({ word, names }: Bench, only: string): readonly string[] {
  return word === only ? names : names.filter((name) => name.includes(only));
}

function showTable(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit, floor, ratio } of figures) {
    const beside = floor === null ? '' : `   floor ${floor} ${unit}, ratio ${ratio?.toFixed(2)}`;
    console.log(`${name.padEnd(width)}  ${String(value).padStart(8)} ${unit}${beside}`);
  }
}

async function run({ json, only, participants }: Call): Promise<void> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  console.error(`${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB, Node.js ${process.version}`);
  const figures: Figure[] = [];
  for (const bench of BENCHES) {
    const wanted = wantedOf(bench, only);
    if (wanted.length === 0) continue;
    console.error(`measuring ${wanted.join(', ')} …`);
    for (const figure of await bench.run({ participants })) {
      if (!wanted.includes(figure.name)) continue;
      figures.push(figure);
      if (json) console.log(JSON.stringify(figure));
    }
  }
  if (!json) showTable(figures);
}

const call = readCall();
if (typeof call === 'string') {
  console.error(call);
  process.exitCode = call === USAGE ? 0 : WRONG_CALL;
} else {
  await run(call);
}
