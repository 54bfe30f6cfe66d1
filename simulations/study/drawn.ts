/** The network whose participants and lines stand in the study itself. Pure: the network designer runs it in a browser. */
import { type CreditGraph, GraphBuilder } from '../graphs/credit-graph.ts';
import type { Study } from './shape.ts';

/** A network as somebody drew it. */
export type Drawn = Pick<Study['network'], 'participants' | 'lines' | 'precision'>;

/** Makes a network of it; words where that cannot be done. */
export function drawnGraph({ participants = [], lines = [], precision }: Drawn): CreditGraph | string {
  const builder = new GraphBuilder(precision);
  const known = new Set<string>();
  for (const { name } of participants) {
    if (known.has(name)) return `network.participants: “${name}” is there twice: names differ`;
    known.add(name);
    builder.node(name);
  }
  const steps = (amount: number) => Math.round(amount * 10 ** precision);
  const owed = new Map<string, number>();
  const limits = new Map<string, readonly [from: string, to: string, limit: number]>();
  for (const [at, line] of lines.entries()) {
    for (const name of [line.from, line.to]) {
      if (!known.has(name)) return `network.lines.${at}: nobody is called “${name}”: add it to participants`;
    }
    if (line.from === line.to) return `network.lines.${at}: “${line.from}” has a line to itself: name two`;
    limits.set(JSON.stringify([line.from, line.to]), [line.from, line.to, steps(line.limit)]);
    const pair = [line.from, line.to].sort();
    const sign = pair[0] === line.from ? 1 : -1;
    owed.set(JSON.stringify(pair), (owed.get(JSON.stringify(pair)) ?? 0) + sign * steps(line.owed));
  }
  for (const [pair, amount] of owed) {
    const [first, second] = JSON.parse(pair) as [string, string];
    const limitOf = (from: string, to: string) => limits.get(JSON.stringify([from, to]))?.[2] ?? 0;
    const ends = [builder.node(first), builder.node(second)] as const;
    // A positive amount is what the second owes the first.
    builder.account(...ends, limitOf(first, second), limitOf(second, first), -amount);
  }
  return builder.build();
}
