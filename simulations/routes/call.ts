/** What `npm run sim -- routes …` is asked for. */
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
import { DEFAULT_PRECISION } from '../graphs/credit-graph.ts';
import { GRAPH_USAGE } from '../graphs/graph-source.ts';

export const USAGE = `Usage: npm run sim -- routes [options]

Makes payments on a network with GEO's own code and, for comparison, in other ways; prints one table.

  --graph GRAPH       ${column(`${GRAPH_USAGE} (default ba:5000,4)`)}
${NETWORK_USAGE}
  --payments N|FILE   how many payments, or a file of src,dst,amount, as --demand trace:FILE (default 1000)
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
export interface Call extends PaymentCall {
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly together: number;
  readonly delayMs: number;
  readonly isMapKnown: boolean;
  readonly isStatic: boolean;
  readonly precision: number;
  readonly json: boolean;
}

const PAYMENTS = 1_000;

const OPTIONS = {
  ...PAYMENT_OPTIONS,
  graph: { type: 'string', default: 'ba:5000,4' },
  together: { type: 'string', default: '1' },
  'delay-ms': { type: 'string', default: '20' },
  map: { type: 'string', default: 'whole' },
  static: { type: 'boolean', default: false },
  precision: { type: 'string', default: String(DEFAULT_PRECISION) },
} as const;

/** The call, or what to show instead of carrying it out: the usage, or words and the usage. */
export function readCall(args: readonly string[]): Call | string {
  return called(USAGE, () => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    return values.help ? null : checked(values);
  });
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function checked(values: Values): Call {
  const precision = whole(values.precision, '--precision', 0, 8);
  const seeds = seedsOf(values.seeds);
  if (values.map !== 'whole' && values.map !== 'none') {
    throw new WrongCall(`--map is "${values.map}": write whole or none.`);
  }
  return {
    ...paymentCall(withTrace(values), values.graph, { precision, payments: PAYMENTS }),
    ...seeds,
    together: whole(values.together, '--together', 1, 100_000),
    delayMs: whole(values['delay-ms'], '--delay-ms', 1, 1_000),
    isMapKnown: values.map === 'whole',
    isStatic: values.static,
    precision,
    json: values.json,
  };
}

/** `--payments FILE` is short for `--demand trace:FILE`. */
function withTrace(values: Values): Values {
  const { payments, demand, ...others } = values;
  if (payments === undefined || /^[-+\d.]/.test(payments)) return values;
  if (demand !== undefined) throw new WrongCall(`--payments ${payments} says who pays whom: leave --demand out.`);
  return { ...others, demand: `trace:${payments}` };
}
