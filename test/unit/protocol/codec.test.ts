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
  type Shape,
  type Shaped,
  signedAmount,
  text,
  uint,
  variants,
} from '#protocol/codec.ts';
import { isRefusal } from '#protocol/refusals.ts';

const message = variants('type', {
  ping: [0, record<{ nonce: number }>({ nonce: uint(9) })],
  pong: [3, record<{ a: bigint; who: string }>({ a: amount(), who: hex(2) })],
});
type M = Shaped<typeof message>;
describe('variants', () => {
  it('x', () => {
    const m: M = { type: 'pong', a: 5n, who: 'ab01' };
    const b = encode(message, m);
    expect(Buffer.from(b).toString('hex')).toBe('83030542ab01');
    expect(decode(message, b, { maxBytes: 100, maxDepth: 2 })).toEqual(m);
    expect(isRefusal(decode(message, b, { maxBytes: 5, maxDepth: 2 }))).toBe(true);
    expect(decode(message, new Uint8Array([0x83, 3, 5, 0x43, 1, 2, 3]), { maxBytes: 100, maxDepth: 2 })).toMatchObject({
      where: 'pong.who',
    });
    if (m.type === 'pong') {
      const n: bigint = m.a;
      void n;
    }
  });
});
