/** Who pays whom how much and when in a study: drawn from a seed, or read. */
import type { CreditGraph } from '../graphs/credit-graph.ts';
import { MAX_STEPS } from '../graphs/credit-graph.ts';
import type { DrawLimit } from '../graphs/limits.ts';
import { exp, ln, uniform } from '../graphs/variates.ts';
import { Random } from '../random.ts';
import type { Demand } from '../routes/demand.ts';

/** One payment that is wanted. */
export interface TimedDemand extends Demand {
  /** After the beginning of the run. */
  readonly atMs: number;
}

/** How the two ends of payments are drawn. */
export type PairKind =
  /** Both evenly. */
  | { readonly kind: 'uniform' }
  /** Both by the sum of the limits of their accounts. */
  | { readonly kind: 'gravity' }
  /** So many pairs that were drawn evenly at first; the one of rank r comes by r^−exponent. */
  | { readonly kind: 'zipf'; readonly pairs: number; readonly exponent: number }
  /** This share of payments goes round in circles, so that everybody gets what it pays; the rest flows one way. */
  | { readonly kind: 'circulation'; readonly share: number };

const PAIR_STREAM = 12;
const ARRIVAL_STREAM = 19;

/** Draws payments; all between participants that have an account. Empty when there are fewer than two of them. */
export function drawPayments(
  graph: CreditGraph,
  of: { readonly payments: number; readonly pairs: PairKind; readonly draw: DrawLimit; readonly ratePerSecond: number },
  seed: number,
): TimedDemand[] {
  const random = new Random(seed, PAIR_STREAM);
  const people = withAccounts(graph);
  if (people.length < 2) return [];
  const pick = pickerOf(graph, people, of.pairs, random);
  const times = arrivals(of.ratePerSecond, seed);
  const demands: TimedDemand[] = [];
  while (demands.length < of.payments) {
    const [from, to] = pick();
    if (from === to) continue;
    demands.push({ from, to, amount: Math.min(MAX_STEPS, of.draw(random)), atMs: times() });
  }
  return demands;
}

/** Gives the times of payments that come independently of each other, so many in a second on average. */
export function arrivals(ratePerSecond: number, seed: number): () => number {
  const random = new Random(seed, ARRIVAL_STREAM);
  let atMs = 0;
  return () => {
    atMs += (-ln(uniform(random)) * 1_000) / ratePerSecond;
    return Math.round(atMs);
  };
}

function withAccounts({ nodes, a, b }: CreditGraph): number[] {
  const hasAccount = new Uint8Array(nodes);
  for (const end of [a, b]) for (const node of end) hasAccount[node] = 1;
  return Array.from({ length: nodes }, (_, node) => node).filter((node) => hasAccount[node] === 1);
}

type Picker = () => readonly [number, number];

function pickerOf(graph: CreditGraph, people: readonly number[], of: PairKind, random: Random): Picker {
  switch (of.kind) {
    case 'uniform':
      return () => [random.pick(people), random.pick(people)];
    case 'gravity': {
      const weights = new Float64Array(graph.nodes);
      for (const ends of [graph.a, graph.b]) {
        for (const [account, node] of ends.entries()) {
          const limits = (graph.limitOfA[account] as number) + (graph.limitOfB[account] as number);
          weights[node] = (weights[node] as number) + limits;
        }
      }
      const pick = weighted(weights, random);
      return () => [pick(), pick()];
    }
    case 'zipf': {
      const pairs: (readonly [number, number])[] = [];
      while (pairs.length < of.pairs) {
        const [from, to] = [random.pick(people), random.pick(people)];
        if (from !== to) pairs.push([from, to]);
      }
      const weights = Float64Array.from(pairs, (_, rank) => exp(-of.exponent * ln(rank + 1)));
      const pick = weighted(weights, random);
      return () => pairs[pick()] as readonly [number, number];
    }
    case 'circulation': {
      const circle = random.shuffle(people);
      const line = random.shuffle(people);
      return () => {
        const at = random.below(circle.length);
        if (uniform(random) < of.share) return [circle[at] as number, circle[(at + 1) % circle.length] as number];
        const other = random.below(line.length);
        return [line[Math.min(at, other)] as number, line[Math.max(at, other)] as number];
      };
    }
  }
}

/** Draws places of an array by the weights in it. */
function weighted(weights: Float64Array, random: Random): () => number {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (let at = 0; at < weights.length; at++) {
    sum += weights[at] as number;
    sums[at] = sum;
  }
  return () => {
    const wanted = uniform(random) * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
