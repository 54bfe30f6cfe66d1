import { describe, expect, it } from 'vitest';
import { encode } from '#protocol/codec.ts';
import { pidOf } from '#protocol/identity.ts';
import {
  invitationIn,
  invitationLink,
  type JoinRequest,
  joinRequestShape,
  makeJoinRequest,
  readJoinRequest,
  signedJoinRequestShape,
} from '#protocol/join-request.ts';
import { VERSION } from '#protocol/limits.ts';
import { statementBytes } from '#protocol/statement.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const [alice, bob, hub] = [person(1), person(2), person(3)];
const request: JoinRequest = {
  version: VERSION,
  network: 'geo-test',
  hub: hub.key,
  participant: alice.key,
  name: 'Аліса',
  kind: 'organisation',
  invitation: null,
  createdAtMs: THEN_MS,
};
const reader = { network: 'geo-test', hub: hub.key, verify };

it('is read as it was made, with and without an invitation', () => {
  expect(readJoinRequest(makeJoinRequest(request, alice.sign), reader)).toEqual(request);
  const largest = { ...request, name: '🌻'.repeat(64), invitation: 'a'.repeat(64) };
  expect(readJoinRequest(makeJoinRequest(largest, alice.sign), reader)).toEqual(largest);
});

it('says what is wrong', () => {
  const bytes = makeJoinRequest(request, alice.sign);
  const flaw = (change: Partial<JoinRequest>) =>
    readJoinRequest(makeJoinRequest({ ...request, ...change }, alice.sign), reader);
  expect(readJoinRequest(bytes.subarray(1), reader)).toBe('malformed');
  expect(readJoinRequest(new Uint8Array(5_000), reader)).toBe('malformed');
  expect(flaw({ network: 'geo' })).toBe('foreign-network');
  expect(flaw({ hub: bob.key })).toBe('other-hub');
  expect(readJoinRequest(makeJoinRequest(request, bob.sign), reader)).toBe('forged');
  expect(() => makeJoinRequest({ ...request, name: ' A' }, alice.sign)).toThrow('name');
  const named = { ...request, name: ' A' };
  const signature = alice.sign({ domain: 'geo/1/join', signer: alice.key, bytes: encode(joinRequestShape, named) });
  expect(readJoinRequest(encode(signedJoinRequestShape, { request: named, signature }), reader)).toBe('bad-name');
});

it('is forged when any bit of it is another', () => {
  const bytes = makeJoinRequest(request, alice.sign);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes);
    changed[at] = (changed[at] as number) ^ 1;
    expect(typeof readJoinRequest(changed, reader)).toBe('string');
  }
});

it('is signed in a domain of its own', () => {
  const bytes = encode(joinRequestShape, request);
  const inAnother = statementBytes({ domain: 'geo/1/login', signer: alice.key, bytes });
  expect(statementBytes({ domain: 'geo/1/join', signer: alice.key, bytes })).not.toEqual(inAnother);
});

describe('the link of an invitation', () => {
  const place = 'https://hub.example.org/#/home';
  const from = { pid: pidOf(alice.key), suggestedLimit: { equivalent: 'UAH', amount: 12_50000000n } };

  it('says who gives it and for how much, behind the place', () => {
    const link = invitationLink(place, { token: 'AAAA_-', from });
    expect(link).toBe(`https://hub.example.org/#join=AAAA_-&limit=12.5&in=UAH&by=${from.pid}`);
    expect(invitationIn(link)).toEqual({ token: 'AAAA_-', from });
  });

  it('may say neither, as those of the operator and of earlier versions', () => {
    const link = invitationLink(place, { token: 'AAAA', from: null });
    expect(link).toBe('https://hub.example.org/#join=AAAA');
    expect(invitationIn(` ${link} `)).toEqual({ token: 'AAAA', from: null });
  });

  it('is none where a part of it is lost: nobody is left to believe the hub', () => {
    const link = invitationLink(place, { token: 'AAAA', from });
    const whole = link.indexOf('&');
    for (let length = whole + 1; length < link.length - 1; length++) {
      expect([length, invitationIn(link.slice(0, length))]).toEqual([length, null]);
    }
    expect(invitationIn(link.replace('limit=12.5', 'limit=-1'))).toBe(null);
    expect(invitationIn(place)).toBe(null);
  });
});
