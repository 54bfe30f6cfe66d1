/**
 * The state is the outbox (§4.5): what a position's state says its neighbours may lack, sent again whenever asked.
 */

import { unreachable } from '../bug.ts';
import { causeOf } from '../cause.ts';
import type { PublicKey } from '../identity.ts';
import type { AbortMessage } from '../link.ts';
import type { Certificate } from '../packet.ts';
import {
  type Abort,
  type AbortedPosition,
  type CommittedPosition,
  downstreamOf,
  type Position,
  type PreparedPosition,
  upstreamOf,
} from '../position.ts';
import { retryDelayMs, type Turn } from './turn.ts';

/** Sends the packet on, with the signatures up to and including the own one. */
export function sendPrepare(turn: Turn, position: PreparedPosition): void {
  const to = downstreamOf(position);
  if (to === null) return;
  const { txId, header, route, signatures } = position;
  if (position.isAdopted) sendResolve(turn, position);
  else turn.send(to, { type: 'prepare', packet: { txId, header, route, signatures } });
}

/** The certificate that a committed position stores. */
export function certificateOf(position: CommittedPosition): Certificate {
  const { txId, header, route, signatures, commit } = position;
  return { txId, header, route, signatures, commit };
}

/** Sends the certificate to whoever needs it: upstream, or one who asked. */
export function sendCommit(turn: Turn, position: CommittedPosition, to: PublicKey | null): void {
  if (to !== null) turn.send(to, { type: 'commit', certificate: certificateOf(position) });
}

/** Sends a waiver. */
export function sendAbort(turn: Turn, abort: Abort | null, to: PublicKey | null): void {
  if (abort !== null && to !== null) turn.send(to, abortMessage(abort));
}

/** The message that a waiver travels in. */
export function abortMessage(abort: Abort): AbortMessage {
  const { txId, routeIndex, position, signer, signature, restsOn } = abort;
  return { type: 'abort', txId, routeIndex, position, signer, signature, cause: causeOf(abort.cause), restsOn };
}

/** Asks the downstream neighbour what became of a prepared position (§4.5), so that one who never heard of it can answer. */
export function sendResolve(turn: Turn, position: PreparedPosition): void {
  const to = downstreamOf(position);
  if (to === null) return;
  const { txId, header, route, signatures } = position;
  const question = { type: 'resolve', txId, routeIndex: route.index } as const;
  if (position.isAdopted) turn.send(to, { ...question, packet: null, header, route });
  else turn.send(to, { ...question, packet: { txId, header, route, signatures }, header: null, route: null });
}

/** After let-go the outgoing hop is still open: asks downstream, in a way that one who never heard of it can answer. */
export function askAboutOwnRisk(turn: Turn, position: AbortedPosition): void {
  const { txId, header, route } = position;
  const to = downstreamOf(position);
  if (to !== null) turn.send(to, { type: 'resolve', txId, routeIndex: route.index, packet: null, header, route });
}

/** Begins the one chain of resends that a position has while it is unsettled. */
export function scheduleRetry(turn: Turn, position: Position, tries = 0): void {
  const { txId, route } = position;
  turn.schedule(
    { type: 'retry', txId, routeIndex: route.index, position: position.position, tries },
    turn.nowMs + retryDelayMs(tries),
  );
}

/** Sends what `neighbour` may lack of this position: after a reconnection, or because it asked. */
export function resendTo(turn: Turn, position: Position, neighbour: PublicKey): void {
  const isUpstream = upstreamOf(position) === neighbour;
  const isDownstream = downstreamOf(position) === neighbour;
  switch (position.state) {
    case 'prepared':
      if (isDownstream) sendPrepare(turn, position);
      return;
    case 'held':
      return;
    case 'committed':
      if (isUpstream) sendCommit(turn, position, neighbour);
      return;
    case 'aborted':
      if (isUpstream) sendAbort(turn, position.abort, neighbour);
      if (isDownstream && position.ownRisk === 'reserved') askAboutOwnRisk(turn, position);
      return;
    default:
      unreachable(position);
  }
}
