/** The operation that lets a browser in. */
import { z } from 'zod';
import { instant } from '../schemas.ts';
import type { Operation } from './operation.ts';

export const uiOperations = {
  makeUiLink: {
    method: 'POST',
    path: '/v1/ui/links',
    scope: 'admin',
    summary: 'Make a link that opens the pages of this node in a browser, once, with all rights of its owner',
    result: z.object({
      path: z.string().describe('To be put behind the address of the API; what follows # is a secret'),
      expiresAtMs: instant,
    }),
  },
} as const satisfies Record<string, Operation>;
