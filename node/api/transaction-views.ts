/** How transactions look in the API: positions, what is held and for whom, the history. */
import type { z } from 'zod';
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { LruCache } from '#protocol/lru.ts';
import { openMemo } from '#protocol/memo.ts';
import { type Header, hopsOf, type TxId } from '#protocol/packet.ts';
import {
  downstreamOf,
  incomingCounts,
  incomingReserved,
  isLast,
  isUnsettled,
  outgoingCounts,
  outgoingReserved,
  type Position,
  upstreamOf,
} from '#protocol/position.ts';
import type { HistoryEntry } from '../store/store.ts';
import type { NodeContext } from './context.ts';
import type * as schemas from './schemas.ts';
import { hopOf, viewParticipant, viewPaymentRefusal, viewRefusal } from './views.ts';

type View<S extends keyof typeof schemas> = z.output<(typeof schemas)[S]>;

/** Every amount that is reserved now, and who has to answer before it is free or paid. */
export function heldAmounts(context: NodeContext): View<'held'>[] {
  const held: View<'held'>[] = [];
  for (const position of context.driver.records.unsettled()) {
    const waitsFor = waitsForOf(position);
    if (waitsFor === null) continue;
    const { txId, header, route } = position;
    const hold = (neighbour: PublicKey | null, direction: 'in' | 'out'): void => {
      if (neighbour === null) return;
      held.push({
        txId,
        equivalent: header.equivalent,
        amount: formatAmount(route.amount),
        neighbour: viewParticipant(context, neighbour),
        direction,
        waitsFor: viewParticipant(context, waitsFor),
        sinceAtMs: header.createdAtMs,
        expiresAtMs: header.expiresAtMs,
      });
    };
    if (incomingReserved(position)) hold(upstreamOf(position), 'in');
    if (outgoingReserved(position)) hold(downstreamOf(position), 'out');
  }
  return held;
}

/** Who has to act before this position is settled. */
function waitsForOf(position: Position): PublicKey | null {
  if (!isUnsettled(position)) return null;
  switch (position.state) {
    case 'prepared':
      return downstreamOf(position);
    case 'held':
      return position.header.payer;
    case 'committed':
      return upstreamOf(position);
    case 'aborted':
      return position.ownRisk === 'reserved' ? downstreamOf(position) : upstreamOf(position);
  }
}

export function viewTransaction(
  context: NodeContext,
  positions: readonly [Position, ...Position[]],
): View<'transaction'> {
  const { txId, header } = positions[0];
  const { kind, paymentId, payer, receiver, equivalent, total, createdAtMs, expiresAtMs } = header;
  return {
    txId,
    kind,
    paymentId,
    payer: viewParticipant(context, payer),
    receiver: viewParticipant(context, receiver),
    equivalent,
    total: formatAmount(total),
    createdAtMs,
    expiresAtMs,
    memo: memoOf(context, txId, header),
    positions: positions.map((position) => viewPosition(context, position)),
  };
}

function viewPosition(context: NodeContext, position: Position): View<'position'> {
  const { route, header, state } = position;
  const upstream = upstreamOf(position);
  const downstream = downstreamOf(position);
  const waitsFor = waitsForOf(position);
  const hop = (exists: boolean, reserved: boolean, counted: boolean): View<'position'>['incoming'] => {
    if (!exists) return 'none';
    if (reserved) return 'reserved';
    return counted ? 'counted' : 'released';
  };
  return {
    routeIndex: route.index,
    position: position.position,
    hops: hopsOf(route),
    state,
    amount: formatAmount(route.amount),
    upstream: upstream && viewParticipant(context, upstream),
    downstream: downstream && viewParticipant(context, downstream),
    incoming: hop(upstream !== null, incomingReserved(position), incomingCounts(position)),
    outgoing: hop(downstream !== null, outgoingReserved(position), outgoingCounts(position)),
    settled: !isUnsettled(position),
    waitsFor: waitsFor && viewParticipant(context, waitsFor),
    canLetGo: (state === 'prepared' || state === 'held') && upstream !== null,
    cause:
      state === 'aborted'
        ? viewRefusal(context, position.cause, {
            equivalent: header.equivalent,
            hop: hopOf(position.cause, route.nodes),
          })
        : null,
  };
}

export function viewHistoryEntry(context: NodeContext, entry: HistoryEntry): View<'historyEntry'> {
  const self = context.identity.publicKey;
  const { atMs, record } = entry;
  if (record.type === 'payment') {
    const { paymentId, receiver, equivalent, amount, state } = record;
    return {
      atMs,
      role: 'payer',
      kind: 'pay',
      txId: 'txId' in record ? record.txId : null,
      paymentId,
      payer: viewParticipant(context, self),
      receiver: viewParticipant(context, receiver),
      equivalent,
      amount: formatAmount(amount),
      state: state === 'COMMITTED' ? 'COMMITTED' : 'ABORTED',
      memo: null,
      refusal: viewPaymentRefusal(context, record),
    };
  }
  const positions = record.positions.filter(({ state }) => state === 'committed');
  const first = (positions[0] ?? record.positions[0]) as Position;
  const { header } = first;
  const { kind, paymentId, payer, receiver, equivalent } = header;
  const isReceiver = kind === 'pay' && isLast(first);
  const passedOn = positions.reduce((sum, { route }) => sum + route.amount, 0n);
  const isInitiator = kind === 'clear' && payer === self;
  return {
    atMs,
    role: isReceiver ? 'receiver' : isInitiator ? 'payer' : 'intermediary',
    kind,
    txId: record.txId,
    paymentId,
    payer: viewParticipant(context, payer),
    receiver: viewParticipant(context, receiver),
    equivalent,
    // The one that begins a clearing stands on the ring twice.
    amount: formatAmount(isReceiver || isInitiator ? header.total : passedOn),
    state: 'COMMITTED',
    memo: memoOf(context, record.txId, header),
    refusal: null,
  };
}

/** Opening a memo takes a millisecond, and pages of history are read again and again. */
const memos = new LruCache<TxId, string | null>(1_000);

function memoOf({ identity }: NodeContext, txId: TxId, header: Header): string | null {
  const { sealedMemo, receiver } = header;
  if (sealedMemo === null || receiver !== identity.publicKey) return null;
  return memos.get(txId, () => openMemo(sealedMemo, identity.seed));
}
