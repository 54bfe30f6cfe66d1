/** Checks the books of one account: journal, checkpoints, limits and reservations against all that the ledger proves. */
import { formatAmount } from '#protocol/amount.ts';
import { balanceSeenBy, type Checkpoint, checkpointDigest, type SignedCheckpoint } from '#protocol/checkpoint.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { EMPTY_HEAD, type HopId, headAfter, hopsDigest } from '#protocol/journal.ts';
import { MAX_CLOCK_SKEW_MS } from '#protocol/limits.ts';
import { effectiveLimit, type TrustLine } from '#protocol/trust-line.ts';
import { type Flaw, flaw, type NoteCode } from './findings.ts';
import type { LedgerOf } from './format.ts';
import { type HeldHop, packHop, unpackHop } from './hops.ts';

/** What is found in an account: a problem, or a note. */
export type AccountFinding = Flaw | { readonly code: NoteCode; readonly why: string };

/** What a hop adds to the balance in all. There may be millions: the key in the map is the only place with its id. */
interface Booked {
  readonly createdAtMs: number;
  net: bigint;
}

interface LimitSide {
  readonly line: TrustLine | null;
  readonly isConflicting: boolean;
}

export class AccountCheck {
  readonly record: LedgerOf<'account'>;
  readonly #holder: { readonly participant: PublicKey; readonly restoredAtMs: number | null };
  #given: LimitSide = { line: null, isConflicting: false };
  #received: LimitSide = { line: null, isConflicting: false };
  readonly #past: SignedCheckpoint[] = [];
  #last: LedgerOf<'checkpoint'> | null = null;

  // The journal.
  #number = 0;
  #head = EMPTY_HEAD;
  #sum = 0n;
  /** The balance was once set to what a checkpoint says, since records were lost. */
  #wasSet = false;
  readonly #booked = new Map<string, Booked>();

  // The transactions.
  #proven = 0;
  #reservedIn = 0n;
  #reservedOut = 0n;
  /** What counts of packets made after the line of each side was signed. */
  #sinceGiven = 0n;
  #sinceReceived = 0n;
  #hasWaived = false;

  constructor(record: LedgerOf<'account'>, holder: { participant: PublicKey; restoredAtMs: number | null }) {
    this.record = record;
    this.#holder = holder;
  }

  /** The newest line of either side. */
  setLine(line: TrustLine, isConflicting: boolean): void {
    if (line.from === this.#holder.participant) this.#given = { line, isConflicting };
    else this.#received = { line, isConflicting };
  }

  /** A checkpoint that newer ones have followed; they come in order of their epochs. */
  addPast(signed: SignedCheckpoint): void {
    this.#past.push(signed);
  }

  setLast(last: LedgerOf<'checkpoint'>): void {
    this.#last = last;
  }

  /** Is there a checkpoint that both signed? */
  get hasCheckpoint(): boolean {
    return (this.#last?.agreed ?? null) !== null;
  }

  /** The next entry of the journal. */
  book(entry: LedgerOf<'entry'>): Flaw | null {
    const { number, hop, delta, head } = entry;
    if (number !== this.#number + 1) {
      return flaw('wrong-journal', `it follows number ${this.#number}: entries are missing`);
    }
    const expected = headAfter(this.#head, { number, hop, delta });
    this.#number = number;
    this.#head = head;
    this.#sum += delta;
    if (hop === null) this.#wasSet = true;
    else this.#bookHop(hop, delta);
    if (head !== expected) return flaw('wrong-journal', 'its hash does not follow from the entry before');
    const isCovered = number <= (this.#last?.entries ?? 0);
    return isCovered && hop !== null && hop.createdAtMs > this.#closedUntilMs
      ? flaw('wrong-checkpoint', 'the last checkpoint is said to cover it, and it was made later')
      : null;
  }

  #bookHop(hop: HopId & { readonly createdAtMs: number }, delta: bigint): void {
    const key = packHop(hop);
    const booked = this.#booked.get(key);
    if (booked === undefined) this.#booked.set(key, { createdAtMs: hop.createdAtMs, net: delta });
    else booked.net += delta;
  }

  /** A hop of this account that a transaction of the ledger is about. */
  take({ id, delta, worth, isWaived }: HeldHop, createdAtMs: number): Flaw | null {
    if (worth === 'reserved') {
      if (delta > 0n) this.#reservedIn += delta;
      else this.#reservedOut -= delta;
    }
    if (isWaived) this.#hasWaived = true;
    const booked = this.#booked.get(packHop(id));
    if (booked === undefined) {
      // What a checkpoint has closed changes nothing any more, whoever shows it.
      if (worth !== 'counted' || createdAtMs <= this.#closedUntilMs) return null;
      return flaw('wrong-journal', `it moves ${formatAmount(delta)} and is not in the journal of the account`);
    }
    this.#proven++;
    if (booked.createdAtMs !== createdAtMs) return flaw('wrong-journal', 'the journal gives it another time');
    const expected = worth === 'counted' ? delta : 0n;
    // What was decided otherwise after a checkpoint had closed it stays as it was.
    const wasClosed = createdAtMs <= this.#closedUntilMs && (booked.net === delta || booked.net === 0n);
    if (booked.net !== expected && !wasClosed) {
      const [said, is] = [formatAmount(booked.net), formatAmount(expected)];
      return flaw('wrong-journal', `the journal counts ${said} for it, and the signatures say ${is}`);
    }
    if (createdAtMs > this.#agreedUntil(this.#given)) this.#sinceGiven += booked.net;
    if (createdAtMs > this.#agreedUntil(this.#received)) this.#sinceReceived += booked.net;
    return null;
  }

  /** What is made later than this was made under the line as it is. What a restored node adopted, it had to take. */
  #agreedUntil({ line }: LimitSide): number {
    return Math.max(line?.seq ?? 0, this.#holder.restoredAtMs ?? 0) + MAX_CLOCK_SKEW_MS;
  }

  /** What the whole says, once all of the ledger has been read. */
  *findings(): Generator<AccountFinding> {
    const { balance, entries, journalHead, reservedIn, reservedOut } = this.record;
    if (entries !== this.#number || journalHead !== this.#head) {
      yield flaw(
        'wrong-journal',
        `its journal has ${this.#number} entries, and the account says ${entries}, or another head`,
      );
    } else if (balance !== this.#sum) {
      const [said, is] = [formatAmount(balance), formatAmount(this.#sum)];
      yield flaw('wrong-books', `its balance is said to be ${said}, and its journal adds up to ${is}`);
    }
    const unproven = this.#booked.size - this.#proven;
    if (unproven > 0) {
      yield flaw(
        'wrong-journal',
        `${unproven} hops in its journal are not proved: their transactions are not in the ledger`,
      );
    }
    if (reservedIn !== this.#reservedIn || reservedOut !== this.#reservedOut) {
      yield flaw('wrong-books', 'what it holds back for transactions under way is not what those transactions hold');
    }
    if (this.#wasSet) {
      yield {
        code: 'restored',
        why: 'its records were lost once: its balance goes back to a checkpoint that both signed',
      };
    }
    yield* this.#checkpointFindings();
    yield* this.#limitFindings('given', this.#given, balance - this.#sinceGiven);
    yield* this.#limitFindings('received', this.#received, balance - this.#sinceReceived);
  }

  get #closedUntilMs(): number {
    return this.#last?.agreed?.checkpoint.untilMs ?? 0;
  }

  *#checkpointFindings(): Generator<Flaw> {
    const agreed = this.#last?.agreed?.checkpoint ?? null;
    if (this.#closedUntilMs !== this.record.closedUntilMs) {
      yield flaw('wrong-checkpoint', 'the account says that it is closed up to another time than its last checkpoint');
    }
    if ((this.#last?.entries ?? 0) > (agreed === null ? 0 : this.#number)) {
      yield flaw('wrong-checkpoint', 'its last checkpoint is said to cover more entries than there are');
    }
    yield* this.#chainFindings([
      ...this.#past.map(({ checkpoint }) => checkpoint),
      ...(agreed === null ? [] : [agreed]),
    ]);
    if (agreed === null) return;
    let balance = balanceSeenBy(this.#holder.participant, agreed);
    for (const { net, createdAtMs } of this.#booked.values()) if (createdAtMs > agreed.untilMs) balance += net;
    if (balance !== this.record.balance) {
      const since = `the last checkpoint and what counts since make ${formatAmount(balance)}`;
      yield flaw('wrong-checkpoint', `${since}, and the balance is said to be ${formatAmount(this.record.balance)}`);
    }
  }

  /** Does each checkpoint follow from the one before and from what was booked between? */
  *#chainFindings(chain: readonly Checkpoint[]): Generator<Flaw> {
    if (chain.length === 0) return;
    const hops = [...this.#booked].filter(([, { net }]) => net !== 0n);
    hops.sort(([, a], [, b]) => a.createdAtMs - b.createdAtMs);
    let from = 0;
    for (const [at, checkpoint] of chain.entries()) {
      const before = chain[at - 1] ?? null;
      const start = from;
      while ((hops[from]?.[1].createdAtMs ?? Number.POSITIVE_INFINITY) <= checkpoint.untilMs) from++;
      if (checkpoint.epoch !== (before?.epoch ?? 0) + 1) {
        // After a loss those between may be gone.
        if (this.#holder.restoredAtMs !== null) continue;
        yield flaw('wrong-checkpoint', `checkpoints before number ${checkpoint.epoch} are missing`);
      } else if (checkpoint.previous !== (before && checkpointDigest(before))) {
        yield flaw('wrong-checkpoint', `checkpoint ${checkpoint.epoch} names another one before it`);
      } else if (!this.#wasSet) yield* this.#journalAgainst(checkpoint, before, hops.slice(start, from));
    }
  }

  /** Does a checkpoint sum up the hops since the one before? */
  *#journalAgainst(
    checkpoint: Checkpoint,
    before: Checkpoint | null,
    hops: readonly (readonly [key: string, booked: Booked])[],
  ): Generator<Flaw> {
    const { epoch, count, digest } = checkpoint;
    const { participant } = this.#holder;
    const signed = balanceSeenBy(participant, checkpoint);
    let balance = before === null ? 0n : balanceSeenBy(participant, before);
    for (const [, { net }] of hops) balance += net;
    if (hops.length === count && balance === signed && hopsDigest(hops.map(([key]) => unpackHop(key))) === digest)
      return;
    const has = `the journal has ${hops.length} hops and a balance of ${formatAmount(balance)}`;
    const says = `${count} hops and ${formatAmount(signed)}`;
    yield flaw('wrong-checkpoint', `checkpoint ${epoch}, signed by both, says ${says}; ${has}, or other hops`);
  }

  /** `then`: the balance when the line was signed. */
  *#limitFindings(
    side: 'given' | 'received',
    { line, isConflicting }: LimitSide,
    then: bigint,
  ): Generator<AccountFinding> {
    const { balance } = this.record;
    const own = side === 'given';
    const limit = line === null || isConflicting ? 0n : effectiveLimit(line);
    const stated = own ? this.record.limitGiven : this.record.limitReceived;
    if (stated !== limit) {
      const [said, is] = [formatAmount(stated), formatAmount(limit)];
      yield flaw('wrong-books', `its limit ${side} is said to be ${said}, and the trust line says ${is}`);
    }
    const debt = own ? balance : -balance;
    const debtThen = own ? then : -then;
    if (debt <= limit) return;
    const who = own ? 'The neighbour owes' : 'The holder owes';
    const above = `${who} ${formatAmount(debt)}, above the limit of ${formatAmount(limit)}`;
    if (debt <= debtThen) {
      const status = line === null ? 'there is no line' : line.status === 'active' ? 'lowered' : line.status;
      yield { code: 'above-limit', why: `${above}: it was owed before the line became what it is (${status})` };
    } else if (isConflicting) {
      yield { code: 'above-limit', why: `${above}: the line does not count since its owner signed two of them` };
    } else if (own && this.#hasWaived) {
      yield { code: 'above-limit', why: `${above}: somebody waived a claim after it had been passed on (rule 6)` };
    } else yield flaw('over-limit', `${above}, and the debt grew under that limit`);
  }
}
