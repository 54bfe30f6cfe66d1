/** The key under which a record is stored (§8.1). */
import type { PublicKey } from './identity.ts';
import type { PaymentId, TxId } from './packet.ts';
import type { DurableRecord } from './records.ts';

/** Key of a record: its type and what names it, separated by `/`. Unique among all records of a participant. */
export function recordKey(record: DurableRecord): string {
  switch (record.type) {
    case 'node':
      return 'node';
    case 'line':
      return lineKey(record.signed.line.from, record.signed.line.to, record.signed.line.equivalent);
    case 'account':
      return `account/${record.neighbour}/${record.equivalent}`;
    case 'entry':
      return entryKey(record.neighbour, record.equivalent, record.number);
    case 'checkpoint':
      return `checkpoint/${record.neighbour}/${record.equivalent}`;
    case 'past-checkpoint': {
      const { equivalent, epoch } = record.signed.checkpoint;
      return `past-checkpoint/${record.neighbour}/${equivalent}/${inDigits(epoch)}`;
    }
    case 'proposal':
      return `proposal/${record.neighbour}/${record.equivalent}`;
    case 'evidence':
      return `evidence/${record.id}`;
    case 'backup':
      return `backup/${record.owner}`;
    case 'mandate':
      return `mandate/${record.delegation.seq}`;
    case 'transaction':
      return transactionKey(record.txId);
    case 'payment':
      return paymentKey(record.paymentId);
    case 'paid':
      return paidKey(record.payer, record.paymentId);
    case 'announcement': {
      const { equivalent, from, to } = record.signed.announcement;
      return announcementKey(from, to, equivalent);
    }
    case 'forgotten-announcement':
      return announcementKey(record.from, record.to, record.equivalent);
  }
}

/** Numbers in keys are in order as texts are. */
const inDigits = (number: number) => String(number).padStart(12, '0');
export const entryKey = (neighbour: PublicKey, equivalent: string, number: number) =>
  `entry/${neighbour}/${equivalent}/${inDigits(number)}`;
export const lineKey = (from: PublicKey, to: PublicKey, equivalent: string) => `line/${from}/${to}/${equivalent}`;
const announcementKey = (from: PublicKey, to: PublicKey, equivalent: string) =>
  `announcement/${equivalent}/${from}/${to}`;
export const transactionKey = (txId: TxId) => `transaction/${txId}`;
export const paymentKey = (id: PaymentId) => `payment/${id}`;
export const paidKey = (payer: PublicKey, id: PaymentId) => `paid/${payer}/${id}`;
