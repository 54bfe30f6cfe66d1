import { expect, it } from 'vitest';
import { bytesToHex } from '#protocol/hex.ts';
import { signedBytes } from '#protocol/signature.ts';

it('puts the domain and a zero byte in front', () => {
  expect(bytesToHex(signedBytes('geo/1/abort', Uint8Array.of(1, 2)))).toBe('67656f2f312f61626f7274000102');
  expect(bytesToHex(signedBytes('geo/1/prepare', new Uint8Array(0)))).toBe('67656f2f312f7072657061726500');
});
