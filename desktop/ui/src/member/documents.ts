/** What a member's browser makes and signs for its hub (protocol §11.4): every byte is made here, from what the person wants. */
import { accountsRoot, type CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import { ALL_RIGHTS, type Delegation, delegationStatement } from '#protocol/delegation/delegation.ts';
import type { HandedAttempt, HandedMandate } from '#protocol/delegation/handed-in.ts';
import type { PublicKey } from '#protocol/identity.ts';
import {
  LIFETIME_BASE_MS,
  LIFETIME_PER_HOP_MS,
  MAX_DELEGATED_ACCOUNTS,
  MAX_DELEGATION_LIFETIME_MS,
  VERSION,
} from '#protocol/limits.ts';
import { type Header, hopsOf, type PaymentId, type Route, routeDigestOf, txIdOf } from '#protocol/packet.ts';
import type { PlannedRoute } from '#protocol/payment.ts';
import type { Sign } from '#protocol/statement.ts';
import { type SignedTrustLine, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';

/** Who signs, for which hub, in which network. */
export interface Signer {
  readonly publicKey: PublicKey;
  readonly sign: Sign;
  readonly network: string;
  readonly hub: PublicKey;
}

/** A clock that is a little ahead of the hub's shall not make a mandate that begins too late. */
const BEGINS_EARLIER_MS = 300_000;

/** The hub may pass on, receive and clear over these accounts for a week from now. */
export function makeMandate(
  { publicKey, sign, network, hub }: Signer,
  accounts: readonly CappedAccount[],
  seq: number,
  nowMs: number,
): HandedMandate {
  const named = accounts.slice(0, MAX_DELEGATED_ACCOUNTS);
  const delegation: Delegation = {
    version: VERSION,
    network,
    participant: publicKey,
    delegate: hub,
    rights: ALL_RIGHTS,
    accountsRoot: accountsRoot(named),
    cap: named.reduce((sum, { cap }) => least(sum + cap), 0n),
    notBeforeMs: nowMs - BEGINS_EARLIER_MS,
    notAfterMs: nowMs - BEGINS_EARLIER_MS + MAX_DELEGATION_LIFETIME_MS,
    seq,
  };
  return { delegation, signature: sign(delegationStatement(delegation)), accounts: named };
}

const MOST = 2n ** 63n - 1n;
const least = (amount: bigint): bigint => (amount < MOST ? amount : MOST);
/** So many times the limits of an account may go over it before the person is asked to open the page again. */
const TIMES_LIMITS = 4n;

/** How much may go over an account under one mandate: a few times what the two let each other owe. */
export function capFor(limitGiven: bigint, limitReceived: bigint): bigint {
  return least(TIMES_LIMITS * (limitGiven + limitReceived) || 1n);
}

/** A trust line of the member's own. */
export function makeTrustLine(
  { publicKey, sign, network }: Signer,
  wanted: Pick<TrustLine, 'to' | 'equivalent' | 'limit' | 'status' | 'policy'>,
  lastSeq: number,
  nowMs: number,
): SignedTrustLine {
  const { to, equivalent, limit, status, policy } = wanted;
  const line: TrustLine = {
    ...{ version: VERSION, network, from: publicKey, to, equivalent, limit, status, policy },
    seq: Math.max(lastSeq + 1, nowMs),
    createdAtMs: nowMs,
  };
  return { line, signature: sign(trustLineStatement(line)) };
}

/** What is to be paid. */
export interface Order {
  readonly paymentId: PaymentId;
  readonly receiver: PublicKey;
  readonly equivalent: string;
  readonly amount: bigint;
  readonly sealedMemo: Uint8Array | null;
}

/**
 * One attempt over these routes, which the hub proposed: checked here, for they say whom the member will owe. Throws a
 * RangeError when they are not what was ordered.
 */
export function makeAttempt(
  { publicKey, sign, network }: Signer,
  order: Order,
  planned: readonly PlannedRoute[],
  salts: readonly string[],
  nowMs: number,
): HandedAttempt {
  const { paymentId, receiver, equivalent, amount: total, sealedMemo } = order;
  const isWhole = planned.length > 0 && planned.reduce((sum, { amount }) => sum + amount, 0n) === total;
  const areOwn = planned.every(({ nodes }) => nodes[0] === publicKey && nodes.at(-1) === receiver);
  if (!isWhole || !areOwn) throw new RangeError('the routes are not those of the payment');
  const routes: Route[] = planned.map(({ nodes, amount }, index) => {
    return { salt: salts[index] as string, index, amount, nodes };
  });
  const header: Header = {
    ...{ version: VERSION, network, kind: 'pay', equivalent, total, payer: publicKey, receiver, paymentId },
    createdAtMs: nowMs,
    expiresAtMs: nowMs + LIFETIME_BASE_MS + LIFETIME_PER_HOP_MS * Math.max(...routes.map(hopsOf)),
    sealedMemo,
    routeDigests: routes.map(routeDigestOf),
    witnesses: null,
  };
  const txId = txIdOf(header);
  const signatures = routes.map(({ index: routeIndex }) =>
    sign({ domain: 'geo/1/prepare', network, txId, routeIndex, position: 0, signer: publicKey }),
  );
  return { header, routes, signatures };
}
