/** What the store keeps beside the records so that it need not read all of them: what is open, and the history. */
import { isFinished, type Payment } from '#protocol/payment.ts';
import { isUnsettled } from '#protocol/position.ts';
import type { Transaction } from '#protocol/records.ts';
import { isLetGo } from '../let-go.ts';

/** `open/` and the key of a record: it is unsettled or unfinished. The value: does it stand in the history already? */
export const OPEN = 'open/';
/** `history/`, a time and the key of a record. The value says nothing. */
export const HISTORY = 'history/';

const TIME_DIGITS = 16;

/** Key of a small document outside of the machine's records. */
export function documentKey(kind: string, id: string): string {
  return `document/${kind}/${id}`;
}

/** Is nothing owed or awaited for it any more? */
export function isDone(record: Payment | Transaction): boolean {
  return record.type === 'payment' ? isFinished(record) : !record.positions.some(isUnsettled);
}

/** Was it committed, and is it not told by a payment of the owner's already? Or let go at own risk? */
export function isOfInterest({ positions }: Transaction): boolean {
  return positions.some(
    (position) =>
      isLetGo(position) ||
      (position.state === 'committed' && (position.position > 0 || position.header.kind === 'clear')),
  );
}

export function historyKey(atMs: number, key: string): string {
  return `${HISTORY}${atMs.toString(16).padStart(TIME_DIGITS, '0')}/${key}`;
}

/** The time and the record's key that the key of an entry of the history is made of. */
export function parseHistoryKey(historyKey: string): { readonly atMs: number; readonly key: string } {
  const rest = historyKey.slice(HISTORY.length);
  return { atMs: Number.parseInt(rest.slice(0, TIME_DIGITS), 16), key: rest.slice(TIME_DIGITS + 1) };
}
