/** Operations on transactions and the history. */
import { z } from 'zod';
import { historyEntry, transaction, txId } from '../schemas.ts';
import { limitQuery } from './inputs.ts';
import type { Operation } from './operation.ts';

export const transactionsOperations = {
  getHistory: {
    method: 'GET',
    path: '/v1/history',
    scope: 'read',
    summary: 'What was paid, received, passed on and cleared, newest first',
    query: z.strictObject({
      before: z.string().max(256).optional().describe('`next` of the page before'),
      limit: limitQuery.max(1_000).optional().describe('100 unless given'),
    }),
    result: z.object({
      entries: z.array(historyEntry),
      next: z.string().nullable().describe('null: this was the last page'),
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
} as const satisfies Record<string, Operation>;
