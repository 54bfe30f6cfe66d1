/** What an operator can look at of a hub: its audit log and the accounts that are blocked, from the hub or from its folder. */

import { hasStore } from '#node/backup/new-store.ts';
import { systemClock } from '#node/clock.ts';
import { Failure } from '#node/failure.ts';
import { openStore, type Store } from '#node/store/store.ts';
import { AuditLog } from '../integrity/audit-log.ts';
import { BlockedAccounts } from '../integrity/blocked.ts';
import { AUDIT_PATH, type AuditView, BLOCKED_PATH, type BlockedView, viewAudit, viewBlocked } from '../web/operator.ts';
import { askHub } from './ask.ts';

/** The newest entries of the audit log, oldest first, and whether all of it is as it was written. */
export function readAudit(dataDir: string, most: number): Promise<AuditView> {
  return fromHubOrFolder(
    dataDir,
    () => askHub<AuditView>(dataDir, 'GET', `${AUDIT_PATH}?most=${most}`),
    (store) => viewAudit(new AuditLog(store, systemClock), most),
  );
}

export function readBlocked(dataDir: string): Promise<BlockedView> {
  return fromHubOrFolder(
    dataDir,
    () => askHub<BlockedView>(dataDir, 'GET', BLOCKED_PATH),
    async (store) => viewBlocked(await BlockedAccounts.open(store, new AuditLog(store, systemClock), systemClock)),
  );
}

/** A hub that runs holds its folder; of one that does not, the folder is read. */
async function fromHubOrFolder<T>(
  dataDir: string,
  ask: () => Promise<T>,
  read: (store: Store) => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'node-unreachable') throw error;
  }
  if (!hasStore(dataDir)) {
    throw new Failure('identity-missing', `There is no hub in ${dataDir}.`, {
      hint: 'Say where it is with --data-dir.',
    });
  }
  const store = await openStore(dataDir, { holds: 'many' });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}
