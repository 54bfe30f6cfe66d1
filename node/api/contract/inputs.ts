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
/** How long it waits to hear what could be paid. */
export const DEFAULT_QUOTE_WAIT_MS = 5_000;
// Below the 5 minutes after which common HTTP clients give up.
const MAX_WAIT_MS = 240_000;

/** A path of dots alone means another path: what has such a name could never be asked for. */
const NO_DOTS = 'it should not be “.” or “..”, which mean something else in an address';
const isNoDots = (text: string): boolean => !/^\s*\.{1,2}\s*$/.test(text);

/** Longest id that a person may give to a payment. */
export const MAX_ID_CHARACTERS = 128;

export const done = z.object({ done: z.literal(true) });

export const waitMs = z
  .int()
  .min(0)
  .max(MAX_WAIT_MS)
  .optional()
  .describe(`How long to wait for a final state, ${DEFAULT_WAIT_MS} unless given; then the state is told as it is`);

export const quoteWaitMs = z
  .int()
  .min(0)
  .max(MAX_WAIT_MS)
  .optional()
  .describe(`How long to wait for answers of others, ${DEFAULT_QUOTE_WAIT_MS} unless given; 0: what is known at once`);

const ID_LIMIT = `it should be text of 1 to ${MAX_ID_CHARACTERS} characters`;
export const id = z
  .string(ID_LIMIT)
  .min(1, ID_LIMIT)
  .max(MAX_ID_CHARACTERS, ID_LIMIT)
  .refine(isNoDots, NO_DOTS)
  .describe('Any text that names this payment: the same id again is the same payment, never a second one');

/** Text for people; what it may be like is judged where it is used, with words that name the limit. */
export const freeText = z.string('it should be text');

/** What something is to be called, and can be asked for by. */
export const newName = freeText.refine(isNoDots, NO_DOTS);

export const memo = freeText.describe('Only the receiver can read it; at most 207 bytes of UTF-8');

/** How many at most, in a query, where there is only text. */
export function countQuery(most: number) {
  const limit = `it should be a whole number from 1 to ${most}`;
  // A number is what the client passes, text what comes. `Number` alone would take "1e3", "0x10" and " 5" too.
  const read = (value: number | string) =>
    typeof value === 'number' || /^[1-9][0-9]{0,8}$/.test(value) ? Number(value) : Number.NaN;
  return z.preprocess(read, z.int(limit).min(1, limit).max(most, limit));
}

export const addressesInput = z
  .array(z.string('it should be text such as "/ip4/192.0.2.1/tcp/4610"'))
  .max(16, 'there are more than 16');

/** How long somebody is looked for. */
export const lookUpMs = z.int().min(0).max(60_000).describe('How long to look in the directory, 20000 unless given');

export const equivalentQuery = z.strictObject({ equivalent: equivalentInput.optional() });

export const base64 = z.base64('it should be text in base64').max(200_000, 'it should have at most 200000 characters');

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
