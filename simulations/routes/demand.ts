/** Who pays whom how much: drawn from a seed, or read from a file. */
import { type Demand, drawDemands } from '../demand/draw.ts';
import type { DemandModel } from '../demand/model.ts';
import { type CreditGraph, MAX_STEPS, medianLimit } from '../graphs/credit-graph.ts';
import { type DrawLimit, parseLimits } from '../graphs/limits.ts';
import { BadFile, linesOf, numberIn, shown } from '../graphs/lines.ts';

export { type Demand, drawDemands } from '../demand/draw.ts';

/** Draws amounts relative to the median limit of the network: `lognormal:0.5,1` has its median at half of it. */
export function parseAmounts(text: string, graph: CreditGraph): DrawLimit | string {
  return parseLimits(text, Math.max(1, medianLimit(graph)));
}

/**
 * The payments of a model: `count` of them, of `amounts` as `parseAmounts` reads them, or all of a file. None where there are
 * not two who can take part. Throws `BadFile`.
 */
export async function loadDemands(
  model: DemandModel,
  graph: CreditGraph,
  { count, amounts, seed }: { readonly count: number; readonly amounts: string; readonly seed: number },
): Promise<Demand[]> {
  if (model.kind === 'trace') return readDemands(model.path, graph);
  const draw = parseAmounts(amounts, graph);
  if (typeof draw === 'string') throw new Error(`bug: ${draw}`);
  return drawDemands(graph, count, draw, seed, model);
}

/** Payments of a file, `src,dst,amount`, in its order. Throws `BadFile`. */
export async function readDemands(path: string, graph: CreditGraph): Promise<Demand[]> {
  const numbers = new Map(graph.names?.map((name, number) => [name, number]));
  const demands: Demand[] = [];
  const nodeOf = (name: string | undefined, line: number): number => {
    const node = graph.names === null ? (numberIn(name) ?? -1) : (numbers.get(name ?? '') ?? -1);
    if (Number.isInteger(node) && node >= 0 && node < graph.nodes) return node;
    throw new BadFile(path, line, `nobody in the network is called ${shown(name)}`);
  };
  let isFirst = true;
  for await (const { number, fields } of linesOf(path)) {
    const isHead = isFirst && numberIn(fields[2]) === null && /^[A-Za-z_ ]+$/.test(fields[2] ?? '');
    isFirst = false;
    if (isHead) continue;
    if (fields.length !== 3) {
      throw new BadFile(path, number, `has ${fields.length} fields, not 3: write src,dst,amount`);
    }
    const amount = Math.round((numberIn(fields[2]) ?? Number.NaN) * 10 ** graph.precision);
    if (!(amount >= 1 && amount <= MAX_STEPS)) {
      throw new BadFile(
        path,
        number,
        `the amount is ${shown(fields[2])}: write a number from ${1 / 10 ** graph.precision} to ${MAX_STEPS / 10 ** graph.precision}`,
      );
    }
    const from = nodeOf(fields[0], number);
    const to = nodeOf(fields[1], number);
    if (from === to) throw new BadFile(path, number, 'pays itself');
    demands.push({ from, to, amount });
  }
  if (demands.length === 0) throw new BadFile(path, null, 'has no payment in it');
  return demands;
}
