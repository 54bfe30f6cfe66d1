import { describe, expect, it } from 'vitest';
import { decodeHosted, encodeHosted, type HostedMessage, isHostedFrame, proofFlaw } from '#protocol/hosted-link.ts';
import { encodeMessage } from '#protocol/link.ts';
import { mandateOf } from '#test/support/hosted.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const [host, m, other] = [person(1), person(2), person(3)] as const;
const accounts = [{ neighbour: other.key, equivalent: 'UAH', cap: 1n }];
const { delegation, participantSignature: signature } = mandateOf(m, host, accounts);
const proof = { delegation, signature };

it.each<HostedMessage>([
  { type: 'hosted-open', from: m.key, to: other.key, proof },
  { type: 'hosted-open', from: m.key, to: other.key, proof: null },
  { type: 'hosted-frame', from: m.key, to: other.key, frame: Uint8Array.of(1, 2) },
  { type: 'hosted-close', from: m.key, to: other.key },
])('$type comes out as it went in, and is told from other messages', (message) => {
  const frame = encodeHosted(message);
  expect(isHostedFrame(frame)).toBe(true);
  expect(decodeHosted(frame)).toEqual(message);
  expect(decodeHosted(frame.slice(0, -1))).toBeNull();
});

it('no other message is taken for one', () => {
  expect(isHostedFrame(encodeMessage({ type: 'recover', restoredAtMs: null }))).toBe(false);
  expect(isHostedFrame(new Uint8Array())).toBe(false);
});

describe('a proof', () => {
  const by = { participant: m.key, host: host.key, network: 'geo-test', nowMs: THEN_MS, verify };

  it('is good for its participant, host and network, until it is over', () => {
    expect(proofFlaw(proof, by)).toBeNull();
    expect(proofFlaw(proof, { ...by, nowMs: delegation.notAfterMs })).toBeNull();
  });

  it.each([
    ['another participant', { participant: other.key }],
    ['another host', { host: other.key }],
    ['another network', { network: 'geo' }],
    ['a later time', { nowMs: delegation.notAfterMs + 1 }],
  ])('is none for %s', (_, change) => expect(proofFlaw(proof, { ...by, ...change })).not.toBeNull());

  it('is none when the participant did not sign it', () => {
    const forged = host.sign({ domain: 'geo/1/delegation', signer: host.key, bytes: Uint8Array.of(1) });
    expect(proofFlaw({ ...proof, signature: forged }, by)).not.toBeNull();
  });
});
