/**
 * `npm run bench -- --json [--only WORD]`: how fast it is on this machine, beside what the machine allows.
 *
 * With `--json`, standard output has one line a figure: `{"name","value","unit","floor","ratio"}`; otherwise a table.
 * Progress goes to standard error. Exit 0 when all was measured, 3 for a wrong call.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { codec } from './codec.ts';
import { crypto } from './crypto.ts';
import type { Bench, Figure } from './figure.ts';
import { oneIntermediary } from './one-intermediary.ts';
import { simulator } from './simulator.ts';
import { store } from './store.ts';
import { threeHops } from './three-hops.ts';

const USAGE = `Usage: npm run bench -- [--json] [--only WORD]

  --json         one line of JSON a figure instead of a table
  --only WORD    only figures whose names contain WORD, such as payment, store, codec, crypto or simulator`;

const WRONG_CALL = 3;
const BENCHES: readonly Bench[] = [threeHops, oneIntermediary, simulator, store, codec, crypto];

interface Call {
  readonly json: boolean;
  readonly only: string;
}

function readCall(): Call | string {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const names = BENCHES.flatMap((bench) => bench.names);
    if (names.some((name) => name.includes(values.only))) return values;
    return `--only is "${values.only}": no figure has that in its name. There are:\n  ${names.join('\n  ')}\n\n${USAGE}`;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function showTable(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit, floor, ratio } of figures) {
    const beside = floor === null ? '' : `   floor ${floor} ${unit}, ratio ${ratio?.toFixed(2)}`;
    console.log(`${name.padEnd(width)}  ${String(value).padStart(8)} ${unit}${beside}`);
  }
}

async function run({ json, only }: Call): Promise<void> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  console.error(`${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB, Node.js ${process.version}`);
  const figures: Figure[] = [];
  for (const bench of BENCHES) {
    const wanted = bench.names.filter((name) => name.includes(only));
    if (wanted.length === 0) continue;
    console.error(`measuring ${wanted.join(', ')} …`);
    for (const figure of await bench.run()) {
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
