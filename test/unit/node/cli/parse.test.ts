import { describe, expect, it } from 'vitest';
import { EXIT } from '#node/cli/exit-codes.ts';
import {
  amountText,
  equivalentText,
  futureTime,
  limitText,
  moneyText,
  txIdText,
  wholeNumber,
} from '#node/cli/parse.ts';
import { type Problem, Stop } from '#node/cli/problem.ts';

const NOON_MS = Date.UTC(2030, 0, 15, 12);

/** The problem that ends the verb. */
function problemOf(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (error instanceof Stop) return error.problem;
    throw error;
  }
  throw new Error('nothing was wrong with it');
}

describe('an amount', () => {
  it.each(['1', '12.50', '0.00000001', '92233720368.54775807'])('is %s as it was typed', (text) => {
    expect(amountText(text)).toBe(text);
  });

  it.each(['-1', '0', '0.0', '+5', '00', '.5', '5.', '1e3', '0x10', 'NaN', '', ' 5', '1,000', '1_000', '٥', '５'])(
    'is not %j',
    (text) => {
      const { code, message, exitCode, facts } = problemOf(() => amountText(text));
      expect({ code, exitCode }).toEqual({ code: 'bad-amount', exitCode: EXIT.usage });
      expect(message).toMatch(/is not an amount: it .*\. It should be a number such as 12\.5/);
      expect(facts).toMatchObject({ why: expect.any(String), limit: expect.any(String) });
    },
  );

  it.each(['92233720368.54775808', '0.000000001', '9'.repeat(400)])('is not %s, which is out of range', (text) => {
    expect(problemOf(() => amountText(text)).code).toBe('bad-amount');
  });

  it('is a limit also when it is 0', () => {
    expect(limitText('0')).toBe('0');
    expect(problemOf(() => limitText('-1')).code).toBe('bad-amount');
  });
});

it('an equivalent has a name of 1 to 16 plain characters', () => {
  expect(equivalentText('kWh')).toBe('kWh');
  for (const text of ['', 'U H', 'УАН', 'A'.repeat(17)]) {
    expect(problemOf(() => equivalentText(text))).toMatchObject({ code: 'bad-equivalent', exitCode: EXIT.usage });
  }
});

it('a cap is an equivalent and an amount', () => {
  expect(moneyText('UAH=100')).toEqual({ equivalent: 'UAH', amount: '100' });
  expect(problemOf(() => moneyText('100')).message).toContain('UAH=100');
  expect(problemOf(() => moneyText('UAH=')).code).toBe('bad-amount');
  expect(problemOf(() => moneyText('=5')).code).toBe('bad-equivalent');
});

describe('a time to come', () => {
  it.each([
    ['90s', 90_000],
    ['90m', 5_400_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
  ])('is %s from now', (text, spanMs) => {
    expect(futureTime(text, NOON_MS)).toBe(NOON_MS + spanMs);
  });

  it('is a date, to the end of its day, or a date with a time', () => {
    expect(futureTime('2031-12-31', NOON_MS)).toBe(new Date(2031, 11, 31, 23, 59, 59).getTime());
    expect(futureTime('2031-12-31T18:00', NOON_MS)).toBe(new Date(2031, 11, 31, 18).getTime());
    expect(futureTime('2031-12-31T18:00:00Z', NOON_MS)).toBe(Date.UTC(2031, 11, 31, 18));
  });

  it.each([
    ['', 'neither'],
    ['0d', 'neither'],
    ['-1d', 'neither'],
    ['5', 'neither'],
    ['1893499200000', 'neither'],
    ['1.5h', 'neither'],
    ['tomorrow', 'neither'],
    ['2029-12-31', 'passed'],
    ['2031-13-01', 'no such date'],
    ['2031-02-30', 'no such date'],
    ['2031-12-31T25:00', 'no such date'],
    ['999999999w', 'year 9999'],
  ])('is not %j', (text, why) => {
    const { code, message, exitCode } = problemOf(() => futureTime(text, NOON_MS));
    expect({ code, exitCode }).toEqual({ code: 'bad-time', exitCode: EXIT.usage });
    expect(message).toContain(why);
  });
});

it('a whole number says its range', () => {
  const parse = wholeNumber('a number of entries', 1, 1_000);
  expect(parse('1000')).toBe(1_000);
  for (const text of ['0', '1001', '-1', '1.5', '1e3', '', 'x', '9'.repeat(30)]) {
    expect(problemOf(() => parse(text)).message).toContain('a whole number from 1 to 1000');
  }
});

it('a transaction id has 64 hex digits', () => {
  expect(txIdText('ab'.repeat(32))).toBe('ab'.repeat(32));
  for (const text of ['', 'AB'.repeat(32), 'ab', `${'ab'.repeat(32)}\n`]) {
    expect(problemOf(() => txIdText(text)).exitCode).toBe(EXIT.usage);
  }
});
