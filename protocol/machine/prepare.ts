/**
 * PREPARE (§4.4 rules 2, 7 and 9): refuse, or reserve both hops, save, sign, forward; as the receiver hold or commit.
 */
import type { PublicKey } from '../identity.ts';
import {
  HOP_BUDGET_MS,
  MAX_ANSWERED_PER_NEIGHBOUR,
  MAX_CLEARING_LIFETIME_MS,
  MAX_CLOCK_SKEW_MS,
  MAX_PAYMENT_LIFETIME_MS,
} from '../limits.ts';
import { type Header, hopsOf, type Packet, positionsOf } from '../packet.ts';
import { downstreamOf, type HeldPosition, isLast, type PreparedPosition, upstreamOf } from '../position.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { abortPosition } from './abort.ts';
import { isBeforeStart, isClosed, isCompared } from './books.ts';
import { letGoOfHeld } from './cancel.ts';
import { commitIfComplete } from './commit.ts';
import { propose } from './consent.ts';
import { lieIn } from './counters.ts';
import { resendTo, scheduleRetry, sendPrepare, sendResolve } from './outbox.ts';
import { holdIncoming, holdOutgoing, whyNotIn, whyNotOut } from './reserve.ts';
import { markRestored, mayHaveSigned } from './restored.ts';
import type { Turn } from './turn.ts';

/** A verified packet for the position whose upstream neighbour is `from`. Idempotent: a repeated one gets the answer again. */
export function receivePrepare(turn: Turn, from: PublicKey, packet: Packet): void {
  const position = packet.signatures.length;
  const known = turn.position(packet.txId, packet.route.index, position);
  if (known === undefined) {
    admit(turn, packet, position);
  } else if (known.state === 'prepared') {
    sendPrepare(turn, known);
  } else {
    resendTo(turn, known, from);
  }
}

/**
 * A restored upstream neighbour asks about a packet that it must not sign. What is known is answered; one who never
 * signed here lets go at once, so that nobody waits for a signature that may never have existed.
 */
export function receiveUnsigned(turn: Turn, from: PublicKey, packet: Packet): void {
  const { txId, header, route } = packet;
  const position = positionsOf(route, turn.self).find((own) => route.nodes[own - 1] === from);
  if (position === undefined) return;
  const known = turn.position(txId, route.index, position);
  if (known !== undefined) resendTo(turn, known, from);
  else if (isStranger(turn, packet, position)) return;
  else if (mayHaveSigned(turn, header)) {
    if (!isSettledBetween(turn, packet, position)) adopt(turn, packet, position);
  } else if (!mustWait(turn, packet, position))
    abortPosition(
      turn,
      { type: 'position', txId, position, header, route, state: 'none' },
      refuse('node-restored', {}),
    );
}

/**
 * One with whom there is no account, or who has far too much open already, gets nothing stored and no answer. An ABORT
 * without a record would be worse than silence: shown again, it would look like a sign of loss (rule 10). Nobody honest
 * waits for it: who sends a packet has an account of which this is the other end, or asks again when less is open.
 */
function isStranger(turn: Turn, { header, route }: Packet, position: number): boolean {
  const from = route.nodes[position - 1] as PublicKey;
  return (
    turn.account(from, header.equivalent) === undefined || turn.records.openWith(from) >= MAX_ANSWERED_PER_NEIGHBOUR
  );
}

/** Has a checkpoint with the upstream neighbour settled it? Then nobody honest is waiting for an answer. */
function isSettledBetween(turn: Turn, { header, route }: Packet, position: number): boolean {
  const account = turn.account(route.nodes[position - 1] as PublicKey, header.equivalent);
  return account !== undefined && isClosed(account, header);
}

/**
 * What was signed before this start may have been lost with an old copy of the records: until both neighbours have shown
 * that they know of nothing that is unknown here, there is no answer. Who waits for one asks again (§8.8).
 */
function mustWait(turn: Turn, { header, route }: Packet, position: number): boolean {
  // One from the future says that the own clock may be wrong, and so the time of the start.
  const isFuture = header.createdAtMs > turn.nowMs + MAX_CLOCK_SKEW_MS;
  if (!isBeforeStart(turn, header) && !isFuture) return false;
  return [route.nodes[position - 1], route.nodes[position + 1]].some((neighbour) => {
    const account = neighbour && turn.account(neighbour, header.equivalent);
    return account !== undefined && !isCompared(turn, account);
  });
}

/** First sight of a packet at this position. */
function admit(turn: Turn, packet: Packet, position: number): void {
  const { txId, header, route } = packet;
  const base = { type: 'position', txId, position, header, route } as const;
  const last = position === hopsOf(route);
  if (isStranger(turn, packet, position)) return;
  // The initiator of a clearing signed position 0 before this could come round. If it does not know, it lost records.
  if (last && header.payer === turn.self && turn.position(txId, route.index, 0) === undefined) {
    markRestored(turn, header.createdAtMs);
  }
  if (mayHaveSigned(turn, header)) {
    if (!isSettledBetween(turn, packet, position)) adopt(turn, packet, position);
    return;
  }
  if (mustWait(turn, packet, position)) return;
  const refusal = lieIn(turn, packet) ?? whyNot(turn, packet, position);
  if (refusal !== null) {
    if (refusal.code === 'no-auto-clearing') propose(turn, header.equivalent, route);
    abortPosition(turn, { ...base, state: 'none' }, refusal);
    // A payment is made on all of its routes or on none.
    if (last) letGoOfHeld(turn, txId);
    return;
  }
  if (last) {
    const held: HeldPosition = { ...base, state: 'held', signatures: packet.signatures };
    turn.savePosition(held);
    holdIncoming(turn, held);
    if (!commitIfComplete(turn, held)) turn.schedule({ type: 'expiry', txId }, header.expiresAtMs + 1);
    return;
  }
  const signature = turn.sign({
    domain: 'geo/1/prepare',
    network: header.network,
    txId,
    routeIndex: route.index,
    position,
    signer: turn.self,
    about: { header, routes: [route] },
  });
  if (signature === null) {
    abortPosition(turn, { ...base, state: 'none' }, refuse('not-delegated', { hop: position - 1 }));
    return;
  }
  const signatures = [...packet.signatures, signature];
  const prepared: PreparedPosition = { ...base, state: 'prepared', signatures, isAdopted: false };
  turn.savePosition(prepared);
  holdIncoming(turn, prepared);
  holdOutgoing(turn, prepared);
  sendPrepare(turn, prepared);
  scheduleRetry(turn, prepared);
}

/**
 * Rule 10: a restored participant holds what it may have signed, signs nothing, asks downstream, and waits for a
 * certificate or the downstream ABORT. Signing again is not safe: it may have aborted, and the ABORT may be shown later.
 */
function adopt(turn: Turn, packet: Packet, position: number): void {
  const { txId, header, route, signatures } = packet;
  const base = { type: 'position', txId, position, header, route, signatures } as const;
  const isReceiver = position === hopsOf(route);
  const adopted: PreparedPosition | HeldPosition = isReceiver
    ? { ...base, state: 'held' }
    : { ...base, state: 'prepared', isAdopted: true };
  turn.savePosition(adopted);
  holdIncoming(turn, adopted);
  holdOutgoing(turn, adopted);
  if (adopted.state === 'held') return;
  sendResolve(turn, adopted);
  scheduleRetry(turn, adopted);
}

/** Rule 9: all reasons for which an honest participant signs nothing here. */
function whyNot(turn: Turn, packet: Packet, position: number): Refusal | null {
  const { header, route } = packet;
  const hopsLeft = hopsOf(route) - position;
  if (turn.node.isFrozen) return refuse('node-restored', {});
  if (header.kind === 'pay' && route.amount < turn.node.dust.smallest) {
    const hop = Math.max(position - 1, 0);
    return refuse('below-smallest', { hop, limit: turn.node.dust.smallest });
  }
  const timeRefusal = whyNotNow(turn, header, hopsLeft);
  if (timeRefusal !== null) return timeRefusal;
  const ends = { position, route };
  const from = upstreamOf(ends);
  const to = downstreamOf(ends);
  if (isLast(ends)) {
    const refusal = whyNotReceive(turn, packet);
    if (refusal !== null) return refusal;
  }
  const incoming = from && { from, number: position - 1, amount: route.amount, isLast: isLast(ends) };
  const ring = header.kind === 'clear' ? { ring: route.nodes } : {};
  const outgoing = to && { from, to, number: position, amount: route.amount, ...ring };
  return (incoming && whyNotIn(turn, header, incoming)) ?? (outgoing && whyNotOut(turn, header, outgoing));
}

function whyNotNow(turn: Turn, header: Header, hopsLeft: number): Refusal | null {
  const leftMs = header.expiresAtMs - turn.judgedNowMs;
  if (leftMs < 0) return refuse('expired', {});
  if (leftMs < hopsLeft * HOP_BUDGET_MS) return refuse('too-little-time', {});
  const longestMs = header.kind === 'clear' ? MAX_CLEARING_LIFETIME_MS : MAX_PAYMENT_LIFETIME_MS;
  if (header.expiresAtMs - header.createdAtMs > longestMs) return refuse('lifetime-too-long', {});
  if (header.createdAtMs > turn.nowMs + MAX_CLOCK_SKEW_MS) return refuse('from-the-future', {});
  return null;
}

/** What only the receiver refuses: a payment already made (rule 11), a transaction it has given up. */
function whyNotReceive(turn: Turn, packet: Packet): Refusal | null {
  const { txId, header } = packet;
  if (turn.records.paid(header.payer, header.paymentId) !== undefined) return refuse('already-paid', {});
  // At the initiator of a clearing position 0 counts as well: a hop that was waived takes its ring with it.
  const gaveUp = turn
    .positions(txId)
    .some((known) => known.state === 'aborted' && (isLast(known) || known.position === 0));
  return gaveUp ? refuse('cancelled', {}) : null;
}
