/**
 * Doubt (§4.5): asking what became of a transaction, answering, and giving up as far as a signature allows.
 */
import { unreachable } from '../bug.ts';
import type { PublicKey } from '../identity.ts';
import { DUST_AFTER_MS } from '../limits.ts';
import type { Resolve } from '../link.ts';
import { type Header, hopsOf, type TxId } from '../packet.ts';
import { downstreamOf, isLast, isUnsettled, type Position, type PreparedPosition, upstreamOf } from '../position.ts';
import { refuse } from '../refusals.ts';
import { letGo } from './abort.ts';
import { isBeforeStart, isCompared } from './books.ts';
import { callBackAgain } from './cancel.ts';
import { askAboutOwnRisk, resendTo, scheduleRetry, sendAbort, sendCommit, sendPrepare, sendResolve } from './outbox.ts';
import { receivePrepare, receiveUnsigned } from './prepare.ts';
import { remind } from './recover.ts';
import { markTime, mayHaveSigned } from './restored.ts';
import type { Turn } from './turn.ts';

/** Answers with what is known: COMMIT, ABORT, DECLINE; a whole packet is treated as the PREPARE it carries. */
export function receiveResolve(
  turn: Turn,
  from: PublicKey,
  { txId, routeIndex, packet, header, route }: Resolve,
): void {
  if (packet !== null) {
    receivePrepare(turn, from, packet);
    return;
  }
  if (header !== null && route !== null) {
    receiveUnsigned(turn, from, { txId, header, route, signatures: [] });
    return;
  }
  const positions = turn.positions(txId);
  for (const position of positions) {
    if (position.route.index !== routeIndex) continue;
    if (position.state === 'committed') {
      sendCommit(turn, position, from);
      return;
    }
    remind(turn, position, from);
    if (position.state !== 'aborted') continue;
    if (upstreamOf(position) === from) sendAbort(turn, position.abort, from);
    // It has forgotten its own waiver, and what that rested on.
    if (downstreamOf(position) === from) sendAbort(turn, position.downstreamAbort, from);
  }
  const known = positions[0]?.header ?? header;
  if (known !== null && known.receiver === turn.self) declineIfOver(turn, from, txId, known, positions);
}

function areAllCompared(turn: Turn): boolean {
  for (const account of turn.accounts()) if (!isCompared(turn, account)) return false;
  return true;
}

/** Signs a DECLINE when this receiver durably never will commit: expired by a saved time, or aborted. */
function declineIfOver(turn: Turn, to: PublicKey, txId: TxId, header: Header, positions: readonly Position[]): void {
  if (mayHaveSigned(turn, header)) return;
  // What this node knew before it started may have been lost: it speaks of it when its neighbours have been heard.
  if (positions.length === 0 && isBeforeStart(turn, header) && !areAllCompared(turn)) return;
  const last = positions.filter(isLast);
  if (last.some((position) => position.state === 'committed' || position.state === 'held')) return;
  const gaveUp = last.some((position) => position.state === 'aborted');
  if (!gaveUp) {
    if (turn.judgedNowMs <= header.expiresAtMs) return;
    markTime(turn, header.expiresAtMs);
  }
  const about = { header, routes: positions.map(({ route }) => route) };
  const signature = turn.sign({ domain: 'geo/1/decline', network: header.network, txId, signer: turn.self, about });
  if (signature === null) return;
  turn.send(to, { type: 'decline', txId, signer: turn.self, signature });
}

/** Time to send again what has not been answered, less and less often; nothing is released by it (rule 3). */
export function retry(turn: Turn, txId: TxId, routeIndex: number, place: number, tries: number): void {
  const position = turn.position(txId, routeIndex, place);
  if (position === undefined || !isUnsettled(position)) return;
  switch (position.state) {
    case 'prepared':
      if (turn.nowMs <= position.header.expiresAtMs) {
        sendPrepare(turn, position);
        callBackAgain(turn, position);
      } else if (isDust(turn, position)) {
        letGoDust(turn, position);
        return;
      } else askAround(turn, position, tries);
      break;
    case 'held':
      break;
    case 'committed':
      sendCommit(turn, position, upstreamOf(position));
      break;
    case 'aborted':
      if (!position.acked) sendAbort(turn, position.abort, upstreamOf(position));
      if (position.ownRisk === 'reserved') askAboutOwnRisk(turn, position);
      break;
    default:
      unreachable(position);
  }
  scheduleRetry(turn, position, tries + 1);
}

/** A day past its expiry, and so little that its owner would rather lose it than wait, within a budget (§4.7)? */
function isDust(turn: Turn, position: PreparedPosition): boolean {
  const { letGoUpTo, budget, spent } = turn.node.dust;
  const { amount } = position.route;
  const isLate = turn.nowMs > position.header.expiresAtMs + DUST_AFTER_MS;
  return isLate && amount <= letGoUpTo && spent + amount <= budget && upstreamOf(position) !== null;
}

function letGoDust(turn: Turn, position: PreparedPosition): void {
  const { txId, route } = position;
  const { dust } = turn.node;
  turn.saveNode({ ...turn.node, dust: { ...dust, spent: dust.spent + route.amount } });
  letGo(turn, txId, route.index, position.position);
  const aborted = turn.position(txId, route.index, position.position);
  if (aborted !== undefined) scheduleRetry(turn, aborted);
}

/** Past expiry: the downstream neighbour each time, and in turn the receiver, the payer and the others on the route. */
function askAround(turn: Turn, position: PreparedPosition, tries: number): void {
  const { txId, header, route } = position;
  sendResolve(turn, position);
  const others = route.nodes.filter((node) => node !== turn.self && node !== downstreamOf(position));
  const order = [header.receiver, header.payer, ...others].filter(
    (node, at, all) => node !== turn.self && all.indexOf(node) === at,
  );
  const asked = order[tries % order.length];
  if (asked !== undefined && asked !== downstreamOf(position)) {
    const shown = asked === header.receiver ? header : null;
    turn.send(asked, { type: 'resolve', txId, routeIndex: route.index, packet: null, header: shown, route: null });
  }
  const waitsFor = downstreamOf(position);
  if (waitsFor !== null) turn.notify({ type: 'held', txId, waitsFor });
}

/** Asks now about every unsettled position of a transaction. */
export function resolveNow(turn: Turn, txId: TxId): void {
  const positions = turn.positions(txId);
  if (positions.length === 0) {
    turn.notify({ type: 'refused', refusal: refuse('unknown-transaction', { id: txId }) });
    return;
  }
  for (const position of positions) {
    if (position.state === 'prepared') {
      for (let tries = 0; tries < hopsOf(position.route); tries++) askAround(turn, position, tries);
    } else {
      const upstream = upstreamOf(position);
      if (upstream !== null && isUnsettled(position)) resendTo(turn, position, upstream);
    }
  }
}
