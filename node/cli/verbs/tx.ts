import type { Command } from 'commander';
import type { Client } from '../../api/client.ts';
import type { Result } from '../../api/contract.ts';
import { cancelled, confirm } from '../ask.ts';
import type { AddVerb, Run } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { letGoText, openTable, stateOf } from '../held.ts';
import { txIdText, wholeNumber } from '../parse.ts';
import { Stop, usage } from '../problem.ts';
import { count, moneyOf, nameOf, type ShowMoney, when } from '../show.ts';
import { list } from '../table.ts';
import { bad, bold, line } from '../text.ts';
import { addDust } from './dust.ts';

type Transaction = Result<'getTransaction'>;
type Position = Transaction['positions'][number];

export const addTx: AddVerb = (program, run) => {
  const tx = program.command('tx').description('Look into a transaction that is not settled, or why it failed');
  addList(tx, run);
  addShow(tx, run);
  addResolve(tx, run);
  addLetGo(tx, run);
  addDust(tx, run);
};

function addList(tx: Command, run: Run): void {
  tx.command('list')
    .description('Show the transactions that are not settled, and whom they wait for')
    .option('--limit <number>', 'How many', wholeNumber('a number of transactions', 1, 1_000), 100)
    .action(
      run(async (cli, { limit }: { limit: number }) => {
        const client = await cli.client();
        const page = await client.listOpenTransactions({ limit });
        if (page.transactions.length === 0) return { document: page, text: 'Every transaction is settled.' };
        const more = page.more ? `\nThere are more: geo tx list --limit ${Math.min(10 * limit, 1_000)}` : '';
        return { document: page, text: openTable(page.transactions, await moneyOf(cli)) + more };
      }),
    );
}

function addShow(tx: Command, run: Run): void {
  tx.command('show')
    .description('Show how a transaction stands, what is held for it and who has to answer')
    .argument('<id>', 'id of the transaction, or of a payment of yours')
    .action(
      run(async (cli, id: string) => {
        const client = await cli.client();
        const { payment, transaction } = await find(client, id);
        const money = await moneyOf(cli);
        const text = [
          transaction === null ? '' : transactionText(transaction, money),
          payment === null ? '' : paymentText(payment, money),
        ];
        return { document: { transaction, payment }, text: text.filter((part) => part !== '').join('\n\n') };
      }),
    );
}

/** By transaction id; else by the id of an own payment, which may not have come to a transaction. */
async function find(
  client: Client,
  id: string,
): Promise<{ payment: Result<'getPayment'> | null; transaction: Transaction | null }> {
  if (/^[0-9a-f]{64}$/.test(id)) {
    try {
      return { payment: null, transaction: await client.getTransaction({ txId: id }) };
    } catch (error) {
      if ((error as { code?: string }).code !== 'unknown-transaction') throw error;
    }
  }
  const payment = await client.getPayment({ id });
  return { payment, transaction: payment.txId === null ? null : await client.getTransaction({ txId: payment.txId }) };
}

function addResolve(tx: Command, run: Run): void {
  tx.command('resolve')
    .description('Ask the neighbours again, now, what became of it')
    .argument('<txid>', 'id of the transaction', txIdText)
    .action(
      run(async (cli, txId: string) => {
        const client = await cli.client();
        const transaction = await client.resolveTransaction({ txId });
        return { document: { transaction }, text: transactionText(transaction, await moneyOf(cli)) };
      }),
    );
}

interface LetGoOptions {
  readonly route?: number;
  readonly position?: number;
  readonly yes?: true;
}

function addLetGo(tx: Command, run: Run): void {
  const index = wholeNumber('an index', 0, 1_000);
  tx.command('let-go')
    .description('Give up an amount that is held for you, at your own risk')
    .argument('<txid>', 'id of the transaction', txIdText)
    .option('--route <index>', 'Which route, if several are held', index)
    .option('--position <index>', 'Which position, if several are held', index)
    .option('--yes', 'Do not ask')
    .action(
      run(async (cli, txId: string, options: LetGoOptions) => {
        const client = await cli.client();
        const before = await client.getTransaction({ txId });
        const money = await moneyOf(cli);
        const position = choose(before, options);
        cli.say(riskText(before, position, money));
        if (options.yes !== true) {
          if (!cli.canAsk) throw usage('To let go without being asked, add --yes.');
          if (!(await confirm('Let go at your own risk?'))) throw cancelled();
        }
        const { routeIndex } = position;
        const transaction = await client.letGo({ txId, routeIndex, position: position.position });
        const done = transaction.positions.find(
          (now) => now.routeIndex === routeIndex && now.position === position.position,
        );
        const { letGo = null } = done ?? {};
        const told = letGo === null ? '' : line`Done: ${letGoText(letGo, transaction.equivalent, money)}.\n`;
        return { document: { transaction }, text: told + transactionText(transaction, money) };
      }),
    );
}

function choose({ positions, txId }: Transaction, { route, position }: LetGoOptions): Position {
  const possible = positions.filter(
    (held) =>
      held.canLetGo &&
      (route === undefined || held.routeIndex === route) &&
      (position === undefined || held.position === position),
  );
  const [first, ...others] = possible;
  if (first === undefined) throw nothingHeld(txId);
  if (others.length === 0) return first;
  const which = possible.map((held) => `--route ${held.routeIndex} --position ${held.position}`).join(', or ');
  throw usage(`Several amounts are held for it. Say which one: ${which}.`);
}

/** The node would say the same of a position that it is shown. */
function nothingHeld(txId: string): Stop {
  const message =
    'Nothing is held there that could be let go: it is settled, or you are the payer, who waits for nobody upstream. ' +
    'See `geo tx show`.';
  return new Stop({ code: 'not-held', message, facts: { id: txId }, exitCode: EXIT.error });
}

/** What the person takes upon itself. */
function riskText({ equivalent }: Transaction, { amount, upstream, downstream }: Position, money: ShowMoney): string {
  const sum = money(amount, equivalent);
  const from = upstream === null ? 'nobody' : nameOf(upstream);
  const to = downstream === null ? 'nobody' : nameOf(downstream);
  return line`${bad('Careful.')} You give up, for ever, ${sum} that ${from} would owe you for this payment.
If it goes through all the same, you still owe ${to} ${sum}, and nobody makes up for it.
Waiting costs nothing but the held amount: \`geo tx resolve\` asks again what became of it.`;
}

const HOPS = { none: '', reserved: 'reserved', counted: 'counted', released: 'released' } as const;

function transactionText(transaction: Transaction, money: ShowMoney): string {
  const { kind, payer, receiver, equivalent, total, createdAtMs, expiresAtMs, memo, positions, txId } = transaction;
  const sum = money(total, equivalent);
  const title =
    kind === 'clear'
      ? `Clearing of ${sum}, begun by ${nameOf(payer)}`
      : `Payment of ${sum} from ${nameOf(payer)} to ${nameOf(receiver)}`;
  const facts = list([
    ['Transaction', txId],
    ['Made', when(createdAtMs)],
    ['To be done by', when(expiresAtMs)],
    ['Memo', memo ?? undefined],
  ]);
  return [line`${bold(title)}`, facts, ...positions.map((position) => positionText(position, transaction, money))].join(
    '\n',
  );
}

function positionText(held: Position, { equivalent }: Transaction, money: ShowMoney): string {
  const { routeIndex, position, hops, settled, waitsFor, cause, canLetGo, letGo } = held;
  const side = (who: Position['upstream'], hop: Position['incoming'], way: string): string | undefined =>
    who === null ? undefined : `${money(held.amount, equivalent)} ${way} ${nameOf(who)}, ${HOPS[hop]}`;
  const state = stateOf(held);
  const rows = list([
    ['  State', settled || waitsFor === null ? state : `${state}, waits for an answer of ${nameOf(waitsFor)}`],
    ['  In', side(held.upstream, held.incoming, 'from')],
    ['  Out', side(held.downstream, held.outgoing, 'to')],
    ['  Why', cause?.text],
    ['  Let go', letGo === null ? undefined : letGoText(letGo, equivalent, money)],
    ['  Way out', canLetGo ? 'geo tx resolve, or geo tx let-go at your own risk' : undefined],
  ]);
  return line`Route ${routeIndex}, position ${position} of ${count(hops, 'hop')}\n${{ trusted: rows }}`;
}

function paymentText(payment: Result<'getPayment'>, money: ShowMoney): string {
  const { receiver, amount, equivalent, state, attempts, refusal, paymentId } = payment;
  const words = { COMMITTED: 'paid', ABORTED: 'not paid' } as const;
  const how = state === 'COMMITTED' || state === 'ABORTED' ? words[state] : 'under way: its outcome is not known yet';
  return [
    line`${bold(`Your payment of ${money(amount, equivalent)} to ${nameOf(receiver)}: ${how}`)}`,
    list([
      ['Payment', paymentId],
      ['Attempts', String(attempts)],
      ['Why', refusal?.text],
    ]),
  ].join('\n');
}
