/** What the command lines of studies have in common: options, their words in the usage, and how they are read. */
import { DEMAND_USAGE, type DemandModel, parseDemand } from './demand/model.ts';
import { type GraphSource, parseGraph } from './graphs/graph-source.ts';
import { type DrawLimit, LIMITS_USAGE, parseLimits } from './graphs/limits.ts';
import { FORMATS } from './graphs/read-graph.ts';

/** Something about a call that is wrong, in words. */
export class WrongCall extends Error {}

/** What `read` makes of a call; or what to show instead: the usage where it gives null, words and the usage where it throws. */
export function called<Call>(usage: string, read: () => Call | null): Call | string {
  try {
    return read() ?? usage;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${usage}`;
  }
}

/** The options of every study that makes payments on a network, for `parseArgs`. */
export const PAYMENT_OPTIONS = {
  format: { type: 'string' },
  limits: { type: 'string', default: 'lognormal:100,1' },
  demand: { type: 'string' },
  payments: { type: 'string' },
  amounts: { type: 'string', default: 'lognormal:0.5,1' },
  seeds: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const INDENT = ' '.repeat(22);
const WIDTH = 98;

/** A long text in lines beneath each other, as the second column of a usage. */
export function column(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${INDENT}`);
}

/** These options in the usage, after `--graph`. */
export const NETWORK_USAGE = `  --format FORMAT     ${column(`of the file: ${FORMATS.join(', ')} (default: by what is in it)`)}
  --limits KIND       ${column(`of a generated network, in units: ${LIMITS_USAGE} (default lognormal:100,1)`)}
  --demand KIND       ${column(`who pays whom: ${DEMAND_USAGE} (default uniform)`)}`;

/** What the options say of the network and of the payments on it. */
export interface PaymentCall {
  readonly source: GraphSource;
  readonly graphText: string;
  readonly limits: string;
  readonly drawLimit: DrawLimit;
  readonly demand: DemandModel;
  readonly demandText: string;
  /** How many to draw; 0 where a file has them. */
  readonly payments: number;
  readonly amounts: string;
}

const MOST_PAYMENTS = 10_000_000;

interface PaymentValues {
  readonly format?: string | undefined;
  readonly limits: string;
  readonly demand?: string | undefined;
  readonly payments?: string | undefined;
  readonly amounts: string;
}

/** Reads them. Throws `WrongCall`. */
export function paymentCall(
  values: PaymentValues,
  graphText: string,
  { precision, payments }: { readonly precision: number; readonly payments: number },
): PaymentCall {
  const format = FORMATS.find((known) => known === values.format) ?? null;
  if (values.format !== undefined && format === null) {
    throw new WrongCall(`--format is "${values.format}": write ${FORMATS.join(', ')}.`);
  }
  // The true ones need the network; that they can be read at all is told before it is made.
  ok(parseLimits(values.amounts, 1), '--amounts');
  const demandText = values.demand ?? 'uniform';
  const demand = ok(parseDemand(demandText), '--demand');
  if (demand.kind === 'trace' && values.payments !== undefined) {
    throw new WrongCall(`--demand ${demandText} has its own payments: leave --payments out.`);
  }
  return {
    source: ok(parseGraph(graphText, format), '--graph'),
    graphText,
    limits: values.limits,
    drawLimit: ok(parseLimits(values.limits, 10 ** precision), '--limits'),
    demand,
    demandText,
    payments: demand.kind === 'trace' ? 0 : whole(values.payments ?? String(payments), '--payments', 1, MOST_PAYMENTS),
    amounts: values.amounts,
  };
}

/** `1..3` or one number. Throws `WrongCall`. */
export function seedsOf(text: string): { readonly firstSeed: number; readonly lastSeed: number } {
  const range = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(text);
  const firstSeed = Number(range?.[1]);
  const lastSeed = Number(range?.[2] ?? range?.[1]);
  if (range === null || lastSeed < firstSeed) {
    throw new WrongCall(`--seeds is "${text}": write it as 1..3, or one number.`);
  }
  return { firstSeed, lastSeed };
}

/** A whole number from least to most. Throws `WrongCall`. */
export function whole(text: string, name: string, least: number, most: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new WrongCall(`${name} is "${text}": write a whole number from ${least} to ${most}.`);
}

function ok<T>(value: T | string, name: string): T {
  if (typeof value === 'string') throw new WrongCall(`${name}: ${value}`);
  return value;
}
