/** Entries of the history as CSV (RFC 4180), for a spreadsheet. */

import type { Entry } from './history-entry.ts';
import { directionOf, kindOf } from './history-filter.ts';

const COLUMNS = [
  ...['time', 'kind', 'direction', 'payer', 'payer_pid', 'receiver', 'receiver_pid', 'amount', 'equivalent'],
  ...['memo', 'payment_id', 'transaction_id'],
];

/** What makes a cell a formula, full-width forms included; a tab or a line end before it is skipped by spreadsheets. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** The whole file. Times are UTC in ISO 8601; texts of others that a spreadsheet would run begin with an apostrophe. */
export function csvOf(entries: readonly Entry[]): string {
  return [COLUMNS, ...entries.map(cellsOf)].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function cellsOf(entry: Entry): string[] {
  const { atMs, payer, receiver, amount, equivalent, memo, paymentId, txId } = entry;
  return [
    ...[new Date(atMs).toISOString(), kindOf(entry), directionOf(entry) ?? ''],
    ...[harmless(payer.name ?? ''), payer.pid, harmless(receiver.name ?? ''), receiver.pid],
    ...[amount, equivalent, harmless(memo ?? ''), paymentId, txId ?? ''],
  ];
}

function harmless(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(value: string): string {
  return /[",\r\n;\t]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
