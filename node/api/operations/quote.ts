/** How much can be paid to someone: told from what is known, and better as others answer. */
import { randomBytes } from 'node:crypto';
import { MAX_AMOUNT } from '#protocol/amount.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import type { Notice } from '#protocol/event.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { newPaymentId } from '../../payment-id.ts';
import { isAnyRefusal } from '../../refusals.ts';
import { DEFAULT_QUOTE_WAIT_MS } from '../contract.ts';
import { command, findWho, type Handler, parseMoney, within } from '../handler.ts';
import { viewQuote } from '../views.ts';

type Quote = Extract<Notice, { type: 'quote' }>;

export const quotePayment: Handler<'quotePayment'> = async (context, { to, most: written, waitMs, ...money }) => {
  const resolved = await findWho(context, to);
  if (isAnyRefusal(resolved)) return resolved;
  const equivalent = parseEquivalent(money.equivalent);
  if (isRefusal(equivalent)) return equivalent;
  const most = written === undefined ? { amount: MAX_AMOUNT } : parseMoney(context, { equivalent, amount: written });
  if (isRefusal(most)) return most;
  const quoteId = newPaymentId();
  let latest: Quote | null = null;
  const { promise: isFinal, resolve: end } = Promise.withResolvers<void>();
  const cancel = context.events.subscribe(({ happening }) => {
    if (happening.type !== 'quote' || happening.quoteId !== quoteId) return;
    latest = happening;
    if (happening.isFinal) end();
  });
  try {
    const randomness = randomBytes(32).toString('hex');
    const order = { type: 'quote', quoteId, receiver: resolved.publicKey, equivalent, most: most.amount } as const;
    const refusal = await command(context, { ...order, randomness });
    if (refusal !== null) return refusal;
    await within(context, isFinal, waitMs ?? DEFAULT_QUOTE_WAIT_MS);
    return viewQuote(context, latest as unknown as Quote);
  } finally {
    cancel();
  }
};
