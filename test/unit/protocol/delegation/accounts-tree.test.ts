import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode } from '#protocol/codec.ts';
import {
  type AccountProof,
  accountProof,
  accountProofShape,
  accountsRoot,
  type CappedAccount,
  isInTree,
} from '#protocol/delegation/accounts-tree.ts';
import { MAX_DELEGATED_ACCOUNTS } from '#protocol/limits.ts';
import { keyOf } from '#simulations/signatures.ts';

function accounts(count: number): CappedAccount[] {
  return Array.from({ length: count }, (_, at) => ({
    neighbour: keyOf(at % 40),
    equivalent: `E${Math.floor(at / 40)}`,
    cap: BigInt(at + 1),
  }));
}

it('shows each of its accounts, and with no other cap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (count, pick) => {
      const all = accounts(count);
      const shown = all[pick % count] as CappedAccount;
      const root = accountsRoot(all.toReversed());
      const proof = accountProof(all, shown);
      expect(isInTree(root, shown, proof)).toBe(true);
      expect(isInTree(root, { ...shown, cap: shown.cap + 1n }, proof)).toBe(false);
      expect(isInTree(root, { ...shown, equivalent: 'other' }, proof)).toBe(false);
      expect(isInTree(accountsRoot(accounts(count + 1)), shown, proof)).toBe(false);
    }),
  );
});

it('a proof with a hash or a side changed leads elsewhere', () => {
  const all = accounts(11);
  const shown = all[4] as CappedAccount;
  const root = accountsRoot(all);
  const proof = accountProof(all, shown);
  const broken: AccountProof[] = [
    { ...proof, sides: proof.sides ^ 1 },
    { ...proof, beside: proof.beside.slice(1) },
    { ...proof, beside: [...proof.beside, '00'.repeat(32)] },
    { ...proof, beside: proof.beside.with(0, 'ff'.repeat(32)) },
  ];
  for (const wrong of broken) expect(isInTree(root, shown, wrong)).toBe(false);
});

it('the largest tree has proofs that fit their shape', () => {
  const all = accounts(MAX_DELEGATED_ACCOUNTS);
  const shown = all.at(-1) as CappedAccount;
  const proof = accountProof(all, shown);
  expect(proof.beside).toHaveLength(10);
  expect(isInTree(accountsRoot(all), shown, proof)).toBe(true);
  expect(decode(accountProofShape, encode(accountProofShape, proof), { maxBytes: 1_000, maxDepth: 4 })).toEqual(proof);
});

it('none, or too many, are a bug', () => {
  expect(() => accountsRoot([])).toThrow(RangeError);
  expect(() => accountsRoot(accounts(MAX_DELEGATED_ACCOUNTS + 1))).toThrow(RangeError);
  expect(() => accountProof(accounts(3), { neighbour: keyOf(39), equivalent: 'no', cap: 1n })).toThrow(RangeError);
});
