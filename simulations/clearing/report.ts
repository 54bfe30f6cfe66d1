/** What was cleared, as a table for people and as JSON for programs. */
import { formatAmount } from '#protocol/amount.ts';
import type { Cleared } from './arena.ts';
import { type DebtGraph, sumOf } from './debts.ts';

export interface Measured {
  readonly name: string;
  readonly cleared: Cleared;
  readonly seconds: number;
}

/** One run. */
export interface Outcome {
  readonly graph: DebtGraph;
  /** The most that can be cleared, in steps, with what setting off cleared. */
  readonly optimum: number;
  readonly optimumSeconds: number;
  readonly methods: readonly Measured[];
}

/** Rings of setting off opposite debts have two hops. */
const PAIR = 2;

function clearedOf({ graph }: Outcome, { left }: Cleared): number {
  return sumOf(graph.amounts) - sumOf(left) + graph.setOff;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/**
 * One run of one method in one line of JSON: amounts as decimal text; `share` is of the total and `ofOptimum` of the
 * optimum, 0 to 1; `cycles` are rings, with those of two; `messages` counts every one that would be sent.
 */
export function summary(outcome: Outcome): string {
  const { graph, optimum, methods } = outcome;
  const cleared = methods[0]?.cleared;
  if (cleared === undefined) throw new Error('bug: nothing was run');
  const done = clearedOf(outcome, cleared);
  const amount = (steps: number) => formatAmount(BigInt(steps) * graph.step);
  return JSON.stringify({
    total: amount(graph.total),
    cleared: amount(done),
    share: graph.total === 0 ? 0 : done / graph.total,
    optimum: amount(optimum),
    ofOptimum: ratio(done, optimum),
    cycles: cleared.rings + graph.pairs,
    messages: cleared.messages,
  });
}

/** Means over the runs; a share is of its own run. */
interface Row {
  readonly method: string;
  readonly share: number;
  readonly ofOptimum: number;
  readonly rings: number;
  readonly hopsPerRing: number;
  readonly messagesPerAccount: number;
  readonly messagesPerHop: number;
  readonly seconds: number;
  /** Of the optimum, when so many messages an account had been sent; in each run that came so far. */
  readonly curve: readonly { readonly messages: number; readonly ofOptimum: number }[];
}

function rowsOf(outcomes: readonly Outcome[]): Row[] {
  const names = outcomes[0]?.methods.map(({ name }) => name) ?? [];
  return [optimumRow(outcomes), ...names.map((name, at) => rowOf(name, at, outcomes))];
}

function mean(outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number {
  return outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
}

function optimumRow(outcomes: readonly Outcome[]): Row {
  const none = { rings: 0, hopsPerRing: 0, messagesPerAccount: 0, messagesPerHop: 0, curve: [] };
  return {
    method: 'optimum, rings of any length',
    share: mean(outcomes, ({ optimum, graph }) => ratio(optimum, graph.total)),
    ofOptimum: 1,
    ...none,
    seconds: mean(outcomes, ({ optimumSeconds }) => optimumSeconds),
  };
}

function rowOf(method: string, at: number, outcomes: readonly Outcome[]): Row {
  const of = (measure: (cleared: Cleared, outcome: Outcome) => number) =>
    mean(outcomes, (outcome) => measure((outcome.methods[at] as Measured).cleared, outcome));
  return {
    method,
    share: of((cleared, outcome) => ratio(clearedOf(outcome, cleared), outcome.graph.total)),
    ofOptimum: of((cleared, outcome) => ratio(clearedOf(outcome, cleared), outcome.optimum)),
    rings: of(({ rings }, { graph }) => rings + graph.pairs),
    hopsPerRing: of(({ rings, hops }, { graph: { pairs } }) => (hops + PAIR * pairs) / Math.max(1, rings + pairs)),
    messagesPerAccount: of(({ messages }, { graph }) => messages / Math.max(1, graph.edges)),
    messagesPerHop: of(({ messages, hops }) => messages / Math.max(1, hops)),
    seconds: mean(outcomes, ({ methods }) => methods[at]?.seconds ?? 0),
    curve: curveOf(outcomes, at),
  };
}

function curveOf(outcomes: readonly Outcome[], at: number): Row['curve'] {
  const curves = outcomes.map((outcome) =>
    (outcome.methods[at] as Measured).cleared.curve.map(({ messages, cleared }) => ({
      messages,
      ofOptimum: ratio(cleared + outcome.graph.setOff, outcome.optimum),
    })),
  );
  const shortest = Math.min(...curves.map((curve) => curve.length));
  return (curves[0] ?? []).slice(0, shortest).map(({ messages }, point) => ({
    messages,
    ofOptimum: curves.reduce((sum, curve) => sum + (curve[point]?.ofOptimum ?? 0), 0) / curves.length,
  }));
}

const SCHEMA = 1;

/** All methods in one line of JSON: means over the runs. */
export function comparison(outcomes: readonly Outcome[]): string {
  return JSON.stringify({ schema: SCHEMA, study: 'clearing', runs: outcomes.length, methods: rowsOf(outcomes) });
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** A figure that a way does not have is left out. */
const some = (figure: number, decimals: number) => (figure === 0 ? '–' : figure.toFixed(decimals));

interface Column {
  readonly head: string;
  readonly of: (row: Row) => string;
}

const COLUMNS: readonly Column[] = [
  { head: 'way', of: ({ method }) => method },
  { head: 'cleared', of: ({ share }) => percent(share) },
  { head: 'of optimum', of: ({ ofOptimum }) => percent(ofOptimum) },
  { head: 'rings', of: ({ rings }) => some(rings, 0) },
  { head: 'hops', of: ({ hopsPerRing }) => some(hopsPerRing, 1) },
  { head: 'messages', of: (row) => some(row.messagesPerAccount, 1) },
  { head: 'a hop', of: ({ messagesPerHop }) => some(messagesPerHop, 1) },
  { head: 'seconds', of: ({ seconds }) => seconds.toFixed(1) },
];
const CURVE: Column = {
  head: 'of optimum by messages',
  of: ({ curve }) => curve.map(({ messages, ofOptimum }) => `${messages}: ${percent(ofOptimum)}`).join('  '),
};

const LEGEND = `cleared: part of the total; of optimum: part of what can be cleared at all; hops: a ring, on average;
messages: sent for each account; a hop: messages for each hop of a cleared ring.`;

/** What there is to clear, in words, and the table. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = rowsOf(outcomes);
  const columns = rows.some(({ curve }) => curve.length > 0) ? [...COLUMNS, CURVE] : COLUMNS;
  const cells = [columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ of }) => of(row)))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => (line[column] as string).length)));
  const pad = (text: string, column: number) =>
    column === 0 || columns[column] === CURVE
      ? text.padEnd(widths[column] as number)
      : text.padStart(widths[column] as number);
  const lines = cells.map((line) => line.map(pad).join('  ').trimEnd());
  return [introduction(outcomes), LEGEND, '', ...lines].join('\n');
}

function introduction(outcomes: readonly Outcome[]): string {
  const [first] = outcomes;
  if (first === undefined || outcomes.length > 1) {
    return `Means of ${outcomes.length} runs. The optimum is the most that anybody who sees all debts could clear.`;
  }
  const { graph, optimum, methods } = first;
  const amount = (steps: number) => formatAmount(BigInt(steps) * graph.step);
  const lines = [
    `All debts together (the total) are ${amount(graph.total)}. At most ${amount(optimum)} of it cancels itself round rings (the optimum).`,
  ];
  const [only] = methods;
  if (only !== undefined && methods.length === 1) {
    lines.push(
      `Cleared: ${amount(clearedOf(first, only.cleared))}. Nobody's balance changed: each owes and is owed less by the same.`,
    );
  }
  return lines.join('\n');
}
