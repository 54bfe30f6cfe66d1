/**
 * Payments as the payer sees them (§4.6): one payment id, one or more attempts, each a transaction of its own.
 */
import type { PublicKey } from './identity.ts';
import type { PaymentId, Signature, TxId } from './packet.ts';
import type { CommittedPosition } from './position.ts';
import type { Refusal } from './refusals.ts';

/** One way through the network for part of an attempt. */
export interface PlannedRoute {
  readonly nodes: readonly PublicKey[];
  readonly amount: bigint;
}

/** A hop that refused during this payment: not tried again by it, unless it was only busy. */
export interface RefusedHop {
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly refusal: Refusal;
}

/** A DECLINE as it is kept. */
export interface PaymentDecline {
  readonly txId: TxId;
  readonly signer: PublicKey;
  readonly signature: Signature;
}

interface PaymentBase {
  readonly type: 'payment';
  readonly paymentId: PaymentId;
  readonly receiver: PublicKey;
  readonly equivalent: string;
  readonly amount: bigint;
  readonly sealedMemo: Uint8Array | null;
  readonly createdAtMs: number;
  /** 32 random bytes in hex from which the salts of all attempts are derived. */
  readonly randomness: string;
  /** Routes the person chose; null: the node chooses. Chosen routes are tried once. */
  readonly chosenRoutes: readonly PlannedRoute[] | null;
  readonly attempts: number;
  readonly busyWaits: number;
  readonly refusedHops: readonly RefusedHop[];
  /** The refusing hop that came closest so far: what the person is told if nothing works. */
  readonly closest: RefusedHop | null;
  /** The receiver's signed word that it will never commit an attempt: with a receipt of it, proof of a lie (rule 11). */
  readonly decline: PaymentDecline | null;
}

/** Waiting for a route: just asked, or all known ones were busy. */
export interface NewPayment extends PaymentBase {
  readonly state: 'NEW';
}

/** An attempt is on its way. */
export interface PaymentInProgress extends PaymentBase {
  readonly state: 'PREPARE_IN_PROGRESS';
  readonly txId: TxId;
  readonly routes: readonly PlannedRoute[];
  /** Indices of routes that are aborted. */
  readonly abortedRoutes: readonly number[];
}

/** A certificate proves it. */
export interface CommittedPayment extends PaymentBase {
  readonly state: 'COMMITTED';
  readonly txId: TxId;
  readonly routes: readonly PlannedRoute[];
  readonly finishedAtMs: number;
}

/** Nothing was paid and no attempt can be committed any more. */
export interface AbortedPayment extends PaymentBase {
  readonly state: 'ABORTED';
  readonly refusal: Refusal;
  readonly finishedAtMs: number;
}

export type Payment = NewPayment | PaymentInProgress | CommittedPayment | AbortedPayment;

/** What a payer that has lost its records knows of a payment again, by one of its certificates (§8.4). */
export function rememberedPayment({ txId, header, route }: CommittedPosition): CommittedPayment {
  const { paymentId, receiver, equivalent, total: amount, sealedMemo, createdAtMs } = header;
  return {
    ...{ type: 'payment', paymentId, receiver, equivalent, amount, sealedMemo, createdAtMs },
    ...{ randomness: '00'.repeat(32), chosenRoutes: null, attempts: 1, busyWaits: 0, refusedHops: [], closest: null },
    ...{ decline: null, state: 'COMMITTED', txId, routes: [route], finishedAtMs: createdAtMs },
  };
}

/** Is it over? One that was aborted may still prove to be committed (rule 11). */
export function isFinished(payment: Payment): payment is CommittedPayment | AbortedPayment {
  return payment.state === 'COMMITTED' || payment.state === 'ABORTED';
}

/** The public states of a payment (§4.6). ROUTED is passed through within one step, and told. */
export type PaymentState = Payment['state'] | 'ROUTED';
