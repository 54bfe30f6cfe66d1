/**
 * COMMIT (§4.4 rules 5, 7 and 10): the receiver decides; a certificate from anyone is applied once.
 */
import type { PublicKey } from '../identity.ts';
import { type Certificate, type Header, hopsOf, positionsOf, type Signature } from '../packet.ts';
import {
  type AbortedPosition,
  type CommittedPosition,
  downstreamOf,
  type HeldPosition,
  isLast,
  type PreparedPosition,
  upstreamOf,
} from '../position.ts';
import { refuse } from '../refusals.ts';
import { abortPosition } from './abort.ts';
import { clearingCommitted } from './clear.ts';
import { concludeProposal } from './consent.ts';
import { scheduleRetry, sendAbort, sendCommit } from './outbox.ts';
import { paymentCommitted } from './pay.ts';
import { countIncoming, countOutgoing } from './reserve.ts';
import { markRestored, mayHaveSigned } from './restored.ts';
import { paymentCounted } from './seek.ts';
import type { Turn } from './turn.ts';

/**
 * Rule 7: commits when all routes are here, complete and unexpired, and add up. Returns true when decided either way.
 */
export function commitIfComplete(turn: Turn, latest: HeldPosition): boolean {
  const { txId, header } = latest;
  const held = turn.positions(txId).filter((known) => known.state === 'held');
  if (held.length < header.routeDigests.length || mayHaveSigned(turn, header)) return false;
  if (turn.judgedNowMs > header.expiresAtMs) return false;
  const total = held.reduce((sum, route) => sum + route.route.amount, 0n);
  if (total !== header.total) {
    for (const route of held) abortPosition(turn, route, refuse('amounts-do-not-add-up', {}));
    return true;
  }
  const about = { header, routes: held.map(({ route }) => route) };
  const commit = turn.sign({ domain: 'geo/1/commit', network: header.network, txId, signer: turn.self, about });
  if (commit === null) {
    for (const part of held) abortPosition(turn, part, refuse('not-delegated', { hop: hopsOf(part.route) - 1 }));
    return true;
  }
  turn.saveOnce({ type: 'paid', payer: header.payer, paymentId: header.paymentId, txId });
  for (const route of held)
    applyAt(turn, { txId, header, route: route.route, signatures: route.signatures, commit }, hopsOf(route.route));
  if (header.kind === 'clear') {
    const { route, signatures } = latest;
    applyAt(turn, { txId, header, route, signatures, commit }, 0);
  }
  notifyDone(turn, header, txId);
  return true;
}

function notifyDone(turn: Turn, header: Header, txId: CommittedPosition['txId']): void {
  const { equivalent, total: amount, paymentId, payer } = header;
  if (header.kind === 'clear') turn.notify({ type: 'cleared', txId, equivalent, amount });
  else turn.notify({ type: 'received', txId, paymentId, payer, equivalent, amount });
}

/** A verified certificate, from whomever (rule 5). */
export function receiveCommit(turn: Turn, from: PublicKey, certificate: Certificate): void {
  const { txId, route } = certificate;
  for (const position of positionsOf(route, turn.self)) {
    if (position === hopsOf(route)) learnOwnCommit(turn, certificate, position);
    showWaiver(turn, from, certificate, position);
    applyAt(turn, certificate, position);
    if (route.nodes[position + 1] === from) {
      turn.send(from, { type: 'ack', of: 'commit', txId, routeIndex: route.index, position: position + 1 });
    }
  }
}

/**
 * Who shows this counts a hop that was waived, and has forgotten the ABORT: it is shown again, the downstream neighbour's
 * own or this participant's.
 */
function showWaiver(turn: Turn, from: PublicKey, { txId, route }: Certificate, position: number): void {
  const known = turn.position(txId, route.index, position);
  const isDownstream = route.nodes[position + 1] === from;
  const isUpstream = route.nodes[position - 1] === from;
  if (known?.state === 'committed' && isDownstream) sendAbort(turn, known.waivedByDownstream, from);
  if (known?.state === 'committed' && isUpstream) sendAbort(turn, known.waivedByMe, from);
  if (known?.state === 'aborted' && isUpstream) sendAbort(turn, known.abort, from);
}

/** The receiver is shown its own commit: if it does not know it, records were lost, and the payment id is paid all the same. */
function learnOwnCommit(turn: Turn, { txId, header, route }: Certificate, position: number): void {
  const known = turn.position(txId, route.index, position);
  if (known?.state === 'committed') return;
  markRestored(turn, header.createdAtMs);
  if (turn.records.paid(header.payer, header.paymentId) === undefined) {
    turn.saveOnce({ type: 'paid', payer: header.payer, paymentId: header.paymentId, txId });
    if (known?.state !== 'aborted') notifyDone(turn, header, txId);
  }
}

/** Applies a certificate at one own position, whatever its state; a second time changes nothing (INV-ONCE). */
function applyAt(turn: Turn, certificate: Certificate, position: number): void {
  const { txId, header, route, signatures, commit } = certificate;
  const known = turn.position(txId, route.index, position);
  switch (known?.state) {
    case 'committed':
      return;
    case 'prepared':
    case 'held':
      settle(turn, known, signatures, commit, true);
      return;
    case 'aborted':
      applyAfterAbort(turn, known, certificate);
      return;
    case undefined: {
      // It carries an own signature, or it would not be valid: records were lost.
      markRestored(turn, header.createdAtMs);
      const lost = {
        type: 'position',
        txId,
        position,
        header,
        route,
        state: 'prepared',
        signatures,
        isAdopted: true,
      } as const;
      settle(turn, lost, signatures, commit, false);
      return;
    }
  }
}

function settle(
  turn: Turn,
  before: PreparedPosition | HeldPosition,
  signatures: readonly Signature[],
  commit: Signature,
  wasReserved: boolean,
): void {
  const { type, txId, position, header, route } = before;
  const upstream = upstreamOf(before);
  const committed: CommittedPosition = {
    type,
    txId,
    position,
    header,
    route,
    state: 'committed',
    signatures,
    commit,
    acked: upstream === null,
    waivedByDownstream: null,
    waivedByMe: null,
  };
  turn.savePosition(committed);
  countIncoming(turn, committed, wasReserved);
  countOutgoing(turn, committed, wasReserved);
  sendCommit(turn, committed, upstream);
  // A prepared position has its chain of resends already; one that was held or lost begins it here.
  if (upstream !== null && (before.state === 'held' || !wasReserved)) scheduleRetry(turn, committed);
  if (header.kind === 'clear') {
    concludeProposal(turn, committed);
    // The initiator tells of the whole ring, once.
    if (header.payer !== turn.self)
      turn.notify({ type: 'cleared', txId, equivalent: header.equivalent, amount: route.amount });
    if (position === 0) clearingCommitted(turn, committed);
    return;
  }
  if (position === 0) paymentCommitted(turn, committed);
  if (upstream !== null) paymentCounted(turn, upstream, header.equivalent);
}

/** The own waiver stands. What was let go at own risk now counts; what was never signed shows a loss. */
function applyAfterAbort(turn: Turn, known: AbortedPosition, certificate: Certificate): void {
  const { signatures, commit } = certificate;
  const downstream = downstreamOf(known);
  if (known.certificate !== null) return;
  if (known.downstreamAbort !== null) {
    // The neighbour waived this hop and has forgotten it: show it its own ABORT.
    sendAbort(turn, known.downstreamAbort, downstream);
    return;
  }
  const neverSigned = known.ownRisk === null;
  if (neverSigned) markRestored(turn, known.header.createdAtMs);
  const counted: AbortedPosition = {
    ...known,
    certificate: { signatures, commit },
    ownRisk: downstream === null ? null : 'counted',
  };
  turn.savePosition(counted);
  countOutgoing(turn, counted, !neverSigned);
}

/** A neighbour has saved the certificate that this position sent upstream. */
export function receiveCommitAck(
  turn: Turn,
  from: PublicKey,
  txId: CommittedPosition['txId'],
  routeIndex: number,
  position: number,
): void {
  const known = turn.position(txId, routeIndex, position);
  if (known?.state !== 'committed' || known.acked || upstreamOf(known) !== from) return;
  turn.savePosition({ ...known, acked: true });
}

/** Past expiry (rules 3 and 7): the receiver that has not committed aborts every route that came. */
export function expireHeld(turn: Turn, txId: CommittedPosition['txId']): void {
  for (const position of turn.positions(txId)) {
    if (position.state !== 'held' || !isLast(position) || mayHaveSigned(turn, position.header)) continue;
    if (turn.judgedNowMs <= position.header.expiresAtMs) {
      turn.schedule({ type: 'expiry', txId }, position.header.expiresAtMs + 1);
      return;
    }
    abortPosition(turn, position, refuse('expired', {}));
  }
}
