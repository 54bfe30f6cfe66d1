/** Payments that are drawn: who pays whom as the model of demand says. */
import { type CreditGraph, MAX_STEPS } from '../graphs/credit-graph.ts';
import type { DrawLimit } from '../graphs/limits.ts';
import { exp, ln } from '../graphs/variates.ts';
import { Random } from '../random.ts';
import { AliasTable } from './alias.ts';
import type { DrawnDemand } from './model.ts';

/** One payment to be tried. */
export interface Demand {
  readonly from: number;
  readonly to: number;
  /** In steps, above 0. */
  readonly amount: number;
}

/** The stream of random numbers that payments are drawn from. */
const DEMAND_STREAM = 12;
/** How many take part in a circle of payments. */
const LEAST_CIRCLE = 3;
const MOST_CIRCLE = 8;

type Pair = readonly [from: number, to: number];

/**
 * So many payments among all participants that have an account, of amounts that `draw` gives. None where there are not two
 * who can take part. Each takes the same time in networks of any size.
 */
export function drawDemands(
  graph: CreditGraph,
  count: number,
  draw: DrawLimit,
  seed: number,
  model: DrawnDemand = { kind: 'uniform' },
): Demand[] {
  const random = new Random(seed, DEMAND_STREAM);
  const people = withAccounts(graph);
  if (people.length < 2) return [];
  const amount = () => Math.min(MAX_STEPS, draw(random));
  switch (model.kind) {
    case 'uniform':
      return paid(count, () => evenPair(people, random), amount);
    case 'gravity': {
      const pair = heavyPair(massOf(graph, model.by), random);
      return pair === null ? [] : paid(count, pair, amount);
    }
    case 'zipf':
      return paid(count, recurrentPair(people, model, random), amount);
    case 'circulation': {
      const inCircles = circles(Math.round(model.share * count), people, random, amount);
      const rest = paid(count - inCircles.length, () => evenPair(people, random), amount);
      return random.shuffle([...inCircles, ...rest]);
    }
  }
}

function withAccounts({ nodes, a, b }: CreditGraph): number[] {
  const hasAccount = new Uint8Array(nodes);
  for (const end of [a, b]) for (const node of end) hasAccount[node] = 1;
  return Array.from({ length: nodes }, (_, node) => node).filter((node) => hasAccount[node] === 1);
}

function paid(count: number, pair: () => Pair, amount: () => number): Demand[] {
  const demands: Demand[] = [];
  while (demands.length < count) {
    const [from, to] = pair();
    demands.push({ from, to, amount: amount() });
  }
  return demands;
}

function evenPair(people: readonly number[], random: Random): Pair {
  for (;;) {
    const from = random.pick(people);
    const to = random.pick(people);
    if (from !== to) return [from, to];
  }
}

/** By participant: the sum of the limits of its lines in both directions, or how many accounts it has. */
function massOf({ nodes, a, b, limitOfA, limitOfB }: CreditGraph, by: 'limit' | 'degree'): Float64Array {
  const mass = new Float64Array(nodes);
  for (let account = 0; account < a.length; account++) {
    const one = by === 'degree' ? 1 : (limitOfA[account] as number) + (limitOfB[account] as number);
    for (const end of [a[account] as number, b[account] as number]) mass[end] = (mass[end] as number) + one;
  }
  return mass;
}

/** Each account weighs the same at both of its ends, so nobody has more than half of all: few draws are in vain. */
function heavyPair(mass: Float64Array, random: Random): (() => Pair) | null {
  if (mass.filter((one) => one > 0).length < 2) return null;
  const table = new AliasTable(mass);
  return () => {
    for (;;) {
      const from = table.draw(random);
      const to = table.draw(random);
      if (from !== to) return [from, to];
    }
  };
}

function recurrentPair(
  people: readonly number[],
  { pairs, exponent }: Extract<DrawnDemand, { kind: 'zipf' }>,
  random: Random,
): () => Pair {
  const all = people.length * (people.length - 1);
  const list = differentPairs(Math.min(pairs, all), people, random);
  const table = new AliasTable(list.map((_, at) => exp(-exponent * ln(at + 1))));
  return () => list[table.draw(random)] as Pair;
}

function differentPairs(count: number, people: readonly number[], random: Random): Pair[] {
  if (2 * count > people.length * (people.length - 1)) {
    const all = people.flatMap((from) => people.filter((to) => to !== from).map((to): Pair => [from, to]));
    return random.shuffle(all).slice(0, count);
  }
  const known = new Set<number>();
  const list: Pair[] = [];
  while (list.length < count) {
    const pair = evenPair(people, random);
    // Below 10¹²: exact.
    const key = pair[0] * 1_000_000 + pair[1];
    if (!known.has(key)) list.push(pair);
    known.add(key);
  }
  return list;
}

/** Payments round circles of different people, each circle of one amount: 3 to 8 people, two where no more are left. */
function circles(count: number, people: readonly number[], random: Random, amount: () => number): Demand[] {
  const most = Math.min(MOST_CIRCLE, people.length);
  const demands: Demand[] = [];
  // One payment is no circle, and two people make only even numbers of payments.
  let left = most === 2 ? count - (count % 2) : count;
  while (left > 1) {
    const wanted = random.between(Math.min(LEAST_CIRCLE, most), most);
    const size = left <= most ? left : Math.min(wanted, left - 2);
    const circle = new Set<number>();
    while (circle.size < size) circle.add(random.pick(people));
    const members = [...circle];
    const each = amount();
    for (const [at, from] of members.entries())
      demands.push({ from, to: members[(at + 1) % size] as number, amount: each });
    left -= size;
  }
  return demands;
}
