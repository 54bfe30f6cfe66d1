import { base58 } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import {
  type PublicKey,
  parsePid,
  pidOf,
  publicKeyBytes,
  publicKeyFromBytes,
  publicKeyFromHex,
} from '#protocol/identity.ts';
import base58Vectors from '#test/vectors/base58/base58_encode_decode.json' with { type: 'json' };
import naughty from '#test/vectors/naughty-strings/blns.json' with { type: 'json' };

/** Public key of RFC 8032 test 1, and its PID computed with another program. */
const KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const PID = '3HhGPB6ht33n51YFaocqBtGePb3xqT4VgnjYbd81eeZW';

describe('public keys', () => {
  it('are the same from hex and from bytes', () => {
    const key = publicKeyFromHex(KEY);
    expect(key).toBe(KEY);
    expect(publicKeyFromBytes(hexToBytes(KEY))).toBe(KEY);
    expect(publicKeyBytes(key as PublicKey)).toStrictEqual(hexToBytes(KEY));
  });

  it.each([
    ['nothing', '', 'it has 0 characters'],
    ['a digit short', KEY.slice(1), 'it has 63 characters'],
    ['a digit too many', `${KEY}0`, 'it has 65 characters'],
    ['a longer key', KEY.repeat(2), 'it has 128 characters'],
    ['100,000 characters', '0'.repeat(100_000), 'it has 100000 characters'],
    ['upper case', KEY.toUpperCase(), 'not a lower-case hex digit'],
    ['another character', `g${KEY.slice(1)}`, 'not a lower-case hex digit'],
    ['a prefix', `0x${KEY.slice(2)}`, 'not a lower-case hex digit'],
    ['a line end', `${KEY.slice(1)}\n`, 'not a lower-case hex digit'],
    ['full-width digits', `${KEY.slice(1)}１`, 'not a lower-case hex digit'],
    ['a PID', PID, 'it has 44 characters'],
  ])('are refused as hex: %s', (_name, input, why) => {
    const refusal = publicKeyFromHex(input);
    expect(refusal).toMatchObject({ code: 'bad-key', why: expect.stringContaining(why) });
    expect(JSON.stringify(refusal).length).toBeLessThan(400);
  });

  it.each([0, 31, 33, 64, 1_000_000])('are refused as %i bytes', (length) => {
    const refusal = publicKeyFromBytes(new Uint8Array(length));
    expect(refusal).toMatchObject({ code: 'bad-key', why: `it has ${length} bytes` });
    expect(JSON.stringify(refusal).length).toBeLessThan(400);
  });
});

describe('PIDs', () => {
  it.each([
    [KEY, PID],
    ['00'.repeat(32), '7tkzFg8RHBmMw1ncRJZCCZAizgq4rwCftTKYLce8RU8t'],
    ['ff'.repeat(32), 'CpR5MeAN7T6Pekna91gvGvERPyhAvXSBJ9kma24oBpMW'],
  ])('of %s is %s, each time', (key, pid) => {
    expect(pidOf(key as PublicKey)).toBe(pid);
    expect(pidOf(key as PublicKey)).toBe(pid);
    expect(parsePid(pid)).toBe(pid);
  });

  it.each(['1'.repeat(32), `${'1'.repeat(31)}2`, 'JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG'])(
    'may be %s',
    (pid) => {
      expect(parsePid(pid)).toBe(pid);
    },
  );

  it.each([
    ['nothing', '', 'it has 0 characters'],
    ['31 characters', '1'.repeat(31), 'it has 31 characters'],
    ['45 characters', `${PID}1`, 'it has 45 characters'],
    ['100,000 characters', 'z'.repeat(100_000), 'it has 100000 characters'],
    ['a zero', PID.replace('3', '0'), '"0" does not occur'],
    ['a capital O', PID.replace('3', 'O'), '"O" does not occur'],
    ['a capital I', PID.replace('3', 'I'), '"I" does not occur'],
    ['a small l', PID.replace('3', 'l'), '"l" does not occur'],
    ['a space', PID.replace('3', ' '), '" " does not occur'],
    ['a bidi override', PID.replace('3', '\u202e'), '"\\u{202e}" does not occur'],
    ['a Cyrillic letter that looks the same', PID.replace('B', 'В'), '"В" does not occur'],
    ['a symbol outside the basic plane', `😀${PID.slice(2)}`, '"😀" does not occur'],
    ['more than 32 bytes', 'z'.repeat(44), 'does not stand for 32 bytes'],
    ['fewer than 32 bytes', '2'.repeat(40), 'does not stand for 32 bytes'],
    ['more zeros than fit', '1'.repeat(33), 'does not stand for 32 bytes'],
  ])('are refused: %s', (_name, input, why) => {
    const refusal = parsePid(input);
    expect(refusal).toMatchObject({ code: 'bad-pid', why: expect.stringContaining(why) });
    expect(JSON.stringify(refusal).length).toBeLessThan(400);
  });

  it('are not what any naughty string is', () => {
    for (const input of naughty) {
      expect(parsePid(input)).toMatchObject({ code: 'bad-pid' });
      expect(publicKeyFromHex(input)).toMatchObject({ code: 'bad-key' });
    }
  });
});

describe('base58 as PIDs use it', () => {
  it.each(base58Vectors as [string, string][])('%s is %s', (bytes, text) => {
    expect(base58.encode(hexToBytes(bytes))).toBe(text);
    expect(bytesToHex(base58.decode(text))).toBe(bytes.toLowerCase());
  });
});
