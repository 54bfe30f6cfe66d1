import fc from 'fast-check';
import { expect, it } from 'vitest';
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
