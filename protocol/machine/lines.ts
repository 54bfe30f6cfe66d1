/**
 * Trust lines (§3.1): the owner changes and sends, the other end stores the newest and is told.
 */
import { owedToMe } from '../account.ts';
import { encode } from '../codec.ts';
import type { SetTrustLineCommand } from '../event.ts';
import { isSameBytes } from '../hex.ts';
import type { PublicKey } from '../identity.ts';
import {
  MAX_CLOCK_SKEW_MS,
  MAX_EQUIVALENTS_PER_NEIGHBOUR,
  MAX_NEIGHBOURS,
  MAX_UNASKED_NEIGHBOURS,
  VERSION,
} from '../limits.ts';
import type { TrustLineAck } from '../link.ts';
import { type Refusal, refuse } from '../refusals.ts';
import {
  effectiveLimit,
  type SignedTrustLine,
  type TrustLine,
  trustLineShape,
  trustLineStatement,
} from '../trust-line.ts';
import { announceLine, withdrawConsent, withdrawLine } from './announce.ts';
import { keepEvidence } from './evidence.ts';
import { markRestored } from './restored.ts';
import { retryDelayMs, type Turn } from './turn.ts';

/** Opens, changes or closes the own line to a neighbour; the document stands as soon as it is saved here. */
export function setTrustLine(turn: Turn, command: SetTrustLineCommand): void {
  const refusal = whyNotSet(turn, command);
  if (refusal !== null) {
    turn.notify({ type: 'refused', refusal });
    return;
  }
  const line = command.document ?? nextLine(turn, { ...command, to: command.neighbour });
  if (!signLine(turn, line))
    turn.notify({ type: 'refused', refusal: refuse('bad-document', { why: 'it is not signed' }) });
}

/** Signs an own line again as it is, with a new seq: nobody can show an older one any more (§8.4). */
export function setAgain(turn: Turn, line: TrustLine): void {
  signLine(turn, nextLine(turn, line));
}

function nextLine(
  turn: Turn,
  { to, equivalent, limit, status, policy }: Pick<TrustLine, 'to' | 'equivalent' | 'limit' | 'status' | 'policy'>,
): TrustLine {
  const lastSeq = turn.line(turn.self, to, equivalent)?.signed.line.seq ?? 0;
  return {
    version: VERSION,
    network: turn.records.network,
    from: turn.self,
    to,
    equivalent,
    seq: Math.max(lastSeq + 1, turn.nowMs),
    limit,
    status,
    policy,
    createdAtMs: turn.nowMs,
  };
}

/** Signs a document and makes it the own line; false where only its owner could sign it (§11.4). */
function signLine(turn: Turn, line: TrustLine): boolean {
  const { to, equivalent, status, policy } = line;
  const signature = turn.sign(trustLineStatement(line));
  if (signature === null) return false;
  const signed: SignedTrustLine = { line, signature };
  turn.saveOnce({ type: 'line', signed, acked: false, conflicting: null });
  const account = turn.accountOrNew(to, equivalent);
  // The owner has spoken: what waited for that, or what the neighbour had done, is over.
  const standing = account.standing === 'unsure' ? 'unsure' : 'confirmed';
  turn.saveAccount({ ...account, limitGiven: effectiveLimit(line), standing });
  sendLine(turn, signed, 0);
  turn.notify({ type: 'trust-line', from: turn.self, to, equivalent });
  if (status === 'active' && (policy.announce || turn.node.announceAll)) announceLine(turn, line);
  else withdrawLine(turn, line);
  withdrawConsent(turn, to, equivalent);
  return true;
}

function whyNotSet(turn: Turn, command: SetTrustLineCommand): Refusal | null {
  const { neighbour, equivalent, limit, status, document } = command;
  if (neighbour === turn.self) return refuse('to-self', { what: 'trust line' });
  const why = document === undefined ? null : documentFlaw(turn, command, document);
  if (why !== null) return refuse('bad-document', { why });
  if (turn.node.isFrozen) return refuse('node-restored', {});
  const tooMany = tooManyTrusted(turn, neighbour);
  const account = turn.account(neighbour, equivalent);
  if (tooMany !== null || account === undefined) return tooMany;
  const debt = owedToMe(account);
  if (status !== 'closed' && limit < debt + account.reservedIn) {
    return refuse('limit-below-debt', { debt, reserved: account.reservedIn, asked: limit });
  }
  return null;
}

/** Is it the document of this command, and newer than the last one? */
function documentFlaw(turn: Turn, command: SetTrustLineCommand, document: TrustLine): string | null {
  const { neighbour: to, equivalent, limit, status, policy } = command;
  const seq = turn.line(turn.self, to, equivalent)?.signed.line.seq ?? 0;
  const expected = {
    ...document,
    network: turn.records.network,
    from: turn.self,
    to,
    equivalent,
    limit,
    status,
    policy,
  };
  if (!isSameBytes(encode(trustLineShape, expected), encode(trustLineShape, document)))
    return 'it is another trust line';
  if (document.seq <= seq) return 'there is a newer one';
  return document.seq > turn.nowMs + MAX_CLOCK_SKEW_MS ? 'it is from the future' : null;
}

/** The own choice whom to trust is bounded by `MAX_NEIGHBOURS`, whatever others have opened. */
function tooManyTrusted(turn: Turn, neighbour: PublicKey): Refusal | null {
  const trusted = new Set<PublicKey>();
  for (const { signed } of turn.records.lines()) if (signed.line.from === turn.self) trusted.add(signed.line.to);
  const isTooMany = !trusted.has(neighbour) && trusted.size >= MAX_NEIGHBOURS;
  return isTooMany ? refuse('too-many-neighbours', { limit: MAX_NEIGHBOURS }) : null;
}

/** Is a first line in this equivalent one too many from this neighbour, or from neighbours that are not trusted back? */
function isUnwelcome(turn: Turn, from: PublicKey): boolean {
  const unasked = new Set<PublicKey>();
  const trusted = new Set<PublicKey>();
  let equivalents = 0;
  for (const { signed } of turn.records.lines()) {
    if (signed.line.from === turn.self) trusted.add(signed.line.to);
    else unasked.add(signed.line.from);
    if (signed.line.from === from) equivalents++;
  }
  if (equivalents >= MAX_EQUIVALENTS_PER_NEIGHBOUR) return true;
  if (trusted.has(from) || unasked.has(from)) return false;
  for (const neighbour of trusted) unasked.delete(neighbour);
  return unasked.size >= MAX_UNASKED_NEIGHBOURS;
}

/** Sends an own line and begins its chain of resends, which ends with the acknowledgement. */
export function sendLine(turn: Turn, signed: SignedTrustLine, tries: number): void {
  const { to, equivalent, seq } = signed.line;
  turn.send(to, { type: 'trust-line', signed });
  turn.schedule({ type: 'resend-line', to, equivalent, seq, tries }, turn.nowMs + retryDelayMs(tries));
}

/** Time to send an own line again, unless it was acknowledged or replaced. */
export function resendLine(turn: Turn, to: PublicKey, equivalent: string, seq: number, tries: number): void {
  const known = turn.line(turn.self, to, equivalent);
  if (known === undefined || known.acked || known.signed.line.seq !== seq) return;
  sendLine(turn, known.signed, tries + 1);
}

/** A line between this participant and a neighbour, verified: the neighbour's, or an own one that it shows. */
export function receiveTrustLine(turn: Turn, signed: SignedTrustLine): void {
  if (signed.line.from === turn.self) receiveOwnLine(turn, signed);
  else receiveTheirLine(turn, signed);
}

/** A neighbour shows an own line: a newer one than is known here was forgotten (rule 10). */
function receiveOwnLine(turn: Turn, signed: SignedTrustLine): void {
  const { line } = signed;
  const { to, equivalent, seq } = line;
  const known = turn.line(turn.self, to, equivalent);
  if (known !== undefined && seq <= known.signed.line.seq) return;
  // Its seq is the time at which it was signed.
  markRestored(turn, seq);
  turn.saveOnce({ type: 'line', signed, acked: true, conflicting: null });
  const account = turn.accountOrNew(to, equivalent);
  turn.saveAccount({ ...account, limitGiven: effectiveLimit(line) });
  turn.notify({ type: 'trust-line', from: turn.self, to, equivalent });
}

/** A neighbour's line, verified, to this participant. The highest seq stands; two documents of one seq prove equivocation. */
function receiveTheirLine(turn: Turn, signed: SignedTrustLine): void {
  const { from, to, equivalent, seq } = signed.line;
  const known = turn.line(from, to, equivalent);
  if (known === undefined && turn.account(from, equivalent) === undefined && isUnwelcome(turn, from)) return;
  if (known === undefined || seq > known.signed.line.seq) {
    turn.saveOnce({ type: 'line', signed, acked: true, conflicting: null });
    const account = turn.accountOrNew(from, equivalent);
    turn.saveAccount({ ...account, limitReceived: effectiveLimit(signed.line) });
    turn.notify({ type: 'trust-line', from, to, equivalent });
  } else if (seq === known.signed.line.seq && known.conflicting === null && !isSameLine(known.signed, signed)) {
    turn.saveOnce({ ...known, conflicting: signed });
    turn.saveAccount({ ...turn.accountOrNew(from, equivalent), limitReceived: 0n });
    keepEvidence(turn, from, 'two-trust-lines', [
      { type: 'trust-line', signed: known.signed },
      { type: 'trust-line', signed },
    ]);
    turn.notify({ type: 'equivocation', neighbour: from, equivalent });
  }
  turn.send(from, { type: 'trust-line-ack', from, to, equivalent, seq });
}

function isSameLine(a: SignedTrustLine, b: SignedTrustLine): boolean {
  return isSameBytes(encode(trustLineShape, a.line), encode(trustLineShape, b.line));
}

/** The other end has the line of this seq. */
export function receiveTrustLineAck(turn: Turn, from: PublicKey, ack: TrustLineAck): void {
  const known = turn.line(turn.self, from, ack.equivalent);
  if (ack.to !== from || known === undefined || known.acked || known.signed.line.seq !== ack.seq) return;
  turn.saveOnce({ ...known, acked: true });
  turn.notify({ type: 'trust-line-acked', to: from, equivalent: ack.equivalent, seq: ack.seq });
}
