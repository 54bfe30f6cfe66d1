/** Who pays whom how much: drawn from a seed, or read from a file. */
import { type CreditGraph, MAX_STEPS, medianLimit } from '../graphs/credit-graph.ts';
import { type DrawLimit, parseLimits } from '../graphs/limits.ts';
import { BadFile, linesOf, numberIn, shown } from '../graphs/lines.ts';
import { Random } from '../random.ts';

/** One payment to be tried. */
export interface Demand {
  readonly from: number;
  readonly to: number;
  /** In steps, above 0. */
  readonly amount: number;
}

/** The stream of random numbers that payments are drawn from. */
const DEMAND_STREAM = 12;

/** Draws amounts relative to the median limit of the network: `lognormal:0.5,1` has its median at half of it. */
export function parseAmounts(text: string, graph: CreditGraph): DrawLimit | string {
  return parseLimits(text, Math.max(1, medianLimit(graph)));
}

/** Payments between pairs drawn evenly from all participants that have an account. */
export function drawDemands(graph: CreditGraph, count: number, draw: DrawLimit, seed: number): Demand[] {
  const random = new Random(seed, DEMAND_STREAM);
  const hasAccount = new Uint8Array(graph.nodes);
  for (const end of [graph.a, graph.b]) for (const node of end) hasAccount[node] = 1;
  const people = Array.from({ length: graph.nodes }, (_, node) => node).filter((node) => hasAccount[node] === 1);
  const demands: Demand[] = [];
  while (demands.length < count && people.length > 1) {
    const from = random.pick(people);
    const to = random.pick(people);
    if (from !== to) demands.push({ from, to, amount: Math.min(MAX_STEPS, draw(random)) });
  }
  return demands;
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
