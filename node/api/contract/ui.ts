/** Operations on browsers: letting one in, and signing it out. */
import { z } from 'zod';
import { instant } from '../schemas.ts';
import { done } from './inputs.ts';
import type { Operation } from './operation.ts';

const pageSession = z
  .object({
    id: z.string().describe('16 hex digits'),
    browser: z.string().nullable().describe('Such as "Firefox, Linux", as it says itself'),
    openedAtMs: instant,
    usedAtMs: instant.describe('The last time, as far as is known'),
  })
  .meta({ id: 'PageSession' });

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
  listPageSessions: {
    method: 'GET',
    path: '/v1/ui/sessions',
    scope: 'admin',
    summary: 'The browsers that were let in and may use this node, the last used first',
    result: z.object({ sessions: z.array(pageSession) }),
  },
  endPageSession: {
    method: 'DELETE',
    path: '/v1/ui/sessions/{id}',
    scope: 'admin',
    summary: 'Sign a browser out: it may do nothing from now on, until it opens a new link',
    params: z.strictObject({
      id: z.string().regex(/^[0-9a-f]{16}$/, 'it should be the id of a session: 16 hex digits'),
    }),
    result: done,
  },
} as const satisfies Record<string, Operation>;
