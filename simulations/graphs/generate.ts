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
  | { readonly kind: 'er'; readonly nodes: number; readonly p: number }
  | { readonly kind: 'hk'; readonly nodes: number; readonly m: number; readonly p: number }
  | {
      readonly kind: 'sbm';
      readonly nodes: number;
      readonly blocks: number;
      readonly inside: number;
      readonly between: number;
    }
  | { readonly kind: 'hubs'; readonly nodes: number; readonly hubs: number; readonly p: number };

type Of<Kind> = Extract<Model, { kind: Kind }>;

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
    case 'hk':
      holmeKim(model, random, join);
      break;
    case 'sbm':
      blockModel(model, random, join);
      break;
    case 'hubs':
      hubsAndSpokes(model, random, join);
      break;
  }
  return builder.build();
}

type Join = (u: number, v: number) => void;

/** Barabási–Albert: begins with m + 1 who are all joined; each newcomer is joined to m, chosen by their degree. */
function barabasiAlbert({ nodes, m }: Of<'ba'>, random: Random, join: Join): void {
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
function wattsStrogatz({ nodes, k, beta }: Of<'ws'>, random: Random, join: Join): void {
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

/** Erdős–Rényi: each pair with chance p. */
function erdosRenyi({ nodes, p }: Of<'er'>, random: Random, join: Join): void {
  somePairs(
    nodes,
    () => 0,
    (u) => u,
    p,
    random,
    join,
  );
}

/**
 * Each pair (u, v) with first(u) ≤ v < end(u) with chance p. The pairs between two edges are skipped at once, so the work
 * is that of the edges and participants, not of the pairs.
 */
function somePairs(
  nodes: number,
  first: (u: number) => number,
  end: (u: number) => number,
  p: number,
  random: Random,
  join: Join,
): void {
  if (p <= 0) return;
  const skip = () => (p >= 1 ? 1 : 1 + Math.floor(ln(uniform(random)) / ln(1 - p)));
  let u = 0;
  /** Counted from first(u). */
  let at = -1;
  while (u < nodes) {
    at += skip();
    while (u < nodes && at >= end(u) - first(u)) {
      at -= end(u) - first(u);
      u++;
    }
    if (u < nodes) join(u, first(u) + at);
  }
}

/**
 * Holme–Kim: as Barabási–Albert, but each further account of a newcomer is, with chance p, with a friend of the one that
 * was last chosen by degree: many triangles, and the same tail of degrees.
 */
function holmeKim({ nodes, m, p }: Of<'hk'>, random: Random, join: Join): void {
  const ends: number[] = [];
  const friends: number[][] = Array.from({ length: nodes }, () => []);
  const connect = (u: number, v: number) => {
    join(u, v);
    ends.push(u, v);
    friends[u]?.push(v);
    friends[v]?.push(u);
  };
  for (let u = 0; u <= m; u++) for (let v = 0; v < u; v++) connect(u, v);
  for (let u = m + 1; u < nodes; u++) {
    const chosen = new Set<number>();
    let last = -1;
    while (chosen.size < m) {
      const friend = last >= 0 && uniform(random) < p ? friendBut(friends[last] as number[], chosen, random) : null;
      if (friend !== null) {
        chosen.add(friend);
        continue;
      }
      let v = random.pick(ends);
      while (chosen.has(v)) v = random.pick(ends);
      chosen.add(v);
      last = v;
    }
    for (const v of chosen) connect(u, v);
  }
}

/** Anybody of a list who is not in the set, each with the same chance; null when all are in it. */
function friendBut(list: readonly number[], but: ReadonlySet<number>, random: Random): number | null {
  if (list.length <= 2 * but.size) {
    const left = list.filter((node) => !but.has(node));
    return left.length === 0 ? null : random.pick(left);
  }
  for (;;) {
    const node = random.pick(list);
    if (!but.has(node)) return node;
  }
}

/** Stochastic block model: groups of the same size (or one more); a pair has one chance inside of a group, one between. */
function blockModel({ nodes, blocks, inside, between }: Of<'sbm'>, random: Random, join: Join): void {
  const start = Int32Array.from({ length: nodes });
  for (let block = 0; block < blocks; block++) {
    const first = Math.floor((block * nodes) / blocks);
    start.fill(first, first, Math.floor(((block + 1) * nodes) / blocks));
  }
  const startOf = (u: number) => start[u] as number;
  somePairs(nodes, startOf, (u) => u, inside, random, join);
  somePairs(nodes, () => 0, startOf, between, random, join);
}

/** Hubs that are all joined; everybody else has an account with one of them and, with chance p, with a second one. */
function hubsAndSpokes({ nodes, hubs, p }: Of<'hubs'>, random: Random, join: Join): void {
  for (let u = 0; u < hubs; u++) for (let v = 0; v < u; v++) join(u, v);
  for (let u = hubs; u < nodes; u++) {
    const first = random.below(hubs);
    join(u, first);
    if (hubs > 1 && uniform(random) < p) join(u, (first + 1 + random.below(hubs - 1)) % hubs);
  }
}
