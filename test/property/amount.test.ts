import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatAmount, formatAmountFixed, MAX_AMOUNT, parseAmount, parseLimit } from '#protocol/amount.ts';
import { isRefusal } from '#protocol/refusals.ts';

it('reads back every amount it wrote', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, MAX_AMOUNT), fc.nat(8), (amount, precision) => {
      expect(parseAmount(formatAmount(amount), 8)).toBe(amount);
      expect(parseAmount(formatAmountFixed(amount, precision), 8)).toBe(amount);
      expect(formatAmount(-amount)).toBe(`-${formatAmount(amount)}`);
    }),
  );
});

it('writes one shortest text for what it read, and never reads more decimals than asked for', () => {
  const nearNumbers = fc.string({ unit: fc.constantFrom(...'0123456789.-+e_, ٣'), maxLength: 24 });
  fc.assert(
    fc.property(nearNumbers, fc.nat(8), (text, precision) => {
      const amount = parseLimit(text, precision);
      if (isRefusal(amount)) return;
      const [whole = '', decimals = ''] = text.split('.');
      expect(decimals.length).toBeLessThanOrEqual(precision);
      expect(amount).toBe(BigInt(whole) * 10n ** 8n + BigInt(decimals.padEnd(8, '0')));
      expect(parseLimit(formatAmount(amount), 8)).toBe(amount);
      expect(formatAmount(amount).length).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 5_000 },
  );
});
