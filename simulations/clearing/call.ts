/** What `npm run sim -- clear …` is asked for. */
import { parseArgs } from 'node:util';
import {
  called,
  column,
  NETWORK_USAGE,
  PAYMENT_OPTIONS,
  type PaymentCall,
  paymentCall,
  seedsOf,
  WrongCall,
  whole,
} from '../call.ts';
import { GRAPH_USAGE } from '../graphs/graph-source.ts';

export const USAGE = `Usage: npm run sim -- clear FILE [--json]     clears a list of debts, lines of from,to,amount: from owes to
       npm run sim -- clear --graph GRAPH [options]   compares ways of clearing the debts that payments leave

  --json              one line of JSON instead of the table
  --seeds A..B        one run a seed, or one number (default 1)
  --messages N        most messages an account, over the whole run (default 200)
  --compare           of a list: all ways in a table, not just the best one
  --graph GRAPH       ${column(GRAPH_USAGE)}
${NETWORK_USAGE}
  --payments N        how many payments (default 100000)
  --amounts KIND      of payments, as --limits, where 1 is the median limit (default lognormal:0.5,1)
  --help              this

Without --compare the way is that of nodes: each participant knows its own accounts only and finds rings by walks, long
ones first, then by probes in both directions.`;

/** Which debts. */
export type DebtSource =
  | { readonly type: 'list'; readonly path: string }
  | { readonly type: 'payments'; readonly call: PaymentCall };

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
const PAYMENTS = 100_000;
const MOST_MESSAGES = 1_000_000;

const OPTIONS = {
  ...PAYMENT_OPTIONS,
  graph: { type: 'string' },
  messages: { type: 'string', default: '200' },
  compare: { type: 'boolean', default: false },
} as const;

/** The call, or what to show instead of carrying it out: the usage, or words and the usage. */
export function readCall(args: readonly string[]): Call | string {
  return called(USAGE, () => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    return values.help ? null : checked(values, positionals);
  });
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function checked(values: Values, [path, ...more]: readonly string[]): Call {
  const seeds = seedsOf(values.seeds);
  if (more.length > 0 || (path === undefined) === (values.graph === undefined)) {
    throw new WrongCall('say one list of debts, or one network with --graph.');
  }
  return {
    source: path === undefined ? payments(values, values.graph ?? '') : { type: 'list', path },
    ...seeds,
    messageCap: whole(values.messages, '--messages', 1, MOST_MESSAGES),
    isComparison: values.compare || path === undefined,
    json: values.json,
  };
}

function payments(values: Values, graph: string): DebtSource {
  return { type: 'payments', call: paymentCall(values, graph, { precision: PRECISION, payments: PAYMENTS }) };
}
