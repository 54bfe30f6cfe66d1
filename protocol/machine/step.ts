/**
 * The machine (§8): `step(records, event) → effects`. Pure, synchronous, total; every protocol decision is made below
 * this function and nowhere else. `sign` comes from the driver and is pure too: Ed25519 is deterministic.
 */
import { unreachable } from '../bug.ts';
import { refusalOf } from '../cause.ts';
import type { Command, ConfigureCommand, Effect, Event, SetDustCommand, Timer } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import type { Message } from '../link.ts';
import { isLast, isUnsettled } from '../position.ts';
import type { Records } from '../records.ts';
import type { MaySign } from '../statement.ts';
import { letGo, receiveAbort, receiveAbortAck } from './abort.ts';
import { receiveOffer, renewAnnouncements, withdrawUnwanted } from './announce.ts';
import { keepBackup, receiveBackup, tellKept } from './backup.ts';
import { receiveCancel } from './cancel.ts';
import { proposeCheckpoints, receiveCheckpoint, signCheckpoint } from './checkpoint.ts';
import { startClearing } from './clear.ts';
import { expireHeld, receiveCommit, receiveCommitAck } from './commit.ts';
import { answerProposal, expireProposals } from './consent.ts';
import { receiveFault } from './evidence.ts';
import { receiveFind, receiveFound } from './find.ts';
import { receiveHints } from './hints.ts';
import { receiveTrustLine, receiveTrustLineAck, resendLine, sendLine, setTrustLine } from './lines.ts';
import {
  receiveAnnouncements,
  receiveMapAnswer,
  receiveMapAsk,
  receiveMapDigest,
  sendMapDigest,
  tidyMap,
} from './map.ts';
import { receiveRingHalf, receiveRingProbe } from './meet.ts';
import { resendTo, scheduleRetry } from './outbox.ts';
import { receiveDecline, resumePayment, startPayment, tryNext } from './pay.ts';
import { receivePrepare } from './prepare.ts';
import { receiveProbe, receiveProbeAnswer } from './probe.ts';
import { startQuote } from './quote.ts';
import {
  beginRecovery,
  confirmRestored,
  expectComparison,
  receiveRecover,
  receiveReminder,
  recoverAgain,
} from './recover.ts';
import { receiveResolve, resolveNow, retry } from './resolve.ts';
import { freeze } from './restored.ts';
import { answersAreLate } from './search.ts';
import { receiveNone, receiveRing, receiveWalk, seek, seekEverywhere, seekNowAndThen } from './seek.ts';
import { receiveHops, receiveSummary, sendSummaries } from './summary.ts';
import { Turn } from './turn.ts';

/**
 * What follows from one event. Reads `records`, changes nothing; the driver saves, then releases the rest in order.
 * Messages must have passed `verifyMessage`. Never throws, except on a bug.
 */
export function step(records: Records, event: Event, sign: MaySign): Effect[] {
  const turn = new Turn(records, event.nowMs, sign);
  switch (event.type) {
    case 'start':
      start(turn);
      break;
    case 'loss':
      freeze(turn, turn.nowMs);
      break;
    case 'fault':
      receiveFault(turn, event.from, event.frame);
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
    case 'summary':
      receiveSummary(turn, from, message);
      return;
    case 'hops':
      receiveHops(turn, from, message);
      return;
    case 'checkpoint':
      receiveCheckpoint(turn, from, message.signed);
      return;
    case 'recover':
      receiveRecover(turn, from, message.restoredAtMs);
      return;
    case 'reminder':
      receiveReminder(turn, from, message.packet);
      return;
    case 'backup':
      receiveBackup(turn, from, message);
      return;
    case 'probe':
      receiveProbe(turn, from, message);
      return;
    case 'probe-answer':
      receiveProbeAnswer(turn, message);
      return;
    case 'find':
      receiveFind(turn, from, message);
      return;
    case 'found':
      receiveFound(turn, message);
      return;
    case 'ring-walk':
      receiveWalk(turn, from, message);
      return;
    case 'ring-found':
      receiveRing(turn, from, message);
      return;
    case 'ring-none':
      receiveNone(turn, from, message);
      return;
    case 'ring-probe':
      receiveRingProbe(turn, from, message);
      return;
    case 'ring-half':
      receiveRingHalf(turn, from, message);
      return;
    case 'hint-request':
      // Nothing that is decided here: an indexer answers before it comes to its machine (§6.5).
      return;
    case 'hints':
      receiveHints(turn, from, message);
      return;
    case 'map-ask':
      receiveMapAsk(turn, from, message);
      return;
    case 'map-answer':
      receiveMapAnswer(turn, from, message);
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
    case 'search': {
      const search = turn.search(timer.id);
      if (search?.round === timer.round && search.awaits.length > 0) answersAreLate(turn, search);
      return;
    }
    case 'resend-line':
      resendLine(turn, timer.to, timer.equivalent, timer.seq, timer.tries);
      return;
    case 'seek':
      seek(turn, timer.neighbour, timer.equivalent, timer.tries);
      return;
    case 'recover':
      recoverAgain(turn, timer.neighbour, timer.tries);
      return;
    case 'housekeeping': {
      tidyMap(turn);
      withdrawUnwanted(turn);
      renewAnnouncements(turn, null);
      proposeCheckpoints(turn, 'due');
      expireProposals(turn);
      turn.learn({ type: 'round-over' });
      seekNowAndThen(turn, timer.round);
      const linked = [...turn.records.linked];
      const neighbour = linked[timer.round % linked.length];
      if (neighbour === undefined) return;
      sendMapDigest(turn, neighbour, false);
      sendSummaries(turn, neighbour);
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
    case 'quote':
      startQuote(turn, command);
      return;
    case 'set-trust-line':
      setTrustLine(turn, command);
      return;
    case 'clear':
      startClearing(turn, command);
      return;
    case 'seek-rings':
      seekEverywhere(turn, command.equivalent);
      return;
    case 'answer-proposal':
      answerProposal(turn, command);
      return;
    case 'let-go':
      letGo(turn, command.txId, command.routeIndex, command.position);
      return;
    case 'resolve':
      resolveNow(turn, command.txId);
      return;
    case 'configure':
      configure(turn, command);
      return;
    case 'set-dust':
      setDust(turn, command);
      return;
    case 'confirm-restored':
      confirmRestored(turn, command.regardless);
      return;
    case 'propose-checkpoints':
      proposeCheckpoints(turn, command.which);
      return;
    case 'sign-checkpoint':
      signCheckpoint(turn, command);
      return;
    case 'keep-backup':
      keepBackup(turn, command.sealed);
      return;
    case 'sync-map':
      sendMapDigest(turn, command.participant, false);
      return;
    default:
      unreachable(command);
  }
}

function configure(turn: Turn, { announceAll }: ConfigureCommand): void {
  if (turn.node.announceAll === announceAll) return;
  turn.saveNode({ ...turn.node, announceAll });
  withdrawUnwanted(turn);
}

function setDust(turn: Turn, { smallest, letGoUpTo, budget }: SetDustCommand): void {
  const { dust } = turn.node;
  const isSame = dust.smallest === smallest && dust.letGoUpTo === letGoUpTo && dust.budget === budget;
  if (!isSame) turn.saveNode({ ...turn.node, dust: { ...dust, smallest, letGoUpTo, budget } });
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
  sendSummaries(turn, neighbour);
  beginRecovery(turn, neighbour);
  expectComparison(turn, neighbour);
  tellKept(turn, neighbour);
  renewAnnouncements(turn, neighbour);
  if (turn.records.topology.count > 0) sendMapDigest(turn, neighbour, false);
}
