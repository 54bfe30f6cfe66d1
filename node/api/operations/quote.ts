/** How much can be paid to someone: told from what is known, and better as others answer. */
import { randomBytes } from 'node:crypto';
import { MAX_AMOUNT } from '#protocol/amount.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import type { Notice, QuoteCommand } from '#protocol/event.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import { newPaymentId } from '../../payment-id.ts';
import { isAnyRefusal } from '../../refusals.ts';
import type { ParticipantContext } from '../context.ts';
import { DEFAULT_QUOTE_WAIT_MS } from '../contract.ts';
import { command, findWho, type ParticipantHandler, parseMoney, within } from '../handler.ts';
import { viewQuote } from '../views.ts';

type Quote = Extract<Notice, { type: 'quote' }>;

export const quotePayment: ParticipantHandler<'quotePayment'> = async (
  context,
  { to, most: written, waitMs, ...money },
) => {
  const resolved = await findWho(context, to);
  if (isAnyRefusal(resolved)) return resolved;
  const equivalent = parseEquivalent(money.equivalent);
  if (isRefusal(equivalent)) return equivalent;
  const most = written === undefined ? { amount: MAX_AMOUNT } : parseMoney(context, { equivalent, amount: written });
  if (isRefusal(most)) return most;
  const order = { receiver: resolved.publicKey, equivalent, most: most.amount };
  const told = await quoteOf(context, order, waitMs ?? DEFAULT_QUOTE_WAIT_MS);
  return isAnyRefusal(told) ? told : viewQuote(context, told);
};

/** What is told of it last: when nothing more can be learned, or enough is known, or the time is over. */
export async function quoteOf(
  context: ParticipantContext,
  order: Pick<QuoteCommand, 'receiver' | 'equivalent' | 'most'>,
  waitMs: number,
  isEnough: (quote: Quote) => boolean = () => false,
): Promise<Quote | Refusal> {
  const quoteId = newPaymentId();
  let latest: Quote | null = null;
  const { promise: isFinal, resolve: end } = Promise.withResolvers<void>();
  const cancel = context.events.subscribe(({ happening }) => {
    if (happening.type !== 'quote' || happening.quoteId !== quoteId) return;
    latest = happening;
    if (happening.isFinal || isEnough(happening)) end();
  });
  try {
    const randomness = randomBytes(32).toString('hex');
    const refusal = await command(context, { type: 'quote', quoteId, ...order, randomness });
    if (refusal !== null) return refusal;
    await within(context, isFinal, waitMs);
    return latest as unknown as Quote;
  } finally {
    cancel();
  }
}
