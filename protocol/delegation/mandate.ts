/**
 * Mandates (§11.4): a delegation in the hands of its delegate, with how far it is used up. Kept as a record of the hosted
 * participant, saved in the same batch as the step that used it.
 */
import { MAX_TIME_MS } from '../limits.ts';
import type { Signature } from '../packet.ts';
import type { TransactionStatement } from '../statement.ts';
import { accountProof, accountsRoot, type CappedAccount } from './accounts-tree.ts';
import { amounts, lastHops, type Use, type UsedAccount } from './delegated-signature.ts';
import { covers, type Delegation } from './delegation.ts';

export interface MandateRecord {
  readonly type: 'mandate';
  readonly delegation: Delegation;
  readonly participantSignature: Signature;
  /** The accounts behind the delegation's root. */
  readonly accounts: readonly CappedAccount[];
  /** Of the last signature under it; 0: none. */
  readonly counter: number;
  /** Over all accounts, 10⁻⁸ units. */
  readonly used: bigint;
  /** Over each of `accounts`, in their order. */
  readonly usedOver: readonly bigint[];
}

/** A mandate of which nothing is used up. */
export function newMandate(
  delegation: Delegation,
  participantSignature: Signature,
  accounts: readonly CappedAccount[],
): MandateRecord {
  const usedOver = accounts.map(() => 0n);
  return { type: 'mandate', delegation, participantSignature, accounts, counter: 0, used: 0n, usedOver };
}

/** Are these the accounts that the delegation's root stands for? */
export function isOfRoot(delegation: Delegation, accounts: readonly CappedAccount[]): boolean {
  return accounts.length > 0 && accountsRoot(accounts) === delegation.accountsRoot;
}

/** The newest of the mandates for packets created at this time. */
export function mandateFor(mandates: Iterable<MandateRecord>, createdAtMs: number): MandateRecord | null {
  let newest: MandateRecord | null = null;
  for (const mandate of mandates) {
    const { delegation } = mandate;
    if (covers(delegation, createdAtMs) && (newest === null || delegation.seq > newest.delegation.seq))
      newest = mandate;
  }
  return newest;
}

/**
 * What a signature on a prepare or a commit uses up, and the mandate after it; null where the mandate does not reach: an
 * account is not named, or a cap would be passed.
 */
export function useMandate(
  mandate: MandateRecord,
  statement: Extract<TransactionStatement, { readonly domain: 'geo/1/prepare' | 'geo/1/commit' }>,
): { readonly use: Use; readonly after: MandateRecord } | null {
  const { about } = statement;
  if (about === undefined || mandate.counter >= MAX_TIME_MS) return null;
  const [touched, total] = touchedBy(statement);
  const used = mandate.used + total;
  if (used > mandate.delegation.cap) return null;
  const usedOver = [...mandate.usedOver];
  const accounts: UsedAccount[] = [];
  for (const [neighbour, amount] of touched) {
    const at = mandate.accounts.findIndex(
      (known) => known.neighbour === neighbour && known.equivalent === about.header.equivalent,
    );
    const account = mandate.accounts[at];
    if (account === undefined) return null;
    const after = (usedOver[at] as bigint) + amount;
    if (after > account.cap) return null;
    usedOver[at] = after;
    accounts.push({ ...account, used: after, proof: accountProof(mandate.accounts, account) });
  }
  const counter = mandate.counter + 1;
  return { use: { counter, used, accounts }, after: { ...mandate, counter, used, usedOver } };
}

type Touched = readonly [over: ReturnType<typeof amounts>, total: bigint];

function touchedBy(statement: Parameters<typeof useMandate>[1]): Touched {
  const { header, routes } = statement.about ?? { header: null, routes: [] };
  if (statement.domain === 'geo/1/commit') return [lastHops(routes), header?.total ?? 0n];
  const route = routes.find(({ index }) => index === statement.routeIndex);
  if (route === undefined) return [new Map(), 0n];
  const { position } = statement;
  return [amounts([route.nodes[position - 1], route.nodes[position + 1]], route.amount), route.amount];
}
