/** Checks one exported ledger from end to end (§13.6), in memory that grows with its accounts and hops only. */
import { formatAmount } from '#protocol/amount.ts';
import { encode } from '#protocol/codec.ts';
import { isSameBytes } from '#protocol/hex.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import type { Signature, TxId } from '#protocol/packet.ts';
import type { Statement, Verify } from '#protocol/statement.ts';
import { type SignedTrustLine, trustLineShape } from '#protocol/trust-line.ts';
import { AccountCheck } from './account-check.ts';
import { checkpointFlaw, lineFlaw, type Reader, readEvidence, transactionFlaw } from './documents.ts';
import type { Finding, Flaw } from './findings.ts';
import type { LedgerOf, LedgerRecord } from './format.ts';
import { type HeldHop, heldHops } from './hops.ts';
import { readLedger } from './read.ts';
import type { Witness } from './witness.ts';

/** How much there was to check. */
export interface LedgerCounts {
  readonly accounts: number;
  readonly checkpointed: number;
  readonly lines: number;
  readonly checkpoints: number;
  readonly entries: number;
  readonly evidence: number;
  readonly payments: number;
  readonly transactions: number;
  /** Transactions that are not decided at the holder. */
  readonly underWay: number;
  readonly signatures: number;
}

export interface LedgerSummary {
  /** Null: the file does not say. */
  readonly head: LedgerOf<'ledger'> | null;
  readonly counts: LedgerCounts;
  readonly accounts: readonly LedgerOf<'account'>[];
  /** The first ones; `found` is how many there are. */
  readonly findings: readonly Finding[];
  readonly found: number;
}

/** More than anybody reads. */
const MOST_FINDINGS = 1_000;
/** Told between them: a second or so of work. */
const PROGRESS_EVERY = 5_000;

/** Checks the file that these bytes are; `witness` compares it with others. `progress` hears of transactions read. */
export async function verifyLedger(
  chunks: AsyncIterable<Uint8Array>,
  of: { file: number; verify: Verify; witness: Witness; progress?: (transactions: number) => void },
): Promise<LedgerSummary> {
  const check = new LedgerCheck(of.file, of.verify, of.witness);
  let transactions = 0;
  for await (const read of readLedger(chunks)) {
    check.at = read.line;
    if ('flaw' in read) {
      check.problem(`line ${read.line}`, { code: 'damaged', why: read.flaw });
      // What follows from the whole would only say again that it is not whole.
      return check.summary();
    }
    check.take(read.record);
    if (read.record.type === 'transaction' && ++transactions % PROGRESS_EVERY === 0) of.progress?.(transactions);
  }
  check.finish();
  return check.summary();
}

class LedgerCheck {
  /** Line that is being read; null: all have been. */
  at: number | null = null;
  readonly #file: number;
  readonly #witness: Witness;
  readonly #verify: Verify;
  #head: LedgerOf<'ledger'> | null = null;
  #reader: Reader;
  readonly #accounts = new Map<string, AccountCheck>();
  /** Own payments that are said to be committed, until their transaction comes. */
  readonly #paid = new Map<TxId, LedgerOf<'payment'>>();
  readonly #findings: Finding[] = [];
  #found = 0;
  readonly #counts = {
    ...{ accounts: 0, checkpointed: 0, lines: 0, checkpoints: 0, entries: 0, evidence: 0, payments: 0 },
    ...{ transactions: 0, underWay: 0, signatures: 0 },
  };

  constructor(file: number, verify: Verify, witness: Witness) {
    this.#file = file;
    this.#witness = witness;
    this.#verify = (statement: Statement, signature: Signature) => {
      this.#counts.signatures++;
      return verify(statement, signature);
    };
    this.#reader = { participant: '' as PublicKey, network: '', hasLostRecords: false, verify: this.#verify };
  }

  summary(): LedgerSummary {
    const accounts = [...this.#accounts.values()].map(({ record }) => record);
    return { head: this.#head, counts: this.#counts, accounts, findings: this.#findings, found: this.#found };
  }

  problem(record: string, found: Flaw | null): void {
    if (found !== null) this.#add({ kind: 'problem', record, ...found, ...this.#place() });
  }

  #place(): { file: number; line: number | null } {
    return { file: this.#file, line: this.at };
  }

  #add(finding: Finding): void {
    this.#found++;
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push(finding);
  }

  take(record: LedgerRecord): void {
    switch (record.type) {
      case 'ledger':
        this.#head = record;
        this.#reader = {
          participant: record.participant,
          network: record.network,
          hasLostRecords: record.restoredAtMs !== null,
          verify: this.#verify,
        };
        break;
      case 'account':
        this.#takeAccount(record);
        break;
      case 'line':
        this.#takeLine(record);
        break;
      case 'past-checkpoint':
      case 'checkpoint':
        this.#takeCheckpoint(record);
        break;
      case 'entry':
        this.#takeEntry(record);
        break;
      case 'evidence':
        this.#takeEvidence(record);
        break;
      case 'payment':
        this.#takePayment(record);
        break;
      case 'transaction':
        this.#takeTransaction(record);
        break;
      case 'end':
        break;
    }
  }

  /** What only the whole shows. */
  finish(): void {
    this.at = null;
    for (const account of this.#accounts.values()) {
      if (account.hasCheckpoint) this.#counts.checkpointed++;
      for (const found of account.findings()) {
        const record = accountName(account.record);
        const { code, why } = found;
        if (isNote(found)) this.#add({ kind: 'note', record, code: found.code, why, ...this.#place() });
        else this.problem(record, { code: code as Flaw['code'], why });
      }
    }
    for (const { paymentId } of this.#paid.values()) {
      this.problem(`payment ${paymentId}`, {
        code: 'wrong-payment',
        why: 'no certificate in the ledger proves that it was made',
      });
    }
  }

  #takeAccount(record: LedgerOf<'account'>): void {
    this.#counts.accounts++;
    const { participant } = this.#reader;
    const restoredAtMs = this.#head?.restoredAtMs ?? null;
    this.#accounts.set(
      `${record.neighbour}/${record.equivalent}`,
      new AccountCheck(record, { participant, restoredAtMs }),
    );
    if (record.neighbour === participant) {
      this.problem(accountName(record), { code: 'foreign', why: 'it is an account of the holder with itself' });
    }
  }

  #takeEntry(entry: LedgerOf<'entry'>): void {
    this.#counts.entries++;
    const name = `journal entry ${entry.number} of ${accountName(entry)}`;
    this.problem(
      name,
      this.#accountOr(entry, (account) => account.book(entry)),
    );
  }

  /** What the account says of a record, or that there is none. */
  #accountOr(
    { neighbour, equivalent }: { neighbour: PublicKey; equivalent: string },
    take: (account: AccountCheck) => Flaw | null,
  ): Flaw | null {
    const account = this.#accounts.get(`${neighbour}/${equivalent}`);
    return account === undefined ? { code: 'wrong-books', why: 'the ledger has no such account' } : take(account);
  }

  #takeLine({ signed, conflicting }: LedgerOf<'line'>): void {
    this.#counts.lines++;
    const { from, to, equivalent, seq } = signed.line;
    const name = `trust line ${pidOf(from)} → ${pidOf(to)} in ${equivalent}`;
    const flaw = lineFlaw(signed, this.#reader) ?? (conflicting && lineFlaw(conflicting, this.#reader));
    this.problem(name, flaw);
    if (flaw !== null) return;
    const neighbour = from === this.#reader.participant ? to : from;
    const account = this.#accountOr({ neighbour, equivalent }, (known) => {
      known.setLine(signed.line, conflicting !== null);
      return null;
    });
    this.problem(name, account);
    this.#note(this.#witness.line(signed, this.#file), name);
    if (conflicting === null) return;
    const two = conflicting.line;
    const isProof =
      two.from === from &&
      two.to === to &&
      two.equivalent === equivalent &&
      two.seq === seq &&
      isOther(conflicting, signed);
    if (!isProof) this.problem(name, { code: 'no-proof', why: 'the second document does not contradict the first' });
    else this.#prove('two-trust-lines', from, name, `it signed two different documents with seq ${seq}`);
  }

  #takeCheckpoint(record: LedgerOf<'checkpoint' | 'past-checkpoint'>): void {
    const { neighbour } = record;
    const equivalent = record.type === 'checkpoint' ? record.equivalent : record.signed.checkpoint.equivalent;
    const of = { neighbour, equivalent };
    const name = `checkpoint of ${accountName(of)}`;
    const agreed = record.type === 'checkpoint' ? record.agreed : record.signed;
    const proposed = record.type === 'checkpoint' ? record.proposed : null;
    if (agreed !== null) this.#counts.checkpoints++;
    const flaw =
      (agreed && checkpointFlaw(agreed, of, true, this.#reader)) ??
      (proposed && checkpointFlaw(proposed, of, false, this.#reader));
    this.problem(name, flaw);
    if (flaw !== null) return;
    this.problem(
      name,
      this.#accountOr(of, (account) => {
        if (record.type === 'checkpoint') account.setLast(record);
        else account.addPast(record.signed);
        return null;
      }),
    );
    if (agreed !== null) this.#note(this.#witness.checkpoint(agreed, this.#file), name);
  }

  #takeEvidence({ id, file }: LedgerOf<'evidence'>): void {
    this.#counts.evidence++;
    const name = `evidence ${id}`;
    const read = readEvidence(file, this.#verify);
    if ('code' in read) {
      this.problem(name, read);
      return;
    }
    const { evidence } = read;
    if (read.id !== id) this.problem(name, { code: 'bad-form', why: 'its id is not the hash of its documents' });
    else if (evidence.kind !== 'fault')
      this.#prove(evidence.kind, evidence.about, name, 'its signatures contradict each other');
  }

  #takePayment(payment: LedgerOf<'payment'>): void {
    this.#counts.payments++;
    const { paymentId, receiver, state, txId, decline } = payment;
    const name = `payment ${paymentId}`;
    if (state === 'COMMITTED') {
      if (txId === null)
        this.problem(name, { code: 'wrong-payment', why: 'it is said to be made and names no transaction' });
      else this.#paid.set(txId, payment);
    }
    if (decline === null) return;
    const { network } = this.#reader;
    const { signature, ...statement } = decline;
    const isSigned = this.#verify({ domain: 'geo/1/decline', network, ...statement }, signature);
    if (!isSigned || decline.signer !== receiver) {
      this.problem(name, { code: 'bad-signature', why: 'its receiver has not signed the decline' });
    } else this.#witness.decline({ txId: decline.txId, signer: decline.signer, ...this.#place() });
  }

  #takeTransaction(record: LedgerOf<'transaction'>): void {
    this.#counts.transactions++;
    const { txId, header, positions } = record;
    const name = `transaction ${txId}`;
    const flaw = transactionFlaw(record, this.#reader);
    this.problem(name, flaw);
    if (flaw !== null) return;
    const hops = heldHops(record);
    if (hops.some(({ worth }) => worth === 'reserved')) this.#counts.underWay++;
    for (const hop of hops) this.#takeHop(name, hop, header);
    if (positions.some(({ state }) => state === 'committed')) {
      this.#note(this.#witness.commit(txId, header), name);
    }
    this.problem(name, this.#sumFlaw(record));
    if (header.payer === this.#reader.participant && header.kind === 'pay')
      this.problem(name, this.#paymentFlaw(record));
    for (const held of positions) {
      if (held.state === 'aborted' && held.letGoAtMs !== null)
        this.#remark('let-go', name, 'the holder gave it up at its own risk');
      if (held.state === 'committed' && held.waivedByMe !== null) {
        this.#remark('waived', name, 'the holder waived its claim and forgot it: the hop into it does not count');
      }
    }
  }

  #takeHop(name: string, hop: HeldHop, header: LedgerOf<'transaction'>['header']): void {
    const { neighbour } = hop;
    const of = { neighbour, equivalent: header.equivalent };
    const found = this.#accountOr(of, (account) => account.take(hop, header.createdAtMs));
    // What was refused need not have had an account.
    if (found !== null && !(found.code === 'wrong-books' && hop.worth === 'none')) this.problem(name, found);
    if (!hop.isWaived || hop.delta > 0n) return;
    if (neighbour === header.receiver) {
      this.#prove('commit-and-abort', neighbour, name, 'it committed the transaction and waived its own claim on it');
    } else
      this.#remark('waived', name, `${pidOf(neighbour)} waived its claim after the payment had gone through (rule 6)`);
  }

  /** Payer and receiver have all routes; nobody else can know the sum. */
  #sumFlaw({ header, positions }: LedgerOf<'transaction'>): Flaw | null {
    const { payer, receiver, total, routeDigests, kind } = header;
    const { participant } = this.#reader;
    const isReceiver = receiver === participant;
    if (kind === 'clear' || (!isReceiver && payer !== participant)) return null;
    const committed = positions.filter(({ state }) => state === 'committed');
    if (committed.length === 0) return null;
    const sum = committed.reduce((amount, { route }) => amount + route.amount, 0n);
    if (sum > total)
      return { code: 'wrong-sum', why: `its routes carry ${formatAmount(sum)} of ${formatAmount(total)}` };
    if (sum === total && committed.length === routeDigests.length) return null;
    // A receiver that remembers commits all of them at once; a payer learns of one after the other.
    if (!isReceiver || this.#reader.hasLostRecords) return null;
    return {
      code: 'wrong-sum',
      why: `${formatAmount(sum)} of ${formatAmount(total)} came in, and both were committed together`,
    };
  }

  /** An own payment that was made stands in the books as such. */
  #paymentFlaw({ txId, header, positions }: LedgerOf<'transaction'>): Flaw | null {
    if (!positions.some(({ state }) => state === 'committed')) return null;
    const payment = this.#paid.get(txId);
    if (payment === undefined) {
      if (this.#reader.hasLostRecords) return null;
      return { code: 'wrong-payment', why: 'the holder paid it, and none of its payments says so' };
    }
    this.#paid.delete(txId);
    const { paymentId, receiver, equivalent, amount } = payment;
    const fits =
      paymentId === header.paymentId &&
      receiver === header.receiver &&
      equivalent === header.equivalent &&
      amount === header.total;
    return fits ? null : { code: 'wrong-payment', why: `payment ${paymentId} says something else about it` };
  }

  #remark(code: 'waived' | 'let-go', record: string, why: string): void {
    this.#add({ kind: 'note', code, record, why, ...this.#place() });
  }

  #prove(code: Extract<Finding, { kind: 'proof' }>['code'], against: PublicKey, record: string, why: string): void {
    this.#add({ kind: 'proof', code, against, record, why, ...this.#place() });
  }

  /** What comparing with all that was seen before brought to light. */
  #note(proof: ReturnType<Witness['commit']>, record: string): void {
    if (proof !== null) this.#prove(proof.code, proof.against, record, proof.why);
  }
}

function isNote(found: { code: string }): found is { code: 'above-limit' | 'restored'; why: string } {
  return found.code === 'above-limit' || found.code === 'restored';
}

function isOther({ line: a }: SignedTrustLine, { line: b }: SignedTrustLine): boolean {
  return !isSameBytes(encode(trustLineShape, a), encode(trustLineShape, b));
}

function accountName({ neighbour, equivalent }: { neighbour: PublicKey; equivalent: string }): string {
  return `account with ${pidOf(neighbour)} in ${equivalent}`;
}
