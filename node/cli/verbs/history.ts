import type { Result } from '../../api/contract.ts';
import type { AddVerb } from '../cli.ts';
import { letGoText } from '../held.ts';
import { wholeNumber } from '../parse.ts';
import { moneyOf, nameOf, type ShowMoney, when } from '../show.ts';
import { table } from '../table.ts';

const DEFAULT_ENTRIES = 20;
const MAX_ENTRIES = 1_000;

type Entry = Result<'getHistory'>['entries'][number];

export const addHistory: AddVerb = (program, run) => {
  program
    .command('history')
    .description('Show what was paid, received, passed on and cleared, newest first')
    .option('--limit <number>', 'How many', wholeNumber('a number of entries', 1, MAX_ENTRIES), DEFAULT_ENTRIES)
    .option('--before <mark>', 'Go on where a former page ended')
    .option('--ids', 'Show transaction ids')
    .action(
      run(async (cli, options: { limit: number; before?: string; ids?: true }) => {
        const client = await cli.client();
        const { limit, before, ids } = options;
        const page = await client.getHistory({ limit, ...(before !== undefined && { before }) });
        const text = tableText(page.entries, await moneyOf(cli), ids === true);
        const more = page.next === null ? '' : `\n\nMore:  geo history --limit ${limit} --before ${page.next}`;
        return { document: page, text: text === '' ? 'Nothing has happened yet.' : text + more };
      }),
    );
};

function tableText(entries: readonly Entry[], money: ShowMoney, ids: boolean): string {
  const rows = entries.map((entry) => [
    when(entry.atMs),
    whatHappened(entry),
    money(entry.amount, entry.equivalent),
    withWhom(entry),
    ...(ids ? [entry.txId ?? entry.paymentId] : []),
    // The last column, since it may be long.
    noteOf(entry, money),
  ]);
  const heads = [
    { title: 'WHEN' },
    { title: 'WHAT' },
    { title: 'AMOUNT', align: 'right' },
    { title: 'WITH' },
    ...(ids ? [{ title: 'ID' }] : []),
    { title: 'NOTE' },
  ] as const;
  return table(heads, rows);
}

function noteOf({ memo, refusal, letGo, equivalent }: Entry, money: ShowMoney): string {
  if (letGo !== null) return letGoText(letGo, equivalent, money);
  return memo ?? refusal?.text.replace(/\. .*$/s, '.') ?? '';
}

function whatHappened({ role, kind, state, letGo }: Entry): string {
  if (letGo !== null) return 'let go';
  const words = { payer: 'paid', receiver: 'received', intermediary: 'passed on' };
  const word = kind === 'clear' ? 'cleared' : words[role];
  return state === 'COMMITTED' ? word : `not ${word}`;
}

function withWhom({ role, kind, payer, receiver }: Entry): string {
  if (kind === 'clear') return '';
  if (role === 'intermediary') return `${nameOf(payer)} → ${nameOf(receiver)}`;
  return nameOf(role === 'payer' ? receiver : payer);
}
