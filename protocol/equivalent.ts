/** Equivalents (§1.4): what amounts are counted in, such as `UAH` or `hour`, and how finely people may enter them. */
import { excerpt } from './excerpt.ts';
import { type Refusal, refuse } from './refusals.ts';

/** Decimals that an amount can have at all: units are 10⁻⁸. */
export const MAX_PRECISION = 8;

/** What the name of an equivalent looks like, wherever it comes from. */
export const EQUIVALENT_PATTERN = /^[A-Za-z0-9_]{1,16}$/;

/**
 * The equivalent that the text names: 1 to 16 of `A-Z a-z 0-9 _`. Case matters: `hour` and `HOUR` are two equivalents.
 *
 * @returns the text itself, or `bad-equivalent`.
 */
export function parseEquivalent(text: string): string | Refusal<'bad-equivalent'> {
  if (EQUIVALENT_PATTERN.test(text)) return text;
  const wrong = /[^A-Za-z0-9_]/u.exec(text.slice(0, 16));
  const why = wrong === null ? `it has ${text.length} characters` : `it contains "${excerpt(wrong[0])}"`;
  return refuse('bad-equivalent', { input: excerpt(text), why, limit: '1 to 16 of A-Z, a-z, 0-9 and _' });
}

/**
 * The number of decimals that people may enter in an equivalent: an integer from 0 to 8. It limits input only; amounts
 * themselves have one scale.
 *
 * @returns the number itself, or `bad-equivalent`.
 */
export function parsePrecision(decimals: number): number | Refusal<'bad-equivalent'> {
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= MAX_PRECISION) return decimals;
  return refuse('bad-equivalent', {
    input: String(decimals),
    why: 'it is not a number of decimals',
    limit: `an integer from 0 to ${MAX_PRECISION}`,
  });
}
