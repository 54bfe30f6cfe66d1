import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Client } from '../../api/client.ts';
import type { Result } from '../../api/contract.ts';
import { Failure } from '../../failure.ts';
import { cancelled, confirm } from '../ask.ts';
import type { AddVerb, Answer, Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { amountText, equivalentText, wholeNumber, whoText } from '../parse.ts';
import { type Problem, Stop, usage } from '../problem.ts';
import { count, moneyOf, nameOf, type ShowMoney, span, unitsOf, when } from '../show.ts';
import { good, line } from '../text.ts';

const DEFAULT_WAIT_S = 30;
const MAX_WAIT_S = 240;

interface Options {
  readonly id?: string;
  readonly memo?: string;
  readonly yes?: true;
  readonly wait: number;
}

type Payment = Result<'pay'>;

/** What is to be paid, and how to ask the node for it. */
interface Order {
  readonly to: string;
  readonly equivalent: string;
  readonly amount: string;
  /** How to ask again for this very payment. */
  readonly again: string;
  /** Is there such a payment already? */
  readonly known: boolean;
  /** What an invoice says about itself. */
  readonly about: string | null;
  send(): Promise<Payment>;
}

export const addPay: AddVerb = (program, run) => {
  program
    .command('pay')
    .description('Pay someone, or pay an invoice link')
    .argument('<who>', 'alias, PID, key or contact card; or the geo:pay/… link of an invoice', whoText)
    .argument('[amount]', 'how much, such as 12.50', amountText)
    .argument('[equivalent]', 'such as UAH', equivalentText)
    .option('--id <id>', 'Your name for this payment: the same id again is the same payment, never a second one')
    .option('--memo <text>', 'A line that only the receiver can read')
    .option('--yes', 'Do not ask before paying')
    .option(
      '--wait <seconds>',
      'How long to wait for the outcome',
      wholeNumber('a number of seconds', 0, MAX_WAIT_S),
      DEFAULT_WAIT_S,
    )
    .action(
      run(async (cli, who: string, amount: string | undefined, equivalent: string | undefined, options: Options) => {
        const isInvoice = /^\s*(geo:pay\/|https:)/i.test(who);
        if (!isInvoice && (amount === undefined || equivalent === undefined)) {
          throw usage('How much, and of what? Write it as  geo pay Bob 12.50 UAH');
        }
        const client = await cli.client();
        const money = await moneyOf(cli);
        const startedAtMs = Date.now();
        const order = isInvoice
          ? await invoiceOrder(client, who, amount, equivalent, options)
          : await directOrder(client, who, amount as string, equivalent as string, options);
        // With --json there is nobody to show it to, and what was paid before is not paid again.
        if (!cli.json && !order.known) await announce(cli, client, order, options.yes === true, money);
        const payment = await sendUninterrupted(order);
        return answerOf(payment, order, startedAtMs, money);
      }),
    );
};

async function directOrder(
  client: Client,
  to: string,
  amount: string,
  equivalent: string,
  options: Options,
): Promise<Order> {
  const { memo, wait } = options;
  // An id in any case, so that the person can ask again whatever happens to this process.
  const id = options.id ?? randomUUID();
  const send = () =>
    client.pay({ to, amount, equivalent, id, ...(memo !== undefined && { memo }), waitMs: wait * 1_000 });
  const known = options.id !== undefined && (await isKnown(client, id));
  return { to, amount, equivalent, again: `with --id ${id}`, known, about: null, send };
}

async function isKnown(client: Client, id: string): Promise<boolean> {
  try {
    await client.getPayment({ id });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== 'unknown-transaction') throw error;
    return false;
  }
}

async function invoiceOrder(
  client: Client,
  link: string,
  amount: string | undefined,
  equivalent: string | undefined,
  { id, memo, wait }: Options,
): Promise<Order> {
  if (id !== undefined || memo !== undefined) {
    throw usage('An invoice brings its own id and memo: leave out --id and --memo.');
  }
  const invoice = await client.readRequest({ link });
  const asked = invoice.amount ?? amount;
  if (asked === undefined) throw usage(`This invoice leaves the amount to you: add how much ${invoice.equivalent}.`);
  if (equivalent !== undefined && equivalent !== invoice.equivalent) {
    throw usage(`This invoice is in ${invoice.equivalent}, not in ${equivalent}.`);
  }
  const send = () => client.payRequest({ link, ...(amount !== undefined && { amount }), waitMs: wait * 1_000 });
  return {
    to: invoice.payee.publicKey,
    amount: asked,
    equivalent: invoice.equivalent,
    again: 'with the same link',
    known: invoice.payment !== null,
    about: invoiceText(invoice),
    send,
  };
}

function invoiceText({ payee, memo, expiresAtMs }: Result<'readRequest'>): string {
  const purpose = memo === '' ? '' : `, for “${memo}”`;
  return line`${nameOf(payee)} asks to be paid${purpose}, until ${when(expiresAtMs)}.`;
}

/** Says what the payment will do and, where somebody can answer, asks. */
async function announce(cli: Cli, client: Client, order: Order, yes: boolean, money: ShowMoney): Promise<void> {
  const preview = await client.previewPayment({ to: order.to, amount: order.amount, equivalent: order.equivalent });
  if (order.about !== null) cli.say(order.about);
  cli.say(previewText(preview, cli.canAsk, money));
  if (!cli.canAsk || yes) return;
  if (!(await confirm(preview.payable ? 'Pay?' : 'Try all the same?'))) throw cancelled();
}

/** Why it may not work matters where somebody can still decide; elsewhere the outcome says it. */
function previewText(preview: Result<'previewPayment'>, canAsk: boolean, money: ShowMoney): string {
  const { to, amount, equivalent, payable, route, firstHop, refusal } = preview;
  const hops = route === null ? '' : route.length > 2 ? ` over ${count(route.length - 1, 'hop')}` : '';
  const what = line`Paying ${nameOf(to)} ${money(amount, equivalent)}${hops}.`;
  if (!payable) return canAsk && refusal !== null ? `${what}\n${line`This may not work: ${refusal.text}`}` : what;
  if (firstHop === null) return what;
  const { neighbour, balanceNow, balanceAfter, limit } = firstHop;
  const name = nameOf(neighbour);
  const after = unitsOf(balanceAfter);
  const plain = (decimal: string): string => money(decimal.replace('-', ''), equivalent);
  const bare = (decimal: string): string => plain(decimal).replace(/ .*/, '');
  if (after >= 0n) return `${what}\n${line`${name} will owe you ${plain(balanceAfter)} (now ${bare(balanceNow)}).`}`;
  const now = unitsOf(balanceNow) < 0n ? bare(balanceNow) : bare('0');
  return `${what}\n${line`You will owe ${name} ${plain(balanceAfter)} (now ${now} of ${bare(limit)}).`}`;
}

/** Sends it; Ctrl-C and a node that breaks off leave the outcome open, and say so. */
async function sendUninterrupted(order: Order): Promise<Payment> {
  const listening = new AbortController();
  const interrupted = once(process, 'SIGINT', listening).then(() => {
    throw openEnd(order, 'You stopped waiting.');
  });
  // It is also rejected when nobody waits for it any more.
  interrupted.catch(() => undefined);
  try {
    return await Promise.race([order.send(), interrupted]);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'node-unreachable' || neverSent(error)) throw error;
    throw openEnd(order, 'The node broke off.');
  } finally {
    listening.abort();
  }
}

/** Did nobody take the connection? Then nothing was asked of the node. */
function neverSent(failure: Failure): boolean {
  const { cause } = failure;
  return cause instanceof Error && (cause.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
}

function openEnd(order: Order, why: string): Stop {
  return new Stop({
    code: 'outcome-unknown',
    message: `${why} The payment may still go through. To see what became of it, run the same command ${order.again}: it is never paid twice.`,
    facts: { again: order.again },
    exitCode: EXIT.outcomeUnknown,
  });
}

function answerOf(payment: Payment, order: Order, startedAtMs: number, money: ShowMoney): Answer {
  const document = { payment };
  const { state, receiver, amount, equivalent, paymentId, hops, ms, createdAtMs } = payment;
  const sum = money(amount, equivalent);
  const name = nameOf(receiver);
  if (state === 'ABORTED') return { document, text: '', problem: refusedProblem(payment, `${sum} to ${name}`) };
  if (state !== 'COMMITTED') return { document, text: '', problem: openEnd(order, 'It is not finished yet.').problem };
  const how = [hops === null ? '' : count(hops, 'hop'), ms === null ? '' : span(ms)].filter((part) => part !== '');
  const text =
    createdAtMs < startedAtMs
      ? line`${good('Paid before')}: ${sum} to ${name}, on ${when(createdAtMs)}. Nothing was paid again.`
      : line`${good('Paid')} ${name} ${sum} (${how.join(', ')}).`;
  return { document, text: line`${{ trusted: text }}\nReceipt:  geo receipt show ${paymentId}` };
}

function refusedProblem({ refusal, paymentId }: Payment, what: string): Problem {
  return {
    code: refusal?.code ?? 'cancelled',
    message: `Not paid: ${what}. ${refusal?.text ?? ''}`.trimEnd(),
    facts: {
      paymentId,
      hopFrom: refusal?.hop?.from.pid ?? null,
      hopTo: refusal?.hop?.to.pid ?? null,
      limit: refusal?.limit ?? null,
      maxNow: refusal?.maxNow ?? null,
      retry: refusal?.retry ?? false,
    },
    exitCode: EXIT.paymentFailed,
  };
}
