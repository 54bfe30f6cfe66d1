/** Operations on trust: lines, balances, the map. */
import { z } from 'zod';
import {
  account,
  amount,
  amountInput,
  balance,
  equivalent,
  equivalentInput,
  mapLine,
  trustCard,
  whoInput,
} from '../schemas.ts';
import { countQuery, equivalentQuery, policyInput } from './inputs.ts';
import type { Operation } from './operation.ts';

export const trustOperations = {
  listTrustLines: {
    method: 'GET',
    path: '/v1/trust-lines',
    scope: 'read',
    summary: 'Who may owe whom up to how much, both directions',
    query: equivalentQuery,
    result: z.object({ trustLines: z.array(trustCard) }),
  },
  setTrustLine: {
    method: 'PUT',
    path: '/v1/trust-lines',
    scope: 'admin',
    summary: 'Let a contact owe this participant up to a limit; policies that are not given stay as they are',
    body: z.strictObject({
      who: whoInput,
      equivalent: equivalentInput,
      limit: amountInput,
      status: z.enum(['active', 'frozen']).optional().describe('active unless given'),
      policy: policyInput.optional(),
      waitMs: z.int().min(0).max(60_000).optional().describe('Wait for the neighbour to have it; 5000 unless given'),
    }),
    result: trustCard,
  },
  closeTrustLine: {
    method: 'POST',
    path: '/v1/trust-lines/close',
    scope: 'admin',
    summary: 'Close the own trust line: no new debt; what is owed can still be paid back',
    body: z.strictObject({
      who: whoInput,
      equivalent: equivalentInput,
      waitMs: z.int().min(0).max(60_000).optional().describe('Wait for the neighbour to have it; 5000 unless given'),
    }),
    result: trustCard,
  },
  getBalance: {
    method: 'GET',
    path: '/v1/balance',
    scope: 'read',
    summary: 'What is owed, allowed, available and held, by neighbour and equivalent, and net',
    query: equivalentQuery,
    result: z.object({
      accounts: z.array(account),
      net: z.array(z.object({ equivalent, net: balance, owedToMe: amount, owedByMe: amount })),
    }),
  },
  getTopology: {
    method: 'GET',
    path: '/v1/topology',
    scope: 'read',
    summary: 'Announced trust lines that this node knows: counts by equivalent, and a list',
    query: z.strictObject({
      equivalent: equivalentInput.optional(),
      limit: countQuery(100_000).optional().describe('1000 unless given'),
    }),
    result: z.object({
      counts: z.array(z.object({ equivalent, lines: z.int(), participants: z.int() })),
      lines: z.array(mapLine),
    }),
  },
} as const satisfies Record<string, Operation>;
