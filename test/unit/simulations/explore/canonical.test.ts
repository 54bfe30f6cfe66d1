import { describe, expect, it } from 'vitest';
import { canonicalText } from '#simulations/explore/canonical.ts';

describe('the text of a value', () => {
  it.each([
    ['the order of fields', { a: 1, b: [2n] }, { b: [2n], a: 1 }],
    ['bytes in another object', { s: Uint8Array.of(1, 255) }, { s: Uint8Array.of(1, 255) }],
    ['a field that is not there', { a: 1, b: undefined }, { a: 1 }],
    ['a cause, which decides nothing', { a: 1, cause: { code: 'expired' } }, { a: 1, cause: { code: 'cancelled' } }],
  ])('is equal whatever %s', (_what, one, other) => {
    expect(canonicalText(one)).toBe(canonicalText(other));
  });

  it.each([
    ['amounts and numbers', { a: 1n }, { a: 1 }],
    ['numbers and their text', { a: 1 }, { a: '1' }],
    ['null and nothing', { a: null }, {}],
    ['bytes', { s: Uint8Array.of(1) }, { s: Uint8Array.of(0, 1) }],
    ['how lists are nested', [[1], 2], [1, [2]]],
    ['the order of a list', [1, 2], [2, 1]],
  ])('tells apart %s', (_what, one, other) => {
    expect(canonicalText(one)).not.toBe(canonicalText(other));
  });
});
