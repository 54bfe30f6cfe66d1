/** Routes by which a member reads what a node has no operation for: its payments page by page, and its debts and claims. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ParticipantContext } from '#node/api/context.ts';
import { countQuery, equivalentQuery } from '#node/api/contract/inputs.ts';
import type { Result } from '#node/api/contract.ts';
import { getBalance } from '#node/api/operations/trust.ts';
import { amount, balance, equivalent, equivalentInput, participant, payment } from '#node/api/schemas.ts';
import { viewPayment } from '#node/api/views.ts';
import { isAnyRefusal } from '#node/refusals.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { isFinished, type Payment } from '#protocol/payment.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { Refused } from './node-errors.ts';
import { addRoute } from './routes.ts';

const PAGE = 100;
const MOST = 1_000;
/** Entries of the history that are read at once, and for one page: a filter that lets little through shall not take seconds. */
const READ_AT_ONCE = 100;
const MOST_READ = 2_000;

/** Where a page of payments ended: among those under way, by when each was begun, or in the history. */
const OPEN_MARK = /^open\/[0-9a-f]{16}\/[0-9a-f]{64}$/;
const MARK = /^(?:open\/[0-9a-f]{16}|[0-9a-f]{16}\/(?:payment|transaction))\/[0-9a-f]{64}$/;

const STATES = ['NEW', 'PREPARE_IN_PROGRESS', 'COMMITTED', 'ABORTED'] as const satisfies readonly Payment['state'][];
const paymentsQuery = z.strictObject({
  before: z
    .string()
    .regex(MARK, 'it should be the mark of a page: `next` of the page before')
    .optional()
    .describe('`next` of the page before'),
  limit: countQuery(MOST).optional().describe(`${PAGE} unless given`),
  state: z
    .enum(STATES, `it should be one of ${STATES.join(', ')}`)
    .optional()
    .describe('Only those that stand so'),
  equivalent: equivalentInput.optional().describe('Only those in it'),
});

const payments = z.object({
  payments: z.array(payment).describe('May be fewer than asked for where there are more'),
  next: z.string().nullable().describe('null: this was the last page'),
});

const share = z.object({ neighbour: participant, equivalent, amount });
const debts = z.object({
  debts: z.array(share).describe('What you owe, and to whom'),
  claims: z.array(share).describe('What you are owed, and by whom'),
  sums: z.array(z.object({ equivalent, debts: amount, claims: amount, net: balance })),
});

/** Adds the routes; `contextOf` gives what belongs to a member. */
export function addReadingRoutes(scope: FastifyInstance, contextOf: (member: PublicKey) => ParticipantContext): void {
  addRoute(scope, {
    ...{ method: 'GET', path: '/payments', name: 'listPayments', access: 'member' },
    summary: 'What you have paid or tried to pay: first what is under way, then what has ended, newest first',
    input: { querystring: paymentsQuery },
    result: payments,
    async handle({ querystring }, { member }) {
      const context = contextOf(member.publicKey);
      const unit = querystring.equivalent === undefined ? null : parseEquivalent(querystring.equivalent);
      if (isRefusal(unit)) return new Refused(context, unit);
      const isWanted = (one: Payment): boolean =>
        (unit === null || one.equivalent === unit) &&
        (querystring.state === undefined || one.state === querystring.state);
      const { before, limit = PAGE } = querystring;
      const page = await pageOf(context, before, limit, isWanted);
      return { payments: page.payments.map((one) => viewPayment(context, one)), next: page.next };
    },
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/balance/debts', name: 'getDebts', access: 'member' },
    summary: 'What you owe and are owed, by neighbour and equivalent, and the sums of each equivalent',
    input: { querystring: equivalentQuery },
    result: debts,
    async handle({ querystring }, { member }) {
      const context = contextOf(member.publicKey);
      const known = await getBalance(context, querystring, null);
      return isAnyRefusal(known) ? new Refused(context, known) : viewDebts(known);
    },
  });
}

interface Page {
  readonly payments: readonly Payment[];
  readonly next: string | null;
}

/** Payments after a mark, at most so many. */
async function pageOf(
  context: ParticipantContext,
  before: string | undefined,
  limit: number,
  isWanted: (payment: Payment) => boolean,
): Promise<Page> {
  const isAmongOpen = before === undefined || OPEN_MARK.test(before);
  const open = isAmongOpen ? openAfter(context, before).filter(({ payment: one }) => isWanted(one)) : [];
  const first = open.slice(0, limit);
  const found = first.map(({ payment: one }) => one);
  if (first.length === limit) return { payments: found, next: first.at(-1)?.mark ?? null };
  const ended = await endedAfter(context, isAmongOpen ? undefined : before, limit - first.length, isWanted);
  return { payments: [...found, ...ended.payments], next: ended.next };
}

/** What is under way, with the mark of each, newest first. */
function openAfter(
  { driver }: ParticipantContext,
  before: string | undefined,
): readonly { readonly payment: Payment; readonly mark: string }[] {
  return [...driver.records.payments()]
    .filter((one) => !isFinished(one))
    .map((one) => ({
      payment: one,
      mark: `open/${one.createdAtMs.toString(16).padStart(16, '0')}/${one.paymentId}`,
    }))
    .filter(({ mark }) => before === undefined || mark < before)
    .sort((a, b) => (a.mark < b.mark ? 1 : -1));
}

/** What has ended, as the history has it, newest first. */
async function endedAfter(
  { store }: ParticipantContext,
  before: string | undefined,
  limit: number,
  isWanted: (payment: Payment) => boolean,
): Promise<Page> {
  const found: Payment[] = [];
  let at = before;
  for (let read = 0; read < MOST_READ; read += READ_AT_ONCE) {
    const entries = await store.history({ ...(at !== undefined && { before: at }), limit: READ_AT_ONCE });
    for (const { cursor, record } of entries) {
      at = cursor;
      if (record.type === 'payment' && isWanted(record) && found.push(record) === limit) {
        return { payments: found, next: at };
      }
    }
    if (entries.length < READ_AT_ONCE) return { payments: found, next: null };
  }
  return { payments: found, next: at ?? null };
}

function viewDebts({ accounts, net }: Result<'getBalance'>): z.input<typeof debts> {
  const part = (of: 'iOwe' | 'owesMe') =>
    accounts
      .filter((account) => account[of] !== '0')
      .map((account) => ({ neighbour: account.neighbour, equivalent: account.equivalent, amount: account[of] }));
  const sums = net.map(({ equivalent: unit, owedByMe, owedToMe, net: rest }) => {
    return { equivalent: unit, debts: owedByMe, claims: owedToMe, net: rest };
  });
  return { debts: part('iOwe'), claims: part('owesMe'), sums };
}
