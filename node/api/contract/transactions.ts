/** Operations on transactions and the history. */
import { z } from 'zod';
import { amountInput, dust, held, heldTotal, historyEntry, transaction, txId } from '../schemas.ts';
import { countQuery, equivalentQuery } from './inputs.ts';
import type { Operation } from './operation.ts';

export const transactionsOperations = {
  getHistory: {
    method: 'GET',
    path: '/v1/history',
    scope: 'read',
    summary: 'What was paid, received, passed on and cleared, newest first',
    query: z.strictObject({
      before: z
        .string()
        .regex(
          /^[0-9a-f]{16}\/(payment|transaction)\/[0-9a-f]{64}$/,
          'it should be the mark of a page: `next` of the page before',
        )
        .optional()
        .describe('`next` of the page before'),
      limit: countQuery(1_000).optional().describe('100 unless given'),
    }),
    result: z.object({
      entries: z.array(historyEntry),
      next: z.string().nullable().describe('null: this was the last page'),
    }),
  },
  listHeld: {
    method: 'GET',
    path: '/v1/held',
    scope: 'read',
    summary: 'Every amount that is reserved, who has to answer before it is free or paid, and sums',
    query: equivalentQuery.extend({ limit: countQuery(10_000).optional().describe('1000 unless given') }),
    result: z.object({
      held: z.array(held).describe('Oldest first'),
      more: z.boolean().describe('There are more than were asked for; the totals count them all'),
      totals: z.array(heldTotal),
    }),
  },
  listOpenTransactions: {
    method: 'GET',
    path: '/v1/transactions',
    scope: 'read',
    summary: 'Transactions for which something is still owed or awaited, oldest first',
    query: z.strictObject({ limit: countQuery(1_000).optional().describe('100 unless given') }),
    result: z.object({
      transactions: z.array(transaction),
      more: z.boolean().describe('There are more than were asked for'),
    }),
  },
  getTransaction: {
    method: 'GET',
    path: '/v1/transactions/{txId}',
    scope: 'read',
    summary: 'One transaction: positions, states, what is held for whom',
    params: z.strictObject({ txId }),
    result: transaction,
  },
  resolveTransaction: {
    method: 'POST',
    path: '/v1/transactions/{txId}/resolve',
    scope: 'admin',
    summary: 'Ask again, now, what became of it',
    params: z.strictObject({ txId }),
    result: transaction,
  },
  letGo: {
    method: 'POST',
    path: '/v1/transactions/{txId}/let-go',
    scope: 'admin',
    summary:
      'Give up what is held for the upstream neighbour, at own risk: what goes downstream may still have to be paid',
    params: z.strictObject({ txId }),
    body: z.strictObject({ routeIndex: z.int().min(0), position: z.int().min(0) }),
    result: transaction,
  },
  getDust: {
    method: 'GET',
    path: '/v1/dust',
    scope: 'read',
    summary: 'Which amounts are not worth waiting for',
    result: dust,
  },
  setDust: {
    method: 'PUT',
    path: '/v1/dust',
    scope: 'admin',
    summary: 'Say which amounts are not worth waiting for; what is not given stays',
    body: z.strictObject({
      smallest: amountInput.optional(),
      letGoUpTo: amountInput.optional(),
      budget: amountInput.optional(),
    }),
    result: dust,
  },
} as const satisfies Record<string, Operation>;
