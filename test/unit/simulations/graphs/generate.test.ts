import { describe, expect, it } from 'vitest';
import { type CreditGraph, lineCount, MAX_STEPS, medianLimit } from '#simulations/graphs/credit-graph.ts';
import { generate, type Model } from '#simulations/graphs/generate.ts';
import { parseGraph } from '#simulations/graphs/graph-source.ts';
import { type DrawLimit, parseLimits } from '#simulations/graphs/limits.ts';
import { Random } from '#simulations/random.ts';

const draw = (text: string): DrawLimit => {
  const limits = parseLimits(text, 100);
  if (typeof limits === 'string') throw new Error(limits);
  return limits;
};

const make = (model: Model, seed = 1, limits = 'constant:7'): CreditGraph =>
  generate(model, draw(limits), new Random(seed), 2);

function degrees({ nodes, a, b }: CreditGraph): number[] {
  const counts = Array.from({ length: nodes }, () => 0);
  for (const end of [a, b]) for (const node of end) counts[node] = (counts[node] as number) + 1;
  return counts;
}

/** Of all chains of two accounts: how many are closed to a triangle (Newman's transitivity). */
function transitivity(graph: CreditGraph): number {
  const friends = Array.from({ length: graph.nodes }, () => new Set<number>());
  for (const [at, a] of graph.a.entries()) {
    friends[a]?.add(graph.b[at] as number);
    friends[graph.b[at] as number]?.add(a);
  }
  let closed = 0;
  let chains = 0;
  for (const ofNode of friends) {
    const list = [...ofNode];
    for (const [at, one] of list.entries()) {
      for (const other of list.slice(at + 1)) {
        chains++;
        if (friends[one]?.has(other)) closed++;
      }
    }
  }
  return closed / chains;
}

describe('a generated network', () => {
  it('Barabási–Albert: each newcomer brings m accounts, and a few have very many', () => {
    const graph = make({ kind: 'ba', nodes: 2_000, m: 4 });
    expect(graph.a.length).toBe(10 + 4 * 1_995);
    const counts = degrees(graph);
    expect(Math.min(...counts)).toBe(4);
    expect(Math.max(...counts)).toBeGreaterThan(80);
  });

  it('Watts–Strogatz: a ring when beta is 0, as many accounts when it is not', () => {
    const ring = make({ kind: 'ws', nodes: 20, k: 4, beta: 0 });
    expect(degrees(ring)).toEqual(Array.from({ length: 20 }, () => 4));
    for (const [at, a] of ring.a.entries()) {
      const apart = (ring.b[at] as number) - a;
      expect(Math.min(apart, 20 - apart)).toBeLessThanOrEqual(2);
    }
    const moved = make({ kind: 'ws', nodes: 1_000, k: 10, beta: 0.2 });
    expect(moved.a.length).toBe(5_000);
    const far = [...moved.a.keys()].filter((at) => {
      const apart = (moved.b[at] as number) - (moved.a[at] as number);
      return Math.min(apart, 1_000 - apart) > 5;
    });
    expect(far.length / 5_000).toBeGreaterThan(0.17);
    expect(far.length / 5_000).toBeLessThan(0.23);
  });

  it('Erdős–Rényi: each pair with the same chance', () => {
    const graph = make({ kind: 'er', nodes: 1_000, p: 0.01 });
    expect(graph.a.length / (0.01 * 499_500)).toBeCloseTo(1, 1);
    expect(make({ kind: 'er', nodes: 30, p: 1 }).a.length).toBe(435);
  });

  it('Holme–Kim: as many accounts and as long a tail as Barabási–Albert, many more triangles', () => {
    const [ba, hk] = [make({ kind: 'ba', nodes: 2_000, m: 4 }), make({ kind: 'hk', nodes: 2_000, m: 4, p: 0.9 })];
    expect(hk.a.length).toBe(ba.a.length);
    const counts = degrees(hk);
    expect(Math.min(...counts)).toBe(4);
    expect(Math.max(...counts)).toBeGreaterThan(80);
    // A power law of exponent 3: a share of about (m / d)² has d accounts or more.
    const many = counts.filter((count) => count >= 16).length / 2_000;
    expect(many).toBeGreaterThan(0.03);
    expect(many).toBeLessThan(0.12);
    expect(transitivity(hk)).toBeGreaterThan(4 * transitivity(ba));
    expect(transitivity(make({ kind: 'hk', nodes: 2_000, m: 4, p: 0 }))).toBeLessThan(1.5 * transitivity(ba));
  });

  it('Holme–Kim with p 1: each newcomer closes a triangle with every account but its first', () => {
    const graph = make({ kind: 'hk', nodes: 500, m: 2, p: 1 });
    const friends = Array.from({ length: 500 }, () => new Set<number>());
    const closes = [...graph.a.keys()].map((at) => {
      const [a, b] = [graph.a[at] as number, graph.b[at] as number];
      const common = [...(friends[a] as Set<number>)].some((node) => friends[b]?.has(node));
      friends[a]?.add(b);
      friends[b]?.add(a);
      return common;
    });
    // Three accounts between the first three; then two for each newcomer: the second one closes.
    expect(closes.slice(3).every((isClosed, at) => at % 2 === 0 || isClosed)).toBe(true);
  });

  it('a block model: dense inside of blocks, sparse between', () => {
    const { a, b } = make({ kind: 'sbm', nodes: 1_000, blocks: 10, inside: 0.1, between: 0.005 });
    const inside = [...a].filter((one, at) => Math.floor(one / 100) === Math.floor((b[at] as number) / 100)).length;
    // Of 49,500 and of 450,000 pairs; the bounds are four standard deviations.
    expect(Math.abs(inside - 4_950)).toBeLessThan(4 * 67);
    expect(Math.abs(a.length - inside - 2_250)).toBeLessThan(4 * 48);
    const ends = new Set([...a, ...b]);
    expect(ends.size).toBe(1_000);
  });

  it('a block model: blocks that differ by one where they must, and nothing between them with chance 0', () => {
    const { a, b } = make({ kind: 'sbm', nodes: 11, blocks: 3, inside: 1, between: 0 });
    const pairs = [...a].map((one, at) => `${one}-${b[at]}`).sort();
    expect(pairs).toEqual(
      [
        [0, 1, 2],
        [3, 4, 5, 6],
        [7, 8, 9, 10],
      ]
        .flatMap((block) => block.flatMap((v) => block.filter((u) => v < u).map((u) => `${v}-${u}`)))
        .sort(),
    );
    expect(make({ kind: 'sbm', nodes: 11, blocks: 3, inside: 0, between: 1 }).a.length).toBe(55 - pairs.length);
  });

  it('hubs and spokes: hubs are all joined, everybody else is joined to one or two of them', () => {
    const { a, b, ...graph } = make({ kind: 'hubs', nodes: 3_000, hubs: 20, p: 0.3 });
    const spokes = [...b].filter((end) => end >= 20);
    expect(a.length - spokes.length).toBe(190);
    expect([...a].every((end) => end < 20)).toBe(true);
    const counts = degrees({ a, b, ...graph });
    const two = counts.slice(20).filter((count) => count === 2).length;
    expect(counts.slice(20).every((count) => count === 1 || count === 2)).toBe(true);
    expect(two / 2_980).toBeCloseTo(0.3, 1);
    // Each hub has its even share of 1.3 × 2,980 accounts, and 19 with the others.
    expect(Math.min(...counts.slice(0, 20))).toBeGreaterThan(19 + 194 - 60);
    expect(Math.max(...counts.slice(0, 20))).toBeLessThan(19 + 194 + 60);
    expect(make({ kind: 'hubs', nodes: 50, hubs: 1, p: 0 }).a.length).toBe(49);
  });

  it.each<Model>([
    { kind: 'hk', nodes: 100_000, m: 3, p: 0.8 },
    { kind: 'sbm', nodes: 100_000, blocks: 1_000, inside: 0.03, between: 1e-5 },
    { kind: 'hubs', nodes: 100_000, hubs: 50, p: 0.2 },
  ])('$kind: of a hundred thousand', (model) => {
    const { nodes, a } = make(model);
    expect(nodes).toBe(100_000);
    expect(a.length).toBeGreaterThan(100_000);
  });

  it('Erdős–Rényi is what it was before it shared its code', () => {
    const { a, b } = make({ kind: 'er', nodes: 1_000, p: 0.01 });
    expect([a.length, ...a.slice(-3), ...b.slice(-3)]).toMatchInlineSnapshot(`
      [
        4994,
        458,
        722,
        970,
        999,
        999,
        999,
      ]
    `);
  });

  it.each<Model>([
    { kind: 'ba', nodes: 300, m: 3 },
    { kind: 'hk', nodes: 300, m: 3, p: 0.5 },
    { kind: 'sbm', nodes: 300, blocks: 7, inside: 0.2, between: 0.01 },
    { kind: 'hubs', nodes: 300, hubs: 9, p: 0.5 },
    { kind: 'ws', nodes: 300, k: 6, beta: 0.3 },
    { kind: 'er', nodes: 300, p: 0.02 },
  ])('$kind: joins no two twice and nobody to itself, and is decided by its seed', (model) => {
    const graph = make(model);
    const pairs = [...graph.a].map((a, at) => `${a}-${graph.b[at]}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect([...graph.a].every((a, at) => a < (graph.b[at] as number))).toBe(true);
    expect(graph.notes).toEqual([]);
    expect(lineCount(graph)).toBe(2 * pairs.length);
    expect(make(model)).toEqual(graph);
    expect(make(model, 2)).not.toEqual(graph);
  });
});

describe('limits', () => {
  const graph = (limits: string) => make({ kind: 'ba', nodes: 2_000, m: 4 }, 1, limits);

  it('are constant, even, lognormal or Pareto, in hundredths', () => {
    expect([...graph('constant:7').limitOfA].every((limit) => limit === 700)).toBe(true);
    const { limitOfB } = graph('uniform:1,2');
    expect([Math.min(...limitOfB), Math.max(...limitOfB)]).toEqual([100, 200]);
    expect(medianLimit(graph('lognormal:100,1')) / 10_000).toBeCloseTo(1, 1);
    expect(medianLimit(graph('pareto:20,1.5')) / (2_000 * 2 ** (1 / 1.5))).toBeCloseTo(1, 1);
  });

  it('are drawn apart for the two directions', () => {
    const { limitOfA, limitOfB } = graph('lognormal:100,1');
    expect([...limitOfA].some((limit, at) => limit !== limitOfB[at])).toBe(true);
  });

  it('are cut where they would not add up, which is said', () => {
    const cut = make({ kind: 'ba', nodes: 3, m: 1 }, 1, 'constant:999999999999999');
    expect([...cut.limitOfA]).toEqual([MAX_STEPS, MAX_STEPS]);
    expect(cut.notes).toEqual(['4 amounts cut to 40000000000.00']);
  });

  it.each([
    '',
    'constant',
    'constant:',
    'constant:1,2',
    'constant:0',
    'constant:-1',
    'uniform:5',
    'uniform:5,4',
    'normal:1,2',
    'lognormal:1,2,3',
    'pareto:x,1',
    'constant:1e5',
    'constant:1:2',
  ])('refuses "%s" in words', (text) => {
    expect(parseLimits(text, 100)).toContain(`"${text}": write constant:AMOUNT`);
  });
});

describe('the text for a network', () => {
  it('is a model or a file', () => {
    expect(parseGraph('ba:5000,4', null)).toEqual({ type: 'model', model: { kind: 'ba', nodes: 5_000, m: 4 } });
    expect(parseGraph('ws:50,10,0', null)).toEqual({ type: 'model', model: { kind: 'ws', nodes: 50, k: 10, beta: 0 } });
    expect(parseGraph('er:50,0.5', null)).toEqual({ type: 'model', model: { kind: 'er', nodes: 50, p: 0.5 } });
    expect(parseGraph('hk:50,3,0.5', null)).toEqual({ type: 'model', model: { kind: 'hk', nodes: 50, m: 3, p: 0.5 } });
    expect(parseGraph('sbm:50,5,1,0', null)).toEqual({
      type: 'model',
      model: { kind: 'sbm', nodes: 50, blocks: 5, inside: 1, between: 0 },
    });
    expect(parseGraph('hubs:50,1,0', null)).toEqual({
      type: 'model',
      model: { kind: 'hubs', nodes: 50, hubs: 1, p: 0 },
    });
    expect(parseGraph('a.csv', 'edges')).toEqual({ type: 'file', path: 'a.csv', format: 'edges' });
  });

  it.each([
    ['ba:5000', 'write ba:NODES,M'],
    ['ba:5000,4,1', 'write ba:NODES,M'],
    ['ba:4,4', 'm is a whole number from 1'],
    ['ba:40,0', 'm is a whole number from 1'],
    ['ba:40,1.5', 'm is a whole number from 1'],
    ['ba:1,1', 'there are 2 to 1000000 nodes'],
    ['ba:2.5,1', 'there are 2 to 1000000 nodes'],
    ['ws:100,10', 'write ba:NODES,M'],
    ['ws:100,3,0.1', 'k is an even number'],
    ['ws:10,10,0.1', 'k is an even number'],
    ['ws:100,10,1.1', 'beta is from 0 to 1'],
    ['er:100,0', 'p is more than 0'],
    ['er:100,2', 'p is more than 0'],
    ['er:100,0.5,', 'write ba:NODES,M'],
    ['hk:100,3', 'write ba:NODES,M'],
    ['hk:100,100,0', 'm is a whole number from 1'],
    ['hk:100,3,1.5', 'p is from 0 to 1'],
    ['sbm:100,3,0.5', 'write ba:NODES,M'],
    ['sbm:100,101,0.5,0', 'there are 1 block or more'],
    ['sbm:100,2.5,0.5,0', 'there are 1 block or more'],
    ['sbm:100,5,0.5,2', 'the chances inside of a block and between blocks are from 0 to 1'],
    ['hubs:100,100,0.5', 'there are 1 to 1000 hubs'],
    ['hubs:100000,1001,0.5', 'there are 1 to 1000 hubs'],
    ['hubs:100,1,0.5', 'with one hub p is 0'],
    ['hubs:100,5,1.1', 'p, the chance of an account with a second hub, is from 0 to 1'],
    ['er:1000000,0.5', 'that makes about 249999750000 accounts; there can be 10000000'],
    ['ba:1000000,11', 'that makes about 11000000 accounts'],
  ])('%s is refused in words', (text, words) => {
    expect(parseGraph(text, null)).toContain(words);
  });

  it('has no format when it is a model', () => {
    expect(parseGraph('ba:10,2', 'gtna')).toContain('a format is for files');
  });
});
