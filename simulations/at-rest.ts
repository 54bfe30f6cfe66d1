/**
 * What must hold when nothing moves any more (§14): agreement, zero sums, whole journals, and nobody left waiting.
 */
import type { PublicKey } from '#protocol/identity.ts';
import { EMPTY_HEAD, headAfter } from '#protocol/journal.ts';
import type { Violation } from './checkers.ts';
import { awaitedBy } from './network-at-rest.ts';
import type { Participant } from './participant.ts';

/** What must hold when nothing moves any more (agreement, zero sum, liveness). */
export function checkAtRest(
  participants: readonly Participant[],
  exempt: { malicious: ReadonlySet<number>; restored: ReadonlySet<number> },
): Violation[] {
  const violations: Violation[] = [];
  const byKey = new Map(participants.map((participant) => [participant.key, participant]));
  const isTrusted = (participant: Participant | undefined) =>
    participant !== undefined && !exempt.malicious.has(participant.index) && !exempt.restored.has(participant.index);
  const sums = new Map<string, bigint>();
  for (const participant of participants) {
    if (exempt.malicious.has(participant.index)) continue;
    for (const account of participant.records.accounts()) {
      const other = byKey.get(account.neighbour);
      if (other === undefined || exempt.malicious.has(other.index)) continue;
      const isUsed = account.entries > 0 || other.records.account(participant.key, account.equivalent) !== undefined;
      if (account.standing === 'unsure' && isUsed) {
        violations.push({
          invariant: 'INV-LIVE',
          participant: participant.index,
          what: `the books with ${other.index} never came to agree`,
        });
      }
      const mirrored = other?.records.account(participant.key, account.equivalent);
      const mirror = mirrored?.balance ?? 0n;
      sums.set(account.equivalent, (sums.get(account.equivalent) ?? 0n) + account.balance);
      if (account.balance > 0n && mirror > 0n) {
        violations.push({
          invariant: 'INV-ONEWAY',
          participant: participant.index,
          what: 'each end says that the other owes',
        });
      }
      if (mirror !== -account.balance) {
        violations.push({
          invariant: 'INV-MIRROR',
          participant: participant.index,
          what: `books ${account.balance}, the neighbour books ${mirror}`,
        });
      }
    }
    violations.push(...brokenJournals(participant));
    violations.push(...stuck(participant, byKey, isTrusted));
  }
  for (const [equivalent, sum] of sums) {
    if (sum !== 0n) violations.push({ invariant: 'INV-ZERO', participant: -1, what: `${equivalent} sums to ${sum}` });
  }
  return violations;
}

/** INV-JOURNAL: entries without a gap, chained, and summing up to the balance. */
function brokenJournals({ index, records }: Participant): Violation[] {
  const violations: Violation[] = [];
  for (const account of records.accounts()) {
    let head = EMPTY_HEAD;
    let balance = 0n;
    for (let number = 1; number <= account.entries; number++) {
      const entry = records.entry(account.neighbour, account.equivalent, number);
      if (entry === undefined) break;
      head = headAfter(head, entry);
      balance += entry.delta;
    }
    if (head !== account.journalHead || balance !== account.balance)
      violations.push({
        invariant: 'INV-JOURNAL',
        participant: index,
        what: `the journal says ${balance}, not ${account.balance}`,
      });
  }
  return violations;
}

/** INV-LIVE: positions that still hold something although everyone downstream up to the receiver is honest. */
function stuck(
  participant: Participant,
  byKey: ReadonlyMap<PublicKey, Participant>,
  isTrusted: (participant: Participant | undefined) => boolean,
): Violation[] {
  const violations: Violation[] = [];
  if (!isTrusted(participant)) return violations;
  for (const position of participant.records.unsettled()) {
    if (!awaitedBy(position).every((node) => isTrusted(byKey.get(node)))) continue;
    violations.push({
      invariant: 'INV-LIVE',
      participant: participant.index,
      what: `${position.state} at ${position.position} of ${position.txId} for ever`,
    });
  }
  return violations;
}
