import { describe, expect, it } from 'vitest';
import { generate } from '#simulations/graphs/generate.ts';
import { Random } from '#simulations/random.ts';
import { drawPayments, type PairKind } from '#simulations/study/demand.ts';

const GRAPH = generate({ kind: 'ba', nodes: 50, m: 2 }, () => 100, new Random(1), 2);
const PAYMENTS = 20_000;

function drawn(pairs: PairKind, seed = 1) {
  return drawPayments(GRAPH, { payments: PAYMENTS, pairs, draw: () => 5, ratePerSecond: 10 }, seed);
}

/** By participant: payments begun less payments received. */
function net(pairs: PairKind): number[] {
  const balance = Array<number>(GRAPH.nodes).fill(0);
  for (const { from, to } of drawn(pairs)) {
    balance[from] = (balance[from] as number) + 1;
    balance[to] = (balance[to] as number) - 1;
  }
  return balance;
}

const mostOf = (list: readonly number[]) => Math.max(...list.map(Math.abs));

describe('payments', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(drawn({ kind: 'uniform' })).toEqual(drawn({ kind: 'uniform' }));
    expect(drawn({ kind: 'uniform' })).not.toEqual(drawn({ kind: 'uniform' }, 2));
  });

  it('come in order, as many in a second as was asked for', () => {
    const times = drawn({ kind: 'uniform' }).map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect((times.at(-1) as number) / 1_000).toBeCloseTo(PAYMENTS / 10, -2);
  });

  it('by gravity go where most credit is', () => {
    const degree = (node: number) => [...GRAPH.a, ...GRAPH.b].filter((end) => end === node).length;
    const hub = Array.from({ length: GRAPH.nodes }, (_, node) => node).toSorted(
      (one, other) => degree(other) - degree(one),
    )[0];
    const share = (pairs: PairKind) => drawn(pairs).filter(({ to }) => to === hub).length / PAYMENTS;
    expect(share({ kind: 'gravity' })).toBeGreaterThan(3 * share({ kind: 'uniform' }));
  });

  it('of recurrent pairs are between those pairs, the first ones most', () => {
    const counts = new Map<string, number>();
    for (const { from, to } of drawn({ kind: 'zipf', pairs: 10, exponent: 1 }))
      counts.set(`${from}>${to}`, (counts.get(`${from}>${to}`) ?? 0) + 1);
    expect(counts.size).toBeLessThanOrEqual(10);
    // 1 of 1 + 1/2 + … + 1/10.
    expect(Math.max(...counts.values()) / PAYMENTS).toBeCloseTo(1 / 2.929, 1);
  });

  it('that circulate leave everybody with what it had; those that do not, drain', () => {
    expect(mostOf(net({ kind: 'circulation', share: 1 }))).toBeLessThan(150);
    expect(mostOf(net({ kind: 'circulation', share: 0 }))).toBeGreaterThan(600);
  });
});
