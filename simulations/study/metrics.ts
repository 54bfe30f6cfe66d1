/** The figures of one run, and what each of them is. */
import { type Debt, debtGraph, sumOf } from '../clearing/debts.ts';
import { optimum } from '../clearing/optimum.ts';
import type { Outcome, RunResult } from './engine.ts';
import type { RunPlan } from './plan.ts';
import type { Column, Row } from './results.ts';

const UNITS = 100_000_000;

const column = (name: string, kind: Column['kind'], unit: string, what: string): Column => ({ name, kind, unit, what });

/** Every figure of a row, in order. */
export const METRICS: readonly Column[] = [
  column('participants', 'integer', '', 'participants of the network'),
  column('accounts', 'integer', '', 'accounts of the network'),
  column('wanted', 'integer', 'payments', 'payments that arrived'),
  column('tried', 'integer', 'payments', 'of those, begun: the payer was there'),
  column('paid', 'integer', 'payments', 'of those, made'),
  column('success', 'real', 'share', 'paid of tried'),
  column('volumeTried', 'real', 'units', 'sum of the payments tried'),
  column('volumeSuccess', 'real', 'share', 'paid of tried, by amount'),
  column('possible', 'integer', 'payments', 'of those tried, how many maximum flow could have made; only if measured'),
  column('ofPossible', 'real', 'share', 'paid of possible'),
  column('messages', 'integer', 'messages', 'all messages sent'),
  column('messagesPerPayment', 'real', 'messages', 'messages per payment tried'),
  column('paymentMessages', 'integer', 'messages', 'messages that reserve, decide, release or acknowledge'),
  column('searchMessages', 'integer', 'messages', 'messages that look for a way'),
  column('clearingMessages', 'integer', 'messages', 'messages that look for rings'),
  column('bookMessages', 'integer', 'messages', 'messages that compare books and maps'),
  column('bytes', 'integer', 'bytes', 'of all messages; only in full mode'),
  column('bytesPerPayment', 'real', 'bytes', 'bytes per payment tried; only in full mode'),
  column('signaturesMade', 'integer', '', 'signatures made'),
  column('signaturesChecked', 'integer', '', 'signatures checked'),
  column('attempts', 'real', '', 'mean attempts of payments made'),
  column('routes', 'real', '', 'mean routes of payments made'),
  column('hops', 'real', '', 'mean hops of their routes'),
  column('latencyP50', 'real', 'ms', 'from the command to the end of payments made: median'),
  column('latencyP90', 'real', 'ms', '90th percentile'),
  column('latencyP99', 'real', 'ms', '99th percentile'),
  column('doubtMean', 'real', 'ms', 'how long a hop was reserved: mean'),
  column('doubtP99', 'real', 'ms', '99th percentile'),
  column('doubtMax', 'real', 'ms', 'the longest'),
  column('held', 'real', 'unit·s', 'amount × time that honest participants had reserved, until the faults stop'),
  column('heldExpired', 'real', 'unit·s', 'of that, after the payment had expired'),
  column(
    'heldBehindMalicious',
    'real',
    'unit·s',
    'of that, on routes that lead over a malicious participant further on',
  ),
  column('heldPerPaid', 'real', 's', 'held by what was paid'),
  column('cleared', 'real', 'units', 'debts cleared in rings'),
  column('debt', 'real', 'units', 'debts at rest'),
  column('clearedShare', 'real', 'share', 'cleared of cleared and debt'),
  column('clearable', 'real', 'units', 'debts at rest that rings of any length could still clear; only with clearing'),
  column('clearedOfClearable', 'real', 'share', 'cleared of cleared and clearable; only with clearing'),
  column('gini', 'real', '', 'Gini coefficient of the absolute net positions at rest'),
  column('malicious', 'integer', '', 'malicious participants'),
  column('events', 'integer', '', 'steps of machines'),
  column('eventsPerPayment', 'real', '', 'steps per payment tried'),
  column('records', 'integer', '', 'records in memory at rest: accounts, positions, payments, journal entries'),
  column('virtualSeconds', 'real', 's', 'virtual time from the first payment to rest'),
  column('violations', 'integer', '', 'invariants violated'),
  column('digest', 'text', '', 'of everything that happened'),
];

/** The figures of a run. */
export function metricsOf(plan: RunPlan, run: RunResult): Row {
  const tried = run.outcomes.filter(({ isTried }) => isTried);
  const paid = tried.filter(({ isPaid }) => isPaid);
  const steps = 10 ** plan.graph.precision;
  const volume = (outcomes: readonly Outcome[]) => sum(outcomes, ({ amount }) => amount) / steps;
  const possible = plan.measuresMaxFlow ? tried.filter(({ isPossible }) => isPossible === true).length : null;
  const { messages, bytes, total } = run.traffic;
  const times = sorted(paid.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs])));
  const doubts = sorted(run.holding.doubtsMs);
  const { held } = run.holding;
  const debts = debtsOf(plan, run);
  const cleared = Number(run.cleared) / UNITS;
  const clearable = plan.clears ? clearableIn(plan, run) : null;
  const figures: Row = {
    participants: plan.graph.nodes,
    accounts: plan.graph.a.length,
    wanted: run.outcomes.length,
    tried: tried.length,
    paid: paid.length,
    success: ratio(paid.length, tried.length),
    volumeTried: volume(tried),
    volumeSuccess: ratio(volume(paid), volume(tried)),
    possible,
    ofPossible: possible === null ? null : ratio(paid.length, possible),
    messages: total,
    messagesPerPayment: ratio(total, tried.length),
    paymentMessages: messages.payment,
    searchMessages: messages.search,
    clearingMessages: messages.clearing,
    bookMessages: messages.books,
    bytes: plan.isFull ? bytes : null,
    bytesPerPayment: plan.isFull ? ratio(bytes, tried.length) : null,
    signaturesMade: run.signatures.made,
    signaturesChecked: run.signatures.checked,
    attempts: ratio(
      sum(paid, ({ attempts }) => attempts),
      paid.length,
    ),
    routes: ratio(
      sum(paid, ({ routes }) => routes),
      paid.length,
    ),
    hops: ratio(
      sum(paid, ({ hops }) => hops),
      sum(paid, ({ routes }) => routes),
    ),
    latencyP50: percentile(times, 0.5),
    latencyP90: percentile(times, 0.9),
    latencyP99: percentile(times, 0.99),
    doubtMean: ratio(
      sum(doubts, (ms) => ms),
      doubts.length,
    ),
    doubtP99: percentile(doubts, 0.99),
    doubtMax: percentile(doubts, 1),
    held: unitSeconds(held.total),
    heldExpired: unitSeconds(held.expired),
    heldBehindMalicious: unitSeconds(held.behindMalicious),
    heldPerPaid: ratio(unitSeconds(held.total), volume(paid)),
    cleared,
    debt: debts.total,
    clearedShare: ratio(cleared, cleared + debts.total),
    clearable,
    clearedOfClearable: clearable === null ? null : ratio(cleared, cleared + clearable),
    gini: debts.gini,
    malicious: run.malicious,
    events: run.network.events,
    eventsPerPayment: ratio(run.network.events, tried.length),
    records: debts.records,
    virtualSeconds: run.virtualMs / 1_000,
    violations: run.violations.length,
    digest: run.digest,
  };
  return Object.fromEntries(
    METRICS.map(({ name, kind }) => [name, kind === 'real' ? rounded(figures[name]) : (figures[name] ?? null)]),
  );
}

/** What is owed at rest, and how unevenly. */
function debtsOf({ graph }: RunPlan, { network }: RunResult): { total: number; gini: number; records: number } {
  const nets = new Float64Array(graph.nodes);
  let total = 0;
  let records = 0;
  for (let index = 0; index < graph.nodes; index++) {
    const ofOne = network.records(index);
    let net = 0n;
    for (const { balance } of ofOne.accounts()) {
      net += balance;
      if (balance > 0n) total += Number(balance) / UNITS;
    }
    nets[index] = Math.abs(Number(net)) / UNITS;
    records += ofOne.size;
  }
  return { total, gini: gini(nets), records };
}

/** What who sees all debts at rest could still clear of them. */
function clearableIn({ graph }: RunPlan, { network }: RunResult): number {
  const debts: Debt[] = [];
  for (let index = 0; index < graph.nodes; index++) {
    for (const { neighbour, balance } of network.records(index).accounts())
      if (balance > 0n) debts.push({ from: network.indexOf(neighbour), to: index, amount: balance });
  }
  const owed = debtGraph(graph.nodes, debts);
  const left = optimum(owed);
  return (Number(owed.step) * (sumOf(owed.amounts) - sumOf(left))) / UNITS;
}

/** 0: all have the same; near 1: one has all. 0 when nobody has anything. */
export function gini(values: Float64Array): number {
  const inOrder = values.slice().sort();
  let weighted = 0;
  let all = 0;
  for (const [rank, value] of inOrder.entries()) {
    weighted += (2 * (rank + 1) - inOrder.length - 1) * value;
    all += value;
  }
  return all === 0 ? 0 : weighted / (inOrder.length * all);
}

/** The value that this share of the sorted ones is at or below; null when there is none. */
function percentile(values: Float64Array, share: number): number | null {
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? null;
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let all = 0;
  for (const item of items) all += value(item);
  return all;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function unitSeconds(held: bigint): number {
  return Number(held / 1_000n) / UNITS;
}

/** To nine digits: more says nothing, and rows stay short. */
function rounded(value: number | string | null | undefined): number | null {
  return typeof value === 'number' ? Number(value.toPrecision(9)) : null;
}
