/** The books as CSV (RFC 4180): one row for each account that a transaction changed. */
import { formatAmount } from '#protocol/amount.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { type BookEntry, type Books, kindOf, RunningBalances } from './books.ts';

const COLUMNS = [
  ...['time', 'type', 'neighbour', 'neighbour_pid', 'equivalent', 'amount', 'balance', 'payer', 'payer_pid'],
  ...['receiver', 'receiver_pid', 'memo', 'payment_id', 'transaction_id'],
];

/**
 * The lines of the file. Times are UTC in ISO 8601; `amount` > 0: the neighbour owes more, or is owed less; `balance` is
 * that of the account after it. Texts that a spreadsheet would take for a formula begin with an apostrophe.
 */
export function* csvOf({ holder, entries }: Books, nameOf: (key: PublicKey) => string | null): Generator<string> {
  yield row(COLUMNS);
  const balances = new RunningBalances();
  for (const entry of entries) {
    for (const move of entry.moves) yield row(cells(entry, move, balances.add(move, entry.equivalent), holder, nameOf));
  }
}

function cells(
  entry: BookEntry,
  { neighbour, amount }: BookEntry['moves'][number],
  balance: bigint,
  holder: PublicKey,
  nameOf: (key: PublicKey) => string | null,
): string[] {
  const { atMs, equivalent, transaction } = entry;
  const person = (key: PublicKey | undefined): [string, string] =>
    key === undefined ? ['', ''] : [textCell(nameOf(key) ?? ''), pidOf(key)];
  return [
    ...[new Date(atMs).toISOString(), kindOf(entry, holder), ...person(neighbour), equivalent],
    ...[formatAmount(amount), formatAmount(balance)],
    ...[...person(transaction?.payer), ...person(transaction?.receiver), textCell(transaction?.memo ?? '')],
    ...[transaction?.paymentId ?? '', transaction?.txId ?? ''],
  ];
}

/** What makes a cell a formula, full-width forms included; a tab or a line end before it is skipped by spreadsheets. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** A text that others wrote. */
export function textCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** One row with its end. */
export function row(values: readonly string[]): string {
  return `${values.map((value) => (/[",\r\n;\t]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',')}\r\n`;
}
