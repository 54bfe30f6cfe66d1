/**
 * `npm run sim -- clear`: how much of a list of debts, or of what payments leave, cancels itself. The table (or JSON) goes
 * to standard output, what ran to standard error. Exit 0, or 3 for a wrong call or a file that is not what it should be.
 */
import { performance } from 'node:perf_hooks';
import { loadGraph } from '../graphs/graph-source.ts';
import { BadFile } from '../graphs/lines.ts';
import { loadDemands } from '../routes/demand.ts';
import { type Call, type DebtSource, PRECISION, readCall, USAGE } from './call.ts';
import { type DebtGraph, sumOf } from './debts.ts';
import { CLEARING, METHODS } from './methods.ts';
import { optimum } from './optimum.ts';
import { debtsOfPayments } from './payments.ts';
import { readDebts } from './read-debts.ts';
import { comparison, type Measured, type Outcome, summary, table } from './report.ts';

const WRONG_CALL = 3;

/** Runs what the arguments ask for; the exit code. */
export async function runClearing(args: readonly string[]): Promise<number> {
  const call = readCall(args);
  if (typeof call === 'string') {
    console.error(call);
    return call === USAGE ? 0 : WRONG_CALL;
  }
  try {
    await run(call);
    return 0;
  } catch (error) {
    if (!(error instanceof BadFile)) throw error;
    console.error(error.message);
    return WRONG_CALL;
  }
}

async function run(call: Call): Promise<void> {
  const outcomes: Outcome[] = [];
  for (let seed = call.firstSeed; seed <= call.lastSeed; seed++) {
    const graph = await debtsOf(call.source, seed);
    console.error(`seed ${seed}: ${graph.nodes} participants, ${graph.edges} debts after opposite ones were set off`);
    outcomes.push(measure(call, graph, seed));
  }
  if (call.isComparison) console.log(call.json ? comparison(outcomes) : table(outcomes));
  else for (const outcome of outcomes) console.log(call.json ? summary(outcome) : table([outcome]));
}

async function debtsOf(source: DebtSource, seed: number): Promise<DebtGraph> {
  if (source.type === 'list') return readDebts(source.path);
  const { call } = source;
  const graph = await loadGraph(call.source, call.drawLimit, seed, PRECISION);
  const demands = await loadDemands(call.demand, graph, { count: call.payments, amounts: call.amounts, seed });
  if (demands.length === 0) throw new BadFile(call.graphText, null, 'has fewer than two participants with accounts');
  const { debts, made } = debtsOfPayments(graph, demands);
  console.error(`seed ${seed}: ${made} of ${demands.length} payments made`);
  return debts;
}

function measure(call: Call, graph: DebtGraph, seed: number): Outcome {
  const { result: best, seconds } = timed(() => optimum(graph));
  const most = sumOf(graph.amounts) - sumOf(best) + graph.setOff;
  const methods: Measured[] = [];
  for (const { name, run: clear } of call.isComparison ? METHODS : [CLEARING]) {
    const done = timed(() => clear(graph, best, { seed, messageCap: call.messageCap }));
    methods.push({ name, cleared: done.result, seconds: done.seconds });
    console.error(`seed ${seed}: ${name}: ${done.seconds.toFixed(1)} s`);
  }
  return { graph, optimum: most, optimumSeconds: seconds, methods };
}

function timed<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const began = performance.now();
  const result = work();
  return { result, seconds: (performance.now() - began) / 1_000 };
}
