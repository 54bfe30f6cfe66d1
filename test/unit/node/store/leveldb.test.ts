import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c, masked } from '#node/store/leveldb/crc32c.ts';
import { recordsOf } from '#node/store/leveldb/log.ts';
import { uncompress } from '#node/store/leveldb/snappy.ts';
import { isWholeTable, salvageTable } from '#node/store/leveldb/table.ts';
import { readVarint, varint } from '#node/store/leveldb/varint.ts';

describe('CRC-32C', () => {
  it.each([
    // RFC 3720, B.4.
    ['00'.repeat(32), 0x8a9136aa],
    ['ff'.repeat(32), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('hex'), 0x46dd794e],
    [Buffer.from('123456789').toString('hex'), 0xe3069283],
    ['', 0],
  ])('of %s', (hex, expected) => {
    expect(crc32c(Buffer.from(hex, 'hex'))).toBe(expected);
  });

  it('of parts is that of the whole, and masked ones are told apart', () => {
    const bytes = Buffer.from('a text that is longer than eight bytes');
    for (let at = 0; at <= bytes.length; at++) {
      expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
    }
    // As in LevelDB's own test: the mask is no identity, and not its own inverse.
    const crc = crc32c(Buffer.from('foo'));
    expect(masked(crc)).not.toBe(crc);
    expect(masked(masked(crc))).not.toBe(crc);
  });
});

describe('snappy', () => {
  it.each([
    ['a literal', '0308616263', 'abc'],
    ['a copy that repeats itself', '0a 00 61 1501', 'aaaaaaaaaa'],
    ['a copy with two bytes of distance', '08 0c 61626364 0e0400', 'abcdabcd'],
    ['a copy with four bytes of distance', '08 0c 61626364 0f04000000', 'abcdabcd'],
    ['nothing', '00', ''],
  ])('unpacks %s', (_what, hex, text) => {
    expect(uncompress(Buffer.from(hex.replaceAll(' ', ''), 'hex'))?.toString()).toBe(text);
  });

  it('unpacks a long literal', () => {
    const text = 'x'.repeat(300);
    const packed = Buffer.concat([varint(300), Buffer.from([61 << 2, 299 & 0xff, 299 >> 8]), Buffer.from(text)]);
    expect(uncompress(packed)?.toString()).toBe(text);
  });

  it.each([
    ['with a literal beyond its end', '03 0c 6162'],
    ['with a copy from before its beginning', '05 00 61 0102'],
    ['with a copy of no distance', '05 00 61 0100'],
    ['that is shorter than it says', '04 08 616263'],
    ['that is longer than it says', '02 08 616263'],
    ['without a length', 'ffffff'],
    ['that is cut in a copy', '08 0c 61626364 0e04'],
  ])('refuses what was packed %s', (_what, hex) => {
    expect(uncompress(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBeNull();
  });
});

describe('numbers', () => {
  it('come back as they were', () => {
    for (const number of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      expect(readVarint(varint(number), 0)).toStrictEqual([number, varint(number).length]);
    }
    expect(readVarint(Buffer.from('80', 'hex'), 0)[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

it('bytes of chance are no table, log or packed text, and never an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const file = Buffer.from(bytes);
      expect(isWholeTable(file)).toBe(false);
      expect(isWholeTable(Buffer.concat([file, Buffer.alloc(40), Buffer.from('57fb808b247547db', 'hex')]))).toBe(false);
      expect(salvageTable(file)).toBeNull();
      uncompress(file);
      const records = [...recordsOf(file)];
      expect(records.length).toBeLessThanOrEqual(1 + file.length / 7);
    }),
    { numRuns: 500 },
  );
});
