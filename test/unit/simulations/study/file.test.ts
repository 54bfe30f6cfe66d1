import { describe, expect, it } from 'vitest';
import { BadStudy, parseStudy } from '#simulations/study/file.ts';

const SMALL = { study: 'small', network: { graph: 'ba:20,2' } };

function parsed(text: string) {
  return parseStudy('s.yaml', text);
}

function told(content: unknown): string {
  try {
    parsed(typeof content === 'string' ? content : JSON.stringify(content));
  } catch (error) {
    if (error instanceof BadStudy) return error.message;
    throw error;
  }
  return 'it can be run';
}

describe('a study file that is refused names the field, what it is, and what may stand there', () => {
  it.each([
    ['nothing', '', 's.yaml: cannot be run:\n  the file: is null: write fields with values'],
    ['text', 'just text', 'the file: is "just text": write fields with values'],
    ['broken YAML', 'study: [', 's.yaml, line 1: is no YAML'],
    ['a field twice', 'study: a\nstudy: b', 's.yaml, line 2: is no YAML: Map keys must be unique'],
    ['aliases without end', 'a: &a [1]\nb: [*a, *a]', 'is no YAML'],
    ['no name', { network: SMALL.network }, 'study: is missing: write a text'],
    ['no network', { study: 'a' }, 'network: is missing: write fields with values'],
    ['a field too many', { ...SMALL, colour: 1 }, 'the file: has no field “colour”: write study, about, seeds, mode,'],
    [
      'a field too many further in',
      { ...SMALL, faults: { churn: { people: 1 } } },
      'faults.churn: has no field “people”: write participants, links',
    ],
    ['a chance above 1', { ...SMALL, faults: { loss: 2 } }, 'faults.loss: is 2: write at most 1'],
    ['a chance below 0', { ...SMALL, faults: { loss: -0.1 } }, 'faults.loss: is -0.1: write at least 0'],
    ['a text for a number', { ...SMALL, faults: { loss: '1%' } }, 'faults.loss: is "1%": write a number'],
    [
      'another strategy',
      { ...SMALL, faults: { malicious: { strategy: 'x' } } },
      'is "x": write one of withhold, silent',
    ],
    ['no payments', { ...SMALL, demand: { payments: 0 } }, 'demand.payments: is 0: write at least 1'],
    ['half a payment', { ...SMALL, demand: { payments: 1.5 } }, 'demand.payments: is 1.5: write a whole number'],
    ['no rate', { ...SMALL, demand: { rate: 0 } }, 'demand.rate: is 0: write more than 0'],
    [
      'a field of another kind',
      { ...SMALL, demand: { pairs: 3 } },
      'demand.pairs: belongs to kind zipf, and kind is uniform',
    ],
    ['a trace without a file', { ...SMALL, demand: { kind: 'trace' } }, 'demand.file: is missing: write the path'],
    [
      'other limits',
      { ...SMALL, network: { graph: 'ba:20,2', limits: 'much' } },
      'network.limits: "much": write constant:AMOUNT',
    ],
    [
      'another graph',
      { ...SMALL, network: { graph: 'ba:1,2' } },
      'network.graph: graph "ba:1,2": there are 2 to 1000000 nodes',
    ],
    [
      'two networks',
      { ...SMALL, network: { graph: 'ba:20,2', participants: [{ name: 'A' }, { name: 'B' }] } },
      'network: has one of the two',
    ],
    [
      'no lines',
      { ...SMALL, network: { participants: [{ name: 'A' }, { name: 'B' }] } },
      'network: has participants and lines together',
    ],
    [
      'another latency',
      { ...SMALL, latency: 'fast' },
      'latency: write constant:MS, lognormal:MEDIAN_MS,SIGMA or file:PATH',
    ],
    ['a latency too long', { ...SMALL, latency: 'constant:20001' }, 'latency: write constant:MS'],
    ['seeds that go back', { ...SMALL, seeds: '3..1' }, 'seeds: write how many (1 to 100000), or a range as 1..20'],
    ['no seed', { ...SMALL, seeds: 0 }, 'seeds: write how many'],
    ['a list of seeds', { ...SMALL, seeds: [1] }, 'seeds: is [1]: write a text or a number'],
    ['an empty grid', { ...SMALL, grid: { 'faults.loss': [] } }, 'grid.faults.loss: is []: write at least 1 items'],
    [
      'a grid over nothing',
      { ...SMALL, grid: { 'faults.colour': [1] } },
      'cannot be run with faults.colour: 1:\n  faults: has no field “colour”',
    ],
    [
      'a wrong value in a grid',
      { ...SMALL, grid: { 'faults.loss': [0, 7] } },
      'with faults.loss: 7:\n  faults.loss: is 7: write at most 1',
    ],
    ['a grid over the name', { ...SMALL, grid: { study: ['a'] } }, 'grid.study: is no field that a grid can change'],
    ['a grid over a prototype', { ...SMALL, grid: { '__proto__.x': [1] } }, 'is no field that a grid can change'],
    [
      'too many points',
      { ...SMALL, seeds: 100_000, grid: { 'faults.loss': Array(11).fill(0) } },
      'has 1100000 points: at most 1000000',
    ],
  ])('%s', (_what, content, words) => {
    expect(told(content)).toContain(words);
  });

  it('all that is wrong at once', () => {
    expect(told({ ...SMALL, seeds: 0, faults: { loss: 2 } }).split('\n')).toHaveLength(3);
  });
});

describe('a study file that can be run', () => {
  it('fills in what it leaves out', () => {
    const { study, points } = parsed(JSON.stringify(SMALL));
    expect(study).toMatchObject({
      mode: 'fast',
      map: 'whole',
      clearing: 'off',
      demand: { kind: 'uniform', payments: 1_000 },
    });
    expect(study.faults).toMatchObject({
      loss: 0,
      crashes: { perHour: 0 },
      malicious: { share: 0, strategy: 'mixed' },
    });
    expect(points).toHaveLength(1);
  });

  it('has a point for each value of its grid and each seed, the last field changing first', () => {
    const { points } = parsed(
      'study: a\nseeds: 2..3\nnetwork: { graph: "ba:20,2" }\ngrid:\n  faults.loss: [0, 0.5]\n  network.graph: ["ba:20,2", "ba:30,2"]\n',
    );
    expect(points.map(({ number, seed, values }) => [number, ...Object.values(values), seed])).toEqual([
      [0, 0, 'ba:20,2', 2],
      [1, 0, 'ba:20,2', 3],
      [2, 0, 'ba:30,2', 2],
      [3, 0, 'ba:30,2', 3],
      [4, 0.5, 'ba:20,2', 2],
      [5, 0.5, 'ba:20,2', 3],
      [6, 0.5, 'ba:30,2', 2],
      [7, 0.5, 'ba:30,2', 3],
    ]);
    expect(points[6]?.study).toMatchObject({ faults: { loss: 0.5 }, network: { graph: 'ba:30,2' } });
  });
});
