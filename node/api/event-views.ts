/** How events look to clients. */
import type { z } from 'zod';
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { ParticipantContext } from './context.ts';
import type { Happening } from './event-log.ts';
import type { notice } from './event-schemas.ts';
import { viewHeldHappening } from './held-views.ts';
import { viewParticipant, viewPaymentRefusal, viewQuote, viewRefusal } from './views.ts';

/** An event as clients get it. */
export function viewNotice(context: ParticipantContext, happening: Happening): z.output<typeof notice> {
  const show = (key: PublicKey) => viewParticipant(context, key);
  switch (happening.type) {
    case 'refused': {
      const refusal = viewRefusal(context, happening.refusal, { equivalent: null, hop: null });
      return { type: 'refused', refusal };
    }
    case 'payment': {
      const { type, paymentId, state } = happening;
      const payment = context.driver.records.payment(paymentId);
      const refusal = payment === undefined ? null : viewPaymentRefusal(context, payment);
      return { type, paymentId, state, refusal: happening.refusal === null ? null : refusal };
    }
    case 'quote':
      return { type: 'quote', ...viewQuote(context, happening) };
    case 'received':
      return { ...happening, payer: show(happening.payer), amount: formatAmount(happening.amount) };
    case 'cleared':
      return { ...happening, amount: formatAmount(happening.amount) };
    case 'proposal':
      return { ...happening, neighbour: show(happening.neighbour), amount: formatAmount(happening.amount) };
    case 'trust-line':
      return { ...happening, from: show(happening.from), to: show(happening.to) };
    case 'trust-line-acked':
      return { ...happening, to: show(happening.to) };
    case 'held':
    case 'let-go':
    case 'settled':
      return viewHeldHappening(context, happening);
    case 'account':
    case 'account-agreed':
    case 'checkpoint':
    case 'late-abort':
    case 'equivocation':
    case 'link-up':
    case 'link-down':
      return { ...happening, neighbour: show(happening.neighbour) };
    case 'evidence':
      return { ...happening, about: show(happening.about) };
    case 'restored':
    case 'confirmed':
    case 'map':
      return happening;
    case 'announce': {
      const { from, to, equivalent, active } = happening.signed.announcement;
      return { type: 'announced', from: show(from), to: show(to), equivalent, active };
    }
  }
}
