/**
 * Checkpoints (§3.5): the smaller key proposes when the account is quiet, the larger one signs when it has counted the
 * very same, and from then on neither side changes what came before.
 */
import type { Account } from '../account.ts';
import {
  balanceSeenBy,
  type Checkpoint,
  type CheckpointRecord,
  checkpointDigest,
  checkpointStatement,
  inOrder,
  type ProposedCheckpoint,
  type SignedCheckpoint,
} from '../checkpoint.ts';
import type { ProposeCheckpointsCommand, SignCheckpointCommand } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import { hopsDigest } from '../journal.ts';
import { CHECKPOINT_AGE_MS, CHECKPOINT_HOPS, CHECKPOINT_QUIET_MS, MAX_CLOCK_SKEW_MS, VERSION } from '../limits.ts';
import type { Records } from '../records.ts';
import { refuse } from '../refusals.ts';
import { adoptCheckpoint, countedSince, isCompared, isQuiet, reservedHops } from './books.ts';
import { keepEvidence } from './evidence.ts';
import { markRestored } from './restored.ts';
import type { Turn } from './turn.ts';

/**
 * Proposes a checkpoint for each account with a larger key that is due (`all`: on which anything counts since the last
 * one), and shows again those that wait for an answer. For a hosted participant it is kept until its owner has signed it.
 */
export function proposeCheckpoints(turn: Turn, which: ProposeCheckpointsCommand['which']): void {
  if (turn.node.isFrozen) return;
  for (const account of [...turn.accounts()]) {
    if (turn.self > account.neighbour || account.standing !== 'confirmed') continue;
    const proposed = turn.checkpoint(account.neighbour, account.equivalent)?.proposed ?? null;
    if (proposed !== null) show(turn, account.neighbour, proposed);
    else if (isDue(turn, account, which)) propose(turn, account, nextOf(turn, account));
  }
}

function show(turn: Turn, neighbour: PublicKey, { checkpoint, smallerSignature }: ProposedCheckpoint): void {
  if (smallerSignature === null) return;
  turn.send(neighbour, { type: 'checkpoint', signed: { checkpoint, smallerSignature, largerSignature: null } });
}

/**
 * The checkpoint of an account that waits for the signature of a hosted participant (§11.4): one that it is to propose as the
 * smaller key, or that was proposed to it. Packets that could make it untrue are refused by whoever proposes it.
 */
export function checkpointToSign(records: Records, { neighbour, equivalent, standing }: Account): Checkpoint | null {
  if (records.node.isFrozen || standing !== 'confirmed') return null;
  const proposed = records.checkpoint(neighbour, equivalent)?.proposed ?? null;
  const isWaiting = proposed !== null && (records.self > neighbour || proposed.smallerSignature === null);
  return isWaiting ? proposed.checkpoint : null;
}

/** A hosted participant has signed a checkpoint, and the driver has the signature: proposes it, or answers with it. */
export function signCheckpoint(turn: Turn, { checkpoint }: SignCheckpointCommand): void {
  const { self } = turn;
  const { smaller, larger, equivalent } = checkpoint;
  const account = turn.account(self === smaller ? larger : smaller, equivalent);
  if (account === undefined || !isSigned(turn, account, checkpoint))
    turn.notify({ type: 'refused', refusal: refuse('bad-document', { why: 'the books have moved on since' }) });
}

function isSigned(turn: Turn, account: Account, checkpoint: Checkpoint): boolean {
  if (turn.self === checkpoint.larger) {
    const proposed = turn.checkpoint(account.neighbour, account.equivalent)?.proposed ?? null;
    const isIt = proposed !== null && checkpointDigest(proposed.checkpoint) === checkpointDigest(checkpoint);
    const smallerSignature = proposed?.smallerSignature ?? null;
    return isIt && smallerSignature !== null && answerProposal(turn, account, { ...proposed, smallerSignature });
  }
  const record = turn.checkpoint(account.neighbour, account.equivalent);
  // It need not be the one that it was asked for: after a crash that may be another one than was asked for before.
  const mayPropose = (record?.proposed?.smallerSignature ?? null) === null && mayAgree(turn, account);
  return mayPropose && isOwnView(turn, account, record, checkpoint) && propose(turn, account, checkpoint);
}

/** Nothing is signed about books that may be incomplete. */
function mayAgree(turn: Turn, account: Account): boolean {
  return !turn.node.isFrozen && account.standing === 'confirmed' && isCompared(turn, account);
}

/** Enough hops, or a long time; and nobody is waiting for anything, so that both have counted the same. */
function isDue(turn: Turn, account: Account, which: ProposeCheckpointsCommand['which']): boolean {
  const quietMs = turn.nowMs - account.latestMs;
  const entries = account.entries - (turn.checkpoint(account.neighbour, account.equivalent)?.entries ?? 0);
  // A packet from a clock that is ahead is waited for: until then all others would be refused.
  if (!isCompared(turn, account) || entries < 1 || account.latestMs <= account.closedUntilMs || quietMs < 0)
    return false;
  const isEnough = entries >= CHECKPOINT_HOPS && quietMs >= CHECKPOINT_QUIET_MS;
  return (which === 'all' || isEnough || quietMs >= CHECKPOINT_AGE_MS) && isQuiet(turn, account);
}

/** What is to be agreed on next: all that there is. */
function nextOf(turn: Turn, account: Account): Checkpoint {
  return checkpointOf(turn, account, turn.checkpoint(account.neighbour, account.equivalent), account.latestMs);
}

/** False where it waits for its owner. */
function propose(turn: Turn, account: Account, checkpoint: Checkpoint): boolean {
  const { neighbour, equivalent } = account;
  const record = turn.checkpoint(neighbour, equivalent);
  const smallerSignature = turn.sign(checkpointStatement(checkpoint, turn.self));
  const proposed: ProposedCheckpoint = { checkpoint, smallerSignature, largerSignature: null };
  turn.saveCheckpoint({
    type: 'checkpoint',
    neighbour,
    equivalent,
    agreed: record?.agreed ?? null,
    entries: record?.entries ?? 0,
    proposed,
  });
  turn.saveAccount({ ...account, refuseUntilMs: Math.max(checkpoint.untilMs, account.refuseUntilMs) });
  show(turn, neighbour, proposed);
  return smallerSignature !== null;
}

/** The next checkpoint by the own books, covering packets created up to `untilMs`. */
function checkpointOf(turn: Turn, account: Account, record: CheckpointRecord | undefined, untilMs: number): Checkpoint {
  const { neighbour, equivalent } = account;
  const { smaller, larger } = inOrder(turn.self, neighbour);
  const before = record?.agreed?.checkpoint;
  const covered = [...countedSince(turn, account, account.closedUntilMs).values()].filter(
    ({ createdAtMs }) => createdAtMs <= untilMs,
  );
  let own = before === undefined ? 0n : balanceSeenBy(turn.self, before);
  for (const { delta } of covered) own += delta;
  const seqOf = (from: PublicKey, to: PublicKey): number => turn.line(from, to, equivalent)?.signed.line.seq ?? 0;
  return {
    version: VERSION,
    network: turn.records.network,
    equivalent,
    smaller,
    larger,
    epoch: (before?.epoch ?? 0) + 1,
    previous: before === undefined ? null : checkpointDigest(before),
    balance: turn.self === smaller ? own : -own,
    untilMs,
    count: covered.length,
    digest: hopsDigest(covered),
    smallerSeq: seqOf(smaller, larger),
    largerSeq: seqOf(larger, smaller),
  };
}

/** A checkpoint of the account with `from`, its signatures verified. */
export function receiveCheckpoint(turn: Turn, from: PublicKey, signed: SignedCheckpoint): void {
  const { checkpoint, largerSignature } = signed;
  const account = turn.account(from, checkpoint.equivalent);
  if (largerSignature !== null) receiveAgreed(turn, from, signed);
  else if (account !== undefined && turn.self === checkpoint.larger && !isWaiting(turn, account, checkpoint))
    answerProposal(turn, account, signed);
}

/** Was it proposed before, and does its owner still have to sign it? */
function isWaiting(turn: Turn, { neighbour, equivalent }: Account, checkpoint: Checkpoint): boolean {
  const proposed = turn.checkpoint(neighbour, equivalent)?.proposed?.checkpoint;
  return turn.records.isHosted && proposed !== undefined && checkpointDigest(proposed) === checkpointDigest(checkpoint);
}

/**
 * As the larger key: signs what the own books say too, or keeps it until its owner does; shows what is agreed already.
 * True when the other end has both signatures now.
 */
function answerProposal(turn: Turn, account: Account, signed: SignedCheckpoint): boolean {
  const { neighbour, equivalent } = account;
  const { checkpoint, smallerSignature } = signed;
  const record = turn.checkpoint(neighbour, equivalent);
  const agreed = record?.agreed ?? null;
  if (agreed !== null && agreed.checkpoint.epoch >= checkpoint.epoch) {
    turn.send(neighbour, { type: 'checkpoint', signed: agreed });
    return true;
  }
  if (!mayAgree(turn, account) || !isOwnView(turn, account, record, checkpoint)) return false;
  const largerSignature = turn.sign(checkpointStatement(checkpoint, turn.self));
  if (largerSignature === null) {
    const proposed: ProposedCheckpoint = { checkpoint, smallerSignature, largerSignature };
    turn.saveCheckpoint({ type: 'checkpoint', neighbour, equivalent, agreed, entries: record?.entries ?? 0, proposed });
    return false;
  }
  const both: SignedCheckpoint = { ...signed, largerSignature };
  adoptCheckpoint(turn, account, both);
  turn.send(neighbour, { type: 'checkpoint', signed: both });
  return true;
}

/** Do the own books say the same about all packets created up to then, and is none of those undecided? */
function isOwnView(
  turn: Turn,
  account: Account,
  record: CheckpointRecord | undefined,
  checkpoint: Checkpoint,
): boolean {
  const { untilMs, smallerSeq, largerSeq } = checkpoint;
  if (untilMs > turn.nowMs + MAX_CLOCK_SKEW_MS || untilMs <= account.closedUntilMs) return false;
  if (reservedHops(turn, account).some(({ createdAtMs }) => createdAtMs <= untilMs)) return false;
  const own = checkpointOf(turn, account, record, untilMs);
  // Lines may have changed since it was proposed: older ones than known here are as true.
  if (smallerSeq > own.smallerSeq || largerSeq > own.largerSeq) return false;
  return checkpointDigest({ ...own, smallerSeq, largerSeq }) === checkpointDigest(checkpoint);
}

/** One that both signed: the answer to a proposal, or one that this node has forgotten. */
function receiveAgreed(turn: Turn, from: PublicKey, signed: SignedCheckpoint): void {
  const { checkpoint } = signed;
  const { equivalent, epoch, untilMs } = checkpoint;
  const record = turn.checkpoint(from, equivalent);
  const knownEpoch = record?.agreed?.checkpoint.epoch ?? 0;
  if (epoch <= knownEpoch) {
    const known = record?.agreed ?? null;
    if (known !== null && epoch === knownEpoch && checkpointDigest(known.checkpoint) !== checkpointDigest(checkpoint)) {
      const documents = [known, signed].map((one) => ({ type: 'checkpoint', signed: one }) as const);
      keepEvidence(turn, from, 'two-checkpoints', documents);
    }
    return;
  }
  // As the larger key, the own signature in it was given last: who does not know that has forgotten it.
  const proposed = turn.self === checkpoint.smaller ? (record?.proposed ?? null) : null;
  const isAnswer =
    proposed !== null &&
    proposed.smallerSignature !== null &&
    checkpointDigest(proposed.checkpoint) === checkpointDigest(checkpoint);
  if (!isAnswer) markRestored(turn, untilMs);
  adoptCheckpoint(turn, turn.accountOrNew(from, equivalent), signed);
}
