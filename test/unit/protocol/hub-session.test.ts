import { expect, it } from 'vitest';
import { type HubRequest, isSignablePath, loginStatement, requestStatement } from '#protocol/hub-session.ts';
import { statementBytes } from '#protocol/statement.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const [alice, bob, hub, other] = [person(1), person(2), person(3), person(4)];
const session = { network: 'geo-test', hub: hub.key, participant: alice.key };
const request: HubRequest = { method: 'PATCH', path: '/a?b=c', timestampMs: THEN_MS, body: Uint8Array.of(1, 2) };

it('a login counts for one challenge, member, hub and network', () => {
  const challenge = new Uint8Array(32).fill(7);
  const statement = loginStatement(session, challenge);
  const signature = alice.sign(statement);
  expect(verify(statement, signature)).toBe(true);
  for (const changed of [
    loginStatement(session, new Uint8Array(32).fill(8)),
    loginStatement({ ...session, participant: bob.key }, challenge),
    loginStatement({ ...session, hub: other.key }, challenge),
    loginStatement({ ...session, network: 'geo' }, challenge),
  ]) {
    expect(verify(changed, signature)).toBe(false);
  }
});

it('a request counts for one method, path, time and body', () => {
  const signature = alice.sign(requestStatement(session, request));
  expect(verify(requestStatement(session, { ...request }), signature)).toBe(true);
  const changes: readonly Partial<HubRequest>[] = [
    { method: 'POST' },
    { path: '/a?b=d' },
    { timestampMs: THEN_MS + 1 },
    { body: Uint8Array.of(1, 3) },
    { body: new Uint8Array() },
  ];
  for (const change of changes) {
    expect(verify(requestStatement(session, { ...request, ...change }), signature)).toBe(false);
  }
});

it('the statements of two kinds never have the same bytes', () => {
  const login = loginStatement(session, new Uint8Array(32));
  expect(statementBytes(login)).not.toEqual(statementBytes(requestStatement(session, request)));
});

it('a path that is none cannot be signed', () => {
  expect(isSignablePath('/a')).toBe(true);
  for (const path of ['', '/a b', '/ї', '/\u0000', `/${'a'.repeat(2_048)}`]) expect(isSignablePath(path)).toBe(false);
  expect(() => requestStatement(session, { ...request, path: '/a b' })).toThrow('another form');
});
