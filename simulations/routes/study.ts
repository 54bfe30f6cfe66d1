/** One run of the study: one network, one list of payments, every method. */
import type { CreditGraph } from '../graphs/credit-graph.ts';
import { checkAtRest, type Violation } from '../network-at-rest.ts';
import { BASELINES } from './baselines/all.ts';
import { maxFlow, restrictedFlow } from './baselines/max-flow.ts';
import { type Baseline, hopsOf, type Method } from './baselines/method.ts';
import { arcsOf, type Capacities, initialCapacities, pay } from './capacities.ts';
import type { Demand } from './demand.ts';
import { Geo, type GeoSettings, type Result, SEARCHES } from './geo.ts';
import { Oracle, type Verdict } from './oracle.ts';
import { Tally } from './tally.ts';

export interface StudySettings extends GeoSettings {
  /** Do the other ways meet each payment on the network as it was at first? GEO never does. */
  readonly isStatic: boolean;
}

/** What one run gives. */
export interface StudyRun {
  /** GEO first, then the upper bound, then the baselines. */
  readonly tallies: readonly Tally[];
  /** Payments that the restricted upper bound allows, on the state of GEO's run. */
  readonly bound: number;
  readonly results: readonly Result[];
  readonly sent: ReadonlyMap<string, number>;
  readonly events: number;
  readonly violations: readonly Violation[];
}

/** Is told how far a run is: how many payments GEO, or the method of this name, has tried. */
export type Progress = (method: string, done: number) => void;

export const GEO = 'GEO';
export const UPPER_BOUND = 'upper bound, 6 hops, 8 routes';

/** A baseline on GEO's states, and what came of it. */
interface Witness {
  readonly baseline: Baseline;
  readonly tally: Tally;
  readonly there: Method;
}

export function runStudy(
  graph: CreditGraph,
  demands: readonly Demand[],
  settings: StudySettings,
  progress: Progress,
): StudyRun {
  const arcs = arcsOf(graph);
  const initial = initialCapacities(graph);
  const witnesses = BASELINES.map(
    (baseline): Witness => ({
      baseline,
      tally: new Tally(baseline.name),
      there: baseline.create(arcs, initial, settings.seed),
    }),
  );
  const geo = new Tally(GEO);
  const bound = new Tally(UPPER_BOUND);
  const oracle = new Oracle(arcs);
  const machine = new Geo(graph, arcs, settings);
  const { capacities } = machine;
  const impossible: Violation[] = [];
  const isBounded: boolean[] = [];
  const run = machine.run(demands, {
    before: (number) => {
      const demand = demands[number] as Demand;
      const verdict = oracle.judge(capacities, demand);
      isBounded[number] = verdict.isBounded;
      bound.countThere(verdict.isBounded);
      for (const witness of witnesses) witness.tally.countThere(isMadeThere(witness, verdict, capacities, demand));
    },
    after: (number) => progress(GEO, number + 1),
  });
  for (const [number, result] of run.results.entries()) {
    geo.count((demands[number] as Demand).amount, result.isPaid ? result : null);
    geo.countThere(result.isPaid);
    // With others under way what they held may have become free meanwhile.
    if (settings.together === 1 && result.isPaid && isBounded[number] === false) {
      impossible.push({ invariant: 'mirror', what: `payment ${number} was made although the bound excludes it` });
    }
  }
  // Nothing in a search says which of several payments it is for.
  if (settings.together > 1) geo.searches = searchesIn(run.sent);
  for (const [index, { tally }] of witnesses.entries()) {
    const method = BASELINES[index]?.create(arcs, initial, settings.seed) as Method;
    runBaseline({ method, tally, demands, capacities: initial.slice(), isStatic: settings.isStatic }, progress);
  }
  return {
    tallies: [geo, bound, ...witnesses.map(({ tally }) => tally)],
    bound: bound.paidThere,
    results: run.results,
    sent: run.sent,
    events: run.network.events,
    violations: [...impossible, ...checkAtRest(run.network, graph, { capacities, malicious: new Map() })],
  };
}

function searchesIn(sent: ReadonlyMap<string, number>): number {
  let searches = 0;
  for (const type of SEARCHES) searches += sent.get(type) ?? 0;
  return searches;
}

/** The oracle has found out about maximum flow already, which costs most. */
function isMadeThere({ baseline, there }: Witness, verdict: Verdict, capacities: Capacities, demand: Demand): boolean {
  if (baseline === maxFlow) return verdict.isFlow;
  if (baseline === restrictedFlow) return verdict.paths !== null;
  return there.route(capacities, demand).paths !== null;
}

interface BaselineRun {
  readonly method: Method;
  readonly tally: Tally;
  readonly demands: readonly Demand[];
  readonly capacities: Capacities;
  readonly isStatic: boolean;
}

/** A baseline on its own state: what it pays is paid, unless the state stays as it is. */
function runBaseline({ method, tally, demands, capacities, isStatic }: BaselineRun, progress: Progress): void {
  for (const [number, demand] of demands.entries()) {
    const { paths, messages, searches } = method.route(capacities, demand);
    if (paths !== null && !isStatic) pay(capacities, paths);
    const made = paths && {
      attempts: 1,
      routes: paths.length,
      hops: hopsOf(paths),
      hopsTried: hopsOf(paths),
      messages,
      searches,
    };
    tally.count(demand.amount, made);
    progress(tally.name, number + 1);
  }
}
