/** What `npm run sim -- routes …` is asked for. */
import { parseArgs } from 'node:util';
import { DEFAULT_PRECISION } from '../graphs/credit-graph.ts';
import { GRAPH_USAGE, type GraphSource, parseGraph } from '../graphs/graph-source.ts';
import { type DrawLimit, LIMITS_USAGE, parseLimits } from '../graphs/limits.ts';
import { FORMATS } from '../graphs/read-graph.ts';

export const USAGE = `Usage: npm run sim -- routes [options]

Makes payments on a network with GEO's own code and, for comparison, in other ways; prints one table.

  --graph GRAPH       ${GRAPH_USAGE} (default ba:5000,4)
  --format FORMAT     of the file: ${FORMATS.join(', ')} (default: by its number of fields)
  --limits KIND       of a generated network, in units: ${LIMITS_USAGE}
                      (default lognormal:100,1)
  --payments N|FILE   how many payments between random participants, or a file of src,dst,amount (default 1000)
  --amounts KIND      of drawn payments, as --limits, where 1 is the median limit (default lognormal:0.5,1)
  --seeds A..B        one run a seed, or one number (default 1)
  --together N        payments under way at once (default 1: one after another)
  --delay-ms N        how long each message takes, in virtual time (default 20)
  --map KNOWN         whole: everybody has the map of all lines; none: only its own lines (default whole)
  --static            the other ways meet each payment on the network as it was at first, as in studies of Ripple
  --precision N       decimals of amounts, 0 to 8 (default ${DEFAULT_PRECISION})
  --json              one line of JSON instead of the table
  --help              this`;

/** A call that can be carried out, as far as can be told before the network is there. */
export interface Call {
  readonly source: GraphSource;
  readonly graphText: string;
  readonly limits: string;
  readonly drawLimit: DrawLimit;
  readonly payments: number | string;
  readonly amounts: string;
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly together: number;
  readonly delayMs: number;
  readonly isMapKnown: boolean;
  readonly isStatic: boolean;
  readonly precision: number;
  readonly json: boolean;
}

const MOST_PAYMENTS = 10_000_000;

const OPTIONS = {
  graph: { type: 'string', default: 'ba:5000,4' },
  format: { type: 'string' },
  limits: { type: 'string', default: 'lognormal:100,1' },
  payments: { type: 'string', default: '1000' },
  amounts: { type: 'string', default: 'lognormal:0.5,1' },
  seeds: { type: 'string', default: '1' },
  together: { type: 'string', default: '1' },
  'delay-ms': { type: 'string', default: '20' },
  map: { type: 'string', default: 'whole' },
  static: { type: 'boolean', default: false },
  precision: { type: 'string', default: String(DEFAULT_PRECISION) },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Something about a call that is wrong, in words. */
class WrongCall extends Error {}

/** The call, or what to show instead of carrying it out: the usage, or words and the usage. */
export function readCall(args: readonly string[]): Call | string {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    return values.help ? USAGE : checked(values);
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function checked(values: Values): Call {
  const precision = whole(values.precision, '--precision', 0, 8);
  const format = FORMATS.find((known) => known === values.format) ?? null;
  if (values.format !== undefined && format === null) {
    throw new WrongCall(`--format is "${values.format}": write ${FORMATS.join(', ')}.`);
  }
  const range = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(values.seeds);
  const firstSeed = Number(range?.[1]);
  const lastSeed = Number(range?.[2] ?? range?.[1]);
  if (range === null || lastSeed < firstSeed) {
    throw new WrongCall(`--seeds is "${values.seeds}": write it as 1..3, or one number.`);
  }
  if (values.map !== 'whole' && values.map !== 'none') {
    throw new WrongCall(`--map is "${values.map}": write whole or none.`);
  }
  // The true ones need the network; that they can be read at all is told before it is made.
  ok(parseLimits(values.amounts, 1), '--amounts');
  return {
    source: ok(parseGraph(values.graph, format), '--graph'),
    graphText: values.graph,
    limits: values.limits,
    drawLimit: ok(parseLimits(values.limits, 10 ** precision), '--limits'),
    payments: /^[-+\d.]/.test(values.payments)
      ? whole(values.payments, '--payments', 1, MOST_PAYMENTS)
      : values.payments,
    amounts: values.amounts,
    firstSeed,
    lastSeed,
    together: whole(values.together, '--together', 1, 100_000),
    delayMs: whole(values['delay-ms'], '--delay-ms', 1, 1_000),
    isMapKnown: values.map === 'whole',
    isStatic: values.static,
    precision,
    json: values.json,
  };
}

function whole(text: string, name: string, least: number, most: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new WrongCall(`${name} is "${text}": write a whole number from ${least} to ${most}.`);
}

function ok<T>(value: T | string, name: string): T {
  if (typeof value === 'string') throw new WrongCall(`${name}: ${value}`);
  return value;
}
