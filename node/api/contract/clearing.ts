/** Operations on clearing: circles of debt that cancel themselves. */
import { z } from 'zod';
import { amount, equivalent, equivalentInput, instant, participant, txId } from '../schemas.ts';
import { waitMs } from './inputs.ts';
import type { Operation } from './operation.ts';

const proposal = z
  .object({
    id: z.string().describe('Of the circle: 32 hex digits'),
    equivalent,
    debtor: participant.describe('Whose debt to you would become less'),
    creditor: participant.describe('To whom your debt would become less by as much'),
    amount: amount.describe('At most'),
    participants: z.array(participant).describe('The circle, from this participant on; each owes the one before'),
    state: z
      .enum(['PROPOSED', 'WAITING_CONFIRMATIONS', 'COMMITTED', 'REJECTED'])
      .describe(
        'PROPOSED: you are asked. WAITING_CONFIRMATIONS: you agreed, others are asked. COMMITTED and REJECTED are final',
      ),
    proposedAtMs: instant,
    expiresAtMs: instant.describe('Without an answer until then it is rejected'),
  })
  .meta({ id: 'ClearingProposal' });

const clearing = z
  .object({
    sought: z
      .enum(['always', 'asked', 'never'])
      .describe('When this node looks for circles of debt: setting `clearing`'),
    equivalents: z.array(
      z.object({
        equivalent,
        owedToMe: amount.describe('What neighbours owe, without what is spoken for'),
        owedByMe: amount.describe('What is owed to neighbours, without what is spoken for'),
        atMost: amount.describe('More than the smaller of the two cannot be cleared'),
      }),
    ),
    proposals: z.array(proposal).describe('The latest for each debt, those that wait for you first'),
  })
  .meta({ id: 'Clearing' });

export const clearingOperations = {
  getClearing: {
    method: 'GET',
    path: '/v1/clearing',
    scope: 'read',
    summary: 'What could be cleared at most, and which clearings wait for a word of yours',
    result: clearing,
  },
  seekRings: {
    method: 'POST',
    path: '/v1/clearing/searches',
    scope: 'admin',
    summary: 'Look for circles of debt now, and tell after a while what was cleared; later ones are told as events',
    body: z.strictObject({
      equivalent: equivalentInput.optional().describe('All unless given'),
      waitMs: waitMs.optional().describe('4000 unless given'),
    }),
    result: z.object({
      cleared: z
        .array(
          z.object({
            txId,
            equivalent,
            amount: amount.describe('By which each debt of the circle became less'),
            participants: z.array(participant).describe('Each owed the next, and the last the first'),
          }),
        )
        .describe('Circles through this participant that were cleared meanwhile'),
      clearing,
    }),
  },
  answerProposal: {
    method: 'POST',
    path: '/v1/clearing/proposals/{id}',
    scope: 'admin',
    summary: 'Agree to a clearing, or not',
    params: z.strictObject({
      id: z.string().regex(/^[0-9a-f]{32}$/, 'it should be the id of a proposal: 32 hex digits'),
    }),
    body: z.strictObject({ agrees: z.boolean() }),
    result: clearing,
  },
} as const satisfies Record<string, Operation>;
