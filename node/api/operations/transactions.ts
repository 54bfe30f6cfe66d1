/** Operations on transactions and the history. */
import type { TxId } from '#protocol/packet.ts';
import { refuse } from '#protocol/refusals.ts';
import type { AnyRefusal } from '../../refusals.ts';
import type { NodeContext } from '../context.ts';
import type { Result } from '../contract.ts';
import { command, type Handler } from '../handler.ts';
import { viewHistoryEntry, viewTransaction } from '../transaction-views.ts';

const HISTORY_PAGE = 100;

export const getHistory: Handler<'getHistory'> = async (context, { before, limit = HISTORY_PAGE }) => {
  const entries = await context.store.history(before === undefined ? { limit } : { before, limit });
  return {
    entries: entries.map((entry) => viewHistoryEntry(context, entry)),
    next: entries.length < limit ? null : (entries.at(-1)?.cursor ?? null),
  };
};

export const getTransaction: Handler<'getTransaction'> = (context, { txId }) => view(context, txId);

function view(context: NodeContext, txId: string): Result<'getTransaction'> | AnyRefusal {
  const [first, ...others] = context.driver.records.positions(txId as TxId);
  return first === undefined
    ? refuse('unknown-transaction', { id: txId })
    : viewTransaction(context, [first, ...others]);
}

export const resolveTransaction: Handler<'resolveTransaction'> = async (context, { txId }) => {
  return (await command(context, { type: 'resolve', txId: txId as TxId })) ?? view(context, txId);
};

export const letGo: Handler<'letGo'> = async (context, { txId, routeIndex, position }) => {
  return (await command(context, { type: 'let-go', txId: txId as TxId, routeIndex, position })) ?? view(context, txId);
};
