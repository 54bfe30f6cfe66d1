/**
 * `npm run sim -- routes`: how many payments of a network GEO makes, beside what could have been made and what other
 * ways of routing make. The table (or JSON) goes to standard output, progress and rates to standard error.
 *
 * Exit 0 when all was run, 1 when an invariant was violated, 3 for a wrong call or a file that is not what it should be.
 */
import { performance } from 'node:perf_hooks';
import type { CreditGraph } from '../graphs/credit-graph.ts';
import { loadGraph } from '../graphs/graph-source.ts';
import { BadFile } from '../graphs/lines.ts';
import { type Call, readCall, USAGE } from './call.ts';
import { type Demand, loadDemands } from './demand.ts';
import { describe, json, rowsOf, table } from './report.ts';
import { type Progress, runStudy, type StudyRun } from './study.ts';

const WRONG_CALL = 3;
const TELL_EVERY_MS = 2_000;

/** Runs the study that the arguments ask for; the exit code. */
export async function runRoutes(args: readonly string[]): Promise<number> {
  const call = readCall(args);
  if (typeof call === 'string') {
    console.error(call);
    return call === USAGE ? 0 : WRONG_CALL;
  }
  try {
    return await run(call);
  } catch (error) {
    if (!(error instanceof BadFile)) throw error;
    console.error(error.message);
    return WRONG_CALL;
  }
}

async function run(call: Call): Promise<number> {
  const runs: StudyRun[] = [];
  let graph: CreditGraph | null = null;
  for (let seed = call.firstSeed; seed <= call.lastSeed; seed++) {
    graph = await loadGraph(call.source, call.drawLimit, seed, call.precision);
    const demands = await demandsOf(call, graph, seed);
    if (runs.length === 0) {
      console.error(describe(call, graph, demands.length));
      for (const note of graph.notes) console.error(note);
    }
    runs.push(runSeed(call, graph, demands, seed));
  }
  if (graph === null) throw new Error('bug: no seed was run');
  if (call.json) console.log(json(call, graph, runs));
  else console.log(table(rowsOf(runs)));
  const violations = runs.flatMap((one) => one.violations);
  for (const { invariant, what } of violations) console.error(`${invariant}: ${what}`);
  return violations.length === 0 ? 0 : 1;
}

async function demandsOf(call: Call, graph: CreditGraph, seed: number): Promise<Demand[]> {
  const demands = await loadDemands(call.demand, graph, { count: call.payments, amounts: call.amounts, seed });
  if (demands.length === 0) throw new BadFile(call.graphText, null, 'has fewer than two participants with accounts');
  return demands;
}

function runSeed(call: Call, graph: CreditGraph, demands: readonly Demand[], seed: number): StudyRun {
  const began = performance.now();
  let toldAt = began;
  const progress: Progress = (method, done) => {
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    console.error(`seed ${seed}: ${method}: ${done} of ${demands.length} payments`);
  };
  const { together, delayMs, isMapKnown, isStatic } = call;
  const one = runStudy(graph, demands, { together, delayMs, isMapKnown, isStatic, seed }, progress);
  const seconds = (performance.now() - began) / 1_000;
  console.error(`seed ${seed}: ${one.events} events, ${seconds.toFixed(1)} s`);
  return one;
}
