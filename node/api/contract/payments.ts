/** Operations on payments: paying, looking ahead, asking to be paid, receipts. */
import { z } from 'zod';
import {
  amount,
  amountInput,
  balance,
  equivalent,
  equivalentInput,
  instant,
  invoice,
  linkInput,
  participant,
  payment,
  quote,
  refusal,
  whoInput,
} from '../schemas.ts';
import { base64, freeText, id, memo, quoteWaitMs, receiptFacts, waitMs } from './inputs.ts';
import type { Operation } from './operation.ts';

export const paymentsOperations = {
  pay: {
    method: 'POST',
    path: '/v1/payments',
    scope: 'pay',
    summary: 'Pay someone. A payment that was refused is answered with 200, state ABORTED and its refusal',
    body: z.strictObject({
      to: whoInput,
      equivalent: equivalentInput,
      amount: amountInput,
      id: id.optional(),
      memo: memo.optional(),
      waitMs,
    }),
    result: payment,
  },
  getPayment: {
    method: 'GET',
    path: '/v1/payments/{id}',
    scope: 'read',
    summary: 'How a payment of this participant stands, by its id, payment id, or the transaction id of an attempt',
    params: z.strictObject({
      id: id.describe('Id of a payment of mine, payment id, or transaction id of one of its attempts'),
    }),
    result: payment,
  },
  previewPayment: {
    method: 'POST',
    path: '/v1/payments/preview',
    scope: 'read',
    summary:
      'What a payment would do now: the likeliest route, what I will owe to whom. A node asks nobody, a hub where it knows no way; see the quote for limits further on',
    body: z.strictObject({ to: whoInput, equivalent: equivalentInput, amount: amountInput }),
    result: z.object({
      to: participant,
      equivalent,
      amount,
      payable: z.boolean().describe('A route is known and my first hop carries it'),
      route: z.array(participant).nullable(),
      firstHop: z
        .object({
          neighbour: participant,
          balanceNow: balance,
          balanceAfter: balance,
          limit: amount.describe('Most that I may owe the neighbour'),
          availableOut: amount,
        })
        .nullable(),
      refusal: refusal.nullable(),
    }),
  },
  quotePayment: {
    method: 'POST',
    path: '/v1/payments/quote',
    scope: 'read',
    summary: 'How much can I pay someone now? Asks the participants on the way, reserves nothing',
    body: z.strictObject({
      to: whoInput,
      equivalent: equivalentInput,
      most: amountInput.optional().describe('Most that matters: nobody is asked for more. Not given: what I have'),
      waitMs: quoteWaitMs,
    }),
    result: quote,
  },
  getReceipt: {
    method: 'GET',
    path: '/v1/payments/{id}/receipt',
    scope: 'read',
    summary: 'The certificate of a committed payment or transaction as a file that anyone can check',
    params: z.strictObject({ id: id.describe('Id of a payment of mine, payment id, or transaction id') }),
    result: z.object({ fileName: z.string(), base64, facts: receiptFacts }),
  },
  verifyReceipt: {
    method: 'POST',
    path: '/v1/receipts/verify',
    scope: 'read',
    summary: 'Check a receipt; one that proves nothing is refused with what is wrong',
    body: z.strictObject({ base64 }),
    result: z.object({ valid: z.literal(true), facts: receiptFacts }),
  },
  makeRequest: {
    method: 'POST',
    path: '/v1/requests',
    scope: 'pay',
    summary: 'Ask to be paid: a signed invoice as link',
    body: z.strictObject({
      equivalent: equivalentInput,
      amount: amountInput.optional().describe('Not given: the payer says how much'),
      memo: freeText.optional().describe('One line; whoever has the link can read it'),
      expiresAtMs: instant.optional().describe('30 days from now unless given'),
    }),
    result: invoice,
  },
  readRequest: {
    method: 'POST',
    path: '/v1/requests/read',
    scope: 'read',
    summary: 'Read and check an invoice',
    body: z.strictObject({ link: linkInput }),
    result: invoice,
  },
  payRequest: {
    method: 'POST',
    path: '/v1/requests/pay',
    scope: 'pay',
    summary: 'Pay an invoice; the same invoice again is the same payment',
    body: z.strictObject({
      link: linkInput,
      amount: amountInput.optional().describe('Where the invoice leaves it to the payer'),
      waitMs,
    }),
    result: payment,
  },
} as const satisfies Record<string, Operation>;
