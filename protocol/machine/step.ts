/**
 * The machine (§8): `step(records, event) → effects`. Pure, synchronous, total; every protocol decision is made below
 * this function and nowhere else. `sign` comes from the driver and is pure too: Ed25519 is deterministic.
 */
import { unreachable } from '../bug.ts';
import { refusalOf } from '../cause.ts';
import type { Command, Effect, Event, Timer } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import type { Message } from '../link.ts';
import { isLast, isUnsettled } from '../position.ts';
import type { Records } from '../records.ts';
import type { Sign } from '../statement.ts';
import { letGo, receiveAbort, receiveAbortAck } from './abort.ts';
import { receiveAnnouncements, receiveMapDigest, receiveOffer, renewAnnouncements, sendMapDigest } from './announce.ts';
import { startClearing } from './clear.ts';
import { expireHeld, receiveCommit, receiveCommitAck } from './commit.ts';
import { receiveTrustLine, receiveTrustLineAck, resendLine, sendLine, setTrustLine } from './lines.ts';
import { resendTo, scheduleRetry } from './outbox.ts';
import { receiveDecline, resumePayment, startPayment, tryNext } from './pay.ts';
import { receivePrepare } from './prepare.ts';
import { receiveCancel, receiveResolve, resolveNow, retry } from './resolve.ts';
import { Turn } from './turn.ts';

/**
 * What follows from one event. Reads `records`, changes nothing; the driver saves, then releases the rest in order.
 * Messages must have passed `verifyMessage`. Never throws, except on a bug.
 */
export function step(records: Records, event: Event, sign: Sign): Effect[] {
  const turn = new Turn(records, event.nowMs, sign);
  switch (event.type) {
    case 'start':
      start(turn);
      break;
    case 'link-up':
      linkUp(turn, event.neighbour);
      break;
    case 'link-down':
      break;
    case 'message':
      receive(turn, event.from, event.message);
      break;
    case 'gossip':
      receiveAnnouncements(turn, [event.signed]);
      break;
    case 'timer':
      fire(turn, event.timer);
      break;
    case 'command':
      obey(turn, event.command);
      break;
    default:
      unreachable(event);
  }
  return turn.effects();
}

function receive(turn: Turn, from: PublicKey, message: Message): void {
  switch (message.type) {
    case 'hello':
      return;
    case 'ack':
      if (message.of === 'commit') receiveCommitAck(turn, from, message.txId, message.routeIndex, message.position);
      else receiveAbortAck(turn, from, message.txId, message.routeIndex, message.position);
      return;
    case 'prepare':
      receivePrepare(turn, from, message.packet);
      return;
    case 'commit':
      receiveCommit(turn, from, message.certificate);
      return;
    case 'abort': {
      const { txId, routeIndex, position, signer, signature, restsOn } = message;
      receiveAbort(turn, from, {
        txId,
        routeIndex,
        position,
        signer,
        signature,
        restsOn,
        cause: refusalOf(message.cause),
      });
      return;
    }
    case 'cancel':
      receiveCancel(turn, from, message);
      return;
    case 'resolve':
      receiveResolve(turn, from, message);
      return;
    case 'decline':
      receiveDecline(turn, { txId: message.txId, signer: message.signer, signature: message.signature });
      return;
    case 'trust-line':
      receiveTrustLine(turn, message.signed);
      return;
    case 'trust-line-ack':
      receiveTrustLineAck(turn, from, message);
      return;
    case 'announcement-offer':
      receiveOffer(turn, from, message.signed);
      return;
    case 'map-digest':
      receiveMapDigest(turn, from, message);
      return;
    case 'announcements':
      receiveAnnouncements(turn, message.signed);
      return;
    default:
      unreachable(message);
  }
}

function fire(turn: Turn, timer: Timer): void {
  switch (timer.type) {
    case 'retry':
      retry(turn, timer.txId, timer.routeIndex, timer.position, timer.tries);
      return;
    case 'expiry':
      expireHeld(turn, timer.txId);
      return;
    case 'route-again': {
      const payment = turn.payment(timer.paymentId);
      if (payment?.state === 'NEW') tryNext(turn, payment);
      return;
    }
    case 'resend-line':
      resendLine(turn, timer.to, timer.equivalent, timer.seq, timer.tries);
      return;
    case 'housekeeping': {
      renewAnnouncements(turn, null);
      const linked = [...turn.records.linked];
      const neighbour = linked[timer.round % linked.length];
      if (neighbour !== undefined) sendMapDigest(turn, neighbour, false);
      return;
    }
    default:
      unreachable(timer);
  }
}

function obey(turn: Turn, command: Command): void {
  switch (command.type) {
    case 'pay':
      startPayment(turn, command);
      return;
    case 'set-trust-line':
      setTrustLine(turn, command);
      return;
    case 'clear':
      startClearing(turn, command);
      return;
    case 'let-go':
      letGo(turn, command.txId, command.routeIndex, command.position);
      return;
    case 'resolve':
      resolveNow(turn, command.txId);
      return;
    case 'configure':
      if (turn.node.announceAll !== command.announceAll)
        turn.saveNode({ ...turn.node, announceAll: command.announceAll });
      return;
    default:
      unreachable(command);
  }
}

/** After a start: every timer that was lost with the process begins again. */
function start(turn: Turn): void {
  for (const position of turn.records.unsettled()) {
    if (position.state === 'held')
      turn.schedule({ type: 'expiry', txId: position.txId }, position.header.expiresAtMs + 1);
    else scheduleRetry(turn, position);
  }
  for (const payment of turn.records.payments()) resumePayment(turn, payment);
  for (const line of turn.records.lines()) {
    if (line.signed.line.from === turn.self && !line.acked) sendLine(turn, line.signed, 0);
  }
}

/** The state is the outbox: a neighbour that is back is sent what the states say it may lack. */
function linkUp(turn: Turn, neighbour: PublicKey): void {
  for (const line of turn.records.lines()) {
    if (line.signed.line.to === neighbour && !line.acked)
      turn.send(neighbour, { type: 'trust-line', signed: line.signed });
  }
  for (const position of turn.records.unsettledWith(neighbour)) {
    if (isUnsettled(position) && !(isLast(position) && position.state === 'held')) resendTo(turn, position, neighbour);
  }
  renewAnnouncements(turn, neighbour);
  if (turn.records.topology.count > 0) sendMapDigest(turn, neighbour, false);
}
