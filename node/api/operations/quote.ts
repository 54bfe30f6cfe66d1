/** How much can be paid to someone: told from what is known, and better as others answer. */
import { MAX_AMOUNT } from '#protocol/amount.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { isAnyRefusal } from '../../refusals.ts';
import { DEFAULT_QUOTE_WAIT_MS } from '../contract.ts';
import { findWho, type ParticipantHandler, parseMoney } from '../handler.ts';
import { quoteOf } from '../quote-of.ts';
import { viewQuote } from '../views.ts';

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
