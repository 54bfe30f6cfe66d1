/**
 * The invariants (protocol §14) of an explored network. Apart from the code they check: they look at records only.
 */
import { type Account, emptyAccount } from '#protocol/account.ts';
import { balanceSeenBy, type Checkpoint } from '#protocol/checkpoint.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { InvariantId } from '#protocol/invariants.ts';
import type { Header } from '#protocol/packet.ts';
import {
  clearingNet,
  downstreamOf,
  incomingCounts,
  incomingReserved,
  isLast,
  outgoingCounts,
  outgoingReserved,
  type Position,
  upstreamOf,
} from '#protocol/position.ts';
import type { DurableRecord, Transaction } from '#protocol/records.ts';
import { fastSignatures, keyOf } from '../signatures.ts';
import { commitOf, type Signed, statementOf } from './items.ts';
import type { NodeState } from './nodes.ts';
import { NETWORK } from './opening.ts';

/** A broken invariant. */
export interface Breach {
  readonly invariant: InvariantId;
  readonly participant: number;
  readonly what: string;
}

type Disk = ReadonlyMap<string, DurableRecord>;

function recordsOf<T extends DurableRecord['type']>(disk: Disk, type: T): Extract<DurableRecord, { type: T }>[] {
  return [...disk.values()].filter((record) => record.type === type) as Extract<DurableRecord, { type: T }>[];
}

/**
 * What must hold of one participant's disk at any time. `opening` is what it had at first; did it lose anything since,
 * and may it let go at own risk?
 */
export function checkState(
  participant: number,
  disk: Disk,
  opening: Disk,
  { isRestored, letsGo }: { isRestored: boolean; letsGo: boolean },
): Breach | null {
  const breach = (invariant: InvariantId, what: string): Breach => ({ invariant, participant, what });
  const transactions = recordsOf(disk, 'transaction');
  const books = booksFlaw(keyOf(participant), disk, opening, transactions);
  if (books !== null) return breach('INV-MIRROR', books);
  const paid = new Map<string, string>();
  for (const { txId, positions } of transactions) {
    for (const position of positions) {
      if (!isRestored && isHeldClosed(disk, position))
        return breach('INV-CHECKPOINT', 'it holds what a checkpoint closed');
      const hop = hopFlaw(position, isRestored, letsGo);
      if (hop !== null) return breach('INV-HOP', hop);
      if (position.position === 0 && outgoingCounts(position) && !isProven(position)) {
        return breach('INV-PROOF', "it owes without the receiver's signature");
      }
    }
    const net = clearingNet(positions);
    // Who has forgotten that it committed may be let off its hop out before it learns so again: in its favour (rule 6).
    if (net < 0n || (net > 0n && !isRestored)) return breach('INV-CLEAR', 'a clearing changed its net position');
    const decided = decisionOf(positions);
    if (decided === null || isRestored) continue;
    const { header, total } = decided;
    if (total !== header.total) return breach('INV-PROOF', `it signed for ${header.total} and got ${total}`);
    const payment = header.payer + header.paymentId;
    if ((paid.get(payment) ?? txId) !== txId) return breach('INV-PROOF', 'it committed one payment id twice');
    paid.set(payment, txId);
  }
  const believesRestored = recordsOf(disk, 'node').some(({ restoredAtMs }) => restoredAtMs !== null);
  if (believesRestored && !isRestored) return breach('INV-DURABLE', 'it takes itself for restored and lost nothing');
  return null;
}

/** The last checkpoint of an account that both have signed. */
function checkpointOf(disk: Disk, neighbour: string, equivalent: string): Checkpoint | null {
  const record = disk.get(`checkpoint/${neighbour}/${equivalent}`);
  return record?.type === 'checkpoint' ? (record.agreed?.checkpoint ?? null) : null;
}

function closedUntil(disk: Disk, neighbour: string, equivalent: string): number {
  return checkpointOf(disk, neighbour, equivalent)?.untilMs ?? 0;
}

/** An account must be what it was at first, or by its last checkpoint, and what its hops say since. */
function booksFlaw(self: PublicKey, disk: Disk, opening: Disk, transactions: readonly Transaction[]): string | null {
  const expected = new Map<string, { balance: bigint; reservedIn: bigint; reservedOut: bigint }>();
  const book = (neighbour: string, equivalent: string, change: [bigint, bigint, bigint]) => {
    const key = `account/${neighbour}/${equivalent}`;
    const { balance, reservedIn, reservedOut } = expected.get(key) ?? { balance: 0n, reservedIn: 0n, reservedOut: 0n };
    const [more, moreIn, moreOut] = change;
    expected.set(key, { balance: balance + more, reservedIn: reservedIn + moreIn, reservedOut: reservedOut + moreOut });
  };
  const isOpen = (neighbour: string, { equivalent, createdAtMs }: Header) =>
    createdAtMs > closedUntil(disk, neighbour, equivalent);
  for (const position of transactions.flatMap(({ positions }) => positions)) {
    const { amount } = position.route;
    const { equivalent } = position.header;
    const upstream = upstreamOf(position);
    const downstream = downstreamOf(position);
    const only = (is: boolean) => (is ? amount : 0n);
    if (upstream !== null)
      book(upstream, equivalent, [
        only(incomingCounts(position) && isOpen(upstream, position.header)),
        only(incomingReserved(position)),
        0n,
      ]);
    if (downstream !== null)
      book(downstream, equivalent, [
        -only(outgoingCounts(position) && isOpen(downstream, position.header)),
        0n,
        only(outgoingReserved(position)),
      ]);
  }
  for (const [key, record] of disk) {
    if (record.type !== 'account') continue;
    const before = opening.get(key);
    const first = before?.type === 'account' ? before : emptyAccount(record.neighbour, record.equivalent);
    const { balance, reservedIn, reservedOut } = expected.get(key) ?? { balance: 0n, reservedIn: 0n, reservedOut: 0n };
    const agreed = checkpointOf(disk, record.neighbour, record.equivalent);
    const begun = agreed === null ? first.balance : balanceSeenBy(self, agreed);
    const right = [begun + balance, first.reservedIn + reservedIn, first.reservedOut + reservedOut].join('/');
    const is = [record.balance, record.reservedIn, record.reservedOut].join('/');
    if (is !== right) return `an account is ${is}, its hops say ${right}`;
  }
  return null;
}

function isHeldClosed(disk: Disk, position: Position): boolean {
  const { createdAtMs, equivalent } = position.header;
  const upstream = upstreamOf(position);
  const downstream = downstreamOf(position);
  if (upstream !== null && incomingReserved(position) && createdAtMs <= closedUntil(disk, upstream, equivalent))
    return true;
  return downstream !== null && outgoingReserved(position) && createdAtMs <= closedUntil(disk, downstream, equivalent);
}

function hopFlaw(position: Position, isRestored: boolean, letsGo: boolean): string | null {
  if (position.state === 'committed' && position.waivedByMe !== null && !isRestored) {
    return 'it waived a claim that a certificate proves';
  }
  const isForwarded = outgoingCounts(position) && upstreamOf(position) !== null;
  const ownRisk = letsGo && position.state === 'aborted';
  return isForwarded && !incomingCounts(position) && !ownRisk ? `it forwarded at a loss (${position.state})` : null;
}

function isProven(position: Position): boolean {
  if (position.state !== 'committed') return false;
  const statement = statementOf(NETWORK, commitOf(position.txId, position.header.receiver));
  return fastSignatures.verify(statement, position.commit);
}

/** What this participant committed as the receiver of a transaction. */
function decisionOf(positions: readonly Position[]): { header: Header; total: bigint } | null {
  const committed = positions.filter((position) => isLast(position) && position.state === 'committed');
  const header = committed[0]?.header;
  return header === undefined ? null : { header, total: committed.reduce((sum, { route }) => sum + route.amount, 0n) };
}

/**
 * What must hold of a change: nobody takes on more than was agreed, or clears what something else had spoken for; a
 * checkpoint changes no balance; who is frozen signs nothing, but has again what it is shown that it had signed.
 */
export function checkStep(
  participant: number,
  before: NodeState,
  after: NodeState,
  isReminder: boolean,
): Breach | null {
  const breach = (invariant: InvariantId, what: string): Breach => ({ invariant, participant, what });
  if (before.view.node.isFrozen && !isReminder && signsNew(before, after)) return breach('INV-FROZEN', 'it signed');
  if (after.isRestored) return null;
  let isLateWaiver = false;
  for (const { txId, positions } of recordsOf(after.records, 'transaction')) {
    for (const position of positions) {
      const known = before.view.position(txId, position.route.index, position.position);
      if (known === position) continue;
      if (position.state === 'committed' && position.waivedByDownstream !== null) isLateWaiver = true;
      if (known === undefined && position.header.kind === 'clear' && !isClearable(before, position))
        return breach('INV-CLEAR', 'it reserved more than was owed and free');
    }
  }
  if (isLateWaiver) return null;
  for (const account of recordsOf(after.records, 'account')) {
    const known = before.view.account(account.neighbour, account.equivalent);
    const flaw =
      known === account ? null : limitFlaw(known ?? emptyAccount(account.neighbour, account.equivalent), account);
    if (flaw !== null) return breach('INV-LIMIT', flaw);
  }
  return null;
}

/** Is there a position that was prepared here, or an own trust line, that was not there before? */
function signsNew(before: NodeState, after: NodeState): boolean {
  const isNew = (position: Position) =>
    position.state === 'prepared' &&
    !position.isAdopted &&
    before.view.position(position.txId, position.route.index, position.position) === undefined;
  if (recordsOf(after.records, 'transaction').some(({ positions }) => positions.some(isNew))) return true;
  return recordsOf(after.records, 'line').some((line) => {
    const { from, to, equivalent, seq } = line.signed.line;
    return from === after.view.self && !line.acked && before.view.line(from, to, equivalent)?.signed.line.seq !== seq;
  });
}

function limitFlaw(before: Account, after: Account): string | null {
  if (after.reservedIn < 0n || after.reservedOut < 0n) return 'a reservation is negative';
  const taken = (account: Account) => account.balance + account.reservedIn;
  if (taken(after) > taken(before) && taken(after) > after.limitGiven) {
    return `it took on ${taken(after)} over the limit ${after.limitGiven}`;
  }
  const owed = (account: Account) => account.reservedOut - account.balance;
  if (owed(after) > owed(before) && owed(after) > after.limitReceived) {
    return `it went to ${owed(after)} over the limit ${after.limitReceived}`;
  }
  return null;
}

function isClearable({ view }: NodeState, position: Position): boolean {
  const { equivalent } = position.header;
  const upstream = upstreamOf(position);
  const downstream = downstreamOf(position);
  const incoming = upstream === null ? undefined : view.account(upstream, equivalent);
  const outgoing = downstream === null ? undefined : view.account(downstream, equivalent);
  const { amount } = position.route;
  if (incoming !== undefined && incomingReserved(position) && -incoming.balance - incoming.reservedIn < amount)
    return false;
  return outgoing === undefined || !outgoingReserved(position) || outgoing.balance - outgoing.reservedOut >= amount;
}

/** Does a participant still know what it has signed, and hold to it? */
export function isKept({ view }: NodeState, { domain, txId, routeIndex, position }: Signed): boolean {
  const known = view.position(txId, routeIndex, position);
  switch (domain) {
    case 'geo/1/prepare':
      return known !== undefined;
    case 'geo/1/abort':
      return known?.state === 'aborted' || (known?.state === 'committed' && known.waivedByMe !== null);
    case 'geo/1/commit':
      return view.positions(txId).some((own) => isLast(own) && own.state === 'committed');
    case 'geo/1/decline':
      return !view.positions(txId).some((own) => isLast(own) && own.state === 'committed');
  }
}

/** What must hold when nothing moves any more: agreement, zero sum, and nobody waits behind honest ones. */
export function checkAtRest(states: readonly (NodeState | null)[]): Breach | null {
  const honest = new Map<string, NodeState>();
  for (const state of states) if (state !== null) honest.set(state.view.self, state);
  const sums = new Map<string, bigint>();
  for (const [participant, state] of states.entries()) {
    if (state === null) continue;
    const breach = (invariant: InvariantId, what: string): Breach => ({ invariant, participant, what });
    for (const { neighbour, equivalent, balance, standing } of state.view.accounts()) {
      const other = honest.get(neighbour);
      if (other === undefined) continue;
      // Two that have both lost records may have nothing to agree on: their owners decide.
      const isLost = state.isRestored && other.isRestored;
      if (standing === 'unsure' && !isLost)
        return breach('INV-LIVE', 'its books and the neighbour never came to agree');
      const mirror = other.view.account(keyOf(participant), equivalent)?.balance ?? 0n;
      sums.set(equivalent, (sums.get(equivalent) ?? 0n) + balance);
      if (balance > 0n && mirror > 0n) return breach('INV-ONEWAY', 'each end says that the other owes');
      if (mirror !== -balance) return breach('INV-MIRROR', `it books ${balance}, the neighbour books ${mirror}`);
    }
    if (state.isRestored) continue;
    for (const position of state.view.unsettled()) {
      if (awaitedBy(position).every((node) => honest.get(node)?.isRestored === false))
        return breach('INV-LIVE', `${position.state} at position ${position.position} for ever`);
    }
  }
  for (const sum of sums.values()) {
    if (sum !== 0n) return { invariant: 'INV-ZERO', participant: -1, what: `balances sum to ${sum}` };
  }
  return null;
}

/** Who must be honest for a position to end: whoever it waits for, down to the one who decides. */
function awaitedBy(position: Position) {
  const upstream = upstreamOf(position);
  const answersUpstream =
    position.state === 'committed' || (position.state === 'aborted' && position.ownRisk !== 'reserved');
  if (answersUpstream && upstream !== null) return [upstream];
  return position.route.nodes.slice(isLast(position) ? 0 : position.position);
}
