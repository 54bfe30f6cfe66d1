/** The books as a journal of hledger, with balance assertions that `hledger check --strict` proves. */
import type { PublicKey } from '#protocol/identity.ts';
import { type BookEntry, type Books, type EntryKind, utcDay } from './books.ts';
import { type Assertion, equivalentsOf, exactly, headLines, oneLine, stepsOf } from './journal-text.ts';
import { Labels } from './labels.ts';

const NEIGHBOURS = 'assets:geo';
/** Where the other side of an entry goes whose moves do not sum to 0. */
const OTHER_SIDES = { waived: 'revenues:geo:waived', 'let go': 'expenses:geo:let go', restored: 'equity:geo:restored' };

/** The lines of the file. */
export function* hledgerOf(books: Books, nameOf: (key: PublicKey) => string | null): Generator<string> {
  const labels = new Labels(nameOf, accountPart);
  for (const line of headLines(books)) yield `; ${line}\n`;
  yield 'decimal-mark .\n';
  for (const equivalent of equivalentsOf(books)) yield `commodity 1000.00000000 ${commodity(equivalent)}\n`;
  const declared = new Set<string>();
  const declare = function* (account: string): Generator<string> {
    if (declared.has(account)) return;
    declared.add(account);
    yield `account ${account}\n`;
  };
  for (const { neighbour } of books.accounts) yield* declare(neighbourAccount(labels, neighbour));
  for (const step of stepsOf(books)) {
    if (step.type === 'balances') {
      yield `\n${step.day} * balances\n`;
      for (const assertion of step.assertions) yield assertionLine(labels, assertion);
      continue;
    }
    const other = otherSide(labels, step.entry, step.kind);
    if (other !== null) yield* declare(other);
    yield* entryLines(labels, step.entry, step.kind, other);
  }
}

function* entryLines(labels: Labels, entry: BookEntry, kind: EntryKind, other: string | null): Generator<string> {
  const { atMs, equivalent, moves, transaction } = entry;
  const memo = transaction?.memo ?? null;
  const who =
    transaction === null ? '' : ` ${labels.of(kind === 'received' ? transaction.payer : transaction.receiver)}`;
  yield `\n${utcDay(atMs)} * ${description(`${kind}${who}`)}${memo === null ? '' : ` | ${description(memo)}`}\n`;
  if (transaction !== null) yield `    ; transaction: ${transaction.txId}\n`;
  let rest = 0n;
  for (const { neighbour, amount } of moves) {
    yield posting(neighbourAccount(labels, neighbour), amount, equivalent);
    rest -= amount;
  }
  if (other !== null) yield posting(other, rest, equivalent);
}

function assertionLine(labels: Labels, { neighbour, equivalent, balance }: Assertion): string {
  const unit = commodity(equivalent);
  return `    ${neighbourAccount(labels, neighbour)}  0 ${unit} = ${exactly(balance)} ${unit}\n`;
}

function posting(account: string, amount: bigint, equivalent: string): string {
  return `    ${account}  ${exactly(amount)} ${commodity(equivalent)}\n`;
}

function neighbourAccount(labels: Labels, neighbour: PublicKey): string {
  return `${NEIGHBOURS}:${labels.of(neighbour)}`;
}

function otherSide(labels: Labels, { transaction }: BookEntry, kind: EntryKind): string | null {
  switch (kind) {
    case 'paid':
      return `expenses:geo:${labels.of((transaction as { receiver: PublicKey }).receiver)}`;
    case 'received':
      return `revenues:geo:${labels.of((transaction as { payer: PublicKey }).payer)}`;
    case 'passed on':
    case 'cleared':
      return null;
    case 'waived':
    case 'let go':
    case 'restored':
      return OTHER_SIDES[kind];
  }
}

/** In quotes a commodity may have digits and underscores; equivalents have nothing else that is special. */
function commodity(equivalent: string): string {
  return `"${equivalent}"`;
}

/** Part of an account name: no `:`, no `;`, no brackets, and never two spaces, which would end the name. */
function accountPart(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._ -]+/gu, '-')
    .replace(/ +/g, ' ')
    .replace(/^[ .\-\p{M}]+|[ .-]+$/gu, '');
}

/** A description ends at `;`, and its payee at `|`. */
function description(text: string): string {
  return oneLine(text).replaceAll(';', ',').replaceAll('|', '/');
}
