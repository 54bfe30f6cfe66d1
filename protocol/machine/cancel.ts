/**
 * Calling back what is out (§4.6): a payment over several routes that has lost one of them cannot be made, so the receiver
 * is told to let go of the others. CANCEL is a hint: who holds it back gains no more than time until the packet expires.
 */
import type { PublicKey } from '../identity.ts';
import type { Cancel } from '../link.ts';
import { hopsOf, type TxId } from '../packet.ts';
import { type Abort, downstreamOf, type Position, type PreparedPosition, upstreamOf } from '../position.ts';
import { refuse } from '../refusals.ts';
import { abortPosition } from './abort.ts';
import { mayHaveSigned } from './restored.ts';
import type { Turn } from './turn.ts';

/**
 * A route of an own attempt is aborted: one CANCEL tells the receiver, along the shortest route that is still out. It
 * goes out again only when the route that it went along is aborted, or at a retry.
 */
export function callBack(turn: Turn, aborted: PreparedPosition, abort: Abort, isFirst: boolean): void {
  // A receiver that refuses one route lets go of all.
  if (isBegunByReceiver(aborted, abort)) return;
  const out = turn.positions(aborted.txId).filter(isOut);
  const shortest = shortestOf(out);
  if (shortest === null) return;
  const wasCarrier = shortestOf([...out, aborted]) === aborted;
  if (isFirst || wasCarrier) sendCancel(turn, shortest);
}

/** At a retry of position 0: the CANCEL may have been lost, so this route carries one too if another has been aborted. */
export function callBackAgain(turn: Turn, position: PreparedPosition): void {
  if (position.position !== 0 || position.header.kind !== 'pay') return;
  const payment = turn.payment(position.header.paymentId);
  if (payment?.state !== 'PREPARE_IN_PROGRESS' || payment.txId !== position.txId) return;
  if (payment.abortedRoutes.length > 0) sendCancel(turn, position);
}

/** The payer gave up. Intermediaries pass the hint on; the receiver aborts the routes that came. */
export function receiveCancel(turn: Turn, from: PublicKey, { txId, routeIndex }: Cancel): void {
  const known = turn
    .positions(txId)
    .find((position) => position.route.index === routeIndex && upstreamOf(position) === from);
  if (known?.state === 'prepared') sendCancel(turn, known);
  else if (known?.state === 'held') letGoOfHeld(turn, txId);
}

/** The receiver will not commit this transaction: it aborts the routes that came, except what it may have committed. */
export function letGoOfHeld(turn: Turn, txId: TxId): void {
  for (const position of turn.positions(txId)) {
    if (position.state !== 'held' || mayHaveSigned(turn, position.header)) continue;
    abortPosition(turn, position, refuse('cancelled', {}));
  }
}

function sendCancel(turn: Turn, position: Position): void {
  const to = downstreamOf(position);
  if (to !== null) turn.send(to, { type: 'cancel', txId: position.txId, routeIndex: position.route.index });
}

/** Is it a route of the payer's own that is still out? */
function isOut(position: Position): position is PreparedPosition {
  return position.position === 0 && position.state === 'prepared';
}

function isBegunByReceiver({ route }: Position, { restsOn }: Abort): boolean {
  return 1 + restsOn.length === hopsOf(route);
}

/** The one with fewest hops, the first of equal ones; null when there is none. */
function shortestOf(routes: readonly PreparedPosition[]): PreparedPosition | null {
  const order = (one: PreparedPosition, other: PreparedPosition): number =>
    hopsOf(one.route) - hopsOf(other.route) || one.route.index - other.route.index;
  return routes.toSorted(order)[0] ?? null;
}
