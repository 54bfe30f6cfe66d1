import { expect, it } from 'vitest';
import { decode, encode } from '#protocol/codec.ts';
import { MAX_BLOCKED, MAX_DEPTH, MAX_FRAME_BYTES } from '#protocol/limits.ts';
import { isRefusal } from '#protocol/refusals.ts';
import {
  DEFAULT_POLICY,
  effectiveLimit,
  type LineStatus,
  signedTrustLineShape,
  type TrustLine,
  trustLineShape,
  trustLineStatement,
} from '#protocol/trust-line.ts';
import { key, NETWORK, sign, UAH, verify } from '#test/support/packets.ts';
import { THEN_MS } from '#test/support/people.ts';

const LIMITS = { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH };
const line: TrustLine = {
  version: 1,
  network: NETWORK,
  from: key('A'),
  to: key('B'),
  equivalent: UAH,
  seq: THEN_MS,
  limit: 2n ** 63n - 1n,
  status: 'active',
  policy: { ...DEFAULT_POLICY, dailyLimit: 0n, blocked: [key('C')] },
  createdAtMs: THEN_MS,
};

it.each<LineStatus>(['active', 'frozen', 'closed'])('goes over the wire: %s', (status) => {
  const signed = { line: { ...line, status }, signature: sign(trustLineStatement({ ...line, status })) };
  expect(decode(signedTrustLineShape, encode(signedTrustLineShape, signed), LIMITS)).toEqual(signed);
});

it('a status of a later version is not taken', () => {
  const active = encode(trustLineShape, line);
  const at = encode(trustLineShape, { ...line, status: 'closed' }).findIndex((byte, index) => byte !== active[index]);
  const read = (status: number) => decode(trustLineShape, active.with(at, status), LIMITS);
  expect(read(2)).toEqual({ ...line, status: 'closed' });
  expect(isRefusal(read(3))).toBe(true);
});

it('lets the other end owe its limit while it is active, else nothing', () => {
  expect(effectiveLimit(line)).toBe(line.limit);
  expect(effectiveLimit({ ...line, status: 'frozen' })).toBe(0n);
  expect(effectiveLimit({ ...line, status: 'closed' })).toBe(0n);
});

it('names at most 16 as blocked', () => {
  const blocked = (count: number) => ({ ...line, policy: { ...line.policy, blocked: Array(count).fill(key('C')) } });
  expect(isRefusal(decode(trustLineShape, encode(trustLineShape, blocked(MAX_BLOCKED)), LIMITS))).toBe(false);
  expect(() => encode(trustLineShape, blocked(MAX_BLOCKED + 1))).toThrow(/17 are in the list/);
});

it('every field is under the signature of its owner', () => {
  const signature = sign(trustLineStatement(line));
  expect(trustLineStatement(line)).toMatchObject({ domain: 'geo/1/trust-line', signer: line.from });
  const changes: readonly Partial<TrustLine>[] = [
    { network: 'elsewhere' },
    { from: key('C') },
    { to: key('C') },
    { equivalent: 'hour' },
    { seq: THEN_MS + 1 },
    { limit: 1n },
    { status: 'closed' },
    { policy: { ...line.policy, canBeIntermediate: false } },
    { policy: { ...line.policy, autoClearing: false } },
    { policy: { ...line.policy, dailyLimit: null } },
    { policy: { ...line.policy, announce: true } },
    { policy: { ...line.policy, blocked: [] } },
    { createdAtMs: THEN_MS + 1 },
  ];
  for (const change of changes) expect(verify(trustLineStatement({ ...line, ...change }), signature)).toBe(false);
  expect(verify(trustLineStatement({ ...line }), signature)).toBe(true);
});
