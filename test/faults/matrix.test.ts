import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Cell, playCell } from '#simulations/matrix/cell.ts';
import { ELSEWHERE } from '#simulations/matrix/elsewhere.ts';
import { allCells, matrixText } from '#simulations/matrix/matrix.ts';
import { AMOUNT, LIMIT, payment, paymentIdOf, planned, UAH } from '#simulations/matrix/plans.ts';
import { cellText } from '#simulations/matrix/report.ts';
import type { Fault } from '#simulations/matrix/scene.ts';
import { SETTINGS } from '#simulations/matrix/settings.ts';
import { mutatedCopy } from '#test/support/mutated.ts';
import { runProgram } from '#test/support/run-program.ts';
import { CLEARING_MUTANTS } from './clearing-mutants.ts';
import { MUTANTS } from './mutants.ts';

const ROOT = join(import.meta.dirname, '../..');

const [payments] = SETTINGS;
if (payments === undefined) throw new Error('there is no setting');

/** The cell of a payment of this stage and role with a fault of the test's own. */
function cellWith(fault: Fault, stageName: string, roleIndex: number): Cell {
  const stage = payments?.stages.find(({ name }) => name === stageName);
  const role = payments?.roles[roleIndex];
  if (payments === undefined || stage === undefined || role === undefined) throw new Error('there is no such cell');
  return playCell(payments, stage, fault, role);
}

describe('the fault matrix', () => {
  let cells: readonly Cell[] = [];

  beforeAll(() => {
    cells = allCells();
  }, 300_000);

  it('has the cells that were committed', () => {
    // If this fails, look at what changed, then write the file again: npm run faults
    const file = readFileSync(join(ROOT, 'protocol/FAULTS.md'), 'utf8');
    expect(matrixText(cells).split('\n')).toEqual(file.split('\n'));
  });

  it('has no cell in which anything is open', () => {
    const open = cells.filter(({ problems }) => problems.length > 0);
    expect(open.map(({ stage, fault, role, problems }) => [stage.name, fault.name, role.name, ...problems])).toEqual(
      [],
    );
    expect(cells.length).toBeGreaterThan(3_500);
  });

  it('has no empty cell', () => {
    const text =
      /^(does not apply: .+|(paid|not paid|cleared|not cleared|changed|not changed|in doubt|received by E, not paid by A|paid by A, not received by E) · .+ · .+)$/;
    expect(cells.map(cellText).filter((words) => !text.test(words))).toEqual([]);
  });

  it('tells each paid payment from each that was not, at both ends', () => {
    expect(cells.filter(({ outcome }) => outcome === 'paid by A, not received by E')).toEqual([]);
    expect(new Set(cells.map(({ outcome }) => outcome)).size).toBeGreaterThan(7);
  });

  it('shows what breaks the protocol as such, and nobody else is ever blamed', () => {
    const breaching = new Set(cells.filter(({ breaches }) => breaches > 0).map(({ fault }) => fault.name));
    expect([...breaching].sort()).toEqual([
      'COMMIT without PREPARE: a certificate that lacks signatures',
      'its key, but in the wrong domain',
      'replays what it has seen to everybody, and in another network',
    ]);
  });
});

describe('a cell', () => {
  const nothing: Fault = { name: 'nothing', isLie: false, begin: () => null, idle: 'it does nothing' };

  it('of a fault that does nothing does not apply, and says why', () => {
    expect(cellText(cellWith(nothing, 'before PREPARE', 2))).toBe('does not apply: it does nothing');
  });

  it('shows a loss in honest books', () => {
    const thief: Fault = {
      name: 'a book is changed',
      isLie: false,
      begin: ({ run }, { index }) => {
        run.after(20 * 3_600_000, () => {
          const { records } = run.at(index);
          const account = records.account(run.at(index - 1).key, UAH);
          if (account !== undefined) records.apply({ ...account, balance: account.balance - 5n });
        });
        return null;
      },
    };
    const { problems, lost } = cellWith(thief, 'acknowledged everywhere', 2);
    expect(lost).toEqual([{ participant: 2, amount: 5n }]);
    expect(problems.join()).toContain('C loses 0.00000005');
    expect(problems.join()).toContain('the books of B and C differ');
  });

  it('shows what is held, and for how long', () => {
    const silent: Fault = {
      name: 'silent for an hour',
      isLie: false,
      begin: (scene, { index }) => {
        scene.delivery = (letter) => (letter.from === index ? 'lost' : null);
        scene.run.after(3_600_000, () => {
          scene.delivery = () => null;
        });
        scene.hasActed = true;
        return null;
      },
    };
    const { held } = cellWith(silent, 'PREPARE is on its way (C to D)', 3);
    expect(held.map(({ participant, amount }) => [participant, amount])).toEqual([
      [0, AMOUNT],
      [1, AMOUNT],
      [2, AMOUNT],
      [3, AMOUNT],
    ]);
    for (const { ms } of held) expect(ms).toBeGreaterThan(3_000_000);
  });
});

describe('the matrix notices a broken rule', () => {
  it.each([
    ['rule 1: sends before the disk has synced', 'crashes, back after 2 s'],
    ['rule 3: an own clock releases a reservation', 'its link to the next one is cut for 6 h'],
    ["rule 4: releases on the receiver's DECLINE alone", 'signs DECLINE'],
  ])('%s', async (name, fault) => {
    const mutant = [...MUTANTS, ...CLEARING_MUTANTS].find((one) => one.name === name);
    const folder = mutatedCopy(mutant?.patches ?? []);
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const before = await runProgram(['simulations/matrix/main.ts', '--only', fault], { cwd: ROOT });
    expect(before.stdout).toMatch(/ open=0\n$/);
    const run = await runProgram(['simulations/matrix/main.ts', '--only', fault], { cwd: folder });
    expect(run.stdout).toMatch(/ open=[1-9]\d*\n$/);
    expect(run.stderr).toMatch(/INV-|loses/);
    expect(run.exitCode).toBe(1);
  });
});

describe('faults that are tested elsewhere', () => {
  it.each(ELSEWHERE.map((one) => [`${one.kind}: ${one.fault}`, one] as const))('%s', (_name, { file, test }) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    expect(source.includes(test) || source.includes(test.replaceAll("'", "\\'"))).toBe(true);
  });
});

it('gives the same capacity to one of two packets that come over two paths at once', () => {
  const run = planned({
    name: 'two paths',
    size: 5,
    links: [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
      [3, 4],
    ],
    begin: () => undefined,
    outcome: () => '',
  });
  // Each is most of what the last hop can carry.
  for (const [number, route] of [
    [1, [0, 1, 3, 4]],
    [2, [0, 2, 3, 4]],
  ] as const)
    run.command(0, payment(number, [route], (LIMIT * 3n) / 5n));
  run.run(600_000);
  const states = new Set([1, 2].map((number) => run.at(0).records.payment(paymentIdOf(number))?.state));
  expect(states).toEqual(new Set(['ABORTED', 'COMMITTED']));
  expect(run.at(4).records.account(run.at(3).key, UAH)?.balance).toBe((LIMIT * 3n) / 5n);
  expect(run.violations()).toEqual([]);
});
