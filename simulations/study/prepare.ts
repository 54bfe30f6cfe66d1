/** Makes a run of a point: reads or draws its network, its payments and its links. */
import { dirname, resolve } from 'node:path';
import { drawDemands } from '../demand/draw.ts';
import type { DrawnDemand } from '../demand/model.ts';
import type { CreditGraph } from '../graphs/credit-graph.ts';
import { loadGraph, parseGraph } from '../graphs/graph-source.ts';
import { type DrawLimit, parseLimits } from '../graphs/limits.ts';
import { BadFile } from '../graphs/lines.ts';
import { parseAmounts, readDemands } from '../routes/demand.ts';
import { arriving, type TimedDemand } from './demand.ts';
import { drawnGraph } from './drawn.ts';
import { BadStudy, type Point } from './file.ts';
import type { Mishap, RunPlan } from './plan.ts';
import { readLatency, type Study } from './shape.ts';
import { latenciesOf } from './weather.ts';

/** A run with every value decided. `path`: of the study file, from whose folder other files are named. Throws `BadStudy`, `BadFile`. */
export async function planOf(path: string, { study, seed }: Point): Promise<RunPlan> {
  const folder = dirname(path);
  const graph = await graphOf(path, folder, study, seed);
  const demands = await demandsOf(path, folder, study, graph, seed);
  const latency = agreed(readLatency(study.latency));
  const located = latency.type === 'file' ? { ...latency, path: resolve(folder, latency.path) } : latency;
  const { faults } = study;
  return {
    seed,
    graph,
    demands,
    latencies: await latenciesOf(located, graph, seed),
    links: { loss: faults.loss, duplication: faults.duplication, jitterMs: study.jitterMs },
    crashes: mishapOf(faults.crashes),
    absences: mishapOf(faults.churn.participants),
    cuts: mishapOf(faults.churn.links),
    malicious: faults.malicious,
    isMapKnown: study.map === 'whole',
    clears: study.clearing === 'on',
    isFull: study.mode === 'full',
    housekeepingMs: Math.round(study.housekeeping * 1_000),
    measuresMaxFlow: study.measure.includes('max-flow'),
  };
}

/** Other files that a study reads, as paths from its own folder. */
export function filesOf({ network, demand, latency }: Study): string[] {
  const graph = network.graph === undefined ? null : parseGraph(network.graph, network.format ?? null);
  const named = readLatency(latency);
  return [
    ...(graph !== null && typeof graph !== 'string' && graph.type === 'file' ? [graph.path] : []),
    ...(demand.file === undefined ? [] : [demand.file]),
    ...(named?.type === 'file' ? [named.path] : []),
  ];
}

function mishapOf({ perHour, seconds }: { readonly perHour: number; readonly seconds: number }): Mishap {
  return { perHour, forMs: seconds * 1_000 };
}

async function graphOf(path: string, folder: string, { network }: Study, seed: number): Promise<CreditGraph> {
  const { precision } = network;
  if (network.graph === undefined) {
    const drawn = drawnGraph(network);
    if (typeof drawn === 'string') throw new BadStudy(path, drawn);
    return drawn;
  }
  const source = parseGraph(network.graph, network.format ?? null);
  if (typeof source === 'string') throw new BadStudy(path, `network.graph: ${source}`);
  const located = source.type === 'file' ? { ...source, path: resolve(folder, source.path) } : source;
  return loadGraph(located, agreed<DrawLimit>(parseLimits(network.limits, 10 ** precision)), seed, precision);
}

async function demandsOf(
  path: string,
  folder: string,
  study: Study,
  graph: CreditGraph,
  seed: number,
): Promise<TimedDemand[]> {
  const { demand } = study;
  if (demand.kind === 'list') return listed(path, study, graph);
  if (demand.kind === 'trace') {
    const read = await readDemands(resolve(folder, demand.file as string), graph);
    return arriving(read.slice(0, demand.payments), demand.rate, seed);
  }
  const draw = agreed<DrawLimit>(parseAmounts(demand.amounts, graph));
  const demands = drawDemands(graph, demand.payments, draw, seed, modelOf(demand));
  if (demands.length === 0) throw new BadFile(path, null, 'has a network of fewer than two participants with accounts');
  return arriving(demands, demand.rate, seed);
}

function listed(path: string, { demand, network }: Study, graph: CreditGraph): TimedDemand[] {
  const numbers = new Map(graph.names?.map((name, number) => [name, number]));
  const numberOf = (name: string, at: number): number => {
    const number = graph.names === null ? Number(name) : numbers.get(name);
    if (number !== undefined && Number.isInteger(number) && number >= 0 && number < graph.nodes) return number;
    throw new BadStudy(path, `demand.list.${at}: nobody in the network is called “${name}”`);
  };
  const demands = (demand.list ?? []).map(({ at, from, to, amount }, index) => {
    if (from === to) throw new BadStudy(path, `demand.list.${index}: “${from}” pays itself: name two`);
    const steps = Math.round(amount * 10 ** network.precision);
    if (steps < 1)
      throw new BadStudy(path, `demand.list.${index}: the amount is below a step of 10^−${network.precision}`);
    return { from: numberOf(from, index), to: numberOf(to, index), amount: steps, atMs: Math.round(at * 1_000) };
  });
  return demands.sort((one, other) => one.atMs - other.atMs);
}

function modelOf({ kind, by = 'limit', pairs = 1_000, exponent = 1, share = 1 }: Study['demand']): DrawnDemand {
  if (kind === 'gravity') return { kind, by };
  if (kind === 'zipf') return { kind, pairs, exponent };
  return kind === 'circulation' ? { kind, share } : { kind: 'uniform' };
}

/** What the shape of the file has checked already. */
function agreed<T>(value: T | string | null): T {
  if (value === null) throw new Error('bug: the shape of the file lets nothing pass');
  if (typeof value === 'string') throw new Error(`bug: the shape of the file lets this pass: ${value}`);
  return value;
}
