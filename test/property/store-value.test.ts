import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seal, unseal } from '#node/store/seal.ts';
import { decodeValue, encodeValue } from '#node/store/value.ts';
import { arbitraryRecord, arbitraryRecords } from '#test/support/arbitrary-records.ts';

describe('a stored value', () => {
  for (const [type, record] of Object.entries(arbitraryRecords)) {
    it(`of type ${type} comes back as it was`, () => {
      fc.assert(
        fc.property(record, (value) => {
          const back = decodeValue(encodeValue(value));
          expect(back).toStrictEqual(value);
          // The order of keys is no part of equality, and bytes that are written again must be the same.
          expect(JSON.stringify(back, text)).toBe(JSON.stringify(value, text));
        }),
        { numRuns: 100 },
      );
    });
  }

  it('keeps numbers, bigints, texts and bytes apart, however they look', () => {
    const plain = fc.oneof(
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      fc.bigInt(),
      fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
      fc.stringMatching(/^[0-9a-fA-F]{31,34}$/),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        plain,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (original) => {
        expect(decodeValue(encodeValue(original))).toStrictEqual(original);
      }),
      { numRuns: 500 },
    );
  });

  it('of any length comes back as it was', () => {
    for (const edge of [0, 1, 23, 24, 255, 256, 65_535, 65_536]) {
      for (const size of [edge, edge + 1]) {
        const values = [
          'x'.repeat(size),
          'ї'.repeat(size),
          new Uint8Array(size),
          Array.from({ length: size }, () => 0),
        ];
        const keys = Object.fromEntries(Array.from({ length: Math.min(size, 300) }, (_, key) => [`key ${key}`, key]));
        const integers = [size, -size - 1, 2 ** 32 - size, 2 ** 53 - 1 - size, -(2 ** 53) + 1 + size];
        for (const value of [...values, keys, ...integers])
          expect(decodeValue(encodeValue(value))).toStrictEqual(value);
      }
    }
  });

  it('that has any one bit flipped, or lies under another key, does not pass its checksum', () => {
    fc.assert(
      fc.property(arbitraryRecord, fc.nat(), (record, at) => {
        const sealed = seal('key', encodeValue(record));
        expect(decodeValue(unseal('key', sealed))).toStrictEqual(record);
        const damaged = Uint8Array.from(sealed);
        const bit = at % (8 * damaged.length);
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => unseal('key', damaged)).toThrow('"key" does not match its checksum');
        expect(() => unseal('kez', sealed)).toThrow('"kez" does not match its checksum');
        const cut = sealed.subarray(0, at % sealed.length);
        expect(() => unseal('key', cut)).toThrow('"key" does not match its checksum');
      }),
      { numRuns: 300 },
    );
  });
});

function text(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
