import { describe, expect, it } from 'vitest';
import { rememberVerdicts, rememberVerified } from '#hub-indexer/members/verdicts.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import type { Statement } from '#protocol/statement.ts';
import { draft, verify } from '#test/support/packets.ts';
import { person } from '#test/support/people.ts';

const seed = person(1).seed;
const key = nodeEd25519.publicKey(seed);
const message = Uint8Array.of(1, 2, 3);
const signature = nodeEd25519.sign(seed, message);

function counted(remembered?: number) {
  const verdicts = { asked: 0 };
  const ed25519 = rememberVerdicts(
    {
      ...nodeEd25519,
      verify(...given) {
        verdicts.asked++;
        return nodeEd25519.verify(...given);
      },
    },
    remembered,
  );
  return { verdicts, ed25519 };
}

it('asks once about the same signature, whatever the verdict', () => {
  const { verdicts, ed25519 } = counted();
  const other = Uint8Array.of(1, 2, 4);
  for (let time = 0; time < 3; time++) {
    expect(ed25519.verify(key, message, signature)).toBe(true);
    expect(ed25519.verify(key, other, signature)).toBe(false);
  }
  expect(verdicts.asked).toBe(2);
});

it('tells apart what differs in one bit of key, message or signature, or in where one ends', () => {
  const { ed25519 } = counted();
  expect(ed25519.verify(key, message, signature)).toBe(true);
  const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
  expect(ed25519.verify(flipped(key, 0), message, signature)).toBe(false);
  expect(ed25519.verify(key, flipped(message, 2), signature)).toBe(false);
  expect(ed25519.verify(key, message, flipped(signature, 63))).toBe(false);
  const moved = Uint8Array.of(...signature, 1);
  expect(ed25519.verify(key, message.subarray(1), moved)).toBe(false);
  expect(ed25519.verify(key, message, signature)).toBe(true);
});

it('forgets the oldest', () => {
  const { verdicts, ed25519 } = counted(2);
  const messages = [1, 2, 3].map((byte) => Uint8Array.of(byte));
  for (const one of messages) ed25519.verify(key, one, signature);
  ed25519.verify(key, messages[2] as Uint8Array, signature);
  expect(verdicts.asked).toBe(3);
  ed25519.verify(key, messages[0] as Uint8Array, signature);
  expect(verdicts.asked).toBe(4);
});

describe('of packets as they lie in memory', () => {
  const payment = draft('ABC');
  const { header, route } = payment;
  const { txId, signatures } = payment.packet(1);
  const [first] = signatures as readonly [Uint8Array];
  const statement = (change: object = {}): Statement => ({
    ...{ domain: 'geo/1/prepare', network: header.network, txId, routeIndex: 0, position: 0, signer: header.payer },
    about: { header, routes: [route] },
    ...change,
  });

  function counting() {
    const asked: Statement[] = [];
    const remembered = rememberVerified((of, bytes) => {
      asked.push(of);
      return verify(of, bytes);
    });
    return { asked, ...remembered };
  }

  it('one is verified once, also as part of a longer packet', () => {
    const { asked, verify: verifyOnce } = counting();
    expect([verifyOnce(statement(), first), verifyOnce(statement(), first)]).toEqual([true, true]);
    expect(asked).toHaveLength(1);
  });

  it('in another place, for another packet, or of another it is verified anew', () => {
    const { asked, verify: verifyOnce } = counting();
    expect(verifyOnce(statement(), first)).toBe(true);
    const others = [
      { position: 1 },
      { routeIndex: 1 },
      { signer: header.receiver },
      { txId: '0a'.repeat(32) },
      { domain: 'geo/1/abort' },
    ].map((change) => verifyOnce(statement(change), first));
    expect(others).toEqual(others.map(() => false));
    // What it is about counts for delegated signatures: the same bytes in other objects are looked at again.
    expect(verifyOnce(statement({ about: { header: { ...header }, routes: [route] } }), first)).toBe(true);
    expect(verifyOnce(statement({ about: undefined }), first)).toBe(true);
    verifyOnce(statement({ network: 'another' }), first);
    expect(asked).toHaveLength(1 + others.length + 3);
  });

  it('a wrong one is never remembered, and one made here is not verified here', () => {
    const { asked, verify: verifyOnce, made } = counting();
    const wrong = Uint8Array.from(first, (byte, at) => (at === 0 ? byte ^ 1 : byte));
    expect([verifyOnce(statement(), wrong), verifyOnce(statement(), wrong)]).toEqual([false, false]);
    expect(asked).toHaveLength(2);
    made(statement(), first);
    expect(verifyOnce(statement(), first)).toBe(true);
    expect(asked).toHaveLength(2);
  });
});
