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

  it.each<Model>([
    { kind: 'ba', nodes: 300, m: 3 },
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
  ])('%s is refused in words', (text, words) => {
    expect(parseGraph(text, null)).toContain(words);
  });

  it('has no format when it is a model', () => {
    expect(parseGraph('ba:10,2', 'gtna')).toContain('a format is for files');
  });
});
