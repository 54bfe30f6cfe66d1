/**
 * The audit of stored books (§8.7): whether what a node remembers is what its documents prove, from the last checkpoint
 * on. A node runs it before it signs anything after a start; a flaw is a loss (rule 10).
 */
import type { Account } from './account.ts';
import { certificateFlaw } from './certificate.ts';
import { balanceSeenBy, checkpointStatement, type SignedCheckpoint } from './checkpoint.ts';
import { type BookedHop, EMPTY_HEAD, headAfter, hopKey, type JournalEntry } from './journal.ts';
import type { Certificate } from './packet.ts';
import { incomingCounts, outgoingCounts, type Position } from './position.ts';
import type { LineRecord, Records } from './records.ts';
import type { Verify } from './statement.ts';
import { effectiveLimit, trustLineStatement } from './trust-line.ts';

/** Entries of a journal that are read in one go: some milliseconds. */
const ENTRIES_AT_ONCE = 256;

/**
 * Checks one account: its lines and last checkpoint are signed, its journal goes on from there without a gap or a
 * changed entry, each hop that counts since has a valid certificate and counts at its position, and the balance is the
 * checkpoint's with all of them. Reads settled transactions from the archive.
 *
 * Yields after each hop, and now and then while it reads a long journal, so that a long audit can make room for other
 * work; returns what is wrong, or null.
 */
export function* auditAccount(records: Records, account: Account, verify: Verify): Generator<void, string | null> {
  const { neighbour, equivalent } = account;
  const record = records.checkpoint(neighbour, equivalent);
  const agreed = record?.agreed ?? null;
  const flaw = linesFlaw(records, account, verify) ?? (agreed && checkpointFlaw(agreed, verify));
  if (flaw !== null) return flaw;
  const from = record?.entries ?? 0;
  const head = from === 0 ? EMPTY_HEAD : records.entry(neighbour, equivalent, from)?.head;
  const journal = yield* readJournal(records, account, from, head);
  if (typeof journal === 'string') return journal;
  let balance = agreed === null ? 0n : balanceSeenBy(records.self, agreed.checkpoint);
  for (const { hop, delta } of counted(journal, account.closedUntilMs)) {
    const wrong = hopFlaw(records, account, hop, delta, verify);
    if (wrong !== null) return wrong;
    balance += delta;
    yield;
  }
  return balance === account.balance ? null : 'the balance is not what its hops add up to';
}

/**
 * Does an account follow from how it was when it was last found right? Its journal goes on from there, each hop in it since
 * counts as its position says, and the balance is that of then with all of them. Reads and checks only what is new: yes says
 * nothing anew of what was there before; no proves no flaw, which is for `auditAccount` to find. Yields as that does.
 */
export function* followsFrom(
  before: Account,
  records: Records,
  account: Account,
  verify: Verify,
): Generator<void, boolean> {
  if (linesFlaw(records, account, verify) !== null) return false;
  if (account === before) return true;
  // What a checkpoint has closed since is for the whole audit, which begins there.
  if (account.closedUntilMs !== before.closedUntilMs) return false;
  const journal = yield* readJournal(records, account, before.entries, before.journalHead);
  if (typeof journal === 'string') return false;
  const latest = new Map<string, { hop: BookedHop; delta: bigint }>();
  let balance = before.balance;
  for (const { hop, delta } of journal) {
    balance += delta;
    if (hop !== null && hop.createdAtMs > account.closedUntilMs) latest.set(hopKey(hop), { hop, delta });
  }
  for (const { hop, delta } of latest.values()) {
    const isRight = hopFlaw(records, account, hop, delta, verify) === null || isTakenBack(records, account, hop, delta);
    if (!isRight) return false;
    yield;
  }
  return balance === account.balance;
}

function linesFlaw(records: Records, account: Account, verify: Verify): string | null {
  const { neighbour, equivalent, limitGiven, limitReceived } = account;
  const own = records.line(records.self, neighbour, equivalent);
  const theirs = records.line(neighbour, records.self, equivalent);
  if (limitOf(own) !== limitGiven || limitOf(theirs) !== limitReceived) return 'a limit is not that of its line';
  for (const line of [own, theirs]) {
    if (line !== undefined && !verify(trustLineStatement(line.signed.line), line.signed.signature))
      return 'a line is not signed by its owner';
  }
  return null;
}

function limitOf(line: LineRecord | undefined): bigint {
  return line === undefined || line.conflicting !== null ? 0n : effectiveLimit(line.signed.line);
}

function checkpointFlaw(
  { checkpoint, smallerSignature, largerSignature }: SignedCheckpoint,
  verify: Verify,
): string | null {
  const { smaller, larger } = checkpoint;
  const isSigned =
    largerSignature !== null &&
    verify(checkpointStatement(checkpoint, smaller), smallerSignature) &&
    verify(checkpointStatement(checkpoint, larger), largerSignature);
  return isSigned ? null : 'the last checkpoint is not signed by both';
}

/** The entries after number `from`, whose head is given, or what is wrong with their chain. */
function* readJournal(
  records: Records,
  account: Account,
  from: number,
  headThere: string | undefined,
): Generator<void, readonly JournalEntry[] | string> {
  const { neighbour, equivalent, entries, journalHead } = account;
  const journal: JournalEntry[] = [];
  let head = headThere;
  for (let number = from + 1; number <= entries && head !== undefined; number++) {
    const entry = records.entry(neighbour, equivalent, number);
    if (entry === undefined || entry.number !== number) return `entry ${number} of a journal is missing`;
    head = headAfter(head, entry);
    if (head !== entry.head) return `entry ${number} of a journal is not the one that was written`;
    journal.push(entry);
    if (journal.length % ENTRIES_AT_ONCE === 0) yield;
  }
  return head === journalHead ? journal : 'a journal does not end as its account says';
}

/** The hops that count since the last checkpoint: those booked once and not taken back. */
function counted(journal: readonly JournalEntry[], untilMs: number): { hop: BookedHop; delta: bigint }[] {
  const hops = new Map<string, { hop: BookedHop; delta: bigint }>();
  for (const { hop, delta } of journal) {
    if (hop === null || hop.createdAtMs <= untilMs) continue;
    if (!hops.delete(hopKey(hop))) hops.set(hopKey(hop), { hop, delta });
  }
  return [...hops.values()];
}

/** What the position of a hop says of the account: in from the neighbour, or out to it. */
function positionOf(records: Records, { neighbour }: Account, { txId, routeIndex, hop }: BookedHop, isIn: boolean) {
  const at = isIn ? hop + 1 : hop;
  const position = records.position(txId, routeIndex, at);
  if (position === undefined) return undefined;
  const counts = isIn ? incomingCounts(position) : outgoingCounts(position);
  const amount = isIn ? position.route.amount : -position.route.amount;
  return { position, counts, amount, isWithIt: position.route.nodes[isIn ? at - 1 : at + 1] === neighbour };
}

/** Is an entry the one by which its hop counts no longer? */
function isTakenBack(records: Records, account: Account, hop: BookedHop, delta: bigint): boolean {
  const said = positionOf(records, account, hop, delta < 0n);
  return said?.isWithIt === true && !said.counts && said.amount === -delta;
}

function hopFlaw(records: Records, account: Account, hop: BookedHop, delta: bigint, verify: Verify): string | null {
  const { txId } = hop;
  const said = positionOf(records, account, hop, delta > 0n);
  if (said === undefined) return `transaction ${txId} is missing`;
  const { position, counts, amount, isWithIt } = said;
  if (!isWithIt || !counts || amount !== delta) return `transaction ${txId} does not say what is booked`;
  const certificate = certificateAt(position);
  if (certificate === null) return `transaction ${txId} has no certificate`;
  return certificateFlaw(certificate, verify) === null ? null : `the certificate of ${txId} is not valid`;
}

function certificateAt(position: Position): Certificate | null {
  const { txId, header, route } = position;
  if (position.state === 'committed') {
    const { signatures, commit } = position;
    return { txId, header, route, signatures, commit };
  }
  return position.state === 'aborted' && position.certificate !== null
    ? { txId, header, route, ...position.certificate }
    : null;
}
