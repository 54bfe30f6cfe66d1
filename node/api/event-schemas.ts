/** Events of the API, as schemas. */
import { z } from 'zod';
import {
  amount,
  cursor,
  equivalent,
  instant,
  letGo,
  participant,
  paymentId,
  paymentState,
  quote,
  refusal,
  txId,
} from './schemas.ts';

/** Names a held amount. */
const aboutHeld = { txId, routeIndex: z.int(), position: z.int(), equivalent, amount };

/** Something that happened at the node. */
export const notice = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('refused'), refusal }),
    z.object({ type: z.literal('payment'), paymentId, state: paymentState, refusal: refusal.nullable() }),
    z.object({ type: z.literal('quote'), ...quote.shape }),
    z.object({ type: z.literal('received'), txId, paymentId, payer: participant, equivalent, amount }),
    z.object({ type: z.literal('cleared'), txId, equivalent, amount }),
    z.object({
      type: z.literal('proposal'),
      id: z.string(),
      neighbour: participant,
      equivalent,
      amount,
      state: z.enum(['PROPOSED', 'WAITING_CONFIRMATIONS', 'COMMITTED', 'REJECTED']),
    }),
    z.object({ type: z.literal('trust-line'), from: participant, to: participant, equivalent }),
    z.object({ type: z.literal('trust-line-acked'), to: participant, equivalent, seq: z.int() }),
    z.object({ type: z.literal('account'), neighbour: participant, equivalent }),
    z.object({ type: z.literal('held'), ...aboutHeld, waitsFor: participant, expiresAtMs: instant }),
    z.object({ type: z.literal('let-go'), ...aboutHeld, letGo }),
    z.object({
      type: z.literal('settled'),
      ...aboutHeld,
      outcome: z.enum(['paid', 'not-paid']),
      letGo: letGo.nullable(),
    }),
    z.object({ type: z.literal('late-abort'), txId, neighbour: participant }),
    z.object({ type: z.literal('map'), changed: z.int().min(1) }),
    z.object({ type: z.literal('equivocation'), neighbour: participant, equivalent }),
    z.object({ type: z.literal('restored') }),
    z.object({ type: z.literal('account-agreed'), neighbour: participant, equivalent }),
    z.object({ type: z.literal('confirmed') }),
    z.object({ type: z.literal('checkpoint'), neighbour: participant, equivalent, epoch: z.int() }),
    z.object({ type: z.literal('evidence'), id: z.string(), about: participant, kind: z.string() }),
    z.object({ type: z.literal('announced'), from: participant, to: participant, equivalent, active: z.boolean() }),
    z.object({ type: z.literal('link-up'), neighbour: participant }),
    z.object({ type: z.literal('link-down'), neighbour: participant }),
  ])
  .meta({ id: 'Notice' });

/** One message of the event stream: a notice, or `reset` when events after the given cursor are gone. */
export const eventMessage = z
  .union([
    z.object({ cursor, atMs: instant, notice }),
    z.object({
      cursor,
      atMs: instant,
      reset: z.literal(true).describe('Read all state again; events go on from here'),
    }),
  ])
  .meta({ id: 'Event' });
