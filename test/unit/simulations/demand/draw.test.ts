import { describe, expect, it } from 'vitest';
import { AliasTable } from '#simulations/demand/alias.ts';
import { type Demand, drawDemands } from '#simulations/demand/draw.ts';
import { type DemandModel, parseDemand } from '#simulations/demand/model.ts';
import { generate } from '#simulations/graphs/generate.ts';
import { Random } from '#simulations/random.ts';
import { loadDemands } from '#simulations/routes/demand.ts';
import { creditGraph } from '#test/support/credit-graphs.ts';

const DRAWS = 60_000;
const network = (nodes: number) => generate({ kind: 'ba', nodes, m: 2 }, () => 2_000, new Random(1), 2);

/** How many of the payments go between each two. */
function countsOf(demands: readonly Demand[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { from, to } of demands) counts.set(`${from}>${to}`, (counts.get(`${from}>${to}`) ?? 0) + 1);
  return counts;
}

/** What each received less what it paid; nothing is left out. */
function netsOf(demands: readonly Demand[]): Map<number, number> {
  const nets = new Map<number, number>();
  for (const { from, to, amount } of demands) {
    nets.set(from, (nets.get(from) ?? 0) - amount);
    nets.set(to, (nets.get(to) ?? 0) + amount);
  }
  return nets;
}

describe('drawing by weight', () => {
  it.each([[[1]], [[1, 2, 3, 4]], [[0, 5, 0, 1e-3, 5]], [[1e9, 1, 1, 1]], [[0.1, 0.2, 0.3, 0.1, 0.2, 0.1]]])(
    'draws %j as often as they say, and never what weighs nothing',
    (weights) => {
      const table = new AliasTable(weights);
      const random = new Random(3);
      const counts = weights.map(() => 0);
      for (let draw = 0; draw < DRAWS; draw++) {
        const at = table.draw(random);
        counts[at] = (counts[at] as number) + 1;
      }
      const sum = weights.reduce((total, weight) => total + weight, 0);
      for (const [at, weight] of weights.entries()) {
        const share = weight / sum;
        const deviation = Math.sqrt(share * (1 - share) * DRAWS);
        expect(Math.abs((counts[at] as number) - share * DRAWS)).toBeLessThanOrEqual(4 * deviation);
      }
    },
  );

  it('has nothing to draw from nothing', () => {
    expect(() => new AliasTable([0, 0])).toThrow('nothing to draw from');
  });
});

describe('demand by gravity', () => {
  // Accounts and sums of limits: A 3 and 60, B 1 and 10, C 1 and 20, D 1 and 30.
  const star = creditGraph('A>B 10', 'A>C 20', 'D>A 30');

  it.each([
    ['limit', [60, 10, 20, 30]],
    ['degree', [3, 1, 1, 1]],
  ] as const)('by %s: a pair as often as the product of both', (by, mass) => {
    const counts = countsOf(drawDemands(star, DRAWS, () => 1, 1, { kind: 'gravity', by }));
    const pairs = [0, 1, 2, 3].flatMap((from) =>
      [0, 1, 2, 3].filter((to) => to !== from).map((to) => [from, to] as const),
    );
    const product = (from: number, to: number) => (mass[from] as number) * (mass[to] as number);
    const all = pairs.reduce((sum, [from, to]) => sum + product(from, to), 0);
    for (const [from, to] of pairs) {
      expect(Math.abs((counts.get(`${from}>${to}`) ?? 0) / DRAWS - product(from, to) / all)).toBeLessThan(0.008);
    }
  });

  it('is none where only one has limits at all, or nobody', () => {
    const none = { ...star, limitOfA: star.limitOfA.map(() => 0), limitOfB: star.limitOfB.map(() => 0) };
    expect(drawDemands(none, 5, () => 1, 1, { kind: 'gravity', by: 'limit' })).toEqual([]);
    expect(drawDemands(none, 5, () => 1, 1, { kind: 'gravity', by: 'degree' })).toHaveLength(5);
  });
});

describe('demand of recurrent pairs', () => {
  it('is of so many pairs, the one of rank r as often as 1 / r^exponent', () => {
    const demands = drawDemands(network(200), DRAWS, () => 1, 1, { kind: 'zipf', pairs: 50, exponent: 1 });
    const counts = [...countsOf(demands).values()].sort((one, other) => other - one);
    expect(counts).toHaveLength(50);
    const harmonic = Array.from({ length: 50 }, (_, at) => 1 / (at + 1)).reduce((sum, one) => sum + one, 0);
    for (const rank of [1, 2, 3, 5, 10]) {
      expect((counts[rank - 1] as number) / DRAWS / (1 / rank / harmonic)).toBeCloseTo(1, 1);
    }
  });

  it('takes all pairs where there are not so many', () => {
    const demands = drawDemands(network(4), DRAWS, () => 1, 1, { kind: 'zipf', pairs: 1_000, exponent: 0 });
    const counts = countsOf(demands);
    expect(counts.size).toBe(12);
    for (const count of counts.values()) expect(count / (DRAWS / 12)).toBeCloseTo(1, 1);
  });
});

describe('demand in circles', () => {
  it('leaves everybody with what it had when all of it is', () => {
    const random = new Random(9);
    const demands = drawDemands(network(300), 2_000, () => 1 + random.below(500), 1, { kind: 'circulation', share: 1 });
    expect(demands).toHaveLength(2_000);
    expect(new Set(demands.map(({ amount }) => amount)).size).toBeGreaterThan(100);
    expect([...netsOf(demands).values()].every((net) => net === 0)).toBe(true);
  });

  it('is the share that was asked for: what is left is of the others', () => {
    const nets = netsOf(drawDemands(network(20_000), 1_000, () => 7, 1, { kind: 'circulation', share: 0.4 }));
    const moved = [...nets.values()].reduce((sum, net) => sum + Math.abs(net), 0) / 2 / 7;
    expect(moved).toBeLessThanOrEqual(600);
    expect(moved).toBeGreaterThan(560);
  });

  it('is spread over all payments, not done circle by circle', () => {
    const demands = drawDemands(network(500), 1_000, () => 1, 1, { kind: 'circulation', share: 1 });
    const followed = demands.filter(({ to }, at) => demands[at + 1]?.from === to).length;
    expect(followed).toBeLessThan(50);
  });

  it.each([2, 3, 4, 5])('is possible among %i', (people) => {
    const graph = generate({ kind: 'er', nodes: people, p: 1 }, () => 10, new Random(1), 2);
    for (let count = 0; count < 12; count++) {
      const demands = drawDemands(graph, count, () => 1, count, { kind: 'circulation', share: 1 });
      expect(demands).toHaveLength(count);
      // One payment too many, where there is one, is between any two.
      const left = [...netsOf(demands).values()].reduce((sum, net) => sum + Math.abs(net), 0);
      expect(left).toBe(count === 1 || (people === 2 && count % 2 === 1) ? 2 : 0);
    }
  });
});

describe('all demand', () => {
  it.each<DemandModel>([
    { kind: 'uniform' },
    { kind: 'gravity', by: 'limit' },
    { kind: 'gravity', by: 'degree' },
    { kind: 'zipf', pairs: 100, exponent: 1.2 },
    { kind: 'circulation', share: 0.5 },
  ])('%j: as many as were asked for, never to oneself, as the seed says', async (model) => {
    const draw = (seed: number) => loadDemands(model, network(100), { count: 3_000, amounts: 'uniform:0.1,1', seed });
    const demands = await draw(1);
    expect(demands).toHaveLength(3_000);
    expect(demands.every(({ from, to, amount }) => from !== to && amount >= 200 && amount <= 2_000)).toBe(true);
    expect(await draw(1)).toEqual(demands);
    expect(await draw(2)).not.toEqual(demands);
  });

  it('of a hundred thousand people is drawn at once', () => {
    const graph = network(100_000);
    for (const text of ['gravity', 'zipf:100000,1', 'circulation:0.5']) {
      const model = parseDemand(text);
      if (typeof model === 'string' || model.kind === 'trace') throw new Error(text);
      expect(drawDemands(graph, 50_000, () => 1, 1, model)).toHaveLength(50_000);
    }
  });
});

describe('the text for demand', () => {
  it.each<[string, DemandModel]>([
    ['uniform', { kind: 'uniform' }],
    ['gravity', { kind: 'gravity', by: 'limit' }],
    ['gravity:limit', { kind: 'gravity', by: 'limit' }],
    ['gravity:degree', { kind: 'gravity', by: 'degree' }],
    ['zipf:500,1.5', { kind: 'zipf', pairs: 500, exponent: 1.5 }],
    ['zipf:500,0', { kind: 'zipf', pairs: 500, exponent: 0 }],
    ['circulation:0.25', { kind: 'circulation', share: 0.25 }],
    ['circulation:0', { kind: 'circulation', share: 0 }],
    ['trace:some, file:1.csv', { kind: 'trace', path: 'some, file:1.csv' }],
  ])('%s', (text, model) => {
    expect(parseDemand(text)).toEqual(model);
  });

  it.each([
    ['', 'write uniform, gravity'],
    ['uniform:1', 'write uniform, gravity'],
    ['gravity:size', 'write uniform, gravity'],
    ['zipf', 'write uniform, gravity'],
    ['zipf:10', 'write uniform, gravity'],
    ['zipf:10,1,1', 'write uniform, gravity'],
    ['zipf:0,1', 'there are 1 to 1000000 pairs'],
    ['zipf:1.5,1', 'there are 1 to 1000000 pairs'],
    ['zipf:10,11', 'the exponent is from 0 to 10'],
    ['circulation', 'write uniform, gravity'],
    ['circulation:1.1', 'the share is from 0 to 1'],
    ['circulation:-1', 'write uniform, gravity'],
    ['circulation:0.5,1', 'write uniform, gravity'],
    ['trace', 'write uniform, gravity'],
    ['trace:', 'write uniform, gravity'],
    ['constructor', 'write uniform, gravity'],
  ])('refuses "%s" in words', (text, words) => {
    expect(parseDemand(text)).toContain(`"${text}": ${words}`);
  });
});
