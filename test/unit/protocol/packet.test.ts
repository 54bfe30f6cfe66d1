import { describe, expect, it } from 'vitest';
import { decode, encode } from '#protocol/codec.ts';
import { MAX_DEPTH, MAX_FRAME_BYTES } from '#protocol/limits.ts';
import {
  certificateShape,
  type Header,
  hopsOf,
  packetFlaw,
  packetShape,
  positionsOf,
  routeDigestOf,
  txIdOf,
} from '#protocol/packet.ts';
import { draft, key, keys, split } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const LIMITS = { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH };

/** What is wrong with a route of a header that lists it. */
function flawOf(names: string, change: Partial<Header> = {}): string | null {
  const { header, route } = draft(names);
  return packetFlaw({ ...header, ...change }, route);
}

describe('the form of a payment', () => {
  it('of one to six hops', () => {
    expect(flawOf('AB')).toBeNull();
    expect(flawOf('ABCDEFG')).toBeNull();
    expect(flawOf('ABCDEFGH')).toBe('a payment has at most 6 hops');
  });

  it('the route is the one that the header lists at its index', () => {
    const [first, second] = split([
      ['ABD', 10n],
      ['ACD', 5n],
    ]).map(({ header, route }) => ({ header, route }));
    if (first === undefined || second === undefined) throw new Error('no routes');
    expect(packetFlaw(first.header, first.route)).toBeNull();
    expect(packetFlaw(second.header, second.route)).toBeNull();
    const unlisted = 'the route is not the one its header lists';
    expect(packetFlaw(first.header, { ...first.route, index: 1 })).toBe(unlisted);
    expect(packetFlaw(first.header, { ...first.route, index: 2 })).toBe(unlisted);
    expect(packetFlaw(first.header, { ...first.route, amount: 11n })).toBe(unlisted);
    expect(packetFlaw(first.header, { ...first.route, salt: 'ff'.repeat(16) })).toBe(unlisted);
    expect(packetFlaw(first.header, { ...first.route, nodes: keys('AED') })).toBe(unlisted);
  });

  it('the ends are payer and receiver', () => {
    const ends = 'the ends of the route are not payer and receiver';
    expect(flawOf('ABC', { payer: key('B') })).toBe(ends);
    expect(flawOf('ABC', { receiver: key('B') })).toBe(ends);
    expect(flawOf('ABC', { payer: key('C'), receiver: key('A') })).toBe(ends);
  });

  it('it lives', () => {
    const dead = 'it expires before it was created';
    expect(flawOf('ABC', { expiresAtMs: THEN_MS })).toBe(dead);
    expect(flawOf('ABC', { expiresAtMs: THEN_MS - 1 })).toBe(dead);
    expect(flawOf('ABC', { expiresAtMs: THEN_MS + 1 })).toBeNull();
  });

  it('payer and receiver are two', () => {
    expect(flawOf('ABA')).toBe('payer and receiver are the same');
  });

  it('no route carries more than the total', () => {
    expect(flawOf('ABC', { total: 10n })).toBeNull();
    expect(flawOf('ABC', { total: 11n })).toBeNull();
    expect(flawOf('ABC', { total: 9n })).toBe('the route carries more than the total');
  });

  it('nobody stands on it twice', () => {
    const twice = 'a participant stands on the route twice';
    for (const names of ['ABCBD', 'ABAC', 'ABBC']) expect(flawOf(names)).toBe(twice);
  });
});

describe('the form of a clearing', () => {
  const ring = (names: string, header: Partial<Header> = {}) => flawOf(names, { kind: 'clear', ...header });

  it('of three to sixteen hops', () => {
    expect(ring('ABCA')).toBeNull();
    expect(ring('ABCDEFGHIJKLMNOPA')).toBeNull();
    const length = 'a clearing has 3 to 16 hops';
    expect(ring('ABA')).toBe(length);
  });

  it('is one ring', () => {
    expect(ring('ABCD')).toBe('a clearing is one ring');
    const { header, route } = draft('ABCA', { kind: 'clear' });
    const two = { ...header, routeDigests: [routeDigestOf(route), routeDigestOf(route)] };
    expect(packetFlaw(two, route)).toBe('a clearing is one ring');
  });

  it('has one amount', () => {
    for (const total of [9n, 11n]) expect(ring('ABCA', { total })).toBe('a clearing has one amount');
  });

  it('nobody stands on it twice but its first and last', () => {
    const twice = 'a participant stands on the ring twice';
    for (const names of ['ABCBA', 'ABCDBA', 'AABA']) expect(ring(names)).toBe(twice);
  });
});

describe('names of things', () => {
  it('a txId is of the header: every field counts, and every route through the digests', () => {
    const { header, route } = draft('ABC');
    const changes: readonly Partial<Header>[] = [
      { network: 'elsewhere' },
      { kind: 'clear' },
      { equivalent: 'hour' },
      { total: 11n },
      { payer: key('D') },
      { receiver: key('D') },
      { paymentId: 'ff'.repeat(32) as Header['paymentId'] },
      { createdAtMs: THEN_MS + 1 },
      { expiresAtMs: THEN_MS + 1 },
      { sealedMemo: new Uint8Array(64) },
      { routeDigests: [routeDigestOf({ ...route, salt: '0a'.repeat(16) })] },
    ];
    const ids = changes.map((change) => txIdOf({ ...header, ...change }));
    expect(new Set([...ids, txIdOf(header)]).size).toBe(changes.length + 1);
    expect(txIdOf({ ...header })).toBe(txIdOf(header));
  });

  it('positions of a participant: none, one, or both ends of a ring', () => {
    const { route } = draft('ABCA', { kind: 'clear' });
    expect(['A', 'B', 'C', 'D'].map((name) => positionsOf(route, key(name)))).toEqual([[0, 3], [1], [2], []]);
    expect(hopsOf(route)).toBe(3);
  });
});

describe('on the wire', () => {
  it('the txId is not sent: the reader computes it', () => {
    const payment = draft('ABC');
    for (const [shape, value] of [
      [packetShape, payment.packet(1)],
      [certificateShape, payment.certificate],
    ] as const) {
      const forged = { ...value, txId: 'ff'.repeat(32) as typeof payment.txId };
      const read = decode(shape as typeof packetShape, encode(shape as typeof packetShape, forged), LIMITS);
      expect(read).toEqual(value);
    }
  });
});
