/**
 * Who owes whom, in compact arrays. Amounts are `bigint` counts of 10⁻⁸ units where they come in and go out; inside they
 * are whole steps of the greatest size that divides all of them, held as numbers. A sum of steps stays below 2⁵³, so
 * every addition is exact.
 */
import { type Amount, formatAmount } from '#protocol/amount.ts';
import { add } from '../routes/add.ts';

/** One debt as it was read. */
export interface Debt {
  readonly from: number;
  readonly to: number;
  /** In 10⁻⁸ units, above 0. */
  readonly amount: Amount;
}

/** The debts between participants, one per pair at most. Edge e says that `from[e]` owes `to[e]`. */
export interface DebtGraph {
  readonly nodes: number;
  readonly edges: number;
  /** 10⁻⁸ units in a step. */
  readonly step: Amount;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** In steps, by edge. */
  readonly amounts: Float64Array;
  /** Edges by which node n owes: `owes[firstOwes[n]] … owes[firstOwes[n + 1] − 1]`. */
  readonly firstOwes: Int32Array;
  readonly owes: Int32Array;
  /** Edges by which node n is owed, in the same way. */
  readonly firstOwed: Int32Array;
  readonly owed: Int32Array;
  /** Sum of all debts before opposite ones were set off, in steps. */
  readonly total: number;
  /** What setting off opposite debts of a pair cleared, in steps, and for how many pairs: each is a ring of two. */
  readonly setOff: number;
  readonly pairs: number;
}

/** More than these many steps in all and sums would not be exact. */
const MOST_STEPS = Number.MAX_SAFE_INTEGER;

/** The sum of all debts is beyond what is counted exactly; in words that say what to do. */
export class TooMuchDebt extends Error {
  constructor(total: Amount, step: Amount) {
    const limit = formatAmount(BigInt(MOST_STEPS) * step);
    super(
      `the debts add up to ${formatAmount(total)}, more than ${limit}, the most that is counted exactly where ` +
        `${formatAmount(step)} divides all amounts: write amounts with fewer decimals, or fewer debts`,
    );
    this.name = 'TooMuchDebt';
  }
}

/** Debts of one pair add up, opposite ones are set off. Throws `TooMuchDebt`. */
export function debtGraph(nodes: number, debts: readonly Debt[]): DebtGraph {
  let step = 0n;
  let sum = 0n;
  for (const { amount } of debts) {
    step = divisor(amount, step);
    sum += amount;
  }
  if (step === 0n) step = 1n;
  if (sum / step > BigInt(MOST_STEPS)) throw new TooMuchDebt(sum, step);
  const { pairs, setOff, from, to, amounts } = netOf(nodes, debts, step);
  const edges = from.length;
  const heads = Int32Array.from(from);
  const tails = Int32Array.from(to);
  const [firstOwes, owes] = byNode(nodes, heads);
  const [firstOwed, owed] = byNode(nodes, tails);
  const total = Number(sum / step);
  const arrays = { from: heads, to: tails, amounts: Float64Array.from(amounts), firstOwes, owes, firstOwed, owed };
  return { nodes, edges, step, ...arrays, total, setOff, pairs };
}

function divisor(a: bigint, b: bigint): bigint {
  let [greater, less] = [a, b];
  while (less !== 0n) [greater, less] = [less, greater % less];
  return greater;
}

interface Net {
  readonly from: number[];
  readonly to: number[];
  readonly amounts: number[];
  readonly setOff: number;
  readonly pairs: number;
}

function netOf(nodes: number, debts: readonly Debt[], step: Amount): Net {
  /** By pair: what the smaller number owes, and what the greater one does. */
  const owing = new Map<number, [number, number]>();
  for (const { from, to, amount } of debts) {
    const key = Math.min(from, to) * nodes + Math.max(from, to);
    let both = owing.get(key);
    if (both === undefined) {
      both = [0, 0];
      owing.set(key, both);
    }
    both[from < to ? 0 : 1] += Number(amount / step);
  }
  const from: number[] = [];
  const to: number[] = [];
  const amounts: number[] = [];
  let setOff = 0;
  let pairs = 0;
  for (const [key, [ofSmaller, ofGreater]] of owing) {
    const smaller = Math.floor(key / nodes);
    const greater = key % nodes;
    const least = Math.min(ofSmaller, ofGreater);
    setOff += 2 * least;
    if (least > 0) pairs++;
    if (ofSmaller === ofGreater) continue;
    from.push(ofSmaller > ofGreater ? smaller : greater);
    to.push(ofSmaller > ofGreater ? greater : smaller);
    amounts.push(Math.abs(ofSmaller - ofGreater));
  }
  return { from, to, amounts, setOff, pairs };
}

/** The edges of each node: where they begin in the list, and the list. */
function byNode(nodes: number, nodeOf: Int32Array): [Int32Array, Int32Array] {
  const first = new Int32Array(nodes + 1);
  for (const node of nodeOf) add(first, node + 1, 1);
  for (let node = 0; node < nodes; node++) add(first, node + 1, first[node] as number);
  const next = first.slice();
  const list = new Int32Array(nodeOf.length);
  for (const [edge, node] of nodeOf.entries()) {
    list[next[node] as number] = edge;
    add(next, node, 1);
  }
  return [first, list];
}

/** What each is owed less what it owes, in steps. */
export function netPositions({ nodes, from, to }: DebtGraph, amounts: Float64Array): Float64Array {
  const net = new Float64Array(nodes);
  for (const [edge, amount] of amounts.entries()) {
    add(net, from[edge] as number, -amount);
    add(net, to[edge] as number, amount);
  }
  return net;
}

/**
 * Makes sure of what clearing never may break: no debt has grown or become negative, all are whole steps, and nobody's
 * net position has changed. Throws an `Error`, which is a bug.
 */
export function checkCleared(graph: DebtGraph, left: Float64Array): void {
  for (const [edge, amount] of left.entries()) {
    if (!Number.isInteger(amount) || amount < 0 || amount > (graph.amounts[edge] as number)) {
      throw new Error(`bug: debt ${edge} of ${graph.amounts[edge]} steps became ${amount}`);
    }
  }
  const before = netPositions(graph, graph.amounts);
  for (const [node, net] of netPositions(graph, left).entries()) {
    if (net !== before[node]) throw new Error(`bug: the net position of ${node} went from ${before[node]} to ${net}`);
  }
}

export function sumOf(amounts: Float64Array): number {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  return sum;
}
