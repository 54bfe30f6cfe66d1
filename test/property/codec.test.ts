import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amount,
  amountOrZero,
  bool,
  bytes,
  decode,
  encode,
  hex,
  list,
  literal,
  nullable,
  record,
  type Shaped,
  signedAmount,
  text,
  uint,
  variants,
} from '#protocol/codec.ts';
import { bytesToHex } from '#protocol/hex.ts';
import { isRefusal } from '#protocol/refusals.ts';

const LIMITS = { maxBytes: 4_096, maxDepth: 8 };
const MAX = 2n ** 63n - 1n;

/** Every kind of shape, nested. */
const shape = record({
  version: literal(1),
  count: uint(),
  byte: uint(255),
  total: amount(),
  limit: amountOrZero(),
  balance: signedAmount(),
  key: hex(32),
  blob: bytes(0, 300),
  note: text(64),
  flag: bool,
  optional: nullable(text(8)),
  later: literal(null),
  items: list(variants('type', { a: [0, record({ x: uint() })], b: [7, record({ y: list(hex(2), 0, 3) })] }), 0, 3),
});
type Value = Shaped<typeof shape>;

const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex);
const shortText = fc.string({ unit: 'binary', maxLength: 16 }).filter((value) => !value.startsWith('\ufeff'));

const value: fc.Arbitrary<Value> = fc.record({
  version: fc.constant(1 as const),
  count: fc.maxSafeNat(),
  byte: fc.nat(255),
  total: fc.bigInt(1n, MAX),
  limit: fc.bigInt(0n, MAX),
  balance: fc.bigInt(-MAX, MAX),
  key: hexOf(32),
  blob: fc.uint8Array({ maxLength: 300 }),
  note: shortText,
  flag: fc.boolean(),
  optional: fc.option(fc.string({ maxLength: 8 })),
  later: fc.constant(null),
  items: fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('a' as const), x: fc.maxSafeNat() }),
      fc.record({ type: fc.constant('b' as const), y: fc.array(hexOf(2), { maxLength: 3 }) }),
    ),
    { maxLength: 3 },
  ),
});

/** Bytes near valid ones: one to four of them set, left out, repeated, or the end cut off. */
const mutated = fc
  .tuple(
    value,
    fc.array(fc.tuple(fc.constantFrom('set', 'drop', 'repeat', 'cut'), fc.nat(), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([original, changes]) => {
    const result = [...encode(shape, original)];
    for (const [change, position, byte] of changes) {
      const at = position % Math.max(1, result.length);
      if (change === 'set') result[at] = byte;
      else if (change === 'drop') result.splice(at, 1);
      else if (change === 'repeat') result.splice(at, 0, result[at] ?? 0);
      else result.length = at;
    }
    return Uint8Array.from(result);
  });

/** The two outcomes that there are: a refusal, or a value whose encoding is what was received. */
function expectRefusedOrCanonical(received: Uint8Array): void {
  const decoded = decode(shape, received, LIMITS);
  if (isRefusal(decoded)) expect(decoded).toMatchObject({ code: 'bad-encoding', why: expect.any(String) });
  else expect(bytesToHex(encode(shape, decoded))).toBe(bytesToHex(received));
}

describe('codec', () => {
  it('decodes what it encoded to the same value', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(decode(shape, encode(shape, original), LIMITS)).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });

  it('answers random bytes with a refusal, never by throwing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectRefusedOrCanonical), { numRuns: 2_000 });
  });

  it('answers random bytes that begin like a message in the same way', () => {
    const head = Uint8Array.of(0x8d, 1);
    const received = fc.uint8Array({ maxLength: 200 }).map((tail) => Uint8Array.of(...head, ...tail));
    fc.assert(fc.property(received, expectRefusedOrCanonical), { numRuns: 2_000 });
  });

  it('answers changed messages with a refusal, or with the value that has exactly these bytes', () => {
    fc.assert(fc.property(mutated, expectRefusedOrCanonical), { numRuns: 2_000 });
  });

  it('refuses every message cut short', () => {
    fc.assert(
      fc.property(value, (original) => {
        const whole = encode(shape, original);
        for (let length = 0; length < whole.length; length++) {
          expect(isRefusal(decode(shape, whole.subarray(0, length), LIMITS))).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});
