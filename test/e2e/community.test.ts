import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Members } from '#node/community/members.ts';
import type { Outcome } from '#node/community/outcome.ts';
import { type Community, readCommunity, stepsOf } from '#node/community/rows.ts';
import { carryOut } from '#node/community/run.ts';
import { SimulatedCommunity } from '#simulations/community.ts';
import { Random } from '#simulations/random.ts';
import { randomCommunityFile } from '#test/support/community-files.ts';
import { CommunityOracle } from '#test/support/community-oracle.ts';
import { type ProcessGroup, startGroup } from '#test/support/processes.ts';
import { runProgram } from '#test/support/run-program.ts';
import { atScale } from '#test/support/scale.ts';

/** Who pay each other along a tree. */
const ON_TREE = atScale(8, 20);

const ROOT = join(import.meta.dirname, '../..');
const MAIN = 'node/community/main.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'geo-test-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function csvOf(rows: readonly string[]): string {
  const file = join(tempFolder(), 'community.csv');
  writeFileSync(file, rows.join('\n'));
  return file;
}

async function runJson(
  args: readonly string[],
): Promise<{ outcome: Outcome; exitCode: number | null; stderr: string }> {
  const { stdout, stderr, exitCode } = await runProgram([MAIN, ...args, '--once', '--json'], {
    cwd: ROOT,
  });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return { outcome: JSON.parse(stdout) as Outcome, exitCode, stderr };
}

describe('npm start -- --once --json', () => {
  it('carries out the bundled example', async () => {
    const { outcome, exitCode, stderr } = await runJson([]);
    const { participants, payments, debts, zeroSum } = outcome;
    expect({ exitCode, zeroSum }).toEqual({ exitCode: 0, zeroSum: true });
    expect(participants).toBeGreaterThanOrEqual(10);
    const hops = new Set(payments.map(({ hops }) => hops));
    for (let number = 1; number <= 5; number++) expect(hops).toContain(number);
    const [refused, ...others] = payments.filter(({ state }) => state === 'ABORTED');
    expect(others).toEqual([]);
    expect(refused).toMatchObject({
      hops: null,
      refusal: { code: 'insufficient', hop: { from: 'Dmytro', to: 'Emma' } },
    });
    expect(debts.length).toBeGreaterThan(0);
    expect(outcome.cleared.length).toBeGreaterThan(1);
    expect(stderr).toContain('Julia owes Kofi owes Lena owes Marko owes Julia');
    expect(stderr).toContain('Emma lets Dmytro owe at most 200.00 UAH');
    expect(stderr).toContain('All debts of UAH add up to zero');
    expect(stderr).not.toMatch(/unknown|undefined|NaN|\[object/);
  });

  it.each([
    ['clears circles of three, four and six', [], 3],
    ['leaves debts as they were paid with --no-clear', ['--no-clear'], 0],
  ])('%s', async (_what, options, circles) => {
    const rows = [3, 4, 6].flatMap((size) =>
      Array.from({ length: size }, (_, at) => [`P${at}`, `P${(at + 1) % size}`, `R${size}`]),
    );
    const { outcome, exitCode } = await runJson([
      '--csv',
      csvOf([
        ...rows.map(([debtor, creditor, equivalent]) => `trust,${creditor},${debtor},${equivalent},100`),
        ...rows.map(([debtor, creditor, equivalent], at) => `pay,${debtor},${creditor},${equivalent},${10 + at}`),
      ]),
      ...options,
    ]);
    expect({ exitCode, zeroSum: outcome.zeroSum }).toEqual({ exitCode: 0, zeroSum: true });
    // Of a ring that several find at once it is not said in how many pieces it is cleared.
    const sums: Record<string, number> = {};
    for (const { nodes, equivalent, amount } of outcome.cleared) {
      const ring = `${nodes.length - 1} ${equivalent}`;
      sums[ring] = (sums[ring] ?? 0) + Number(amount);
    }
    expect(sums).toEqual(circles === 0 ? {} : { '3 R3': 10, '4 R4': 13, '6 R6': 17 });
    expect(outcome.debts).toHaveLength(13 - circles);
  });

  it('leaves four debts along a chain of five, says whose limit stops more, and takes debts back', async () => {
    const chain = ['A', 'B', 'C', 'D', 'E'];
    const trust = (equivalent: string) =>
      chain.slice(1).map((name, at) => `trust,${name},${chain[at]},${equivalent},100`);
    const { outcome, exitCode } = await runJson([
      '--csv',
      csvOf([
        ...trust('UAH'),
        ...['pay,A,E,UAH,40', 'pay,A,E,UAH,61', 'pay,A,E,UAH,40.5,twice', 'pay,A,E,UAH,40.50,twice'],
        // There and back, in another equivalent.
        ...[...trust('hour'), 'pay,A,E,hour,40', 'pay,E,A,hour,40'],
        ...['trust,B,A,UAH,80', 'trust,B,A,UAH,80.5'],
      ]),
    ]);
    expect(exitCode).toBe(0);
    const [paid, refused, first, second, there, back] = outcome.payments;
    const common = { from: 'A', to: 'E', ms: expect.any(Number) };
    const done = { ...common, state: 'COMMITTED', hops: 4, refusal: null };
    expect(paid).toEqual({ ...done, equivalent: 'UAH', amount: '40' });
    expect(refused).toEqual({
      ...{ ...common, equivalent: 'UAH', amount: '61', state: 'ABORTED', hops: null },
      refusal: { code: 'insufficient', hop: { from: 'A', to: 'B' }, limit: '100', maxNow: '60' },
    });
    expect(first).toEqual({ ...done, equivalent: 'UAH', amount: '40.5' });
    expect(second).toEqual(first);
    expect(there).toEqual({ ...done, equivalent: 'hour', amount: '40' });
    expect(back).toEqual({ ...done, from: 'E', to: 'A', equivalent: 'hour', amount: '40' });
    const debts = chain
      .slice(1)
      .map((creditor, at) => ({ debtor: chain[at], creditor, equivalent: 'UAH', amount: '80.5' }));
    expect(outcome.debts).toHaveLength(debts.length);
    expect(outcome.debts).toEqual(expect.arrayContaining(debts));
    expect(outcome.trustLines.slice(-2)).toEqual([
      { from: 'B', to: 'A', equivalent: 'UAH', limit: '80', refusal: { code: 'limit-below-debt', lowest: '80.5' } },
      { from: 'B', to: 'A', equivalent: 'UAH', limit: '80.5', refusal: null },
    ]);
    expect(outcome).toMatchObject({ participants: 5, zeroSum: true });
  });

  it('refuses a file with wrong rows before anything starts', async () => {
    const csv = csvOf(['trust,A,B,UAH,100', '', 'pay,B,A,UAH,-5', 'pay,B,B,UAH,1']);
    const { stdout, stderr, exitCode } = await runProgram([MAIN, '--csv', csv, '--once', '--json'], { cwd: ROOT });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/line 3: AMOUNT “-5” cannot be used: it is below zero.*\nline 4: FROM and TO are both B/);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', facts: { line: 3 } } });
  });

  it.each([
    [['--csv', 'nowhere.csv'], 'The file nowhere.csv cannot be read: there is none.'],
    [['--cvs', 'a.csv'], "Unknown option '--cvs'"],
    [['a.csv'], 'Unexpected argument'],
  ])('refuses %j in words', async (args, words) => {
    const { stdout, stderr, exitCode } = await runProgram([MAIN, ...args], { cwd: ROOT });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 3 });
    expect(stderr).toContain(words);
  });

  it('refuses more participants than there is memory for', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => `trust,P${at},P${at + 1},UAH,1`);
    const { stderr, exitCode } = await runProgram([MAIN, '--csv', csvOf(rows)], { cwd: ROOT });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/20001 participants, each of which is a process; the free memory is enough for \d+\./);
  });
});

describe('nodes that are left running', () => {
  const rows = ['trust,Anna,Boris,UAH,100', 'pay,Boris,Anna,UAH,5'];

  function start(): ProcessGroup {
    // One that is killed cannot remove its folders.
    const env = { ...process.env, TMPDIR: tempFolder() };
    const group = startGroup([MAIN, '--csv', csvOf(rows)], { cwd: ROOT, env });
    cleanUps.push(() => group.kill());
    return group;
  }

  it('answer to geo', async () => {
    const group = start();
    await group.untilSaid(' pay Anna 1 UAH');
    const [, folder = ''] = /--data-dir (\S+) balance/.exec(group.output()) ?? [];
    const { stdout, exitCode } = await runProgram(['bin/geo.js', '--data-dir', folder, '--json', 'balance'], {
      cwd: ROOT,
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ net: [{ equivalent: 'UAH', net: '-5' }] });
    group.child.kill('SIGINT');
    expect(await group.ended).toBe(0);
    await group.untilGone();
    expect(existsSync(folder)).toBe(false);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('end with their launcher by %s', async (signal) => {
    const group = start();
    await group.untilSaid(' history');
    group.child.kill(signal);
    expect(await group.ended).toBe(0);
    await group.untilGone();
  });

  it('end even when their launcher is killed, or the whole terminal goes', async () => {
    for (const send of [(group: ProcessGroup) => group.child.kill('SIGKILL'), hangUp]) {
      const group = start();
      await group.untilSaid(' history');
      send(group);
      await group.ended;
      await group.untilGone();
    }
  });

  it('end when they are stopped while they start', async () => {
    const group = start();
    await group.untilSaid('Starting');
    group.child.kill('SIGINT');
    expect(await group.ended).toBe(130);
    await group.untilGone();
  });

  it('end their launcher when all of them were stopped', async () => {
    const group = start();
    await group.untilSaid(' history');
    const folders = [...group.output().matchAll(/http:\S+ +(\S+)/g)].map(([, folder]) => folder as string);
    expect(folders).toHaveLength(2);
    for (const folder of folders) await runProgram(['bin/geo.js', '--data-dir', folder, 'stop'], { cwd: ROOT });
    expect(await group.ended).toBe(0);
    expect(group.output()).toContain('The node of Anna has ended with exit code 0.');
  });
});

/** As a terminal that closes, or Ctrl-C in it, does: everybody gets the signal. */
function hangUp(group: ProcessGroup): void {
  process.kill(-(group.child.pid as number), 'SIGHUP');
}

/** Carries a file out on processes of its own. */
async function onProcesses(community: Community, clears: boolean): Promise<Outcome> {
  const members = new Members(tempFolder(), clears);
  cleanUps.push(() => members.stop());
  const tell = (): void => undefined;
  await members.start(community, tell);
  await members.link(community);
  return carryOut(community, members, { tell, clears });
}

describe('random communities on real processes', () => {
  it.each(atScale([1], [1, 2, 3]))('become what the oracle says: file %i', async (seed) => {
    const shape = { participants: [4, 7], rows: [15, 25] } as const;
    const community = readCommunity(Buffer.from(randomCommunityFile(seed, shape)));
    if (!('rows' in community)) throw new Error(JSON.stringify(community));
    const { trustLines, payments, cleared, debts, zeroSum } = await onProcesses(community, true);
    expect(zeroSum).toBe(true);
    const { participants, rows } = community;
    const payRows = rows.filter((row) => row.kind === 'pay');
    const trustRows = rows.filter((row) => row.kind === 'trust');
    const oracle = new CommunityOracle(participants);
    for (const step of stepsOf(rows)) {
      if (step.kind === 'trust')
        oracle.trust(step, trustLines[trustRows.indexOf(step)] as Outcome['trustLines'][number]);
      else {
        const outcomes = step.rows.map((row) => payments[payRows.indexOf(row)] as Outcome['payments'][number]);
        oracle.pay(step.rows, outcomes);
      }
    }
    oracle.clear(cleared);
    oracle.debts(debts);
    expect(oracle.complaints).toEqual([]);
    expect(oracle.counts.committed).toBeGreaterThan(0);
    expect(oracle.counts.refused).toBeGreaterThan(0);
  });
});

/** People on a tree, so that there is one way from each to each; more is paid than all lines can carry. */
function treeOf(people: number, seed: number): Community {
  const random = new Random(seed, 8);
  const names = Array.from({ length: people }, (_, at) => `P${at}`);
  const lines = names.slice(1).flatMap((name, at) => {
    const parent = names[random.below(at + 1)] as string;
    return [
      `trust,${parent},${name},UAH,${random.between(10, 60)}`,
      `trust,${name},${parent},UAH,${random.between(10, 60)}`,
    ];
  });
  const payments = Array.from({ length: 3 * people }, () => {
    const [from, to] = random.shuffle(names) as [string, string];
    return `pay,${from},${to},UAH,${random.between(1, 25)}`;
  });
  const community = readCommunity(Buffer.from([...lines, ...payments].join('\n')));
  if (!('rows' in community)) throw new Error(JSON.stringify(community));
  return community;
}

it(`a scenario of ${ON_TREE} ends with the same debts in the simulator and on processes`, async () => {
  const community = treeOf(ON_TREE, 1);
  const simulated = new SimulatedCommunity(community.participants, stepsOf(community.rows), 1);
  const inSimulator = stepsOf(community.rows).flatMap((step) => {
    if (step.kind === 'payments') return simulated.pay(step.rows).map(({ state }) => state);
    simulated.trust(step);
    return [];
  });
  const { payments, debts } = await onProcesses(community, false);
  expect(payments.map(({ state }) => state)).toEqual(inSimulator);
  expect(new Set(inSimulator)).toEqual(new Set(['COMMITTED', 'ABORTED']));
  const inOrder = (all: readonly object[]) => all.map((debt) => JSON.stringify(debt)).sort();
  expect(inOrder(debts)).toEqual(inOrder(simulated.debts()));
});
