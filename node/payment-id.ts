/** The names of payments: a person gives any text, the protocol wants 32 bytes that no two payments share by accident. */
import { createHash, randomBytes } from 'node:crypto';
import { isHex } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId } from '#protocol/packet.ts';

/**
 * The payment id that a person's text stands for: the same text by the same payer in the same network always gives the
 * same one, so that the text makes a payment idempotent across crashes and restores.
 */
export function paymentIdOf(network: string, payer: PublicKey, text: string): PaymentId {
  // JSON keeps the three apart: no two different triples give one text.
  const named = JSON.stringify(['geo/payment-id', network, payer, text]);
  return createHash('sha256').update(named).digest('hex') as PaymentId;
}

/** An id for a payment that nobody named. */
export function newPaymentId(): PaymentId {
  return randomBytes(32).toString('hex') as PaymentId;
}

/** The payment id that the text itself spells, or null. */
export function asPaymentId(text: string): PaymentId | null {
  return isHex(text, 32) ? (text as PaymentId) : null;
}
