/**
 * Checkers of the invariants (protocol §14), apart from the code they check. They see every step of every honest
 * participant from outside: the event, the effects, the records before and after.
 */
import type { Account } from '#protocol/account.ts';
import { balanceSeenBy, type CheckpointRecord } from '#protocol/checkpoint.ts';
import type { Effect, Event } from '#protocol/event.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { InvariantId } from '#protocol/invariants.ts';
import type { Message } from '#protocol/link.ts';
import { step } from '#protocol/machine/step.ts';
import type { TxId } from '#protocol/packet.ts';
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
import type { Records, Transaction } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import { Consent } from './consent.ts';
import type { Participant } from './participant.ts';

/** One broken invariant. */
export interface Violation {
  readonly invariant: InvariantId;
  readonly participant: number;
  readonly what: string;
}

/** What one participant's positions say an account must be, and the account as it was last saved. */
interface Expected {
  seen: Account | undefined;
  /** Hops of packets created up to then are in the balance of the last checkpoint, which the sum begins with. */
  closedUntilMs: number;
  balance: bigint;
  reservedIn: bigint;
  reservedOut: bigint;
}

/** What a participant has let out with its signature, to be found again after a crash (INV-DURABLE). */
interface Promised {
  readonly txId: TxId;
  readonly routeIndex: number;
  readonly position: number;
  readonly what: 'prepare' | 'commit' | 'abort';
}

export class Checkers {
  readonly violations: Violation[] = [];
  readonly consent = new Consent();
  readonly #verify: Verify;
  readonly #expected: Map<string, Expected>[] = [];
  readonly #transactions: Map<TxId, Transaction>[] = [];
  readonly #promised: Map<string, Promised>[] = [];
  readonly #adopts = new Set<number>();
  /** Per participant: transactions it declined as receiver, and which transaction committed a (payer, payment id). */
  readonly #declined: Set<TxId>[] = [];
  readonly #committedBy: Map<string, TxId>[] = [];

  constructor(participants: number, verify: Verify) {
    this.#verify = verify;
    for (let index = 0; index < participants; index++) {
      this.#expected.push(new Map());
      this.#transactions.push(new Map());
      this.#promised.push(new Map());
      this.#declined.push(new Set());
      this.#committedBy.push(new Map());
    }
  }

  /** A restored participant may reserve again what it had agreed to before (rule 10): INV-LIMIT cannot be judged there. */
  restored(participant: number): void {
    this.#adopts.add(participant);
  }

  #report(invariant: InvariantId, participant: Participant, what: string): void {
    if (this.violations.length < 20) this.violations.push({ invariant, participant: participant.index, what });
  }

  /** After each step of an honest participant. */
  afterStep(participant: Participant, event: Event, effects: readonly Effect[]): void {
    if (participant.records.node.isFrozen) this.#checkFrozen(participant, event, effects);
    let lateWaiver = false;
    for (const effect of effects) {
      if (effect.type !== 'save' || effect.record.type !== 'transaction') continue;
      if (this.#transactionSaved(participant, effect.record)) lateWaiver = true;
    }
    for (const effect of effects) {
      if (effect.type !== 'save' || effect.record.type !== 'checkpoint') continue;
      if (this.#checkpointSaved(participant, effect.record)) lateWaiver = true;
    }
    for (const effect of effects) {
      if (effect.type === 'save' && effect.record.type === 'account')
        this.#accountSaved(participant, effect.record, lateWaiver);
    }
  }

  /** A frozen node prepares nothing but what a reminder shows that it had prepared, and sets no line. */
  #checkFrozen(participant: Participant, event: Event, effects: readonly Effect[]): void {
    const isReminder = event.type === 'message' && event.message.type === 'reminder';
    for (const effect of effects) {
      if (effect.type !== 'save') continue;
      const { record } = effect;
      if (record.type === 'line' && record.signed.line.from === participant.key && !record.acked)
        this.#report('INV-FROZEN', participant, 'set a line');
      if (record.type !== 'transaction') continue;
      const known = (this.#transactions[participant.index] as Map<TxId, Transaction>).get(record.txId)?.positions ?? [];
      for (const position of record.positions) {
        const isNew = !known.some(
          (held) => held.position === position.position && held.route.index === position.route.index,
        );
        if (isNew && position.state === 'prepared' && !position.isAdopted && !isReminder)
          this.#report('INV-FROZEN', participant, `signed ${record.txId}`);
      }
    }
  }

  /** Carries the change of a transaction into the expected books. Returns true when a late waiver was booked (rule 6). */
  #transactionSaved(participant: Participant, transaction: Transaction): boolean {
    const known = this.#transactions[participant.index] as Map<TxId, Transaction>;
    const before = known.get(transaction.txId)?.positions ?? [];
    let lateWaiver = false;
    for (const position of before)
      if (!transaction.positions.includes(position)) this.#book(participant, position, -1n);
    for (const position of transaction.positions) {
      if (before.includes(position)) continue;
      if (position.header.kind === 'clear' && !before.some((known) => known.position === position.position)) {
        this.#checkClearable(participant, position);
      }
      this.#book(participant, position, 1n);
      this.#checkPosition(participant, position);
      if (position.state === 'committed' && (position.waivedByDownstream ?? position.waivedByMe) !== null)
        lateWaiver = true;
      if (position.state === 'aborted' && position.certificate !== null) lateWaiver = true;
    }
    known.set(transaction.txId, transaction);
    this.#checkDecision(participant, transaction);
    this.#checkClearing(participant, transaction);
    return lateWaiver;
  }

  #book(participant: Participant, position: Position, sign: bigint): void {
    const amount = position.route.amount * sign;
    const { equivalent } = position.header;
    const upstream = upstreamOf(position);
    const downstream = downstreamOf(position);
    const { createdAtMs } = position.header;
    if (upstream !== null) {
      const expected = this.#expectedOf(participant, upstream, equivalent);
      if (incomingCounts(position) && createdAtMs > expected.closedUntilMs) expected.balance += amount;
      if (incomingReserved(position)) {
        expected.reservedIn += amount;
        this.#checkOpen(participant, expected, position);
      }
    }
    if (downstream !== null) {
      const expected = this.#expectedOf(participant, downstream, equivalent);
      if (outgoingCounts(position) && createdAtMs > expected.closedUntilMs) expected.balance -= amount;
      if (outgoingReserved(position)) {
        expected.reservedOut += amount;
        this.#checkOpen(participant, expected, position);
      }
    }
  }

  /** Nothing is reserved that a checkpoint has closed: it would count nowhere. */
  #checkOpen(participant: Participant, { closedUntilMs }: Expected, { txId, header }: Position): void {
    if (header.createdAtMs <= closedUntilMs && !this.#adopts.has(participant.index))
      this.#report('INV-CHECKPOINT', participant, `holds ${txId}, which a checkpoint has closed`);
  }

  #expectedOf(participant: Participant, neighbour: PublicKey, equivalent: string): Expected {
    const books = this.#expected[participant.index] as Map<string, Expected>;
    const key = neighbour + equivalent;
    let expected = books.get(key);
    if (expected === undefined) {
      expected = { seen: undefined, closedUntilMs: 0, balance: 0n, reservedIn: 0n, reservedOut: 0n };
      books.set(key, expected);
    }
    return expected;
  }

  /**
   * A checkpoint that both signed: the sum begins again with its balance, and what counts of later packets. Returns true
   * when the neighbour took a late waiver back by it.
   */
  #checkpointSaved(participant: Participant, { neighbour, equivalent, agreed }: CheckpointRecord): boolean {
    if (agreed === null) return false;
    const expected = this.#expectedOf(participant, neighbour, equivalent);
    const { checkpoint } = agreed;
    if (checkpoint.untilMs === expected.closedUntilMs) return false;
    let balance = balanceSeenBy(participant.key, checkpoint);
    // A neighbour that waived a hop after it was proposed, and signs all the same, takes only its own present back.
    let presents = 0n;
    for (const { positions } of (this.#transactions[participant.index] as Map<TxId, Transaction>).values()) {
      for (const position of positions) {
        const { header, route } = position;
        if (header.equivalent !== equivalent) continue;
        if (header.createdAtMs <= checkpoint.untilMs) {
          this.#checkUndecided(participant, neighbour, position);
          const isPresent = position.state === 'committed' && position.waivedByDownstream !== null;
          if (isPresent && downstreamOf(position) === neighbour && header.createdAtMs > expected.closedUntilMs)
            presents += route.amount;
          continue;
        }
        if (upstreamOf(position) === neighbour && incomingCounts(position)) balance += route.amount;
        if (downstreamOf(position) === neighbour && outgoingCounts(position)) balance -= route.amount;
      }
    }
    const isExplained = balance <= expected.balance && balance >= expected.balance - presents;
    if (!isExplained && !this.#adopts.has(participant.index)) {
      this.#report(
        'INV-CHECKPOINT',
        participant,
        `a checkpoint changed a balance of ${expected.balance} to ${balance}`,
      );
    }
    expected.closedUntilMs = checkpoint.untilMs;
    expected.balance = balance;
    return presents > 0n;
  }

  #checkUndecided(participant: Participant, neighbour: PublicKey, position: Position): void {
    const isOpen =
      (upstreamOf(position) === neighbour && incomingReserved(position)) ||
      (downstreamOf(position) === neighbour && outgoingReserved(position));
    if (isOpen && !this.#adopts.has(participant.index))
      this.#report('INV-CHECKPOINT', participant, `a checkpoint covers ${position.txId}, which is undecided`);
  }

  /** The receiver decides once: what it commits adds up, was not declined, and pays its payment id once (rules 7, 11). */
  #checkDecision(participant: Participant, { txId, positions }: Transaction): void {
    const committed = positions.filter((position) => isLast(position) && position.state === 'committed');
    const header = committed[0]?.header;
    if (header === undefined || this.#adopts.has(participant.index)) return;
    const total = committed.reduce((sum, { route }) => sum + route.amount, 0n);
    if (total !== header.total)
      this.#report('INV-PROOF', participant, `signed for ${header.total} and got ${total} of ${txId}`);
    if ((this.#declined[participant.index] as Set<TxId>).has(txId)) {
      this.#report('INV-PROOF', participant, `committed ${txId} after declining it`);
    }
    const payment = header.payer + header.paymentId;
    const byPayment = this.#committedBy[participant.index] as Map<string, TxId>;
    const other = byPayment.get(payment) ?? txId;
    byPayment.set(payment, txId);
    if (other !== txId) this.#report('INV-PROOF', participant, `committed one payment id as ${other} and ${txId}`);
  }

  #checkPosition(participant: Participant, position: Position): void {
    if (position.state === 'committed' && position.waivedByMe !== null && !this.#adopts.has(participant.index)) {
      this.#report('INV-HOP', participant, `waived its claim of ${position.txId} although the certificate proves it`);
    }
    if (!outgoingCounts(position)) return;
    if (position.position === 0) this.#checkProof(participant, position);
    const ownRisk = position.state === 'aborted' && position.cause.code === 'let-go';
    if (upstreamOf(position) !== null && !incomingCounts(position) && !ownRisk) {
      this.#report('INV-HOP', participant, `forwarded ${position.txId} at a loss (${position.state})`);
    }
  }

  /** The payer's debt counts: it must hold the receiver's signature. */
  #checkProof(participant: Participant, position: Position): void {
    const { txId, header } = position;
    const commit = position.state === 'committed' ? position.commit : null;
    const statement = { domain: 'geo/1/commit', network: header.network, txId, signer: header.receiver } as const;
    if (commit === null || !this.#verify(statement, commit)) {
      this.#report('INV-PROOF', participant, `owes for ${txId} without the receiver's signature`);
    }
  }

  /** A hop of a clearing may be reserved only against debt that nothing else had spoken for. */
  #checkClearable(participant: Participant, position: Position): void {
    if (this.#adopts.has(participant.index)) return;
    if (this.consent.isMissing(participant, position)) {
      this.#report('INV-CONSENT', participant, 'cleared a debt whose owner had not agreed');
    }
    const { amount } = position.route;
    const { equivalent } = position.header;
    const upstream = upstreamOf(position);
    const downstream = downstreamOf(position);
    const incoming = upstream === null ? undefined : this.#expectedOf(participant, upstream, equivalent);
    const outgoing = downstream === null ? undefined : this.#expectedOf(participant, downstream, equivalent);
    if (incomingReserved(position) && incoming !== undefined && -incoming.balance - incoming.reservedIn < amount) {
      this.#report('INV-CLEAR', participant, 'reserved more than it owes upstream');
    }
    if (outgoingReserved(position) && outgoing !== undefined && outgoing.balance - outgoing.reservedOut < amount) {
      this.#report('INV-CLEAR', participant, 'reserved more than downstream owes it');
    }
  }

  /** In a clearing what comes in goes out, at every participant and in one step. */
  #checkClearing(participant: Participant, { txId, positions }: Transaction): void {
    const net = clearingNet(positions);
    if (net !== 0n) this.#report('INV-CLEAR', participant, `clearing ${txId} changed the net position by ${net}`);
  }

  #accountSaved(participant: Participant, account: Account, lateWaiver: boolean): void {
    const expected = this.#expectedOf(participant, account.neighbour, account.equivalent);
    const before = expected.seen;
    expected.seen = account;
    const { balance, reservedIn, reservedOut } = account;
    if (balance !== expected.balance || reservedIn !== expected.reservedIn || reservedOut !== expected.reservedOut) {
      this.#report(
        'INV-MIRROR',
        participant,
        `account ${balance}/${reservedIn}/${reservedOut} is not what its hops say: ${expected.balance}/${expected.reservedIn}/${expected.reservedOut}`,
      );
    }
    if (reservedIn < 0n || reservedOut < 0n) this.#report('INV-LIMIT', participant, 'a reservation is negative');
    if (lateWaiver || this.#adopts.has(participant.index)) return;
    const used = balance + reservedIn;
    const usedBefore = before === undefined ? 0n : before.balance + before.reservedIn;
    if (used > usedBefore && used > account.limitGiven)
      this.#report('INV-LIMIT', participant, `took on ${used} over the limit ${account.limitGiven}`);
    const owed = reservedOut - balance;
    const owedBefore = before === undefined ? 0n : before.reservedOut - before.balance;
    if (owed > owedBefore && owed > account.limitReceived)
      this.#report('INV-LIMIT', participant, `went to ${owed} over the limit ${account.limitReceived}`);
  }

  /** The same message again must change nothing (INV-ONCE). `step` is pure, so trying is free of consequences. */
  checkOnce(participant: Participant, event: Extract<Event, { type: 'message' }>): void {
    // Announcements are judged before the machine sees them: a repeated one would not reach it.
    const again = step(participant.records, event, participant.sign);
    const saved = again.find((effect) => effect.type === 'save');
    if (saved?.type === 'save')
      this.#report('INV-ONCE', participant, `a repeated ${event.type} saved ${saved.record.type} again`);
  }

  /** A message leaves: what it promises must be on disk from now on. */
  sent(participant: Participant, message: Message): void {
    if (message.type === 'decline') (this.#declined[participant.index] as Set<TxId>).add(message.txId);
    const promised = promiseOf(participant.key, message);
    if (promised === null) return;
    const key = `${promised.what}${promised.txId}${promised.routeIndex}${promised.position}`;
    (this.#promised[participant.index] as Map<string, Promised>).set(key, promised);
  }

  /** After a crash: every promise is still known. Also begins the expected books again from what survived. */
  afterCrash(participant: Participant, checkPromises: boolean): void {
    const { records, index } = participant;
    this.#expected[index] = new Map();
    const transactions = this.#transactions[index] as Map<TxId, Transaction>;
    for (const txId of [...transactions.keys()]) {
      const positions = records.positions(txId);
      if (positions.length === 0) transactions.delete(txId);
      else transactions.set(txId, { type: 'transaction', txId, positions });
    }
    for (const { neighbour, equivalent } of records.accounts()) {
      const agreed = records.checkpoint(neighbour, equivalent)?.agreed?.checkpoint;
      if (agreed === undefined) continue;
      const expected = this.#expectedOf(participant, neighbour, equivalent);
      expected.closedUntilMs = agreed.untilMs;
      expected.balance = balanceSeenBy(participant.key, agreed);
    }
    for (const { positions } of transactions.values()) {
      for (const position of positions) this.#book(participant, position, 1n);
    }
    for (const account of records.accounts())
      this.#expectedOf(participant, account.neighbour, account.equivalent).seen = account;
    const byPayment = this.#committedBy[index] as Map<string, TxId>;
    for (const [payment, txId] of byPayment) {
      if (!records.positions(txId).some((position) => position.state === 'committed')) byPayment.delete(payment);
    }
    const promises = this.#promised[index] as Map<string, Promised>;
    if (!checkPromises) promises.clear();
    for (const promised of promises.values()) {
      if (!isKept(records, promised))
        this.#report('INV-DURABLE', participant, `forgot its ${promised.what} of ${promised.txId}`);
    }
  }
}

function promiseOf(self: PublicKey, message: Message): Promised | null {
  if (message.type === 'prepare') {
    const { txId, route, signatures } = message.packet;
    return { txId, routeIndex: route.index, position: signatures.length - 1, what: 'prepare' };
  }
  if (message.type === 'commit') {
    const { txId, route } = message.certificate;
    const position = route.nodes.lastIndexOf(self);
    return position < 0 ? null : { txId, routeIndex: route.index, position, what: 'commit' };
  }
  if (message.type !== 'abort' || message.signer !== self) return null;
  return { txId: message.txId, routeIndex: message.routeIndex, position: message.position, what: 'abort' };
}

function isKept(records: Records, { txId, routeIndex, position, what }: Promised): boolean {
  const known = records.position(txId, routeIndex, position);
  switch (what) {
    case 'prepare':
      return known !== undefined;
    case 'commit':
      return known?.state === 'committed' || (known?.state === 'aborted' && known.certificate !== null);
    case 'abort':
      return known?.state === 'aborted' || (known?.state === 'committed' && known.waivedByMe !== null);
  }
}
