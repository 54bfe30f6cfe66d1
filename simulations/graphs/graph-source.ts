/** What `--graph` says: a generated network (`ba:5000,4`, `ws:5000,10,0.2`, `er:1000,0.01`) or a file. */
import { Random } from '../random.ts';
import type { CreditGraph } from './credit-graph.ts';
import { generate, type Model } from './generate.ts';
import { type DrawLimit, positiveNumber } from './limits.ts';
import { type Format, readGraph } from './read-graph.ts';

/** Where the network comes from. */
export type GraphSource =
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'file'; readonly path: string; readonly format: Format | null };

export const GRAPH_USAGE = 'ba:NODES,M, ws:NODES,K,BETA, er:NODES,P or the path of a file';

const MOST_NODES = 1_000_000;
/** The stream of random numbers that generated networks are drawn from. */
const GRAPH_STREAM = 11;

/** The source that a text describes, or in words what is wrong with it. */
export function parseGraph(text: string, format: Format | null): GraphSource | string {
  const named = /^(ba|ws|er):(.*)$/.exec(text);
  if (named === null) return { type: 'file', path: text, format };
  if (format !== null) return `graph "${text}" is generated: a format is for files.`;
  const numbers = (named[2] as string).split(',').map((part) => (part === '0' ? 0 : positiveNumber(part)));
  const model = modelOf(named[1] as string, numbers);
  return typeof model === 'string' ? `graph "${text}": ${model}` : { type: 'model', model };
}

function modelOf(kind: string, numbers: readonly (number | null)[]): Model | string {
  const [nodes, first, second, ...more] = numbers;
  const wrong = `write ${GRAPH_USAGE}.`;
  if (nodes === undefined || nodes === null || first === undefined || first === null || more.length > 0) return wrong;
  if (!Number.isInteger(nodes) || nodes < 2 || nodes > MOST_NODES) return `there are 2 to ${MOST_NODES} nodes.`;
  switch (kind) {
    case 'ba':
      if (second !== undefined) return wrong;
      return Number.isInteger(first) && first >= 1 && first < nodes
        ? { kind, nodes, m: first }
        : 'm is a whole number from 1 to less than there are nodes.';
    case 'ws':
      if (second === undefined || second === null) return wrong;
      if (!Number.isInteger(first) || first % 2 !== 0 || first < 2 || first >= nodes) {
        return 'k is an even number from 2 to less than there are nodes.';
      }
      return second <= 1 ? { kind, nodes, k: first, beta: second } : 'beta is from 0 to 1.';
    case 'er':
      if (second !== undefined) return wrong;
      return first > 0 && first <= 1 ? { kind, nodes, p: first } : 'p is more than 0 and at most 1.';
    default:
      return wrong;
  }
}

/** The network. A file is the same for every seed. Throws `BadFile`. */
export function loadGraph(source: GraphSource, draw: DrawLimit, seed: number, precision: number): Promise<CreditGraph> {
  if (source.type === 'file') return readGraph(source.path, source.format, precision);
  return Promise.resolve(generate(source.model, draw, new Random(seed, GRAPH_STREAM), precision));
}
