/** What `--graph` says: a generated network (`ba:5000,4`, `hubs:1000,5,0.3`, …) or a file. */
import { Random } from '../random.ts';
import type { CreditGraph } from './credit-graph.ts';
import { generate, type Model } from './generate.ts';
import { type DrawLimit, positiveNumber } from './limits.ts';
import { type Format, readGraph } from './read-graph.ts';
import { MOST_ACCOUNTS } from './reader.ts';

/** Where the network comes from. */
export type GraphSource =
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'file'; readonly path: string; readonly format: Format | null };

export const GRAPH_USAGE =
  'ba:NODES,M, ws:NODES,K,BETA, er:NODES,P, hk:NODES,M,P, sbm:NODES,BLOCKS,INSIDE,BETWEEN, hubs:NODES,HUBS,P or the path of a file';

const MOST_NODES = 1_000_000;
const MOST_HUBS = 1_000;
/** The stream of random numbers that generated networks are drawn from. */
const GRAPH_STREAM = 11;

/** The source that a text describes, or in words what is wrong with it. */
export function parseGraph(text: string, format: Format | null): GraphSource | string {
  const named = /^(ba|ws|er|hk|sbm|hubs):(.*)$/.exec(text);
  if (named === null) return { type: 'file', path: text, format };
  if (format !== null) return `graph "${text}" is generated: a format is for files.`;
  const numbers = (named[2] as string).split(',').map((part) => (part === '0' ? 0 : positiveNumber(part)));
  const model = modelOf(named[1] as Model['kind'], numbers);
  if (typeof model === 'string') return `graph "${text}": ${model}`;
  if (accountsOf(model) <= MOST_ACCOUNTS) return { type: 'model', model };
  return `graph "${text}": that makes about ${Math.round(accountsOf(model))} accounts; there can be ${MOST_ACCOUNTS}: take fewer nodes or a smaller chance.`;
}

/** How many numbers each kind has. */
const NUMBERS: Readonly<Record<Model['kind'], number>> = { ba: 2, ws: 3, er: 2, hk: 3, sbm: 4, hubs: 3 };

const isWhole = (number: number, least: number, most: number): boolean =>
  Number.isInteger(number) && number >= least && number <= most;

function modelOf(kind: Model['kind'], given: readonly (number | null)[]): Model | string {
  const numbers = given.filter((number) => number !== null);
  if (numbers.length !== NUMBERS[kind] || numbers.length !== given.length) return `write ${GRAPH_USAGE}.`;
  const [nodes, first, second, third] = numbers as [number, number, number, number];
  if (!isWhole(nodes, 2, MOST_NODES)) return `there are 2 to ${MOST_NODES} nodes.`;
  switch (kind) {
    case 'ba':
      if (!isWhole(first, 1, nodes - 1)) return 'm is a whole number from 1 to less than there are nodes.';
      return { kind, nodes, m: first };
    case 'ws':
      if (!isWhole(first, 2, nodes - 1) || first % 2 !== 0) {
        return 'k is an even number from 2 to less than there are nodes.';
      }
      return second <= 1 ? { kind, nodes, k: first, beta: second } : 'beta is from 0 to 1.';
    case 'er':
      return first > 0 && first <= 1 ? { kind, nodes, p: first } : 'p is more than 0 and at most 1.';
    case 'hk':
      if (!isWhole(first, 1, nodes - 1)) return 'm is a whole number from 1 to less than there are nodes.';
      return second <= 1 ? { kind, nodes, m: first, p: second } : 'p is from 0 to 1.';
    case 'sbm':
      if (!isWhole(first, 1, nodes)) return 'there are 1 block or more, and no more than there are nodes.';
      if (second > 1 || third > 1) return 'the chances inside of a block and between blocks are from 0 to 1.';
      return { kind, nodes, blocks: first, inside: second, between: third };
    case 'hubs':
      if (!isWhole(first, 1, Math.min(MOST_HUBS, nodes - 1))) {
        return `there are 1 to ${MOST_HUBS} hubs, and fewer than there are nodes.`;
      }
      if (second > 1) return 'p, the chance of an account with a second hub, is from 0 to 1.';
      return first > 1 || second === 0 ? { kind, nodes, hubs: first, p: second } : 'with one hub p is 0.';
  }
}

/** How many accounts a network will have, on average. */
function accountsOf(model: Model): number {
  const { nodes } = model;
  const pairs = (nodes * (nodes - 1)) / 2;
  switch (model.kind) {
    case 'ba':
    case 'hk':
      return nodes * model.m;
    case 'ws':
      return (nodes * model.k) / 2;
    case 'er':
      return pairs * model.p;
    case 'sbm': {
      const insidePairs = (nodes * (nodes / model.blocks - 1)) / 2;
      return insidePairs * model.inside + (pairs - insidePairs) * model.between;
    }
    case 'hubs':
      return (model.hubs * (model.hubs - 1)) / 2 + nodes * (1 + model.p);
  }
}

/** The network. A file is the same for every seed. Throws `BadFile`. */
export function loadGraph(source: GraphSource, draw: DrawLimit, seed: number, precision: number): Promise<CreditGraph> {
  if (source.type === 'file') return readGraph(source.path, source.format, precision);
  return Promise.resolve(generate(source.model, draw, new Random(seed, GRAPH_STREAM), precision));
}
