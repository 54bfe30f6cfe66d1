/** Statements of account: what happened on each account in a month, from its opening balance to its closing one. */
import { formatAmountFixed } from '#protocol/amount.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { type BookEntry, type Books, kindOf, RunningBalances, utcDay } from './books.ts';
import { row, textCell } from './csv.ts';
import { oneLine } from './journal-text.ts';

/** One change of an account. Amounts are 10⁻⁸ units, > 0: the neighbour owes more. */
export interface StatementLine {
  readonly atMs: number;
  /** `paid Carol`, `passed on for Carol`. */
  readonly what: string;
  readonly memo: string;
  readonly amount: bigint;
  readonly balance: bigint;
}

export interface AccountStatement {
  readonly neighbour: PublicKey;
  readonly equivalent: string;
  readonly opening: bigint;
  readonly closing: bigint;
  readonly lines: readonly StatementLine[];
}

export interface Statement {
  readonly holder: PublicKey;
  readonly network: string;
  /** `2026-01`, in UTC. */
  readonly month: string;
  /** Accounts with a balance or a change, in the order of names. */
  readonly accounts: readonly AccountStatement[];
}

/** How people and amounts are shown. */
export interface Showing {
  readonly nameOf: (key: PublicKey) => string | null;
  readonly precisionOf: (equivalent: string) => number;
}

/** The statement of one month, `YYYY-MM`. */
export function statementOf(
  { holder, network, accounts, entries }: Books,
  month: string,
  { nameOf }: Pick<Showing, 'nameOf'>,
): Statement {
  const called = (key: PublicKey): string => nameOf(key) ?? pidOf(key);
  const opening = new RunningBalances();
  const closing = new RunningBalances();
  const lines = new Map<string, StatementLine[]>();
  for (const entry of entries) {
    const { atMs, equivalent, transaction } = entry;
    const entryMonth = utcDay(atMs).slice(0, 7);
    if (entryMonth > month) break;
    for (const move of entry.moves) {
      const balance = closing.add(move, equivalent);
      if (entryMonth < month) opening.add(move, equivalent);
      else {
        const account = `${move.neighbour}/${equivalent}`;
        const line = { atMs, what: whatOf(entry, holder, called), memo: transaction?.memo ?? '' };
        const known = lines.get(account) ?? [];
        known.push({ ...line, amount: move.amount, balance });
        lines.set(account, known);
      }
    }
  }
  const statements = accounts.map(({ neighbour, equivalent }) => ({
    neighbour,
    equivalent,
    opening: opening.of(neighbour, equivalent),
    closing: closing.of(neighbour, equivalent),
    lines: lines.get(`${neighbour}/${equivalent}`) ?? [],
  }));
  const shown = statements.filter((account) => account.closing !== 0n || account.lines.length > 0);
  shown.sort((one, other) => called(one.neighbour).localeCompare(called(other.neighbour), 'en'));
  return { holder, network, month, accounts: shown };
}

function whatOf(entry: BookEntry, holder: PublicKey, called: (key: PublicKey) => string): string {
  const kind = kindOf(entry, holder);
  const { transaction } = entry;
  if (transaction === null) return 'brought back after a loss of records';
  const { payer, receiver } = transaction;
  switch (kind) {
    case 'paid':
      return `you paid ${called(receiver)}`;
    case 'received':
      return `${called(payer)} paid you`;
    case 'passed on':
      return `${called(payer)} paid ${called(receiver)}`;
    case 'cleared':
      return 'a circle of debts was cleared';
    case 'waived':
    case 'let go':
    case 'restored':
      return kind;
  }
}

/** The statement as CSV; opening and closing balances are rows of their own. */
export function* statementCsv({ accounts }: Statement, { nameOf, precisionOf }: Showing): Generator<string> {
  yield row(['neighbour', 'neighbour_pid', 'equivalent', 'time', 'what', 'memo', 'amount', 'balance']);
  for (const { neighbour, equivalent, opening, closing, lines } of accounts) {
    const sum = (amount: bigint): string => formatAmountFixed(amount, precisionOf(equivalent));
    const start = [textCell(nameOf(neighbour) ?? ''), pidOf(neighbour), equivalent];
    yield row([...start, '', 'opening balance', '', '', sum(opening)]);
    for (const { atMs, what, memo, amount, balance } of lines) {
      yield row([...start, new Date(atMs).toISOString(), textCell(what), textCell(memo), sum(amount), sum(balance)]);
    }
    yield row([...start, '', 'closing balance', '', '', sum(closing)]);
  }
}

/** The statement as a page to print: no scripts, nothing from elsewhere. */
export function* statementHtml(statement: Statement, { nameOf, precisionOf }: Showing): Generator<string> {
  const { holder, network, month, accounts } = statement;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Statement ${month}</title>
<style>
body { font: 11pt/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 52em; color: #000; background: #fff; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2em; }
caption { text-align: left; font-weight: bold; padding: .4em 0; }
th, td { text-align: left; vertical-align: top; padding: .2em .6em .2em 0; border-bottom: 1px solid #ccc; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
small { overflow-wrap: anywhere; }
@media print { table { break-inside: auto; } tr, caption { break-inside: avoid; } }
</style>
</head>
<body>
<h1>Statement of account, ${month}</h1>
<p>${html(nameOf(holder) ?? '')} <small>${pidOf(holder)}</small><br>Network ${html(network)}. Days are those of UTC.
Above zero: the neighbour owes you. Below zero: you owe the neighbour.</p>
`;
  if (accounts.length === 0) yield '<p>Nothing was owed, and nothing happened.</p>\n';
  for (const { neighbour, equivalent, opening, closing, lines } of accounts) {
    const sum = (amount: bigint): string => `<td class="n">${formatAmountFixed(amount, precisionOf(equivalent))}</td>`;
    yield `<table>
<caption>${html(nameOf(neighbour) ?? '')} <small>${pidOf(neighbour)}</small>, ${equivalent}</caption>
<thead><tr><th>Day</th><th>What</th><th>Memo</th><th class="n">Amount</th><th class="n">Balance</th></tr></thead>
<tbody>
<tr><td></td><td>Opening balance</td><td></td><td></td>${sum(opening)}</tr>
`;
    for (const { atMs, what, memo, amount, balance } of lines) {
      yield `<tr><td>${utcDay(atMs)}</td><td>${html(what)}</td><td>${html(memo)}</td>${sum(amount)}${sum(balance)}</tr>\n`;
    }
    yield `<tr><td></td><td>Closing balance</td><td></td><td></td>${sum(closing)}</tr>\n</tbody>\n</table>\n`;
  }
  yield '</body>\n</html>\n';
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function html(text: string): string {
  return oneLine(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
