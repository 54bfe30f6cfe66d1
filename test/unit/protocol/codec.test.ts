import { describe, expect, it } from 'vitest';
import {
  amount,
  amountOrZero,
  bool,
  bytes,
  type Cbor,
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
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import { isRefusal } from '#protocol/refusals.ts';

const LIMITS = { maxBytes: 1_000, maxDepth: 4 };

/** Takes whatever is inside the limits, to see what reaches the shapes. */
const anything: Shape<Cbor> = { toCbor: (value) => value, fromCbor: (value) => value };

const message = variants('type', {
  ping: [0, record({ nonce: uint(9) })],
  pay: [3, record({ total: amount(), nodes: list(hex(2), 1, 3), memo: nullable(bytes(1, 4)) })],
  bye: [4, record<object>({})],
});
type Message = Shaped<typeof message>;

const frame = record<{ version: 1; messages: readonly Message[] }>({
  version: literal(1),
  messages: list(message, 0, 2),
});

/** One row: shape, value, its only encoding in hex. */
const ENCODINGS: readonly (readonly [string, Shape<unknown>, unknown, string])[] = [
  ['uint 0', uint(), 0, '00'],
  ['uint 23', uint(), 23, '17'],
  ['uint 24', uint(), 24, '1818'],
  ['uint 255', uint(255), 255, '18ff'],
  ['uint 65536', uint(), 65_536, '1a00010000'],
  ['uint 2⁵³−1', uint(), Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
  ['literal 1', literal(1), 1, '01'],
  ['literal null', literal(null), null, 'f6'],
  ['amount 1', amount(), 1n, '01'],
  ['amount 2⁵³', amount(), 2n ** 53n, '1b0020000000000000'],
  ['amount 2⁵³+1', amount(), 2n ** 53n + 1n, '1b0020000000000001'],
  ['amount 2⁶³−1', amount(), 2n ** 63n - 1n, '1b7fffffffffffffff'],
  ['amount or zero', amountOrZero(), 0n, '00'],
  ['balance −1', signedAmount(), -1n, '20'],
  ['balance −2⁵³', signedAmount(), -(2n ** 53n), '3b001fffffffffffff'],
  ['balance −2⁵³−1', signedAmount(), -(2n ** 53n) - 1n, '3b0020000000000000'],
  ['balance −(2⁶³−1)', signedAmount(), -(2n ** 63n) + 1n, '3b7ffffffffffffffe'],
  ['hex', hex(3), '00ff0a', '4300ff0a'],
  ['no bytes', bytes(0, 2), new Uint8Array(0), '40'],
  ['24 bytes', bytes(24, 24), new Uint8Array(24), `5818${'00'.repeat(24)}`],
  ['empty text', text(4), '', '60'],
  ['text', text(4), 'Ю', '62d0ae'],
  ['text of allowed characters', text(4, /^[A-Z]+$/), 'UAH', '63554148'],
  ['a whole surrogate pair', text(4), '😀', '64f09f9880'],
  ['32 characters and more', text(40), 'й'.repeat(20), `7828${'d0b9'.repeat(20)}`],
  ['true', bool, true, 'f5'],
  ['false', bool, false, 'f4'],
  ['nullable null', nullable(uint()), null, 'f6'],
  ['nullable value', nullable(uint()), 7, '07'],
  ['empty list', list(uint(), 0, 2), [], '80'],
  ['list', list(uint(), 0, 2), [1, 24], '82011818'],
  ['record', record({ b: uint(), a: bool }), { b: 5, a: true }, '8205f5'],
  ['variant', message, { type: 'pay', total: 5n, nodes: ['ab01'], memo: null }, '8403058142ab01f6'],
  ['variant without fields', message, { type: 'bye' }, '8104'],
  ['frame', frame, { version: 1, messages: [{ type: 'ping', nonce: 9 }] }, '820181820009'],
];

describe('encodings', () => {
  it.each(ENCODINGS)('%s', (_name, shape, value, expected) => {
    expect(bytesToHex(encode(shape, value))).toBe(expected);
    expect(decode(shape, hexToBytes(expected), LIMITS)).toStrictEqual(value);
  });

  it('keeps a decoded value apart from the received bytes', () => {
    const received = hexToBytes('43010203');
    const value = decode(bytes(3, 3), received, LIMITS);
    received.fill(0);
    expect(value).toStrictEqual(Uint8Array.of(1, 2, 3));
  });

  it('reads a Buffer that is a view into a larger one', () => {
    const view = Buffer.from('ffff43010203ff', 'hex').subarray(2, 6);
    expect(decode(hex(3), view, LIMITS)).toBe('010203');
  });
});

describe('bytes that are refused, whatever the shape', () => {
  const CASES: readonly (readonly [string, string, string])[] = [
    ['nothing', '', 'the bytes end'],
    ['an array cut short', '8201', 'the bytes end'],
    ['a text cut short', '6261', 'the bytes end'],
    ['a head cut short', '1b00', 'the bytes end'],
    ['bytes after the end', '0000', 'bytes follow'],
    ['a second message', '8080', 'bytes follow'],
    ['an integer longer than needed', '1817', 'more bytes than necessary'],
    ['a 64-bit integer longer than needed', '1b0000000000000001', 'more bytes than necessary'],
    ['a length longer than needed', '580100', 'more bytes than necessary'],
    ['an array length longer than needed', '980100', 'more bytes than necessary'],
    ['a text length of 8 bytes', '7b000000000000000161', 'more bytes than necessary'],
    ['an array of indefinite length', '9fff', 'definite length'],
    ['bytes of indefinite length', '5f4101ff', 'definite length'],
    ['text of indefinite length', '7f6161ff', 'definite length'],
    ['a break alone', 'ff', 'definite length'],
    ['reserved lengths', '1c', 'definite length'],
    ['an empty map', 'a0', 'neither an integer'],
    ['a map', 'a10102', 'neither an integer'],
    ['a map deep inside', '8181a16100', 'neither an integer'],
    ['a tag', 'c001', 'neither an integer'],
    ['a bignum', 'c24101', 'neither an integer'],
    ['undefined', 'f7', 'neither an integer'],
    ['another simple value', 'e0', 'neither an integer'],
    ['a long simple value', 'f820', 'neither an integer'],
    ['half, single and double floats', '83f93c00fa3f800000fb3ff0000000000000', 'neither an integer'],
    ['an integral float', 'f90000', 'neither an integer'],
    ['NaN', 'f97e00', 'neither an integer'],
    ['bytes that claim 2³² − 1', '5affffffff', 'the bytes end'],
    ['text that claims 2⁶⁴ − 1', '7bffffffffffffffff', 'the bytes end'],
    ['an array that claims 2⁶⁴ − 1', '9bffffffffffffffff', 'the bytes end'],
    ['an array that claims more items than there are bytes', '8400', 'the bytes end'],
    ['arrays too deep', '818181818100', 'nested too deep'],
    ['UTF-8 cut short', '61c3', 'canonical'],
    ['overlong UTF-8', '62c080', 'canonical'],
    ['a surrogate in UTF-8', '63eda080', 'canonical'],
    ['a byte order mark', '63efbbbf', 'canonical'],
  ];
  it.each(CASES)('%s', (_name, received, why) => {
    const refusal = decode(anything, hexToBytes(received), LIMITS);
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'bad-encoding', where: '' });
    expect(refusal).toHaveProperty('why', expect.stringContaining(why));
  });

  it('counts size and depth exactly', () => {
    const deepest = hexToBytes('8181818100');
    expect(decode(anything, deepest, { maxBytes: 5, maxDepth: 4 })).toStrictEqual([[[[0]]]]);
    expect(isRefusal(decode(anything, deepest, { maxBytes: 4, maxDepth: 4 }))).toBe(true);
    expect(isRefusal(decode(anything, deepest, { maxBytes: 5, maxDepth: 3 }))).toBe(true);
    expect(isRefusal(decode(anything, hexToBytes('80'), { maxBytes: 5, maxDepth: 0 }))).toBe(true);
    expect(decode(anything, hexToBytes('820080'), { maxBytes: 5, maxDepth: 2 })).toStrictEqual([0, []]);
  });

  it('refuses a million nested arrays without recursion', () => {
    const limits = { maxBytes: 2_000_000, maxDepth: 16 };
    expect(decode(anything, new Uint8Array(1_000_000).fill(0x81), limits)).toMatchObject({
      why: expect.stringContaining('deep'),
    });
  });
});

describe('values that do not fit their shape', () => {
  /** One row: shape, received bytes in hex, where, a part of why or limit. */
  const CASES: readonly (readonly [string, Shape<unknown>, string, string, string])[] = [
    ['uint above its maximum', uint(9), '0a', '', '0 to 9'],
    ['uint beyond 2⁵³', uint(), '1b0020000000000000', '', '9007199254740992 does not fit'],
    ['a negative uint', uint(), '20', '', '-1 does not fit'],
    ['text for a uint', uint(), '6131', '', 'string'],
    ['another version', literal(1), '02', '', '2 does not fit'],
    ['something where null is due', literal(null), '80', '', 'an array of 0'],
    ['amount 0', amount(), '00', '', 'from 1'],
    ['a negative amount', amountOrZero(), '20', '', 'from 0'],
    ['amount 2⁶³', amount(), '1b8000000000000000', '', '9223372036854775807'],
    ['amount 2⁶⁴ − 1', amount(), '1bffffffffffffffff', '', '18446744073709551615 does not fit'],
    ['balance −2⁶³', signedAmount(), '3b7fffffffffffffff', '', '-9223372036854775807'],
    ['balance −2⁶⁴', signedAmount(), '3bffffffffffffffff', '', '-18446744073709551616 does not fit'],
    ['text for an amount', amount(), '6131', '', 'string'],
    ['a byte short', hex(3), '420102', '', 'a byte string of 2'],
    ['hex as text', hex(1), '623030', '', 'string'],
    ['too few bytes', bytes(2, 3), '4101', '', '2 to 3 bytes'],
    ['too many bytes', bytes(2, 3), '4401020304', '', 'a byte string of 4'],
    ['text too long in bytes', text(3), '64d0aed0ae', '', 'too long'],
    ['null for text', text(3), 'f6', '', 'null'],
    ['text of other characters', text(3, /^[A-Z]+$/), '6161', '', '/^[A-Z]+$/'],
    ['no text where some is due', text(3, /^[A-Z]+$/), '60', '', '/^[A-Z]+$/'],
    ['an integer for bool', bool, '01', '', 'true or false'],
    ['nullable of the wrong kind', nullable(uint()), 'f4', '', 'boolean'],
    ['no list', list(uint(), 0, 2), '00', '', 'a list of 0 to 2'],
    ['too few in the list', list(uint(), 1, 1), '80', '', 'a list of 1'],
    ['too many in the list', list(uint(), 0, 2), '83000000', '', '3 are in the list'],
    ['an item that does not fit', list(uint(), 0, 2), '820040', '[1]', 'a byte string of 0'],
    ['no array for a record', record({ a: bool, b: bool }), 'f5', '', 'an array of 2: a, b'],
    ['a position missing', record({ a: bool, b: bool }), '81f5', '', '1 are in the array'],
    ['a position too many', record({ a: bool, b: bool }), '83f5f5f5', '', '3 are in the array'],
    ['an unknown kind', message, '8101', '', '0 ping, 3 pay, 4 bye'],
    ['a kind that is text', message, '816470696e67', '', 'unknown'],
    ['no kind at all', message, '80', '', 'unknown'],
    ['no array for a union', message, '00', '', '0 does not fit'],
    ['a field of a kind', message, '8403058141abf6', 'pay.nodes[0]', '2 bytes'],
    ['a field too many for a kind', message, '820400', 'bye', '1 are in the array'],
    ['a field deep inside', frame, '8201828104820018ff', 'messages[1].ping.nonce', '255 does not fit'],
  ];
  it.each(CASES)('%s', (_name, shape, received, where, hint) => {
    const refusal = decode(shape, hexToBytes(received), LIMITS);
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'bad-encoding', where });
    expect(JSON.stringify(refusal)).toContain(hint);
  });
});

describe('values that encode refuses to write, because they are bugs', () => {
  const CASES: readonly (readonly [string, Shape<unknown>, unknown])[] = [
    ['a fraction', uint(), 1.5],
    ['a negative number', uint(), -1],
    ['minus zero', uint(), -0],
    ['2⁵³', uint(), 2 ** 53],
    ['NaN', uint(), Number.NaN],
    ['a bigint for a uint', uint(), 1n],
    ['a number for an amount', amount(), 1],
    ['amount 0', amount(), 0n],
    ['amount 2⁶³', amount(), 2n ** 63n],
    ['balance −2⁶³', signedAmount(), -(2n ** 63n)],
    ['upper-case hex', hex(1), 'AB'],
    ['hex of another length', hex(2), 'ab'],
    ['no hex', hex(1), 'zz'],
    ['bytes for hex', hex(1), Uint8Array.of(1)],
    ['too many bytes', bytes(0, 1), new Uint8Array(2)],
    ['an array for bytes', bytes(0, 1), [1]],
    ['text too long', text(1), 'Ю'],
    ['a lone high surrogate', text(9), 'a\ud800'],
    ['a lone low surrogate', text(9), '\udc00a'],
    ['a byte order mark', text(9), '\ufeffa'],
    ['text of other characters', text(9, /^[A-Z]+$/), 'Aa'],
    ['undefined for null', nullable(uint()), undefined],
    ['a list too long', list(uint(), 0, 1), [1, 2]],
    ['a field missing', record({ a: uint() }), {}],
    ['an unknown kind', message, { type: 'toString' }],
    ['another literal', literal(1), 2],
    ['text for bool', bool, 'true'],
  ];
  it.each(CASES)('%s', (_name, shape, value) => {
    expect(() => encode(shape, value)).toThrow();
  });

  it('refuses two kinds with one number', () => {
    const empty = record<object>({});
    expect(() => variants('type', { a: [1, empty], b: [1, empty] })).toThrow('one number');
  });
});

describe('types', () => {
  it('narrow a union by its kind', () => {
    const total = (value: Message): bigint => (value.type === 'pay' ? value.total : 0n);
    expect(total({ type: 'pay', total: 7n, nodes: ['0000'], memo: null })).toBe(7n);
  });
});
