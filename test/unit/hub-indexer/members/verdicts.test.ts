import { expect, it } from 'vitest';
import { rememberVerdicts } from '#hub-indexer/members/verdicts.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
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
