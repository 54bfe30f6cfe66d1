/** Operations on backups, and on what comes back after a loss of records. */
import { z } from 'zod';
import { account, equivalent, instant, participant, restored } from '../schemas.ts';
import type { Operation } from './operation.ts';

const backupFile = z.object({
  path: z.string(),
  bytes: z.int(),
  createdAtMs: instant,
  network: z.string(),
  accounts: z.int(),
  contacts: z.int(),
});

const restoration = z.object({
  restored: restored.nullable().describe('null: no records were lost, or all that is done with'),
  accounts: z.array(account),
  missing: z
    .array(z.object({ neighbour: participant, equivalent, linked: z.boolean() }))
    .describe('Accounts that there were, of which nothing has come back yet'),
  notKept: z.int().describe('How many more contacts there were, for which the backup at the neighbours had no room'),
});

export const backupOperations = {
  makeBackup: {
    method: 'POST',
    path: '/v1/backups',
    scope: 'admin',
    summary: 'Make a backup file now',
    result: backupFile,
  },
  listBackups: {
    method: 'GET',
    path: '/v1/backups',
    scope: 'read',
    summary: 'The backup files of this participant, newest first',
    result: z.object({
      folder: z.string(),
      trouble: z.string().nullable().describe('Why the last change is in no file; null: it is'),
      backups: z.array(backupFile),
    }),
  },
  getRestoration: {
    method: 'GET',
    path: '/v1/restoration',
    scope: 'read',
    summary: 'After a loss of records: what has come back, account by account, and what is missing',
    result: restoration,
  },
  confirmRestored: {
    method: 'POST',
    path: '/v1/restoration/confirm',
    scope: 'admin',
    summary: 'Confirm all that came back: own limits are signed again, and accounts that agree may be used',
    body: z.strictObject({
      regardless: z
        .boolean()
        .optional()
        .describe('Also while connected neighbours do not agree yet: accounts with them stay out of use'),
    }),
    result: restoration,
  },
} as const satisfies Record<string, Operation>;
