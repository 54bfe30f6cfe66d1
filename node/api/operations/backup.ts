/** Operations on backups, and on what comes back after a loss of records. */
import { openBackup } from '../../backup/file.ts';
import { inside } from '../../backup/inside.ts';
import { backupFolder } from '../../backup/keeper.ts';
import { keptBefore } from '../../backup/take-back.ts';
import { refuseHere } from '../../refusals.ts';
import type { ParticipantContext } from '../context.ts';
import type { Result } from '../contract.ts';
import { command, type Handler, type ParticipantHandler } from '../handler.ts';
import { viewAccount, viewParticipant, viewRestored } from '../views.ts';

export const makeBackup: Handler<'makeBackup'> = ({ backups }) => backups.now();

export const listBackups: Handler<'listBackups'> = async ({ backups, config }) => ({
  folder: backupFolder(config),
  trouble: backups.trouble?.text ?? null,
  failure: backups.trouble?.code ?? null,
  backups: await backups.list(),
});

export const readBackup: Handler<'readBackup'> = async ({ backups }, { name }) => {
  const bytes = await backups.read(name);
  if (bytes === null) return refuseHere('unknown-backup', { name });
  return { fileName: name, base64: Buffer.from(bytes).toString('base64') };
};

export const verifyBackup: Handler<'verifyBackup'> = async ({ backups, identity }, { name }) => {
  const bytes = await backups.read(name);
  return bytes === null ? refuseHere('unknown-backup', { name }) : inside(await openBackup(bytes, identity));
};

export const getRestoration: ParticipantHandler<'getRestoration'> = (context) => viewRestoration(context);

export const confirmRestored: ParticipantHandler<'confirmRestored'> = async (context, { regardless }) => {
  const refusal = await command(context, { type: 'confirm-restored', regardless: regardless === true });
  return refusal ?? viewRestoration(context);
};

function viewRestoration(context: ParticipantContext): Result<'getRestoration'> {
  const { records } = context.driver;
  const isLoss = records.node.restoredAtMs !== null;
  const { people = [], leftOut = 0 } = (isLoss && keptBefore(context.store)) || {};
  const missing = people.flatMap(({ publicKey, equivalents }) =>
    equivalents
      .filter((equivalent) => records.account(publicKey, equivalent) === undefined)
      .map((equivalent) => ({
        neighbour: viewParticipant(context, publicKey),
        equivalent,
        linked: records.linked.has(publicKey),
      })),
  );
  return {
    restored: viewRestored(context),
    accounts: [...records.accounts()].map((account) => viewAccount(context, account)),
    missing,
    notKept: leftOut,
  };
}
