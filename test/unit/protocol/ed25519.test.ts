import { createPublicKey, verify as opensslVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { verify as cofactoredVerify, Point, utils } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { admitKey, nobleEd25519 } from '#protocol/ed25519.ts';
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import speccheck from '#test/vectors/ed25519/speccheck.json' with { type: 'json' };
import wycheproof from '#test/vectors/ed25519/wycheproof.json' with { type: 'json' };

const BACKENDS = [
  ['noble', nobleEd25519],
  ['node', nodeEd25519],
] as const;

const ORDER = Point.CURVE().n;
/** A point of order 8: with its multiples it is all the torsion there is. */
const TORSION = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
const SEED = new Uint8Array(32).fill(7);
const MESSAGE = Uint8Array.of(1, 2, 3);

function bothVerdicts(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean[] {
  return BACKENDS.map(([, backend]) => backend.verify(publicKey, message, signature));
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.toReversed())}`);
}

function scalarBytes(scalar: bigint): Uint8Array {
  return hexToBytes(scalar.toString(16).padStart(64, '0')).reverse();
}

function challenge(encodedR: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint {
  return littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % ORDER;
}

/** A signature as RFC 8032 makes it, but with R and A as given: R = r·B + `torsionOfR`, A = a·B + `torsionOfA`. */
function crafted(message: Uint8Array, torsionOfR: Point, torsionOfA: Point) {
  const { scalar, point } = utils.getExtendedPublicKey(SEED);
  const publicKey = point.add(torsionOfA).toBytes();
  const r = 123_456_789n;
  const encodedR = Point.BASE.multiply(r).add(torsionOfR).toBytes();
  const k = challenge(encodedR, publicKey, message);
  return { publicKey, k, signature: concatBytes(encodedR, scalarBytes((r + k * scalar) % ORDER)) };
}

describe.each(BACKENDS)('public vectors with %s', (_name, backend) => {
  it('gives the verdict that Wycheproof expects', () => {
    let count = 0;
    for (const { publicKey, tests } of wycheproof.testGroups) {
      for (const { tcId, msg, sig, result } of tests) {
        const verdict = backend.verify(hexToBytes(publicKey.pk), hexToBytes(msg), hexToBytes(sig));
        expect(verdict, `case ${tcId}`).toBe(result === 'valid');
        count++;
      }
    }
    expect(count).toBe(151);
  });

  it.each(speccheck.map((vector, i) => [i, vector] as const))('speccheck %i is invalid', (_i, vector) => {
    const [key, message, signature] = [vector.pub_key, vector.message, vector.signature].map(hexToBytes);
    expect(backend.verify(key as Uint8Array, message as Uint8Array, signature as Uint8Array)).toBe(false);
  });

  it('signs as RFC 8032 does', () => {
    const lines = readFileSync(new URL('../../vectors/ed25519/sign-input-128.txt', import.meta.url), 'utf8').trim();
    let count = 0;
    for (const line of lines.split('\n')) {
      const [secret = '', key = '', message = '', signed = ''] = line.split(':');
      const seed = hexToBytes(secret.slice(0, 64));
      const signature = backend.sign(seed, hexToBytes(message));
      expect(bytesToHex(backend.publicKey(seed))).toBe(key);
      expect(bytesToHex(signature) + message).toBe(signed);
      expect(backend.verify(hexToBytes(key), hexToBytes(message), signature)).toBe(true);
      count++;
    }
    expect(count).toBe(128);
  });
});

describe('signatures that libraries disagree on', () => {
  it('have the crafted form of valid ones when nothing is twisted', () => {
    const { publicKey, signature } = crafted(MESSAGE, Point.ZERO, Point.ZERO);
    expect(publicKey).toStrictEqual(nodeEd25519.publicKey(SEED));
    expect(bothVerdicts(publicKey, MESSAGE, signature)).toStrictEqual([true, true]);
  });

  it.each([1n, 2n, 3n, 4n, 5n, 6n, 7n])('are invalid with %d torsion points in R', (times) => {
    const { publicKey, signature } = crafted(MESSAGE, TORSION.multiply(times), Point.ZERO);
    expect(cofactoredVerify(signature, MESSAGE, publicKey, { zip215: false })).toBe(true);
    expect(bothVerdicts(publicKey, MESSAGE, signature)).toStrictEqual([false, false]);
  });

  it.each([1n, 2n, 3n, 4n, 5n, 6n, 7n])(
    'are invalid with %d torsion points in A, even where OpenSSL agrees',
    (times) => {
      const torsion = TORSION.multiply(times);
      let message = MESSAGE;
      // k·torsion vanishes where 8 divides k, and then the equation holds without a cofactor too.
      while (crafted(message, Point.ZERO, torsion).k % 8n !== 0n) message = Uint8Array.of(...message, 0);
      const { publicKey, signature } = crafted(message, Point.ZERO, torsion);
      expect(cofactoredVerify(signature, message, publicKey, { zip215: false })).toBe(true);
      const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
      expect(opensslVerify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)).toBe(
        true,
      );
      expect(bothVerdicts(publicKey, message, signature)).toStrictEqual([false, false]);
      expect(admitKey(publicKey)).toBe(false);
    },
  );

  it('are invalid with L added to S', () => {
    const signature = nodeEd25519.sign(SEED, MESSAGE);
    const s = littleEndian(signature.subarray(32));
    const malleated = concatBytes(signature.subarray(0, 32), scalarBytes(s + ORDER));
    expect(bothVerdicts(nodeEd25519.publicKey(SEED), MESSAGE, malleated)).toStrictEqual([false, false]);
  });
});

describe('key admission', () => {
  /** p = 2²⁵⁵ − 19 in little-endian, plus a small number: a y that has a smaller, canonical spelling. */
  const aboveP = (plus: number): string => `${(0xed + plus).toString(16)}${'ff'.repeat(30)}7f`;
  const setSign = (key: string): string => key.slice(0, 62) + (Number.parseInt(key.slice(62), 16) | 0x80).toString(16);

  it.each([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n])('refuses the small-order point number %d', (times) => {
    expect(admitKey((times === 0n ? Point.ZERO : TORSION.multiply(times)).toBytes())).toBe(false);
  });

  it.each([
    ['y = p + 3, which is on the curve', aboveP(3)],
    ['y = p', aboveP(0)],
    ['y = p + 1', aboveP(1)],
    ['y = p + 1 with the sign set', setSign(aboveP(1))],
    ['the identity with the sign set', setSign(`01${'00'.repeat(31)}`)],
    ['x = 0, y = −1 with the sign set', setSign(`ec${'ff'.repeat(30)}7f`)],
    ['a y that is on no point', `02${'00'.repeat(31)}`],
    ['all ones', 'ff'.repeat(32)],
    ['nothing', ''],
    ['31 bytes', '05'.repeat(31)],
    ['33 bytes', '05'.repeat(33)],
    ['32 bytes behind a type byte', `ed${'05'.repeat(32)}`],
  ])('refuses %s', (_name, key) => {
    const publicKey = hexToBytes(key);
    expect(admitKey(publicKey)).toBe(false);
    // A signature with R the identity and S zero fits the equation of many such keys.
    const signature = concatBytes(Point.ZERO.toBytes(), new Uint8Array(32));
    expect(bothVerdicts(publicKey, MESSAGE, signature)).toStrictEqual([false, false]);
  });

  it('admits keys as they are made', () => {
    for (let i = 0; i < 10; i++) expect(admitKey(nodeEd25519.publicKey(new Uint8Array(32).fill(i)))).toBe(true);
  });
});

describe('verification', () => {
  const publicKey = nodeEd25519.publicKey(SEED);
  const signature = nodeEd25519.sign(SEED, MESSAGE);

  it.each([0, 1, 32, 63, 65, 128])('is false for a signature of %i bytes', (length) => {
    expect(bothVerdicts(publicKey, MESSAGE, new Uint8Array(length))).toStrictEqual([false, false]);
  });

  it('is false with any bit of the signature changed', () => {
    for (let bit = 0; bit < 512; bit++) {
      const changed = Uint8Array.from(signature);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(nodeEd25519.verify(publicKey, MESSAGE, changed)).toBe(false);
      if (bit % 8 === 0) expect(nobleEd25519.verify(publicKey, MESSAGE, changed)).toBe(false);
    }
  });

  it('is false for another message or another key', () => {
    expect(bothVerdicts(publicKey, Uint8Array.of(1, 2), signature)).toStrictEqual([false, false]);
    expect(bothVerdicts(nodeEd25519.publicKey(new Uint8Array(32)), MESSAGE, signature)).toStrictEqual([false, false]);
  });

  it('reads keys, messages and signatures that are views into larger buffers', () => {
    const view = (bytes: Uint8Array): Uint8Array =>
      Buffer.concat([Uint8Array.of(9), bytes, Uint8Array.of(9)]).subarray(1, -1);
    expect(bothVerdicts(view(publicKey), view(MESSAGE), view(signature))).toStrictEqual([true, true]);
  });

  it.each(BACKENDS)('with %s makes plain byte arrays, and none from a seed of another length', (_name, backend) => {
    expect(backend.sign(SEED, MESSAGE).constructor).toBe(Uint8Array);
    expect(backend.publicKey(SEED).constructor).toBe(Uint8Array);
    expect(() => backend.sign(new Uint8Array(31), MESSAGE)).toThrow(RangeError);
    expect(() => backend.publicKey(new Uint8Array(64))).toThrow(RangeError);
  });

  it('follows a seed that is overwritten in place', () => {
    const seed = new Uint8Array(32).fill(1);
    const before = nodeEd25519.sign(seed, MESSAGE);
    seed.fill(2);
    expect(nodeEd25519.sign(seed, MESSAGE)).not.toStrictEqual(before);
    expect(nodeEd25519.sign(seed, MESSAGE)).toStrictEqual(nobleEd25519.sign(seed, MESSAGE));
  });
});
