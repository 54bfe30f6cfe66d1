import { Point } from '@noble/ed25519';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { admitsKey } from '#node/identity/admit-key.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { admitKey, nobleEd25519 } from '#protocol/ed25519.ts';

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const message = fc.uint8Array({ maxLength: 100 });

it('both implementations make the same keys and signatures and find them valid', () => {
  fc.assert(
    fc.property(seed, message, (secret, text) => {
      const key = nodeEd25519.publicKey(secret);
      const signature = nodeEd25519.sign(secret, text);
      expect(nobleEd25519.publicKey(secret)).toStrictEqual(key);
      expect(nobleEd25519.sign(secret, text)).toStrictEqual(signature);
      expect(admitKey(key)).toBe(true);
      expect([nobleEd25519.verify(key, text, signature), nodeEd25519.verify(key, text, signature)]).toStrictEqual([
        true,
        true,
      ]);
    }),
    { numRuns: 40 },
  );
});

it('both implementations give one verdict on changed and on random bytes', () => {
  const change = fc.record({
    what: fc.constantFrom('key', 'text', 'signature'),
    at: fc.nat(),
    bits: fc.integer({ min: 1, max: 255 }),
  });
  fc.assert(
    fc.property(seed, fc.uint8Array({ minLength: 1, maxLength: 40 }), change, (secret, text, { what, at, bits }) => {
      const parts = { key: nodeEd25519.publicKey(secret), text, signature: nodeEd25519.sign(secret, text) };
      const changed = Uint8Array.from(parts[what]);
      changed[at % changed.length] = (changed[at % changed.length] as number) ^ bits;
      parts[what] = changed;
      const verdicts = [nobleEd25519, nodeEd25519].map((backend) =>
        backend.verify(parts.key, parts.text, parts.signature),
      );
      expect(verdicts).toStrictEqual([false, false]);
    }),
    { numRuns: 100 },
  );
  const anyBytes = fc.uint8Array({ minLength: 30, maxLength: 66 });
  fc.assert(
    fc.property(anyBytes, message, anyBytes, (key, text, signature) => {
      expect(nobleEd25519.verify(key, text, signature)).toBe(nodeEd25519.verify(key, text, signature));
    }),
    { numRuns: 100 },
  );
});

const ofOrderEight = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
/** A point of every order that there is, one, two, four and eight with and without the prime. */
const anyPoint = fc.tuple(fc.nat(7), fc.bigInt({ min: 0n, max: Point.CURVE().n - 1n })).map(([torsion, factor]) => {
  let point = factor === 0n ? Point.ZERO : Point.BASE.multiply(factor, false);
  for (let times = 0; times < torsion; times++) point = point.add(ofOrderEight);
  return { bytes: point.toBytes(), mayAdmit: torsion === 0 && factor > 0n };
});

it('both admit points of prime order, and no others', () => {
  fc.assert(
    fc.property(anyPoint, ({ bytes, mayAdmit }) => {
      expect([admitsKey(bytes), admitKey(bytes)]).toEqual([mayAdmit, mayAdmit]);
    }),
    { numRuns: 200 },
  );
  // Every point of small order, and y beyond the field: each with either sign.
  const beyond = Array.from({ length: 19 }, (_, more) => [0xed + more, ...Array<number>(30).fill(0xff), 0x7f]);
  const small = [Point.ZERO];
  while (small.length < 8) small.push(ofOrderEight.add(small.at(-1) as Point));
  const encodings = [...beyond, ...small.map((point) => point.toBytes())];
  for (const bytes of encodings) {
    for (const sign of [0, 0x80]) {
      const key = Uint8Array.from(bytes);
      key[31] = (key[31] as number) ^ sign;
      expect([admitsKey(key), admitKey(key)]).toEqual([false, false]);
    }
  }
});

it('both answer alike on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 31, maxLength: 33 }), (bytes) => {
      expect(admitsKey(bytes)).toBe(admitKey(bytes));
    }),
    { numRuns: 200 },
  );
});
