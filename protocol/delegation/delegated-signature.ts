/**
 * Delegated signatures (§11.3): what stands in the place of a participant's own signature when its host signed.
 *
 * The own one has 64 bytes; a delegated one is longer: the delegation, the participant's signature under it, how much was
 * signed under it so far, and the delegate's signature over all that and the statement, in a domain of its own.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { amount, amountOrZero, decode, encode, list, nullable, record, type Shape, uint } from '../codec.ts';
import { bytesToHex } from '../hex.ts';
import type { PublicKey } from '../identity.ts';
import { MAX_COMMIT_SIGNATURE_BYTES, MAX_ROUTES, MAX_TIME_MS } from '../limits.ts';
import { equivalentShape, hopsOf, publicKeyShape, type Route, type Signature, signatureShape } from '../packet.ts';
import { isRefusal } from '../refusals.ts';
import type { About, DocumentStatement, TransactionStatement, Verify } from '../statement.ts';
import { type AccountProof, accountProofShape, type CappedAccount, isInTree } from './accounts-tree.ts';
import {
  covers,
  type Delegation,
  delegationFlaw,
  delegationShape,
  delegationStatement,
  hasRight,
} from './delegation.ts';

/** An account that a signature touches, with what has gone over it under the delegation, this included. */
export interface UsedAccount extends CappedAccount {
  readonly used: bigint;
  readonly proof: AccountProof;
}

/** How far a delegation is used up with a signature that may cost something: a prepare or a commit. */
export interface Use {
  /** 1, 2, 3 … under one delegation: one number twice is proof against the delegate. */
  readonly counter: number;
  /** Over all accounts, this included. */
  readonly used: bigint;
  /** The accounts that the packet touches, the debtor's side of it first. */
  readonly accounts: readonly UsedAccount[];
}

export interface DelegatedSignature {
  readonly delegation: Delegation;
  /** The participant's, under the delegation. */
  readonly participantSignature: Signature;
  /** Null for what costs nothing: ABORT, DECLINE, the refusal of a probe. */
  readonly use: Use | null;
  /** The delegate's. */
  readonly signature: Signature;
}

const usedAccountShape: Shape<UsedAccount> = record<UsedAccount>({
  neighbour: publicKeyShape,
  equivalent: equivalentShape,
  cap: amount(),
  used: amount(),
  proof: accountProofShape,
});

const useShape = record<Use>({
  counter: uint(MAX_TIME_MS, 1),
  used: amountOrZero(),
  accounts: list(usedAccountShape, 1, MAX_ROUTES),
});

export const delegatedSignatureShape = record<DelegatedSignature>({
  delegation: delegationShape,
  participantSignature: signatureShape,
  use: nullable(useShape),
  signature: signatureShape,
});

/** What the statement holds in its last place: the delegation and how far it is used up. */
const underShape = record<Pick<DelegatedSignature, 'delegation' | 'use'>>({
  delegation: delegationShape,
  use: nullable(useShape),
});

const MAX_DEPTH = 6;
const OWN_SIGNATURE_BYTES = 64;

/** Signatures are never changed: each is decoded once, however many look at it. */
const decodedOf = new WeakMap<Signature, DelegatedSignature | null>();

/** The bytes that stand in the place of a signature. */
export function encodeDelegated(signature: DelegatedSignature): Signature {
  // A copy: what the encoder gives is a small part of a large buffer, which would be kept with each signature.
  const bytes = Uint8Array.from(encode(delegatedSignatureShape, signature));
  decodedOf.set(bytes, signature);
  return bytes;
}

/** The delegated signature in these bytes; null when they are an own signature, or none. */
export function decodeDelegated(signature: Signature): DelegatedSignature | null {
  if (isOwnSignature(signature)) return null;
  const before = decodedOf.get(signature);
  if (before !== undefined) return before;
  const limits = { maxBytes: MAX_COMMIT_SIGNATURE_BYTES, maxDepth: MAX_DEPTH };
  const decoded = decode(delegatedSignatureShape, signature, limits);
  const delegated = isRefusal(decoded) ? null : decoded;
  decodedOf.set(signature, delegated);
  return delegated;
}

export function isOwnSignature(signature: Signature): boolean {
  return signature.length === OWN_SIGNATURE_BYTES;
}

/** The statement that the delegate signs instead: with the digest of the delegation, in a domain of its own. */
export function delegatedStatement(
  statement: TransactionStatement | DocumentStatement,
  under: Pick<DelegatedSignature, 'delegation' | 'use'>,
): TransactionStatement | DocumentStatement {
  const digest = bytesToHex(sha256(encode(underShape, under)));
  return { ...statement, by: { delegate: under.delegation.delegate, digest } };
}

/**
 * Whether a delegated signature counts for a statement: a pure function of its bytes, of the statement and of the packet
 * that it is about. `verifyOwn` checks a plain signature of whoever a statement says signed.
 */
export function isDelegatedFor(
  statement: TransactionStatement | DocumentStatement,
  bytes: Signature,
  verifyOwn: Verify,
): boolean {
  const signed = decodeDelegated(bytes);
  if (signed === null || delegatedFlaw(statement, signed) !== null) return false;
  const { delegation, participantSignature, signature } = signed;
  return (
    verifyOwn(delegationStatement(delegation), participantSignature) &&
    verifyOwn(delegatedStatement(statement, signed), signature)
  );
}

/** What keeps a delegation from allowing this, before any signature is looked at; null when it allows it. */
export function delegatedFlaw(
  statement: TransactionStatement | DocumentStatement,
  { delegation, use }: Pick<DelegatedSignature, 'delegation' | 'use'>,
): string | null {
  if (delegation.participant !== statement.signer) return 'the delegation is of another participant';
  const flaw = delegationFlaw(delegation);
  if (flaw !== null) return flaw;
  switch (statement.domain) {
    case 'geo/1/prepare':
      return outsideFlaw(delegation, statement) ?? prepareFlaw(delegation, use, statement);
    case 'geo/1/commit':
      return outsideFlaw(delegation, statement) ?? commitFlaw(delegation, use, statement);
    case 'geo/1/abort':
      return outsideFlaw(delegation, statement) ?? abortFlaw(delegation, use, statement);
    case 'geo/1/decline':
      return outsideFlaw(delegation, statement) ?? spendsNothing(use);
    case 'geo/1/refusal':
      return spendsNothing(use);
    case 'geo/1/trust-line':
    case 'geo/1/announcement':
    case 'geo/1/checkpoint':
    case 'geo/1/invoice':
    case 'geo/1/contact-card':
    case 'geo/1/instance':
    case 'geo/1/record':
    case 'geo/1/delegation':
    case 'geo/1/join':
    case 'geo/1/login':
    case 'geo/1/request':
      return 'only the participant itself signs such a document';
  }
}

/** Is the packet of another network or time, or of a kind that is not delegated? Nothing is known of an ABORT's alone. */
function outsideFlaw(delegation: Delegation, { network, about }: TransactionStatement): string | null {
  if (delegation.network !== network) return 'the delegation is of another network';
  if (about === undefined) return null;
  const { kind, createdAtMs } = about.header;
  if (!covers(delegation, createdAtMs)) return 'the packet was made outside the time of the delegation';
  const isOfKind =
    kind === 'clear'
      ? hasRight(delegation, 'clear')
      : hasRight(delegation, 'forward') || hasRight(delegation, 'receive');
  return isOfKind ? null : 'such packets are not delegated';
}

function spendsNothing(use: Use | null): string | null {
  return use === null ? null : 'this uses nothing up';
}

function prepareFlaw(
  delegation: Delegation,
  use: Use | null,
  statement: Extract<TransactionStatement, { domain: 'geo/1/prepare' }>,
): string | null {
  const { about, routeIndex, position } = statement;
  const route = routeOf(about, routeIndex);
  if (about === undefined || route === null) return 'the packet is not known';
  if (about.header.kind === 'pay') {
    if (position === 0) return 'what the participant pays, it signs itself';
    if (!hasRight(delegation, 'forward')) return 'passing on is not delegated';
  }
  const touched = [route.nodes[position - 1], route.nodes[position + 1]];
  return useFlaw(delegation, use, about.header.equivalent, amounts(touched, route.amount), route.amount);
}

function commitFlaw(
  delegation: Delegation,
  use: Use | null,
  { about }: Extract<TransactionStatement, { domain: 'geo/1/commit' }>,
): string | null {
  if (about === undefined) return 'the packet is not known';
  const { header, routes } = about;
  if (header.kind === 'pay' && !hasRight(delegation, 'receive')) return 'receiving is not delegated';
  return useFlaw(delegation, use, header.equivalent, lastHops(routes), header.total);
}

/** What each neighbour brings to the receiver over these routes. */
export function lastHops(routes: readonly Route[]): ReadonlyMap<PublicKey, bigint> {
  const brought = new Map<PublicKey, bigint>();
  for (const route of routes) {
    const from = route.nodes[hopsOf(route) - 1] as PublicKey;
    brought.set(from, (brought.get(from) ?? 0n) + route.amount);
  }
  return brought;
}

/** The same amount with each of those that are there. */
export function amounts(
  neighbours: readonly (PublicKey | undefined)[],
  amount: bigint,
): ReadonlyMap<PublicKey, bigint> {
  const touched = new Map<PublicKey, bigint>();
  for (const neighbour of neighbours) if (neighbour !== undefined) touched.set(neighbour, amount);
  return touched;
}

/** Every account that is seen to be touched is named, within its cap, and the whole within the cap of all. */
function useFlaw(
  delegation: Delegation,
  use: Use | null,
  equivalent: string,
  touched: ReadonlyMap<PublicKey, bigint>,
  total: bigint,
): string | null {
  if (use === null) return 'what was used up is not said';
  if (use.used < total || use.used > delegation.cap) return 'more is used than the delegation allows';
  for (const [neighbour, amount] of touched) {
    const account = use.accounts.find((used) => used.neighbour === neighbour && used.equivalent === equivalent);
    if (account === undefined) return 'an account is not named';
    const { cap, used, proof } = account;
    if (used < amount || used > cap) return 'more goes over an account than the delegation allows';
    if (!isInTree(delegation.accountsRoot, { neighbour, equivalent, cap }, proof)) return 'an account is not delegated';
  }
  return null;
}

/** A delegate that is itself the debtor of the hop could take the payment and waive it to itself. */
function abortFlaw(
  { delegate }: Delegation,
  use: Use | null,
  { about, routeIndex, position }: Extract<TransactionStatement, { domain: 'geo/1/abort' }>,
): string | null {
  const route = routeOf(about, routeIndex);
  if (route !== null && route.nodes[position - 1] === delegate) return 'the delegate waives a debt of its own';
  return spendsNothing(use);
}

function routeOf(about: About | undefined, index: number): Route | null {
  return about?.routes.find((route) => route.index === index) ?? null;
}
