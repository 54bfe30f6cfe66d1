/** Large networks with faults: one seed is one run, whoever breaks the rules is noticed, and nothing false is ever owed. */
import { describe, expect, it } from 'vitest';
import { parseStudy } from '#simulations/study/file.ts';
import type { Row } from '#simulations/study/results.ts';
import { rowOf } from '#simulations/study/worker.ts';

const CALM = {
  study: 'test',
  seeds: 1,
  network: { graph: 'ba:40,3' },
  demand: { payments: 100, rate: 10 },
  latency: 'lognormal:40,0.5',
};
/** Amounts that often need a second route. */
const LARGE = { payments: 100, rate: 10, amounts: 'lognormal:0.5,1' };
const FAULTS = {
  loss: 0.02,
  duplication: 0.05,
  crashes: { perHour: 40, seconds: 10 },
  churn: { participants: { perHour: 40, seconds: 10 }, links: { perHour: 40, seconds: 10 } },
  malicious: { share: 0.1, strategy: 'mixed' },
};

async function run(study: object, number = 0): Promise<{ readonly row: Row; readonly violations: readonly string[] }> {
  return rowOf(parseStudy('test.yaml', JSON.stringify({ ...CALM, ...study })), number, () => undefined);
}

describe('a run', () => {
  it('is the same again, and another with another seed', async () => {
    const first = await run({ faults: FAULTS });
    expect(await run({ faults: FAULTS })).toEqual(first);
    expect((await run({ faults: FAULTS, seeds: '2..2' })).row.digest).not.toBe(first.row.digest);
  });

  it('decides the same with real signatures and every message through its bytes', async () => {
    const { row: fast } = await run({ faults: FAULTS });
    const { row: full } = await run({ faults: FAULTS, mode: 'full' });
    expect(full.bytes).toBeGreaterThan(0);
    expect({ ...full, bytes: null, bytesPerPayment: null }).toEqual(fast);
  });

  it.each([1, 2, 3])('leaves the books of honest participants in order: seed %i', async (seed) => {
    const { row, violations } = await run({ faults: FAULTS, seeds: `${seed}..${seed}`, clearing: 'on' });
    expect(violations).toEqual([]);
    expect(row.paid).toBeGreaterThan(0);
  });

  it('without faults makes nearly all small payments', async () => {
    const { row } = await run({});
    expect(row.success).toBeGreaterThan(0.98);
    expect(row).toMatchObject({ tried: 100, heldExpired: 0, heldBehindMalicious: 0, violations: 0 });
  });
});

describe('each fault shows', () => {
  it.each([
    ['loss', { loss: 0.05 }, 'doubtMax'],
    ['crashes', { crashes: { perHour: 60, seconds: 20 } }, 'doubtMax'],
    ['absences', { churn: { participants: { perHour: 60, seconds: 20 } } }, 'bookMessages'],
    ['cut links', { churn: { links: { perHour: 60, seconds: 20 } } }, 'bookMessages'],
  ])('%s', async (_what, faults, figure) => {
    const [{ row: calm }, { row, violations }] = [await run({}), await run({ faults })];
    expect(violations).toEqual([]);
    expect(row[figure]).toBeGreaterThan(1.5 * Number(calm[figure]));
  });

  it('the owner of a node that is down begins no payment', async () => {
    const { row } = await run({ faults: { crashes: { perHour: 600, seconds: 60 } } });
    expect(row.tried).toBeLessThan(100);
  });
});

describe('each way to break the rules does harm, and none makes a book wrong', () => {
  const malicious = (strategy: string, share = 0.15) =>
    run({ demand: LARGE, faults: { malicious: { share, strategy } } });

  it.each(['withhold', 'silent'])('%s: amounts are held beyond their time', async (strategy) => {
    const { row, violations } = await malicious(strategy);
    expect(violations).toEqual([]);
    expect(row.heldExpired).toBeGreaterThan(0);
    expect(row.heldBehindMalicious).toBeGreaterThan(0);
  });

  it.each(['refuse', 'lie'])('%s: payments need more attempts', async (strategy) => {
    const [{ row: calm }, { row, violations }] = [await run({ demand: LARGE }), await malicious(strategy, 0.4)];
    expect(violations).toEqual([]);
    expect(row.attempts).toBeGreaterThan(Number(calm.attempts));
  });

  it('mixed: all of them', async () => {
    expect((await malicious('mixed')).row.malicious).toBe(6);
  });
});

it('debts go in circles where clearing is on', async () => {
  const [{ row: off }, { row: on }] = [await run({}), await run({ clearing: 'on' })];
  expect(off).toMatchObject({ cleared: 0, clearingMessages: 0, clearable: null, clearedOfClearable: null });
  // Who sees all debts at rest finds little that is left to clear.
  expect(on.clearedOfClearable).toBeGreaterThan(0.8);
  expect(on.clearedOfClearable).toBeCloseTo(Number(on.cleared) / (Number(on.cleared) + Number(on.clearable)), 6);
  expect(on.clearedShare).toBeGreaterThan(0.05);
  expect(on.debt).toBeLessThan(Number(off.debt));
});

it('keeps house where lines go one way only', async () => {
  const network = { participants: ['A', 'B', 'C'].map((name) => ({ name })), lines: oneWay('A', 'B', 'C') };
  const { row, violations } = await run({ network, demand: { payments: 10 }, faults: FAULTS, housekeeping: 1 });
  expect(violations).toEqual([]);
  expect(row.tried).toBeGreaterThan(0);
});

/** A circle in which each lets the next owe it something. */
function oneWay(...names: readonly string[]): object[] {
  return names.map((from, at) => ({ from, to: names[(at + 1) % names.length], limit: 10, owed: at }));
}
