/** What `npm run sim -- clear …` is asked for. */
import { parseArgs } from 'node:util';
import { GRAPH_USAGE, type GraphSource, parseGraph } from '../graphs/graph-source.ts';
import { type DrawLimit, LIMITS_USAGE, parseLimits } from '../graphs/limits.ts';
import { FORMATS } from '../graphs/read-graph.ts';

export const USAGE = `Usage: npm run sim -- clear FILE [--json]     clears a list of debts, lines of from,to,amount: from owes to
       npm run sim -- clear --graph GRAPH [options]   compares ways of clearing the debts that payments leave

  --json              one line of JSON instead of the table
  --seeds A..B        one run a seed, or one number (default 1)
  --messages N        most messages an account, over the whole run (default 200)
  --compare           of a list: all ways in a table, not just the best one
  --graph GRAPH       ${GRAPH_USAGE}
  --format FORMAT     of the file: ${FORMATS.join(', ')} (default: by its number of fields)
  --limits KIND       of a generated network, in units: ${LIMITS_USAGE}
                      (default lognormal:100,1)
  --payments N        how many payments between random participants (default 100000)
  --amounts KIND      of payments, as --limits, where 1 is the median limit (default lognormal:0.5,1)
  --help              this

Without --compare the way is "long rings first, then probes": each participant knows its own accounts only and finds rings
by walks, then by probes in both directions. Nodes do not do all of that yet: they walk as the row "as nodes do it" says.`;

/** Which debts. */
export type DebtSource =
  | { readonly type: 'list'; readonly path: string }
  | {
      readonly type: 'payments';
      readonly graph: GraphSource;
      readonly text: string;
      readonly drawLimit: DrawLimit;
      readonly payments: number;
      readonly amounts: string;
    };

export interface Call {
  readonly source: DebtSource;
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly messageCap: number;
  readonly isComparison: boolean;
  readonly json: boolean;
}

/** Decimals of limits and payments that are drawn. */
export const PRECISION = 2;
const MOST_PAYMENTS = 10_000_000;
const MOST_MESSAGES = 1_000_000;

const OPTIONS = {
  graph: { type: 'string' },
  format: { type: 'string' },
  limits: { type: 'string', default: 'lognormal:100,1' },
  payments: { type: 'string', default: '100000' },
  amounts: { type: 'string', default: 'lognormal:0.5,1' },
  seeds: { type: 'string', default: '1' },
  messages: { type: 'string', default: '200' },
  compare: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Something about a call that is wrong, in words. */
class WrongCall extends Error {}

/** The call, or what to show instead of carrying it out: the usage, or words and the usage. */
export function readCall(args: readonly string[]): Call | string {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    return values.help ? USAGE : checked(values, positionals);
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function checked(values: Values, [path, ...more]: readonly string[]): Call {
  const range = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(values.seeds);
  const firstSeed = Number(range?.[1]);
  const lastSeed = Number(range?.[2] ?? range?.[1]);
  if (range === null || lastSeed < firstSeed) {
    throw new WrongCall(`--seeds is "${values.seeds}": write it as 1..3, or one number.`);
  }
  if (more.length > 0 || (path === undefined) === (values.graph === undefined)) {
    throw new WrongCall('say one list of debts, or one network with --graph.');
  }
  return {
    source: path === undefined ? payments(values, values.graph ?? '') : { type: 'list', path },
    firstSeed,
    lastSeed,
    messageCap: whole(values.messages, '--messages', 1, MOST_MESSAGES),
    isComparison: values.compare || path === undefined,
    json: values.json,
  };
}

function payments(values: Values, text: string): DebtSource {
  const format = FORMATS.find((known) => known === values.format) ?? null;
  if (values.format !== undefined && format === null) {
    throw new WrongCall(`--format is "${values.format}": write ${FORMATS.join(', ')}.`);
  }
  // The true ones need the network; that they can be read at all is told before it is made.
  ok(parseLimits(values.amounts, 1), '--amounts');
  return {
    type: 'payments',
    graph: ok(parseGraph(text, format), '--graph'),
    text,
    drawLimit: ok(parseLimits(values.limits, 10 ** PRECISION), '--limits'),
    payments: whole(values.payments, '--payments', 1, MOST_PAYMENTS),
    amounts: values.amounts,
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
