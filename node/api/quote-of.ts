/** Asks the machine how much can be paid to someone, and waits for what it learns. */
import { randomBytes } from 'node:crypto';
import type { Notice, QuoteCommand } from '#protocol/event.ts';
import type { Refusal } from '#protocol/refusals.ts';
import { newPaymentId } from '../payment-id.ts';
import type { ParticipantContext } from './context.ts';
import { command, within } from './handler.ts';

type Quote = Extract<Notice, { type: 'quote' }>;

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
