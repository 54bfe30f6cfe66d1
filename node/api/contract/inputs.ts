/** What the schemas of several operations have in common. */
import { z } from 'zod';
import {
  amount,
  amountInput,
  equivalent,
  equivalentInput,
  instant,
  participant,
  paymentId,
  txId,
  whoInput,
} from '../schemas.ts';

/** How long an operation waits for a payment unless told otherwise, and at most. */
export const DEFAULT_WAIT_MS = 30_000;
// Below the 5 minutes after which common HTTP clients give up.
const MAX_WAIT_MS = 240_000;

/** Longest id that a person may give to a payment. */
export const MAX_ID_CHARACTERS = 128;

export const done = z.object({ done: z.literal(true) });

export const waitMs = z
  .int()
  .min(0)
  .max(MAX_WAIT_MS)
  .optional()
  .describe(`How long to wait for a final state, ${DEFAULT_WAIT_MS} unless given; then the state is told as it is`);

export const id = z
  .string()
  .min(1)
  .max(MAX_ID_CHARACTERS)
  .describe('Any text that names this payment: the same id again is the same payment, never a second one');

export const memo = z.string().max(1_000).describe('Only the receiver can read it; at most 207 bytes of UTF-8');

export const limitQuery = z.coerce.number<string | number>().int().min(1);

export const equivalentQuery = z.strictObject({ equivalent: equivalentInput.optional() });

export const base64 = z.base64().max(200_000);

export const policyInput = z
  .strictObject({
    canBeIntermediate: z.boolean(),
    autoClearing: z.boolean(),
    dailyLimit: amountInput.nullable(),
    announce: z.boolean(),
    blocked: z.array(whoInput).max(16),
  })
  .partial();

export const moneyInput = z.strictObject({ equivalent: equivalentInput, amount: amountInput });

export const receiptFacts = z.object({
  txId,
  paymentId,
  network: z.string(),
  kind: z.enum(['pay', 'clear']),
  payer: participant,
  receiver: participant,
  equivalent,
  total: amount.describe('What the receiver got, over all routes'),
  routeAmount: amount.describe('What went over the route of this receipt'),
  hops: z.int(),
  createdAtMs: instant,
});
