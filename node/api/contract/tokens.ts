/** Operations on the tokens of other programs. */
import { z } from 'zod';
import { instant, scope, token } from '../schemas.ts';
import { done, freeText, moneyInput, newName } from './inputs.ts';
import type { Operation } from './operation.ts';

export const tokensOperations = {
  listTokens: {
    method: 'GET',
    path: '/v1/tokens',
    scope: 'admin',
    summary: 'Tokens of other programs',
    result: z.object({ tokens: z.array(token) }),
  },
  makeToken: {
    method: 'POST',
    path: '/v1/tokens',
    scope: 'admin',
    summary: 'Let another program use this node, within bounds',
    body: z.strictObject({
      name: newName,
      scope,
      dailyCaps: z.array(moneyInput).max(64).optional(),
      expiresAtMs: instant.optional(),
    }),
    result: z.object({ secret: z.string().describe('Shown this once; only its hash is kept'), token }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/v1/tokens/{name}',
    scope: 'admin',
    summary: 'Revoke a token at once',
    params: z.strictObject({ name: freeText }),
    result: done,
  },
} as const satisfies Record<string, Operation>;
