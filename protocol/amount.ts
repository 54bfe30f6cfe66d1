/**
 * Amounts (§1.4): a `bigint` count of 10⁻⁸ units, the same scale for every equivalent. People and JSON write them as
 * decimal text, never as a number; nothing is ever rounded.
 */
import { MAX_PRECISION } from './equivalent.ts';
import { excerpt } from './excerpt.ts';
import { type Refusal, refuse } from './refusals.ts';

/** Units of 10⁻⁸. What moves is 1 … MAX_AMOUNT, a limit may be 0, a balance may be negative. */
export type Amount = bigint;

/** One whole, such as 1 UAH: 10⁸ units. */
export const UNIT: Amount = 100_000_000n;

/** The largest amount, limit and balance: 2⁶³ − 1 units, 92233720368.54775807. */
export const MAX_AMOUNT: Amount = 2n ** 63n - 1n;

/** The smaller of two amounts. */
export function least(one: Amount, other: Amount): Amount {
  return one < other ? one : other;
}

/** ASCII digits without needless zeros in front, and digits after a point if there is one. */
const DECIMAL = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/** The length of MAX_AMOUNT as text: nothing longer can be an amount. */
const LONGEST = 20;

/**
 * The amount that a person or a program wrote: above zero, in whole or decimal ASCII digits, with at most `precision`
 * of them after the point (an integer, 0 … 8).
 *
 * @returns the amount, or `bad-amount` saying what is wrong with the text.
 */
export function parseAmount(text: string, precision: number): Amount | Refusal<'bad-amount'> {
  return parseDecimal(text, precision, 1n);
}

/** Like `parseAmount`, for a limit: 0 is allowed and trusts with nothing. */
export function parseLimit(text: string, precision: number): Amount | Refusal<'bad-amount'> {
  return parseDecimal(text, precision, 0n);
}

function parseDecimal(text: string, precision: number, min: Amount): Amount | Refusal<'bad-amount'> {
  if (!Number.isInteger(precision) || precision < 0 || precision > MAX_PRECISION) {
    throw new RangeError(`precision ${precision} is not an integer from 0 to ${MAX_PRECISION}`);
  }
  const no = (why: string): Refusal<'bad-amount'> => {
    const form = precision === 0 ? 'a whole number such as 12' : `a number such as 12.5, at most ${precision} decimals`;
    const limit = `${form}, ${min === 0n ? 'from 0' : 'above 0'} to ${formatAmount(MAX_AMOUNT)}`;
    return refuse('bad-amount', { input: excerpt(text), why, limit });
  };
  if (text === '') return no('it is empty');
  if (text.length > LONGEST) return no(`it has ${text.length} characters`);
  const match = DECIMAL.exec(text);
  if (match === null) return no(text.startsWith('-') ? 'it is below zero' : 'it is not a plain decimal number');
  const [, whole = '', decimals = ''] = match;
  if (decimals.length > precision) return no(`it has ${decimals.length} decimals`);
  const amount = BigInt(whole + decimals.padEnd(MAX_PRECISION, '0'));
  if (amount < min) return no('it is zero');
  return amount > MAX_AMOUNT ? no('it is too large') : amount;
}

/** The one shortest decimal text of an amount or a balance: `40`, `12.5`, `-0.00000001`. For JSON and files. */
export function formatAmount(amount: Amount): string {
  return formatAmountFixed(amount, 0);
}

/**
 * An amount or a balance for people: at least `precision` decimals, as in `12.50`, and more when they are not zero:
 * what is owed is never shown rounded.
 */
export function formatAmountFixed(amount: Amount, precision: number): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(MAX_PRECISION + 1, '0');
  const whole = digits.slice(0, -MAX_PRECISION);
  const decimals = digits.slice(-MAX_PRECISION).replace(/0+$/, '').padEnd(precision, '0');
  return `${amount < 0n ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`;
}
