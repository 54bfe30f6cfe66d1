/**
 * After a loss (§8.4): asking each neighbour for all it has, giving a neighbour that asks all there is, and the owner's
 * word that ends it.
 */
import type { Account } from '../account.ts';
import type { PublicKey } from '../identity.ts';
import { RETRY_FIRST_MS } from '../limits.ts';
import type { Packet } from '../packet.ts';
import { downstreamOf, type Position, type PreparedPosition, upstreamOf } from '../position.ts';
import { refuse } from '../refusals.ts';
import { isClosed, isCompared } from './books.ts';
import { setAgain } from './lines.ts';
import { resendTo, scheduleRetry, sendResolve } from './outbox.ts';
import { holdIncoming, holdOutgoing } from './reserve.ts';
import { markRestored } from './restored.ts';
import { sendHops, sendSummaries } from './summary.ts';
import { retryDelayMs, type Turn } from './turn.ts';

/**
 * Asks a linked neighbour for all it has, and again until its accounts are agreed. A host of many participants, who are all
 * back at once, waits for their summaries first: see `expectComparison`.
 */
export function beginRecovery(turn: Turn, neighbour: PublicKey): void {
  if (!turn.records.isHosted || lacks(turn, neighbour)) recoverAgain(turn, neighbour, 0);
}

/** Was anything lost of which this neighbour may know? */
function lacks(turn: Turn, neighbour: PublicKey): boolean {
  const accounts = [...turn.records.accountsWith(neighbour)];
  if (accounts.length === 0) return turn.node.isFrozen;
  return accounts.some(({ equivalent }) => {
    const account = turn.account(neighbour, equivalent);
    return account?.standing === 'unsure' && !isEmpty(turn, account);
  });
}

/** Is there nothing to agree on? Such an account was made for a hop that was adopted, and let go since. */
function isEmpty(turn: Turn, { neighbour, equivalent, entries, reservedIn, reservedOut }: Account): boolean {
  const line = turn.line(turn.self, neighbour, equivalent) ?? turn.line(neighbour, turn.self, equivalent);
  return line === undefined && entries === 0 && reservedIn === 0n && reservedOut === 0n;
}

/** Looks after a moment whether the books were compared, and asks if they were not. */
export function expectComparison(turn: Turn, neighbour: PublicKey): void {
  const accounts = [...turn.records.accountsWith(neighbour)];
  if (accounts.every((account) => isCompared(turn, account))) return;
  turn.schedule({ type: 'recover', neighbour, tries: 0 }, turn.nowMs + RETRY_FIRST_MS);
}

/** Time to ask again, unless there is nothing to ask or nobody to answer. */
export function recoverAgain(turn: Turn, neighbour: PublicKey, tries: number): void {
  const accounts = [...turn.records.accountsWith(neighbour)];
  const isOpen = accounts.some((account) => !isCompared(turn, account));
  if (!turn.records.linked.has(neighbour) || !(isOpen || lacks(turn, neighbour))) return;
  turn.send(neighbour, { type: 'recover', restoredAtMs: turn.node.restoredAtMs });
  sendSummaries(turn, neighbour);
  turn.schedule({ type: 'recover', neighbour, tries: tries + 1 }, turn.nowMs + retryDelayMs(tries));
}

/**
 * A neighbour lost records, or has not compared them since a start: lines, checkpoint, hops, what is open, and last how this
 * side sees the accounts.
 */
export function receiveRecover(turn: Turn, from: PublicKey, restoredAtMs: number | null): void {
  if (restoredAtMs !== null) turn.learn({ type: 'restored-neighbour', neighbour: from, restoredAtMs });
  const accounts = [...turn.records.accountsWith(from)];
  for (const account of accounts) {
    const { equivalent } = account;
    for (const line of [turn.line(from, turn.self, equivalent), turn.line(turn.self, from, equivalent)]) {
      if (line !== undefined) turn.send(from, { type: 'trust-line', signed: line.signed });
    }
    const agreed = turn.checkpoint(from, equivalent)?.agreed ?? null;
    if (agreed !== null) turn.send(from, { type: 'checkpoint', signed: agreed });
    sendHops(turn, account);
  }
  for (const position of turn.records.unsettledWith(from)) {
    resendTo(turn, position, from);
    remind(turn, position, from);
  }
  if (accounts.length > 0) sendSummaries(turn, from);
  const backup = turn.records.backup(from);
  if (backup !== undefined) {
    const { owner, seq, sealed } = backup;
    turn.send(from, { type: 'backup', owner, seq, sealed });
  }
}

/** Shows the upstream neighbour the packet that it signed and this side holds. */
export function remind(turn: Turn, position: Position, to: PublicKey): void {
  if (upstreamOf(position) !== to || (position.state !== 'prepared' && position.state !== 'held')) return;
  const { txId, header, route } = position;
  const signatures = position.signatures.slice(0, position.position);
  if (signatures.length === position.position)
    turn.send(to, { type: 'reminder', packet: { txId, header, route, signatures } });
}

/**
 * A downstream neighbour shows a packet that this participant signed and does not know: the position is prepared again
 * as it was. What a checkpoint has closed, or is known, is no news.
 */
export function receiveReminder(turn: Turn, from: PublicKey, packet: Packet): void {
  const { txId, header, route, signatures } = packet;
  const position = signatures.length - 1;
  const account = turn.account(from, header.equivalent);
  if (turn.position(txId, route.index, position) !== undefined) return;
  if (account !== undefined && isClosed(account, header)) return;
  markRestored(turn, header.createdAtMs);
  const prepared: PreparedPosition = {
    type: 'position',
    txId,
    position,
    header,
    route,
    state: 'prepared',
    signatures,
    isAdopted: false,
  };
  turn.savePosition(prepared);
  holdIncoming(turn, prepared);
  holdOutgoing(turn, prepared);
  if (downstreamOf(prepared) !== null) sendResolve(turn, prepared);
  scheduleRetry(turn, prepared);
}

/** The owner has looked at what came back: the agreed accounts may be used, each own limit signed again. */
export function confirmRestored(turn: Turn, regardless: boolean): void {
  const accounts = [...turn.accounts()];
  const agreed = accounts.filter(({ standing }) => standing === 'agreed');
  if (!turn.node.isFrozen && agreed.length === 0) {
    turn.notify({ type: 'refused', refusal: refuse('not-restored', {}) });
    return;
  }
  const waiting = new Set<PublicKey>();
  for (const account of accounts) {
    const isUnsure = account.standing === 'unsure' && !isEmpty(turn, account);
    if (isUnsure && turn.records.linked.has(account.neighbour)) waiting.add(account.neighbour);
  }
  if (waiting.size > 0 && !regardless) {
    turn.notify({ type: 'refused', refusal: refuse('not-agreed', { neighbours: waiting.size }) });
    return;
  }
  if (turn.node.isFrozen) turn.saveNode({ ...turn.node, isFrozen: false });
  for (const { neighbour, equivalent } of agreed) {
    turn.saveAccount({ ...turn.accountOrNew(neighbour, equivalent), standing: 'confirmed' });
    const own = turn.line(turn.self, neighbour, equivalent);
    if (own !== undefined) setAgain(turn, own.signed.line);
  }
  turn.notify({ type: 'confirmed' });
}
