/**
 * Generated networks. Each edge of the undirected graph becomes one account with two trust lines, one each way, whose
 * limits are drawn independently; nobody owes anything at first.
 */
import type { Random } from '../random.ts';
import { type CreditGraph, GraphBuilder } from './credit-graph.ts';
import type { DrawLimit } from './limits.ts';
import { ln, uniform } from './variates.ts';

/** What a generated network is. */
export type Model =
  | { readonly kind: 'ba'; readonly nodes: number; readonly m: number }
  | { readonly kind: 'ws'; readonly nodes: number; readonly k: number; readonly beta: number }
  | { readonly kind: 'er'; readonly nodes: number; readonly p: number };

/** The network of a model: the same for the same seed on every machine. */
export function generate(model: Model, draw: DrawLimit, random: Random, precision: number): CreditGraph {
  const builder = new GraphBuilder(precision);
  builder.grow(model.nodes);
  const join = (u: number, v: number) => {
    builder.line(u, v, draw(random));
    builder.line(v, u, draw(random));
  };
  switch (model.kind) {
    case 'ba':
      barabasiAlbert(model, random, join);
      break;
    case 'ws':
      wattsStrogatz(model, random, join);
      break;
    case 'er':
      erdosRenyi(model, random, join);
      break;
  }
  return builder.build();
}

type Join = (u: number, v: number) => void;

/** Barabási–Albert: begins with m + 1 who are all joined; each newcomer is joined to m, chosen by their degree. */
function barabasiAlbert({ nodes, m }: Extract<Model, { kind: 'ba' }>, random: Random, join: Join): void {
  /** Each end of each edge once: picking from it is picking by degree. */
  const ends: number[] = [];
  for (let u = 0; u <= m; u++) {
    for (let v = 0; v < u; v++) {
      join(u, v);
      ends.push(u, v);
    }
  }
  for (let u = m + 1; u < nodes; u++) {
    const chosen = new Set<number>();
    while (chosen.size < m) chosen.add(random.pick(ends));
    for (const v of chosen) {
      join(u, v);
      ends.push(u, v);
    }
  }
}

/** Watts–Strogatz: a ring where each is joined to its k nearest; the far end of each edge is moved with chance beta. */
function wattsStrogatz({ nodes, k, beta }: Extract<Model, { kind: 'ws' }>, random: Random, join: Join): void {
  const joined = Array.from({ length: nodes }, () => new Set<number>());
  const set = (u: number, v: number) => {
    joined[u]?.add(v);
    joined[v]?.add(u);
  };
  for (let u = 0; u < nodes; u++) for (let far = 1; far <= k / 2; far++) set(u, (u + far) % nodes);
  for (let far = 1; far <= k / 2; far++) {
    for (let u = 0; u < nodes; u++) {
      const of = joined[u] as Set<number>;
      if (uniform(random) >= beta || of.size >= nodes - 1) continue;
      let v = random.below(nodes);
      while (v === u || of.has(v)) v = random.below(nodes);
      const old = (u + far) % nodes;
      of.delete(old);
      joined[old]?.delete(u);
      set(u, v);
    }
  }
  for (let u = 0; u < nodes; u++) for (const v of joined[u] as Set<number>) if (u < v) join(u, v);
}

/** Erdős–Rényi: each pair with chance p; the pairs between two edges are skipped at once. */
function erdosRenyi({ nodes, p }: Extract<Model, { kind: 'er' }>, random: Random, join: Join): void {
  const skip = () => (p >= 1 ? 1 : 1 + Math.floor(ln(uniform(random)) / ln(1 - p)));
  let u = 1;
  let v = -1;
  while (u < nodes) {
    v += skip();
    while (v >= u && u < nodes) {
      v -= u;
      u++;
    }
    if (u < nodes) join(u, v);
  }
}
