/** Operations on transactions and the history. */
import { formatAmount, parseLimit } from '#protocol/amount.ts';
import { MAX_PRECISION, parseEquivalent } from '#protocol/equivalent.ts';
import type { Dust } from '#protocol/node-record.ts';
import type { TxId } from '#protocol/packet.ts';
import { isRefusal, type Refusal, refuse } from '#protocol/refusals.ts';
import { type AnyRefusal, isAnyRefusal } from '../../refusals.ts';
import type { ParticipantContext } from '../context.ts';
import type { Result } from '../contract.ts';
import { command, type ParticipantHandler } from '../handler.ts';
import { totalsOf, viewHeld } from '../held-views.ts';
import { viewHistoryEntry, viewTransaction } from '../transaction-views.ts';

const HISTORY_PAGE = 100;
const TRANSACTIONS_PAGE = 100;
const HELD_PAGE = 1_000;

export const getHistory: ParticipantHandler<'getHistory'> = async (context, { before, limit = HISTORY_PAGE }) => {
  const entries = await context.store.history(before === undefined ? { limit } : { before, limit });
  return {
    entries: entries.map((entry) => viewHistoryEntry(context, entry)),
    next: entries.length < limit ? null : (entries.at(-1)?.cursor ?? null),
  };
};

export const listHeld: ParticipantHandler<'listHeld'> = (context, { equivalent, limit = HELD_PAGE }) => {
  const parsed = equivalent === undefined ? null : parseEquivalent(equivalent);
  if (isRefusal(parsed)) return parsed;
  const all = [...context.held.all()].filter(
    ({ position }) => parsed === null || position.header.equivalent === parsed,
  );
  const held = all.slice(0, limit).map((one) => viewHeld(context, one));
  return { held, more: all.length > limit, totals: totalsOf(all) };
};

export const listOpenTransactions: ParticipantHandler<'listOpenTransactions'> = (
  context,
  { limit = TRANSACTIONS_PAGE },
) => {
  const { records } = context.driver;
  const ids = new Set<TxId>();
  for (const { txId } of records.unsettled()) {
    ids.add(txId);
    if (ids.size > limit) break;
  }
  const transactions = [...ids].slice(0, limit).flatMap((txId) => {
    const [first, ...others] = records.positions(txId);
    return first === undefined ? [] : [viewTransaction(context, [first, ...others])];
  });
  return { transactions, more: ids.size > limit };
};

export const getTransaction: ParticipantHandler<'getTransaction'> = (context, { txId }) => view(context, txId);

function view(context: ParticipantContext, txId: string): Result<'getTransaction'> | AnyRefusal {
  const [first, ...others] = context.driver.records.positions(txId as TxId);
  return first === undefined
    ? refuse('unknown-transaction', { id: txId })
    : viewTransaction(context, [first, ...others]);
}

export const resolveTransaction: ParticipantHandler<'resolveTransaction'> = async (context, { txId }) => {
  return (await command(context, { type: 'resolve', txId: txId as TxId })) ?? view(context, txId);
};

export const letGo: ParticipantHandler<'letGo'> = async (context, { txId, routeIndex, position }) => {
  const before = view(context, txId);
  if (isAnyRefusal(before)) return before;
  return (await command(context, { type: 'let-go', txId: txId as TxId, routeIndex, position })) ?? view(context, txId);
};

export const getDust: ParticipantHandler<'getDust'> = ({ driver }) => viewDust(driver.records.node.dust);

export const setDust: ParticipantHandler<'setDust'> = async (context, input) => {
  const { dust } = context.driver.records.node;
  const smallest = parsed(input.smallest, dust.smallest);
  const letGoUpTo = parsed(input.letGoUpTo, dust.letGoUpTo);
  const budget = parsed(input.budget, dust.budget);
  if (isRefusal(smallest)) return smallest;
  if (isRefusal(letGoUpTo)) return letGoUpTo;
  if (isRefusal(budget)) return budget;
  const refused = await command(context, { type: 'set-dust', smallest, letGoUpTo, budget });
  return refused ?? viewDust(context.driver.records.node.dust);
};

/** They are of any equivalent, so they may have all decimals. */
function parsed(written: string | undefined, before: bigint): bigint | Refusal<'bad-amount'> {
  return written === undefined ? before : parseLimit(written, MAX_PRECISION);
}

function viewDust({ smallest, letGoUpTo, budget, spent }: Dust): Result<'getDust'> {
  return {
    smallest: formatAmount(smallest),
    letGoUpTo: formatAmount(letGoUpTo),
    budget: formatAmount(budget),
    spent: formatAmount(spent),
  };
}
