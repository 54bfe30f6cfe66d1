import { describe, expect, it } from 'vitest';
import { formatAmount, formatAmountFixed, MAX_AMOUNT, parseAmount, parseLimit, UNIT } from '#protocol/amount.ts';
import { isRefusal } from '#protocol/refusals.ts';
import naughty from '#test/vectors/naughty-strings/blns.json' with { type: 'json' };

describe('amounts as people write them', () => {
  it.each([
    ['1', 0, UNIT],
    ['40', 2, 40n * UNIT],
    ['12.5', 2, 1_250_000_000n],
    ['12.50', 2, 1_250_000_000n],
    ['0.01', 2, 1_000_000n],
    ['0.00000001', 8, 1n],
    ['90071992.54740993', 8, 2n ** 53n + 1n],
    ['9007199254740993', 8, null],
    ['92233720368.54775807', 8, MAX_AMOUNT],
    ['92233720368', 0, 92_233_720_368n * UNIT],
  ])('%s with %d decimals', (text, precision, expected) => {
    if (expected === null) expect(parseAmount(text, precision)).toMatchObject({ why: 'it is too large' });
    else expect([parseAmount(text, precision), parseLimit(text, precision)]).toStrictEqual([expected, expected]);
  });

  const NOT_DECIMAL = 'it is not a plain decimal number';
  it.each([
    ['', 'it is empty'],
    ['-1', 'it is below zero'],
    ['-0', 'it is below zero'],
    ['+5', NOT_DECIMAL],
    ['00', NOT_DECIMAL],
    ['007', NOT_DECIMAL],
    ['.5', NOT_DECIMAL],
    ['5.', NOT_DECIMAL],
    ['.', NOT_DECIMAL],
    ['1.2.3', NOT_DECIMAL],
    ['1e3', NOT_DECIMAL],
    ['1E3', NOT_DECIMAL],
    ['0x10', NOT_DECIMAL],
    ['0b1', NOT_DECIMAL],
    ['0o7', NOT_DECIMAL],
    ['1n', NOT_DECIMAL],
    ['NaN', NOT_DECIMAL],
    ['Infinity', NOT_DECIMAL],
    ['null', NOT_DECIMAL],
    [' 5', NOT_DECIMAL],
    ['5 ', NOT_DECIMAL],
    ['5\n', NOT_DECIMAL],
    ['5\u0000', NOT_DECIMAL],
    ['\ufeff5', NOT_DECIMAL],
    ['1,000', NOT_DECIMAL],
    ['12,50', NOT_DECIMAL],
    ['1_000', NOT_DECIMAL],
    ['1 000', NOT_DECIMAL],
    ["1'000", NOT_DECIMAL],
    ['5€', NOT_DECIMAL],
    ['٥', NOT_DECIMAL],
    ['५', NOT_DECIMAL],
    ['５', NOT_DECIMAL],
    ['1٫5', NOT_DECIMAL],
    ['½', NOT_DECIMAL],
    ['\u202e5', NOT_DECIMAL],
    ['\ud835', NOT_DECIMAL],
    ['1.234', 'it has 3 decimals'],
    ['1.100', 'it has 3 decimals'],
    ['1.123456789', 'it has 9 decimals'],
    ['92233720368.55', 'it is too large'],
    ['92233720369', 'it is too large'],
    ['9223372036854775808', 'it is too large'],
    ['99999999999999999999', 'it is too large'],
    ['100000000000000000000', 'it has 21 characters'],
    ['9'.repeat(400), 'it has 400 characters'],
    ['9'.repeat(10_000_000), 'it has 10000000 characters'],
  ])('%.40j is refused as amount and as limit', (text, why) => {
    for (const parse of [parseAmount, parseLimit]) {
      const refusal = parse(text, 2);
      expect(refusal).toMatchObject({ code: 'bad-amount', why, limit: expect.stringContaining('at most 2 decimals') });
      expect(JSON.stringify(refusal).length).toBeLessThan(400);
    }
  });

  it.each(['0', '0.0', '0.00'])('%s is a limit, not an amount', (text) => {
    expect(parseAmount(text, 2)).toMatchObject({ why: 'it is zero', limit: expect.stringContaining('above 0 to') });
    expect(parseLimit(text, 2)).toBe(0n);
  });

  it('take no decimals where the equivalent has none', () => {
    const refusal = { why: 'it has 1 decimals', limit: expect.stringContaining('a whole number such as 12') };
    expect(parseAmount('1.5', 0)).toMatchObject(refusal);
    expect(parseAmount('1.0', 0)).toMatchObject(refusal);
  });

  it('are refused one unit above the largest', () => {
    expect(parseAmount('92233720368.54775808', 8)).toMatchObject({ why: 'it is too large' });
  });

  it.each([-1, 9, 1.5, Number.NaN])('cannot be read with precision %d, which is a bug', (precision) => {
    expect(() => parseAmount('1', precision)).toThrow(RangeError);
  });

  it('are found among the naughty strings only as plain numbers', () => {
    const found = naughty.filter((text) => !isRefusal(parseLimit(text, 8)));
    expect(found).toStrictEqual(['0', '1', '1.00', '0.00']);
  });
});

describe('amounts as text', () => {
  it.each([
    [0n, '0', '0.00'],
    [1n, '0.00000001', '0.00000001'],
    [-1n, '-0.00000001', '-0.00000001'],
    [10n, '0.0000001', '0.0000001'],
    [UNIT, '1', '1.00'],
    [40n * UNIT, '40', '40.00'],
    [1_250_000_000n, '12.5', '12.50'],
    [-1_250_000_000n, '-12.5', '-12.50'],
    [1_255_000_000n, '12.55', '12.55'],
    [1_255_500_000n, '12.555', '12.555'],
    [100_000_000_000_000n, '1000000', '1000000.00'],
    [MAX_AMOUNT, '92233720368.54775807', '92233720368.54775807'],
    [-MAX_AMOUNT, '-92233720368.54775807', '-92233720368.54775807'],
    [4n * MAX_AMOUNT, '368934881474.19103228', '368934881474.19103228'],
  ])('%d units are %s, or %s with two decimals', (amount, shortest, fixed) => {
    expect(formatAmount(amount)).toBe(shortest);
    expect(formatAmountFixed(amount, 2)).toBe(fixed);
  });

  it('have no point where no decimals are asked for and none are there', () => {
    expect([formatAmountFixed(UNIT, 0), formatAmountFixed(UNIT + 1n, 0)]).toStrictEqual(['1', '1.00000001']);
    expect(formatAmountFixed(UNIT, 8)).toBe('1.00000000');
  });
});
