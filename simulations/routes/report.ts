/** What a study found, as a table for people and as JSON for programs. */
import type { Estimate } from '../estimate.ts';
import { type CreditGraph, inUnits, lineCount, medianLimit } from '../graphs/credit-graph.ts';
import type { Call } from './call.ts';
import type { StudyRun } from './study.ts';
import { type Row, rowOf, type Tally } from './tally.ts';

/** Grows with each change that a reader of an older one would misread. */
const SCHEMA = 1;

const COLUMNS: readonly {
  readonly head: string;
  readonly of: (row: Row) => Estimate | null;
  readonly isShare: boolean;
}[] = [
  { head: 'success', of: (row) => row.success, isShare: true },
  { head: 'volume', of: (row) => row.volume, isShare: true },
  { head: "on GEO's state", of: (row) => row.successThere, isShare: true },
  { head: 'of bound', of: (row) => row.ofBound, isShare: true },
  { head: 'attempts', of: (row) => row.attempts, isShare: false },
  { head: 'messages/hop', of: (row) => row.messagesPerHop, isShare: false },
  { head: 'per committed', of: (row) => row.messagesPerCommittedHop, isShare: false },
  { head: 'searches/hop', of: (row) => row.searchesPerHop, isShare: false },
  { head: 'hops', of: (row) => row.hopsPerRoute, isShare: false },
  { head: 'routes', of: (row) => row.routes, isShare: false },
];

/** One row a method, over all runs. */
export function rowsOf(runs: readonly StudyRun[]): Row[] {
  const bounds = runs.map(({ bound }) => bound);
  const methods = runs[0]?.tallies.length ?? 0;
  return Array.from({ length: methods }, (_, at) =>
    rowOf(
      runs.map(({ tallies }) => tallies[at] as Tally),
      bounds,
    ),
  );
}

/** What was run on, in a line or two. */
export function describe(call: Call, graph: CreditGraph, payments: number): string {
  const median = inUnits(medianLimit(graph), graph.precision);
  const what = `${graph.nodes} participants, ${graph.a.length} accounts, ${lineCount(graph)} lines, median limit ${median}`;
  const amounts = call.demand.kind === 'trace' ? '' : `, amounts ${call.amounts} of it`;
  const demand = call.demand.kind === 'uniform' || call.demand.kind === 'trace' ? '' : `, demand ${call.demandText}`;
  const seeds =
    call.firstSeed === call.lastSeed ? `seed ${call.firstSeed}` : `seeds ${call.firstSeed}..${call.lastSeed}`;
  return `${call.graphText}: ${what}; ${payments} payments${amounts}${demand}, ${seeds}`;
}

/** The table. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['method', ...COLUMNS.map(({ head }) => head)],
    ...rows.map((row) => [row.method, ...COLUMNS.map(({ of, isShare }) => shown(of(row), isShare))]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => (line[column] as string).length))) ?? [];
  const line = (texts: readonly string[]) =>
    texts
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[column] as number) : text.padStart(widths[column] as number),
      )
      .join('  ')
      .trimEnd();
  return cells.map(line).join('\n');
}

function shown(estimate: Estimate | null, isShare: boolean): string {
  if (estimate === null) return '–';
  const text = (value: number) => (isShare ? (100 * value).toFixed(2) : value.toFixed(2));
  const interval = estimate.interval === null ? '' : ` ±${text(estimate.interval)}`;
  return `${text(estimate.mean)}${isShare ? ' %' : ''}${interval}`;
}

/** The same and more, for programs. Counts are sums over the runs. */
export function json(call: Call, graph: CreditGraph, runs: readonly StudyRun[]): string {
  const messages: Record<string, number> = {};
  const refusals: Record<string, number> = {};
  for (const { sent, results } of runs) {
    for (const [type, count] of sent) messages[type] = (messages[type] ?? 0) + count;
    for (const { why } of results) if (why !== null) refusals[why] = (refusals[why] ?? 0) + 1;
  }
  const { graphText, limits, demand, demandText, amounts, together, delayMs, isMapKnown, isStatic, precision } = call;
  const payments = demand.kind === 'trace' ? demand.path : call.payments;
  return JSON.stringify({
    schema: SCHEMA,
    study: 'routes',
    graph: {
      source: graphText,
      limits: call.source.type === 'model' ? limits : null,
      participants: graph.nodes,
      accounts: graph.a.length,
      lines: lineCount(graph),
      medianLimit: inUnits(medianLimit(graph), graph.precision),
      notes: graph.notes,
    },
    settings: {
      payments,
      demand: demandText,
      amounts,
      together,
      delayMs,
      map: isMapKnown ? 'whole' : 'none',
      isStatic,
      precision,
    },
    seeds: { first: call.firstSeed, last: call.lastSeed },
    payments: runs.reduce((sum, { results }) => sum + results.length, 0),
    methods: rowsOf(runs),
    geo: { messages, refusals, events: runs.reduce((sum, { events }) => sum + events, 0) },
    violations: runs.flatMap(({ violations }) => violations),
  });
}
