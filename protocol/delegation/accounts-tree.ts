/**
 * The accounts that a delegation names (§11.2), as a tree of hashes: a signature shows only the accounts that its packet
 * touches, so that it stays small and tells nobody of the others.
 *
 * Leaves are in the order of neighbour and equivalent. A tree of n > 1 leaves is split at the largest power of two below
 * n, as in RFC 6962 §2.1; leaves and nodes are hashed with different bytes in front.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { amount, encode, hex, list, record, type Shape, uint } from '../codec.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_DELEGATED_ACCOUNTS } from '../limits.ts';
import { equivalentShape, publicKeyShape } from '../packet.ts';

/** One account, and how much may go over it under the delegation. */
export interface CappedAccount {
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  /** 1 … 2⁶³−1, 10⁻⁸ units, both directions added up. */
  readonly cap: bigint;
}

/** The way from a leaf up to the root: the hashes beside it, the lowest first. */
export interface AccountProof {
  /** Bit i is 1 where the hash beside stands on the left. */
  readonly sides: number;
  readonly beside: readonly string[];
}

export const cappedAccountShape = record<CappedAccount>({
  neighbour: publicKeyShape,
  equivalent: equivalentShape,
  cap: amount(),
});

/** Levels of the largest tree. */
const MAX_LEVELS = Math.ceil(Math.log2(MAX_DELEGATED_ACCOUNTS));

export const accountProofShape: Shape<AccountProof> = record<AccountProof>({
  sides: uint(2 ** MAX_LEVELS - 1),
  beside: list(hex(32), 0, MAX_LEVELS),
});

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

const leafOf = (account: CappedAccount): Uint8Array => sha256(concatBytes(LEAF, encode(cappedAccountShape, account)));
const nodeOf = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes(NODE, left, right));

/** Accounts in the order of the tree. */
function inTreeOrder(accounts: readonly CappedAccount[]): readonly CappedAccount[] {
  return accounts.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ neighbour, equivalent }: CappedAccount): string {
  return `${neighbour}/${equivalent}`;
}

/** The root over accounts, hex; at least one, at most `MAX_DELEGATED_ACCOUNTS`, else a bug. */
export function accountsRoot(accounts: readonly CappedAccount[]): string {
  if (accounts.length < 1 || accounts.length > MAX_DELEGATED_ACCOUNTS) {
    throw new RangeError(`a delegation names 1 to ${MAX_DELEGATED_ACCOUNTS} accounts, not ${accounts.length}`);
  }
  return bytesToHex(rootOf(inTreeOrder(accounts).map(leafOf)));
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const split = splitOf(leaves.length);
  return nodeOf(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1);
}

/** The proofs made so far over the same list: it is never changed, and each signature needs one. */
const proofs = new WeakMap<readonly CappedAccount[], Map<string, AccountProof>>();

/** Shows that one of the accounts is in the tree; it must be one of them. */
export function accountProof(accounts: readonly CappedAccount[], shown: CappedAccount): AccountProof {
  const known = proofs.get(accounts) ?? new Map<string, AccountProof>();
  proofs.set(accounts, known);
  const key = keyOf(shown);
  const proof = known.get(key) ?? proofIn(accounts, shown);
  known.set(key, proof);
  return proof;
}

function proofIn(accounts: readonly CappedAccount[], shown: CappedAccount): AccountProof {
  const ordered = inTreeOrder(accounts);
  const at = ordered.findIndex(
    ({ neighbour, equivalent }) => neighbour === shown.neighbour && equivalent === shown.equivalent,
  );
  if (at < 0) throw new RangeError('the account is not one of the delegation');
  const fromTop: { readonly isLeft: boolean; readonly hash: Uint8Array }[] = [];
  let leaves = ordered.map(leafOf);
  let index = at;
  while (leaves.length > 1) {
    const split = splitOf(leaves.length);
    const isRight = index >= split;
    const [own, other] = isRight
      ? [leaves.slice(split), leaves.slice(0, split)]
      : [leaves.slice(0, split), leaves.slice(split)];
    fromTop.push({ isLeft: isRight, hash: rootOf(other) });
    index -= isRight ? split : 0;
    leaves = own;
  }
  const fromLeaf = fromTop.toReversed();
  let sides = 0;
  for (const [level, { isLeft }] of fromLeaf.entries()) if (isLeft) sides += 2 ** level;
  return { sides, beside: fromLeaf.map(({ hash }) => bytesToHex(hash)) };
}

/** Does the way from this account lead to the root? */
export function isInTree(root: string, account: CappedAccount, { sides, beside }: AccountProof): boolean {
  let hash = leafOf(account);
  for (const [level, hex] of beside.entries()) {
    const other = hexToBytes(hex);
    hash = Math.floor(sides / 2 ** level) % 2 === 1 ? nodeOf(other, hash) : nodeOf(hash, other);
  }
  return bytesToHex(hash) === root;
}
