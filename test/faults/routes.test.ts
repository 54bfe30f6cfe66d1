import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CreditGraph } from '#simulations/graphs/credit-graph.ts';
import { generate, type Model } from '#simulations/graphs/generate.ts';
import { parseLimits } from '#simulations/graphs/limits.ts';
import { readGraph } from '#simulations/graphs/read-graph.ts';
import { Random } from '#simulations/random.ts';
import { type Demand, drawDemands, parseAmounts } from '#simulations/routes/demand.ts';
import { GEO, runStudy, type StudyRun, type StudySettings, UPPER_BOUND } from '#simulations/routes/study.ts';
import type { Tally } from '#simulations/routes/tally.ts';
import { creditGraph, nodeOf } from '#test/support/credit-graphs.ts';
import { runProgram } from '#test/support/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');

function parsed<T>(value: T | string): T {
  if (typeof value === 'string') throw new Error(value);
  return value;
}

const network = (model: Model, seed: number) =>
  generate(model, parsed(parseLimits('lognormal:100,1', 100)), new Random(seed, 11), 2);

const drawn = (graph: CreditGraph, count: number, seed: number) =>
  drawDemands(graph, count, parsed(parseAmounts('lognormal:0.5,1', graph)), seed);

function run(graph: CreditGraph, demands: readonly Demand[], settings: Partial<StudySettings> = {}): StudyRun {
  return runStudy(
    graph,
    demands,
    { delayMs: 20, isMapKnown: true, together: 1, isStatic: false, seed: 1, ...settings },
    () => undefined,
  );
}

const tallyOf = ({ tallies }: StudyRun, name: string) => tallies.find((tally) => tally.name === name) as Tally;

describe('a study of routes', () => {
  it.each([1, 2, 3])('seed %i: no invariant is violated, and nobody pays more than the bound allows', (seed) => {
    for (const model of [
      { kind: 'ba', nodes: 80, m: 3 },
      { kind: 'ws', nodes: 80, k: 6, beta: 0.2 },
    ] as const) {
      const graph = network(model, seed);
      const one = run(graph, drawn(graph, 120, seed), { seed });
      expect(one.violations).toEqual([]);
      expect(one.results.length).toBe(120);
      const geo = tallyOf(one, GEO);
      expect(geo.paid).toBeGreaterThan(60);
      expect(geo.paid).toBeLessThanOrEqual(one.bound);
      for (const { isPaid, hops, hopsTried, messages } of one.results) {
        if (!isPaid) continue;
        expect(hopsTried).toBeGreaterThanOrEqual(hops);
        expect(messages).toBeGreaterThanOrEqual(3 * hopsTried);
      }
      expect(tallyOf(one, 'max-flow').paidThere).toBeGreaterThanOrEqual(one.bound);
      expect(tallyOf(one, 'max-flow, 6 hops, 8 routes').paidThere).toBeLessThanOrEqual(one.bound);
      expect(tallyOf(one, UPPER_BOUND).triedThere).toBe(120);
    }
  });

  it('is decided by its seed alone', () => {
    const graph = network({ kind: 'ba', nodes: 60, m: 3 }, 1);
    const demands = drawn(graph, 60, 1);
    const first = run(graph, demands);
    const again = run(graph, demands);
    expect([again.tallies, again.results, again.events]).toEqual([first.tallies, first.results, first.events]);
    expect(run(graph, drawn(graph, 60, 2)).results).not.toEqual(first.results);
  });

  it('on a tree, where there is one way for each payment, GEO pays all that can be paid', () => {
    const tree = generate({ kind: 'ba', nodes: 30, m: 1 }, () => 5, new Random(3), 2);
    const one = run(
      tree,
      drawDemands(tree, 400, () => 1, 5),
    );
    const geo = tallyOf(one, GEO);
    expect(geo.paid).toBe(one.bound);
    expect(geo.paid).toBeLessThan(400);
    for (const name of ['max-flow', 'shortest path, blind']) expect(tallyOf(one, name).paid).toBe(geo.paid);
  });

  it('keeps the invariants with many payments at once', () => {
    const graph = network({ kind: 'ba', nodes: 60, m: 3 }, 4);
    const one = run(graph, drawn(graph, 200, 4), { together: 25 });
    expect(one.violations).toEqual([]);
    expect(tallyOf(one, GEO).paid).toBeGreaterThan(100);
    // They did overlap: together they take less time than one after another.
    const spent = one.results.reduce((sum, { virtualMs }) => sum + virtualMs, 0);
    const alone = run(graph, drawn(graph, 200, 4)).results.reduce((sum, { virtualMs }) => sum + virtualMs, 0);
    expect(spent).toBeGreaterThan(alone);
  });

  it('counts messages, attempts and time of a payment as it went', () => {
    const graph = creditGraph('P>A 9', 'A>B 9', 'B>R 9');
    const demand = { from: nodeOf(graph, 'P'), to: nodeOf(graph, 'R'), amount: 9 };
    const { results, sent } = run(graph, [demand, demand]);
    expect(results[0]).toMatchObject({
      isPaid: true,
      why: null,
      attempts: 1,
      routes: 1,
      hops: 3,
      hopsTried: 3,
      messages: 9,
    });
    expect(results[0]?.virtualMs).toBe(6 * 20);
    expect(results[1]).toMatchObject({ isPaid: false, hops: 0, routes: 0 });
    expect([sent.get('prepare'), sent.get('commit'), sent.get('ack')]).toEqual([3, 3, 3]);
  });

  it('leaves the other ways a network that stays as it was, when asked to', () => {
    const graph = creditGraph('P>R 5');
    const demand = { from: nodeOf(graph, 'P'), to: nodeOf(graph, 'R'), amount: 5 };
    for (const [isStatic, paid] of [
      [false, 1],
      [true, 3],
    ] as const) {
      const one = run(graph, [demand, demand, demand], { isStatic });
      expect(tallyOf(one, 'max-flow').paid).toBe(paid);
      expect(tallyOf(one, GEO).paid).toBe(1);
    }
  });

  it('pays debts back where a file says that something is owed, and holds to its limits', async () => {
    const graph = await readGraph(join(ROOT, 'test/fixtures/graphs/credit-links.txt'), null, 2);
    // 3 can pay 1 only what 1 owes: 4 units.
    const demand = { from: nodeOf(graph, '3'), to: nodeOf(graph, '1') };
    const one = run(graph, [
      { ...demand, amount: 401 },
      { ...demand, amount: 400 },
      { ...demand, amount: 1 },
    ]);
    expect(one.results.map(({ isPaid }) => isPaid)).toEqual([false, true, false]);
    expect(one.violations).toEqual([]);
  });

  it('knows only neighbours without a map', () => {
    const graph = creditGraph('P>A 9', 'A>R 9');
    const [from, middle, to] = ['P', 'A', 'R'].map((name) => nodeOf(graph, name)) as [number, number, number];
    const demands = [{ from, to: middle, amount: 1 }];
    expect(run(graph, demands, { isMapKnown: false }).results[0]?.isPaid).toBe(true);
    expect(run(graph, [{ from, to, amount: 1 }]).results[0]?.isPaid).toBe(true);
  });
});

describe('npm run sim -- routes', () => {
  const sim = (...args: string[]) => runProgram(['simulations/run.ts', 'routes', ...args], { cwd: ROOT });

  it('prints a table of all methods', async () => {
    const { stdout, exitCode, stderr } = await sim('--graph', 'ba:40,2', '--payments', '20', '--seeds', '1..2');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('ba:40,2: 40 participants, 77 accounts, 154 lines');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBe(9);
    expect(lines[0]).toMatch(/^method +success +volume/);
    expect(lines[1]).toMatch(/^GEO +[\d.]+ % ±[\d.]+/);
  });

  it('prints JSON with the version of its schema', async () => {
    const { stdout, exitCode } = await sim('--graph', 'test/fixtures/graphs/town.tsv', '--payments', '20', '--json');
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ schema: 1, study: 'routes', payments: 20, violations: [] });
    expect(document.graph).toMatchObject({ source: 'test/fixtures/graphs/town.tsv', participants: 40, limits: null });
    expect(document.methods.map(({ method }: { method: string }) => method)).toEqual([
      GEO,
      UPPER_BOUND,
      'max-flow',
      'max-flow, 6 hops, 8 routes',
      '4 edge-disjoint shortest paths',
      'shortest path, blind',
      'SpeedyMurmurs',
      'SilentWhispers-like',
    ]);
    expect(document.geo.messages.prepare).toBeGreaterThan(0);
  });

  it.each([
    [['--graph', 'ba:5'], '--graph: graph "ba:5": write ba:NODES,M'],
    [['--graph', 'nowhere.csv'], 'nowhere.csv: ENOENT'],
    [['--graph', 'CONTRIBUTING.md'], 'CONTRIBUTING.md, line'],
    [['--graph', 'package.json'], 'package.json: has no list called "edges"'],
    [
      ['--format', 'xml', '--graph', 'a.csv'],
      '--format is "xml": write edges, gtna, bitcoin-alpha, cloth, describegraph, graphml.',
    ],
    [['--limits', 'some'], '--limits: "some": write constant:AMOUNT'],
    [['--amounts', 'lognormal:0,1'], '--amounts: "lognormal:0,1": write constant:AMOUNT'],
    [['--payments', '0'], '--payments is "0": write a whole number from 1'],
    [['--payments', '1.5'], '--payments is "1.5": write a whole number from 1'],
    [['--payments', 'nowhere.csv', '--graph', 'ba:5,1'], 'nowhere.csv: ENOENT'],
    [['--seeds', '3..1'], '--seeds is "3..1": write it as 1..3, or one number.'],
    [['--together', '0'], '--together is "0": write a whole number from 1'],
    [['--delay-ms', 'x'], '--delay-ms is "x"'],
    [['--map', 'some'], '--map is "some": write whole or none.'],
    [['--precision', '9'], '--precision is "9": write a whole number from 0 to 8.'],
    [['--graf', 'ba:5,1'], "Unknown option '--graf'"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('refuses %j in words', async (args, words) => {
    const { stderr, stdout, exitCode } = await sim(...args);
    expect(stderr).toContain(words);
    expect(stdout).toBe('');
    expect(exitCode).toBe(3);
  });

  it('tells how it is called', async () => {
    const { stderr, exitCode } = await sim('--help');
    expect(stderr).toContain('--graph GRAPH');
    expect(exitCode).toBe(0);
  });
});
