import { expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_MEMO_BYTES } from '#protocol/limits.ts';
import { openMemo, sealMemo } from '#protocol/memo.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { person } from '#test/support/people.ts';

const bob = person(2);
const random = Uint8Array.from({ length: 32 }, (_, at) => at);

/** sealMemo('hello', …) with the two keys above; any implementation gives these bytes (§13.5). */
const GOLDEN =
  '8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f' +
  '9dbd1239c034cb8cf8c5648af087b1526cd3a632d96b219d1f670afbb61d79f0';

function sealed(text: string): Uint8Array {
  const result = sealMemo(text, bob.key, random);
  if (isRefusal(result)) throw new Error(result.code);
  return result;
}

it('only the receiver can open it', () => {
  for (const text of ['', 'Rent for March', 'Оренда за березень 🏠', 'x'.repeat(207), 'є'.repeat(103)]) {
    expect(openMemo(sealed(text), bob.seed)).toBe(text);
    expect(openMemo(sealed(text), person(3).seed)).toBeNull();
  }
});

it('shows the length only to within 16 bytes, and fits', () => {
  const lengths = [0, 1, 15, 16, 31, 32, 207].map((length) => sealed('x'.repeat(length)).length);
  expect(lengths).toEqual([64, 64, 64, 80, 80, 96, MAX_MEMO_BYTES]);
});

it('depends on nothing but its arguments', () => {
  expect(bytesToHex(sealed('hello'))).toBe(GOLDEN);
  expect(openMemo(hexToBytes(GOLDEN), bob.seed)).toBe('hello');
  expect(bytesToHex(sealMemo('hello', bob.key, random.toReversed()) as Uint8Array)).not.toBe(GOLDEN);
});

it('does not open when a byte was changed or cut, and never throws', () => {
  const box = sealed('hello');
  for (let at = 0; at < box.length; at++) {
    const changed = Uint8Array.from(box);
    // The highest bit of an X25519 key is ignored by that curve, but not by the key derivation.
    changed[at] = (changed[at] as number) ^ 0x80;
    expect(openMemo(changed, bob.seed)).toBeNull();
    expect(openMemo(box.subarray(0, at), bob.seed)).toBeNull();
  }
  // A key of small order.
  expect(openMemo(new Uint8Array(64), bob.seed)).toBeNull();
  expect(openMemo(new Uint8Array(256).fill(255), bob.seed)).toBeNull();
});

it('refuses what is too long or does not show, and keys that cannot open it', () => {
  expect(sealMemo('x'.repeat(208), bob.key, random)).toMatchObject({ code: 'bad-memo', why: 'it has 208 characters' });
  expect(sealMemo('є'.repeat(104), bob.key, random)).toMatchObject({
    code: 'bad-memo',
    why: 'it takes 208 bytes of UTF-8',
  });
  expect(sealMemo('a\u0000b', bob.key, random)).toMatchObject({ code: 'bad-memo' });
  expect(sealMemo('\udc00', bob.key, random)).toMatchObject({ code: 'bad-memo' });
  for (const key of [`01${'00'.repeat(31)}`, 'ff'.repeat(32), `02${'00'.repeat(31)}`] as PublicKey[]) {
    expect(sealMemo('hello', key, random)).toMatchObject({ code: 'bad-key' });
  }
  expect(() => sealMemo('hello', bob.key, new Uint8Array(31))).toThrow('32 random bytes');
});
