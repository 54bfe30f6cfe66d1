/** How transactions look in the API: positions, what is held and for whom, the history. */
import type { z } from 'zod';
import { formatAmount } from '#protocol/amount.ts';
import { LruCache } from '#protocol/lru.ts';
import { openMemo } from '#protocol/memo.ts';
import { type Header, hopsOf, type TxId } from '#protocol/packet.ts';
import {
  type AbortedPosition,
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
import { stageOf, waitsForOf } from '../held.ts';
import { isLetGo } from '../let-go.ts';
import type { HistoryEntry } from '../store/store.ts';
import type { ParticipantContext } from './context.ts';
import { canLetGo, viewLetGo } from './held-views.ts';
import type * as schemas from './schemas.ts';
import { hopOf, viewParticipant, viewPaymentRefusal, viewRefusal } from './views.ts';

type View<S extends keyof typeof schemas> = z.output<(typeof schemas)[S]>;

export function viewTransaction(
  context: ParticipantContext,
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

function viewPosition(context: ParticipantContext, position: Position): View<'position'> {
  const { route, state } = position;
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
    stage: stageOf(position, context.clock.nowMs()),
    canLetGo: canLetGo(position),
    letGo: viewLetGo(position),
    cause: position.state === 'aborted' ? viewCause(context, position) : null,
  };
}

function viewCause(context: ParticipantContext, { cause, header, route }: AbortedPosition): View<'refusal'> {
  return viewRefusal(context, cause, { equivalent: header.equivalent, hop: hopOf(cause, route.nodes) });
}

export function viewHistoryEntry(context: ParticipantContext, entry: HistoryEntry): View<'historyEntry'> {
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
      letGo: null,
    };
  }
  const letGo = record.positions.find(isLetGo);
  const positions = record.positions.filter(({ state }) => state === 'committed');
  const first = (letGo ?? positions[0] ?? record.positions[0]) as Position;
  const { header } = first;
  const { kind, paymentId, payer, receiver, equivalent } = header;
  const isReceiver = kind === 'pay' && isLast(first);
  const passedOn = positions.reduce((sum, { route }) => sum + route.amount, 0n);
  const isInitiator = kind === 'clear' && payer === self;
  // The one that begins a clearing stands on the ring twice.
  const whole = isReceiver || isInitiator ? header.total : passedOn;
  return {
    atMs: letGo?.letGoAtMs ?? atMs,
    role: isReceiver ? 'receiver' : isInitiator ? 'payer' : 'intermediary',
    kind,
    txId: record.txId,
    paymentId,
    payer: viewParticipant(context, payer),
    receiver: viewParticipant(context, receiver),
    equivalent,
    amount: formatAmount(letGo === undefined ? whole : letGo.route.amount),
    state: letGo === undefined ? 'COMMITTED' : 'ABORTED',
    memo: memoOf(context, record.txId, header),
    refusal: letGo === undefined ? null : viewCause(context, letGo),
    letGo: letGo === undefined ? null : viewLetGo(letGo),
  };
}

/** Opening a memo takes a millisecond, and pages of history are read again and again. */
const memos = new LruCache<TxId, string | null>(1_000);

function memoOf({ identity }: ParticipantContext, txId: TxId, header: Header): string | null {
  const { sealedMemo, receiver } = header;
  const { seed } = identity;
  if (sealedMemo === null || seed === null || receiver !== identity.publicKey) return null;
  return memos.get(txId, () => openMemo(sealedMemo, seed));
}
