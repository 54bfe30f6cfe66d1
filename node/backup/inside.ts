/** What a backup holds, in few words. */
import { owedByMe, owedToMe } from '#protocol/account.ts';
import { formatAmount } from '#protocol/amount.ts';
import { pidOf } from '#protocol/identity.ts';
import type { BackupContents } from './contents.ts';

export type BackupInside = ReturnType<typeof inside>;

/** What a backup holds, for people and programs. */
export function inside({ createdAtMs, publicKey, network, records, contacts, settings }: BackupContents) {
  const totals = new Map<string, { owedToMe: bigint; owedByMe: bigint }>();
  let accounts = 0;
  let unfinished = 0;
  for (const record of records) {
    if (record.type === 'payment' && (record.state === 'NEW' || record.state === 'PREPARE_IN_PROGRESS')) unfinished++;
    if (record.type !== 'account') continue;
    accounts++;
    const total = totals.get(record.equivalent) ?? { owedToMe: 0n, owedByMe: 0n };
    totals.set(record.equivalent, {
      owedToMe: total.owedToMe + owedToMe(record),
      owedByMe: total.owedByMe + owedByMe(record),
    });
  }
  const balances = [...totals].map(([equivalent, total]) => ({
    equivalent,
    owedToMe: formatAmount(total.owedToMe),
    owedByMe: formatAmount(total.owedByMe),
  }));
  return {
    ...{ createdAtMs, network, pid: pidOf(publicKey), accounts, contacts: contacts.length, unfinished },
    hasSettings: settings !== null,
    balances,
  };
}
