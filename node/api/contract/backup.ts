/** Operations on backups, and on what comes back after a loss of records. */
import { z } from 'zod';
import { BACKUP_NAME } from '../../backup/name.ts';
import { errorCodes } from '../codes.ts';
import { account, amount, equivalent, instant, participant, restored } from '../schemas.ts';
import type { Operation } from './operation.ts';

const backupFile = z.object({
  name: z.string().describe('Of the file in its folder'),
  path: z.string(),
  bytes: z.int(),
  createdAtMs: instant,
  network: z.string(),
  accounts: z.int(),
  contacts: z.int(),
});

const backupName = z
  .string('it should be text')
  .regex(BACKUP_NAME, 'it should be the name of a backup file, as the list of them has it');

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
      failure: z.enum(errorCodes).nullable().describe('The code of that'),
      backups: z.array(backupFile),
    }),
  },
  readBackup: {
    method: 'GET',
    path: '/v1/backups/{name}',
    scope: 'admin',
    summary: 'A backup file, to be kept elsewhere; only the 24 words or this node can open it',
    params: z.strictObject({ name: backupName }),
    result: z.object({ fileName: z.string(), base64: z.base64() }),
  },
  verifyBackup: {
    method: 'POST',
    path: '/v1/backups/{name}/verification',
    scope: 'admin',
    summary: 'Open a backup file, check that it is whole, and say what is in it',
    params: z.strictObject({ name: backupName }),
    result: z.object({
      createdAtMs: instant,
      network: z.string(),
      pid: z.string(),
      accounts: z.int(),
      contacts: z.int(),
      unfinished: z.int().describe('Payments that were under way'),
      hasSettings: z.boolean(),
      balances: z.array(z.object({ equivalent, owedToMe: amount, owedByMe: amount })),
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
