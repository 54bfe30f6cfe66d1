/** The books as a file of beancount, with balance assertions that `bean-check` proves. */
import type { PublicKey } from '#protocol/identity.ts';
import { type BookEntry, type Books, type EntryKind, utcDay } from './books.ts';
import { equivalentsOf, exactly, firstDayOf, headLines, oneLine, stepsOf } from './journal-text.ts';
import { Labels } from './labels.ts';

const DAY_MS = 86_400_000;
const OTHER_SIDES = {
  waived: 'Income:GEO:Waived',
  'let go': 'Expenses:GEO:Let-go',
  restored: 'Equity:GEO:Restored',
};

/** The lines of the file. */
export function* beancountOf(books: Books, nameOf: (key: PublicKey) => string | null): Generator<string> {
  const labels = new Labels(nameOf, accountPart);
  for (const line of headLines(books)) yield `; ${line}\n`;
  yield 'option "title" "GEO"\n';
  const first = firstDayOf(books);
  for (const equivalent of equivalentsOf(books)) {
    const unit = commodityOf(equivalent);
    yield `\n${first} commodity ${unit}\n`;
    if (unit !== equivalent) yield `  name: "${equivalent}"\n`;
  }
  const opened = new Set<string>();
  const open = function* (account: string): Generator<string> {
    if (opened.has(account)) return;
    opened.add(account);
    yield `${first} open ${account}\n`;
  };
  yield '\n';
  for (const { neighbour } of books.accounts) yield* open(neighbourAccount(labels, neighbour));
  for (const step of stepsOf(books)) {
    if (step.type === 'balances') {
      yield '\n';
      // An assertion holds at the beginning of its day.
      const day = utcDay(Date.parse(step.day) + DAY_MS);
      for (const { neighbour, equivalent, balance } of step.assertions) {
        // Without a tolerance of 0, one of 10⁻⁸ would go unnoticed.
        const amount = `${exactly(balance)} ~ 0 ${commodityOf(equivalent)}`;
        yield `${day} balance ${neighbourAccount(labels, neighbour)}  ${amount}\n`;
      }
      continue;
    }
    const other = otherSide(labels, step.entry, step.kind);
    if (other !== null) yield* open(other);
    yield* entryLines(labels, step.entry, step.kind, other);
  }
}

function* entryLines(labels: Labels, entry: BookEntry, kind: EntryKind, other: string | null): Generator<string> {
  const { atMs, equivalent, moves, transaction } = entry;
  const unit = commodityOf(equivalent);
  const who = transaction === null ? '' : labels.of(kind === 'received' ? transaction.payer : transaction.receiver);
  yield `\n${utcDay(atMs)} * ${text(who)} ${text(transaction?.memo ?? kind)}\n`;
  yield `  type: "${kind}"\n`;
  if (transaction !== null) yield `  transaction: "${transaction.txId}"\n`;
  let rest = 0n;
  for (const { neighbour, amount } of moves) {
    yield `  ${neighbourAccount(labels, neighbour)}  ${exactly(amount)} ${unit}\n`;
    rest -= amount;
  }
  if (other !== null) yield `  ${other}  ${exactly(rest)} ${unit}\n`;
}

function neighbourAccount(labels: Labels, neighbour: PublicKey): string {
  return `Assets:GEO:${labels.of(neighbour)}`;
}

function otherSide(labels: Labels, { transaction }: BookEntry, kind: EntryKind): string | null {
  switch (kind) {
    case 'paid':
      return `Expenses:GEO:To:${labels.of((transaction as { receiver: PublicKey }).receiver)}`;
    case 'received':
      return `Income:GEO:From:${labels.of((transaction as { payer: PublicKey }).payer)}`;
    case 'passed on':
    case 'cleared':
      return null;
    case 'waived':
    case 'let go':
    case 'restored':
      return OTHER_SIDES[kind];
  }
}

/** What beancount takes as a commodity in any version, as far as equivalents go. */
const COMMODITY = /^[A-Z][A-Z0-9_]*[A-Z0-9]$/;

/**
 * The commodity of an equivalent, from which the equivalent can be had back: itself where beancount takes it, else in
 * upper case with `N.` before a digit or `_`, and after a `-` in hex which of its letters are small ones (bit i: the
 * i-th from the left, from 0). `hour` is `HOUR-F`, `kWh` is `KWH-5`, `1st` is `N.1ST-6`. No equivalent has `.` or `-`.
 */
export function commodityOf(equivalent: string): string {
  if (COMMODITY.test(equivalent)) return equivalent;
  let small = 0;
  for (const [at, letter] of [...equivalent].entries()) if (letter >= 'a') small |= 1 << at;
  const prefix = /^[A-Za-z]/.test(equivalent) ? '' : 'N.';
  return `${prefix}${equivalent.toUpperCase()}-${small.toString(16).toUpperCase()}`;
}

/** Part of an account name: letters, digits and `-`, begun by a capital letter or a digit. */
function accountPart(name: string): string {
  const part = name
    .normalize('NFKC')
    .replace(/[^\p{L}\p{Nd}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  if (part === '') return '';
  const [first = '', ...rest] = part;
  const capital = first.toUpperCase();
  return /^[\p{Lu}\p{Nd}]$/u.test(capital) ? capital + rest.join('') : `X-${part}`;
}

/** A string, in which only quotes and backslashes mean something. */
function text(words: string): string {
  return `"${oneLine(words).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
