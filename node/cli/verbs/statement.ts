import { excerpt } from '#protocol/excerpt.ts';
import type { AccountStatement, Showing, Statement } from '../../export/statement.ts';
import type { AddVerb } from '../cli.ts';
import { withLedger } from '../ledger-source.ts';
import { writeNewFile } from '../new-file.ts';
import { usage } from '../problem.ts';
import { table } from '../table.ts';
import { bold, line } from '../text.ts';
import { doesNotAddUp } from './export.ts';

interface Options {
  readonly month?: string;
  readonly out?: string;
  readonly passphraseFile?: string;
}

export const addStatement: AddVerb = (program, run) => {
  program
    .command('statement')
    .description('Show what happened on each account in a month, with opening and closing balances')
    .option('--month <month>', 'Such as 2026-01, in UTC; this month unless given', monthText)
    .option('--out <file>', 'Write it there: a page to print (.html) or a table (.csv); nothing is replaced')
    .option('--passphrase-file <file>', 'To read memos of a node that is stopped: passphrase of an encrypted identity')
    .action(
      run(async (cli, { month = thisMonth(), out, passphraseFile }: Options) => {
        const write = out === undefined ? null : await writerOf(out);
        const { formatAmount, formatAmountFixed } = await import('#protocol/amount.ts');
        const { pidOf } = await import('#protocol/identity.ts');
        const { readBooks } = await import('../../export/books.ts');
        const { statementOf } = await import('../../export/statement.ts');
        const { precisionOf } = await import('../../config.ts');
        const config = await cli.config();
        return withLedger(cli, async (source) => {
          const notes = await source.notes(passphraseFile);
          const books = await readBooks(await source.bytes(), notes);
          if ('why' in books) throw doesNotAddUp(books.why);
          const showing: Showing = { nameOf: notes.nameOf, precisionOf: (unit) => precisionOf(config, unit) };
          const statement = statementOf(books, month, showing);
          if (out !== undefined && write !== null) await writeNewFile(out, write(statement, showing));
          const amounts = ({ equivalent, ...rest }: AccountStatement) => ({
            neighbour: { pid: pidOf(rest.neighbour), publicKey: rest.neighbour, name: notes.nameOf(rest.neighbour) },
            equivalent,
            opening: formatAmount(rest.opening),
            closing: formatAmount(rest.closing),
            lines: rest.lines.map(({ amount, balance, ...about }) => ({
              ...about,
              amount: formatAmount(amount),
              balance: formatAmount(balance),
            })),
          });
          const money = (amount: bigint, unit: string): string => formatAmountFixed(amount, showing.precisionOf(unit));
          const file = out === undefined ? {} : { file: out };
          return {
            document: { month, accounts: statement.accounts.map(amounts), ...file },
            text: out === undefined ? textOf(statement, showing, money) : line`Written to ${out}.`,
          };
        });
      }),
    );
};

function monthText(text: string): string {
  if (/^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw usage(`“${excerpt(text)}” is not a month: write year and month, such as 2026-01.`);
}

function thisMonth(): string {
  return new Date().toISOString().slice(0, 7);
}

async function writerOf(out: string): Promise<(statement: Statement, showing: Showing) => Iterable<string>> {
  const { statementCsv, statementHtml } = await import('../../export/statement.ts');
  if (/\.html?$/i.test(out)) return statementHtml;
  if (/\.csv$/i.test(out)) return statementCsv;
  throw usage(`“${excerpt(out)}” does not say what it should be: give it a name that ends in .html or .csv.`);
}

function textOf(
  { month, accounts }: Statement,
  { nameOf }: Showing,
  money: (amount: bigint, equivalent: string) => string,
): string {
  if (accounts.length === 0) return `${month}: nothing was owed, and nothing happened.`;
  return accounts
    .map(({ neighbour, equivalent, opening, closing, lines }) => {
      const title = line`${bold(nameOf(neighbour) ?? neighbour)}, ${equivalent}, ${month}`;
      const rows = [
        ['', 'opening balance', '', money(opening, equivalent), ''],
        ...lines.map(({ atMs, what, memo, amount, balance }) => [
          new Date(atMs).toISOString().slice(0, 10),
          what,
          money(amount, equivalent),
          money(balance, equivalent),
          memo,
        ]),
        ['', 'closing balance', '', money(closing, equivalent), ''],
      ];
      const heads = [
        ...[{ title: 'DAY' }, { title: 'WHAT' }],
        ...[{ title: 'AMOUNT', align: 'right' } as const, { title: 'BALANCE', align: 'right' } as const],
        { title: 'MEMO' },
      ];
      return `${title}\n${table(heads, rows)}`;
    })
    .join('\n\n');
}
