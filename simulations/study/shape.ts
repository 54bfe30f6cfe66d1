/**
 * The shape of a study file: what may stand in it, within which bounds, and what is meant where nothing is said. The
 * same file holds large generated networks and small ones that somebody draws by hand.
 */
import { z } from 'zod';
import { DEFAULT_PRECISION, MAX_STEPS } from '../graphs/credit-graph.ts';
import { parseGraph } from '../graphs/graph-source.ts';
import { parseLimits } from '../graphs/limits.ts';
import { FORMATS } from '../graphs/read-graph.ts';
import { STRATEGIES } from './behaviours.ts';
import { MOST_LATENCY_MS } from './weather.ts';

const MOST_PAYMENTS = 10_000_000;
const MOST_PAIRS = 1_000_000;
const MOST_SEEDS = 100_000;
const MOST_VALUES = 1_000;
const MOST_NAMED = 100_000;
const DAY_SECONDS = 86_400;

/** An object of just these fields. */
function fields<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has no field ${issue.keys.map((key) => `“${key}”`).join(', ')}: write ${Object.keys(shape).join(', ')}`
        : undefined,
  });
}

/** A text that says how something is drawn; `read` gives words when it cannot be read. */
function text(read: (text: string) => unknown) {
  return z.string().superRefine((value, context) => {
    const found = read(value);
    if (typeof found === 'string') context.addIssue({ code: 'custom', message: found });
  });
}

const chance = z.number().min(0).max(1);
const limits = text((value) => parseLimits(value, 1));
const wholeUpTo = (most: number) => z.int().min(1).max(most);
const name = z.string().min(1).max(64);
const mostUnits = MAX_STEPS / 100;
const amount = z.number().min(0).max(mostUnits);

const latency = text((value) => {
  const found = readLatency(value);
  return found ?? 'write constant:MS, lognormal:MEDIAN_MS,SIGMA or file:PATH';
});

/** What a text says of latency; null when it says nothing of the kind. */
export function readLatency(value: string) {
  const colon = value.indexOf(':');
  const [kind, rest] = [value.slice(0, Math.max(0, colon)), value.slice(colon + 1)];
  if (kind === 'file' && rest !== '') return { type: 'file', path: rest } as const;
  const numbers = rest.split(',').map((part) => (/^\d{1,6}(\.\d{1,6})?$/.test(part) ? Number(part) : Number.NaN));
  const [ms = Number.NaN, sigma] = numbers;
  if (!(ms >= 0 && ms <= MOST_LATENCY_MS)) return null;
  if (kind === 'constant' && numbers.length === 1) return { type: 'constant', ms } as const;
  if (kind === 'lognormal' && numbers.length === 2 && sigma !== undefined && sigma >= 0 && ms > 0)
    return { type: 'lognormal', medianMs: ms, sigma } as const;
  return null;
}

const seeds = z
  .union([z.int(), z.string()])
  .superRefine((value, context) => {
    if (seedsOf(value) === null)
      context.addIssue({ code: 'custom', message: `write how many (1 to ${MOST_SEEDS}), or a range as 1..20` });
  })
  .default(1);

/** First and last seed; null when the value says nothing of the kind. */
export function seedsOf(value: number | string): readonly [first: number, last: number] | null {
  const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(String(value));
  const [first, last] = range === null ? [1, Number(value)] : [Number(range[1]), Number(range[2])];
  const isRange = Number.isInteger(last) && last >= first && last - first < MOST_SEEDS;
  return isRange ? [first, last] : null;
}

const participant = fields({
  name,
  /** Where it stands in a drawing. */
  x: z.number().optional(),
  y: z.number().optional(),
});
/** `from` lets `to` owe up to the limit, so `to` can pay `from`. `owed`: what `to` owes `from` at first. */
const line = fields({ from: name, to: name, limit: amount, owed: amount.default(0) });

const network = fields({
  graph: text((value) => parseGraph(value, null)).optional(),
  format: z.enum(FORMATS).optional(),
  limits: limits.default('lognormal:100,1'),
  precision: z.int().min(0).max(8).default(DEFAULT_PRECISION),
  participants: z.array(participant).min(2).max(MOST_NAMED).optional(),
  lines: z
    .array(line)
    .min(1)
    .max(10 * MOST_NAMED)
    .optional(),
}).superRefine((value, context) => {
  const isDrawn = value.participants !== undefined || value.lines !== undefined;
  if (isDrawn === (value.graph !== undefined))
    context.addIssue({ code: 'custom', message: 'has one of the two: graph, or participants and lines' });
  if (isDrawn && (value.participants === undefined || value.lines === undefined))
    context.addIssue({ code: 'custom', message: 'has participants and lines together: write both' });
});

const KINDS = ['uniform', 'gravity', 'zipf', 'circulation', 'trace', 'list'] as const;
/** Fields that say something only of one kind of demand. */
const ONLY = {
  by: 'gravity',
  pairs: 'zipf',
  exponent: 'zipf',
  share: 'circulation',
  file: 'trace',
  list: 'list',
} as const;

const payment = fields({
  at: z
    .number()
    .min(0)
    .max(1_000 * DAY_SECONDS),
  from: name,
  to: name,
  amount: z.number().positive().max(mostUnits),
});

const demand = fields({
  kind: z.enum(KINDS).default('uniform'),
  payments: wholeUpTo(MOST_PAYMENTS).default(1_000),
  rate: z.number().positive().max(1_000_000).default(10),
  amounts: limits.default('lognormal:0.1,1'),
  by: z.enum(['limit', 'degree']).optional(),
  pairs: wholeUpTo(MOST_PAIRS).optional(),
  exponent: z.number().min(0).max(10).optional(),
  share: chance.optional(),
  file: z.string().min(1).optional(),
  list: z.array(payment).min(1).max(MOST_PAYMENTS).optional(),
}).superRefine((value, context) => {
  for (const [field, kind] of Object.entries(ONLY) as [keyof typeof ONLY, (typeof KINDS)[number]][]) {
    if (value[field] !== undefined && value.kind !== kind)
      context.addIssue({
        code: 'custom',
        path: [field],
        message: `belongs to kind ${kind}, and kind is ${value.kind}: leave it out`,
      });
  }
  if (value.kind === 'trace' && value.file === undefined)
    context.addIssue({
      code: 'custom',
      path: ['file'],
      message: 'is missing: write the path of a file of src,dst,amount',
    });
  if (value.kind === 'list' && value.list === undefined)
    context.addIssue({
      code: 'custom',
      path: ['list'],
      message: 'is missing: write payments as {at, from, to, amount}',
    });
});

/** So often for each in an hour, for so many seconds on average. */
const mishap = (seconds: number) =>
  fields({
    perHour: z.number().min(0).max(1_000).default(0),
    seconds: z.number().min(0.001).max(DAY_SECONDS).default(seconds),
  }).prefault({});

const faults = fields({
  loss: chance.default(0),
  duplication: chance.default(0),
  crashes: mishap(30),
  churn: fields({ participants: mishap(300), links: mishap(60) }).prefault({}),
  malicious: fields({ share: chance.default(0), strategy: z.enum(STRATEGIES).default('mixed') }).prefault({}),
}).prefault({});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Values by dotted field. */
export const gridShape = z.record(z.string(), z.array(scalar).min(1).max(MOST_VALUES));

/** A whole study file. */
export const studyShape = fields({
  study: name,
  about: z.string().max(10_000).default(''),
  seeds,
  mode: z.enum(['fast', 'full']).default('fast'),
  network,
  map: z.enum(['whole', 'none']).default('whole'),
  demand: demand.prefault({}),
  latency: latency.default('constant:50'),
  jitterMs: z.number().min(0).max(MOST_LATENCY_MS).default(0),
  faults,
  clearing: z.enum(['off', 'on']).default('off'),
  housekeeping: z.number().min(0).max(DAY_SECONDS).default(600),
  measure: z.array(z.enum(['max-flow'])).default([]),
  grid: gridShape.default({}),
});

/** A study as its file says it, with what it leaves out filled in. */
export type Study = z.infer<typeof studyShape>;
/** A value that a grid gives to a field. */
export type Scalar = z.infer<typeof scalar>;
