import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#simulations/graphs/credit-graph.ts';
import { parseStudy } from '#simulations/study/file.ts';
import { gini, METRICS } from '#simulations/study/metrics.ts';
import { planOf } from '#simulations/study/prepare.ts';
import { Links, latenciesOf } from '#simulations/study/weather.ts';
import { rowOf } from '#simulations/study/worker.ts';

const NOTHING = () => undefined;

/** Anna pays Boris over Carol: Boris trusts Carol, Carol trusts Anna. */
const DRAWN = `
study: drawn
network:
  participants: [{ name: Anna, x: 1, y: 2 }, { name: Boris }, { name: Carol }]
  lines:
    - { from: Carol, to: Anna, limit: 10 }
    - { from: Boris, to: Carol, limit: 8, owed: 1.5 }
latency: constant:100
demand:
  kind: list
  list:
    - { at: 2, from: Anna, to: Boris, amount: 6 }
    - { at: 1, from: Anna, to: Boris, amount: 0.5 }
    - { at: 3, from: Anna, to: Boris, amount: 1 }
    - { at: 4, from: Boris, to: Carol, amount: 8 }
`;

describe('a network that is drawn', () => {
  it('is paid in as it was drawn', async () => {
    const { row, violations } = await rowOf(parseStudy('s.yaml', DRAWN), 0, NOTHING);
    expect(violations).toEqual([]);
    // 8 − 1.5 go through to Boris: 0.5 and 6, and nothing more; all of that Boris can pay back.
    expect(row).toMatchObject({
      participants: 3,
      accounts: 2,
      wanted: 4,
      tried: 4,
      paid: 3,
      success: 0.75,
      volumeTried: 15.5,
    });
    // Two payments of two hops and one of one: PREPARE, COMMIT over each hop at 100 ms, and the search before.
    expect(row).toMatchObject({ hops: 1.66666667, routes: 1, attempts: 1, malicious: 0, debt: 6.5 });
  });

  it.each([
    ['nobody', DRAWN.replace('from: Carol, to: Anna', 'from: Dora, to: Anna'), 'nobody is called “Dora”'],
    ['two of one name', DRAWN.replace('{ name: Boris }', '{ name: Anna }'), '“Anna” is there twice'],
    ['a line to itself', DRAWN.replace('from: Carol, to: Anna', 'from: Anna, to: Anna'), '“Anna” has a line to itself'],
    [
      'a payment of nobody',
      DRAWN.replace('at: 1, from: Anna', 'at: 1, from: Dora'),
      'nobody in the network is called “Dora”',
    ],
    [
      'a payment to itself',
      DRAWN.replace('at: 1, from: Anna, to: Boris', 'at: 1, from: Anna, to: Anna'),
      '“Anna” pays itself',
    ],
    ['less than a step', DRAWN.replace('amount: 0.5', 'amount: 0.001'), 'the amount is below a step of 10^−2'],
  ])('%s is told', async (_what, text, words) => {
    const file = parseStudy('s.yaml', text);
    await expect(rowOf(file, 0, NOTHING)).rejects.toThrow(words);
  });
});

describe('figures', () => {
  it('are those that are documented, and no others', async () => {
    const { row } = await rowOf(parseStudy('s.yaml', DRAWN), 0, NOTHING);
    expect(Object.keys(row)).toEqual(['seed', ...METRICS.map(({ name }) => name)]);
  });

  it('count bytes in full mode, and what maximum flow could pay where it is asked', async () => {
    const text = `${DRAWN}mode: full\nmeasure: [max-flow]\n`;
    const { row } = await rowOf(parseStudy('s.yaml', text), 0, NOTHING);
    expect(row.bytes).toBeGreaterThan(5_000);
    expect(row).toMatchObject({ possible: 3, ofPossible: 1 });
  });

  it('of inequality: 0 among equals, near 1 when one has all', () => {
    expect(gini(Float64Array.of(5, 5, 5, 5))).toBe(0);
    expect(gini(Float64Array.of(0, 0, 0, 8))).toBe(0.75);
    expect(gini(Float64Array.of(0, 0))).toBe(0);
  });
});

describe('links', () => {
  const graph = (() => {
    const builder = new GraphBuilder(2);
    builder.account(0, 1, 100, 100, 0);
    builder.account(1, 2, 100, 100, 0);
    return builder.build();
  })();
  const faults = { loss: 0.2, duplication: 0.5, jitterMs: 0 };

  it('lose and double as many messages as they are told, until they heal', async () => {
    const links = new Links(graph, await latenciesOf({ type: 'constant', ms: 7 }, graph, 1), faults, 1);
    const copies = Array.from({ length: 10_000 }, () => links.copies());
    expect(copies.filter((count) => count === 2).length / 10_000).toBeCloseTo(0.5 * 0.8 * 0.8, 1);
    expect(copies.filter((count) => count === 0).length / 10_000).toBeCloseTo(0.5 * 0.2 + 0.5 * 0.04, 1);
    links.heal();
    expect(links.copies()).toBe(1);
    expect(links.delayMs(0, 1)).toBe(7);
  });

  it('take each its own time when it is drawn, the same both ways', async () => {
    const latencies = await latenciesOf({ type: 'lognormal', medianMs: 1_000, sigma: 1 }, graph, 1);
    const links = new Links(graph, latencies, { loss: 0, duplication: 0, jitterMs: 0 }, 1);
    expect(links.delayMs(0, 1)).toBe(links.delayMs(1, 0));
    expect(links.delayMs(0, 1)).not.toBe(links.delayMs(1, 2));
    // Strangers: the median.
    expect(links.delayMs(0, 2)).toBe(1_000);
  });
});

it('a point of a grid is a run with that value', async () => {
  const file = parseStudy('s.yaml', 'study: a\nnetwork: { graph: "ba:20,2" }\ngrid: { demand.payments: [3, 5] }\n');
  const plans = await Promise.all(file.points.map((point) => planOf(file.path, point)));
  expect(plans.map(({ demands }) => demands.length)).toEqual([3, 5]);
});
