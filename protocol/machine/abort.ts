/**
 * ABORT (§4.4 rules 4 and 6): only the creditor of a hop can let it go, for ever, and only on what makes it safe.
 */
import type { PublicKey } from '../identity.ts';
import type { Route, TxId } from '../packet.ts';
import {
  type Abort,
  type AbortedPosition,
  type CommittedPosition,
  downstreamOf,
  type HeldPosition,
  isLast,
  type PreparedPosition,
  type RestedAbort,
  upstreamOf,
} from '../position.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { clearingAborted } from './clear.ts';
import { keepWaivedCommit } from './evidence.ts';
import { certificateOf, scheduleRetry, sendAbort } from './outbox.ts';
import { routeAborted } from './pay.ts';
import { freeIncoming, freeOutgoing, uncountIncoming, uncountOutgoing } from './reserve.ts';
import { markRestored } from './restored.ts';
import type { Turn } from './turn.ts';

/** A position about to be aborted: one never signed (`none`), one the receiver holds, or one that was prepared. */
type Abortable =
  | (Omit<PreparedPosition, 'state' | 'signatures' | 'isAdopted'> & { readonly state: 'none' })
  | HeldPosition
  | PreparedPosition;

/**
 * Aborts at own decision, by rule 4(a): this participant has not released the signature that the certificate still
 * needs here (never signed, or the receiver before its commit), and the saved state says it never will.
 */
export function abortPosition(turn: Turn, position: Exclude<Abortable, PreparedPosition>, cause: Refusal): void {
  const abort = signAbort(turn, position, cause, null);
  if (abort === 'unsigned') return;
  if (position.state === 'held') freeIncoming(turn, position);
  finish(turn, position, cause, { abort, downstreamAbort: null });
}

/** The own ABORT that upstream gets, null at the payer, and the one it rests on. */
interface Waivers {
  readonly abort: Abort | null;
  readonly downstreamAbort: Abort | null;
  readonly ownRisk?: AbortedPosition['ownRisk'];
}

/** Saves the aborted state and tells upstream. The reservations were dealt with by the caller. */
function finish(turn: Turn, before: Abortable, cause: Refusal, waivers: Waivers): void {
  const { abort, downstreamAbort, ownRisk = null } = waivers;
  const { type, txId, position, header, route } = before;
  const upstream = upstreamOf(before);
  const aborted: AbortedPosition = {
    type,
    txId,
    position,
    header,
    route,
    state: 'aborted',
    abort,
    acked: upstream === null,
    cause,
    downstreamAbort,
    ownRisk,
    letGoAtMs: cause.code === 'let-go' && downstreamAbort === null ? turn.nowMs : null,
    certificate: null,
  };
  turn.savePosition(aborted);
  sendAbort(turn, abort, upstream);
  // A prepared position has its chain of resends already.
  if (upstream !== null && before.state !== 'prepared') scheduleRetry(turn, aborted);
}

/**
 * The ABORT for upstream; null where there is none. `unsigned`: a host may not sign it, so the position stays as it is,
 * and whoever asks again is answered when it may (§11.4).
 */
function signAbort(
  turn: Turn,
  { txId, position, header, route }: Abortable,
  cause: Refusal,
  downstreamAbort: Abort | null,
): Abort | null | 'unsigned' {
  if (upstreamOf({ position, route }) === null) return null;
  const statement = {
    domain: 'geo/1/abort',
    network: header.network,
    txId,
    routeIndex: route.index,
    position,
    signer: turn.self,
    about: { header, routes: [route] },
  } as const;
  const signature = turn.sign(statement);
  if (signature === null) return 'unsigned';
  const restsOn: readonly RestedAbort[] =
    downstreamAbort === null ? [] : [rested(downstreamAbort), ...downstreamAbort.restsOn];
  return {
    txId,
    routeIndex: route.index,
    position,
    signer: turn.self,
    signature,
    cause,
    restsOn,
  };
}

function rested({ position, signer, signature }: Abort): RestedAbort {
  return { position, signer, signature };
}

/** A waiver with a verified signature, from whomever it came. */
export function receiveAbort(turn: Turn, from: PublicKey, abort: Abort): void {
  if (abort.signer === turn.self) {
    receiveOwnAbort(turn, from, abort);
    return;
  }
  const { txId, routeIndex } = abort;
  const known = turn.position(txId, routeIndex, abort.position - 1);
  const isDownstream = known !== undefined && downstreamOf(known) === abort.signer;
  // Not acknowledged: it comes again.
  if (isDownstream && known.state === 'prepared' && !releaseByDownstream(turn, known, abort)) return;
  if (isDownstream && known.state === 'committed') undoByDownstream(turn, known, abort);
  if (isDownstream && known.state === 'aborted' && known.ownRisk !== null) endOwnRisk(turn, known, abort);
  turn.send(from, { type: 'ack', of: 'abort', txId, routeIndex, position: abort.position });
}

/**
 * Rule 4(b): downstream let its hop go, so this one may; the ABORT it rests on is carried along. False: nobody may sign
 * that here now, and nothing has changed.
 */
function releaseByDownstream(turn: Turn, known: PreparedPosition, downstreamAbort: Abort): boolean {
  const abort = signAbort(turn, known, downstreamAbort.cause, downstreamAbort);
  if (abort === 'unsigned') return false;
  freeIncoming(turn, known);
  freeOutgoing(turn, known);
  finish(turn, known, downstreamAbort.cause, { abort, downstreamAbort });
  if (known.position !== 0) return true;
  if (known.header.kind === 'clear') clearingAborted(turn, known, downstreamAbort);
  else routeAborted(turn, known, downstreamAbort);
  return true;
}

/** Rule 6: a waiver after the fact undoes that one hop in our favour and is not passed on. */
function undoByDownstream(turn: Turn, known: CommittedPosition, abort: Abort): void {
  if (known.waivedByDownstream !== null) return;
  turn.savePosition({ ...known, waivedByDownstream: abort });
  uncountOutgoing(turn, known);
  if (isLast({ position: abort.position, route: known.route })) {
    keepWaivedCommit(turn, certificateOf(known), abort);
  }
  turn.notify({ type: 'late-abort', txId: known.txId, neighbour: abort.signer });
}

function endOwnRisk(turn: Turn, known: AbortedPosition, abort: Abort): void {
  if (known.ownRisk === 'counted') uncountOutgoing(turn, known);
  else freeOutgoing(turn, known);
  turn.savePosition({ ...known, ownRisk: null, downstreamAbort: abort });
}

/**
 * Someone shows a waiver that this participant signed. If it is news, records were lost (rule 10). The downstream
 * waiver that it rested on comes with it (verified by verify.ts) and lets the outgoing hop go again.
 */
function receiveOwnAbort(turn: Turn, from: PublicKey, abort: Abort): void {
  const { txId, routeIndex, position } = abort;
  const known = turn.position(txId, routeIndex, position);
  // Without the packet it cannot be told whether this is older than a loss that is known: a node that never lost anything did now.
  if (known === undefined && turn.node.restoredAtMs === null) markRestored(turn, turn.nowMs);
  if (known === undefined || known.state === 'aborted') return;
  markRestored(turn, known.header.createdAtMs);
  const downstreamAbort = restedOn(known, abort);
  if (known.state === 'committed') {
    if (known.waivedByMe !== null) return;
    if (downstreamAbort !== null) undoByDownstream(turn, known, downstreamAbort);
    const waivedByDownstream = known.waivedByDownstream ?? downstreamAbort;
    turn.savePosition({ ...known, waivedByDownstream, waivedByMe: abort, acked: true });
    uncountIncoming(turn, known);
    return;
  }
  freeIncoming(turn, known);
  const stillOpen = downstreamOf(known) !== null && downstreamAbort === null;
  if (downstreamAbort !== null) freeOutgoing(turn, known);
  const { type, header, route } = known;
  turn.savePosition({
    type,
    txId,
    position,
    header,
    route,
    state: 'aborted',
    abort,
    acked: from === upstreamOf(known),
    cause: abort.cause,
    downstreamAbort,
    ownRisk: stillOpen ? 'reserved' : null,
    letGoAtMs: null,
    certificate: null,
  });
}

/** The downstream neighbour's waiver that an own one carries, or null. */
function restedOn(known: { position: number; route: Route }, abort: Abort): Abort | null {
  const [first, ...restsOn] = abort.restsOn;
  if (first === undefined || first.position !== known.position + 1 || first.signer !== downstreamOf(known)) return null;
  const { txId, routeIndex, cause } = abort;
  return { ...first, txId, routeIndex, cause, restsOn };
}

/** The upstream neighbour has saved the waiver. */
export function receiveAbortAck(turn: Turn, from: PublicKey, txId: TxId, routeIndex: number, position: number): void {
  const known = turn.position(txId, routeIndex, position);
  if (known?.state !== 'aborted' || known.acked || upstreamOf(known) !== from) return;
  turn.savePosition({ ...known, acked: true });
}

/**
 * A person waives the incoming hop at own risk (§4.5). A prepared position keeps its outgoing hop reserved: it counts
 * if a certificate comes. Refuses what holds nothing for an upstream neighbour.
 */
export function letGo(turn: Turn, txId: TxId, routeIndex: number, position: number): void {
  const known = turn.position(txId, routeIndex, position);
  const canLetGo = (known?.state === 'prepared' || known?.state === 'held') && upstreamOf(known) !== null;
  if (!canLetGo) {
    turn.notify({ type: 'refused', refusal: refuse('not-held', { id: txId }) });
    return;
  }
  const cause = refuse('let-go', {});
  const abort = signAbort(turn, known, cause, null);
  if (abort === 'unsigned') {
    turn.notify({ type: 'refused', refusal: refuse('bad-document', { why: 'it is not signed' }) });
    return;
  }
  freeIncoming(turn, known);
  const ownRisk = known.state === 'prepared' ? 'reserved' : null;
  finish(turn, known, cause, { abort, downstreamAbort: null, ownRisk });
}
