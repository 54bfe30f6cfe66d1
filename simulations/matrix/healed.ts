/** What must be true of a run once everything that went wrong is over: nothing is held, and both ends of all agree. */
import type { Account } from '#protocol/account.ts';
import type { Participant } from '../participant.ts';
import { keyOf } from '../signatures.ts';
import type { Run } from './run.ts';

/** What is not as it must be, in words; none: the run has healed. */
export function problemsOf(run: Run): readonly string[] {
  const problems: string[] = run
    .violations()
    .map(({ invariant, participant, what }) => `${invariant} at ${nameOf(participant)}: ${what}`);
  for (const participant of run.participants) {
    const { records, index, isUp } = participant;
    const name = nameOf(index);
    if (!isUp) problems.push(`${name} is not running`);
    for (const { state, position } of records.unsettled()) problems.push(`${name} has a ${state} position ${position}`);
    for (const account of records.accounts()) problems.push(...accountProblems(run, participant, account));
    problems.push(...paymentProblems(run, participant));
  }
  return problems;
}

/** A participant by the letter that people know it by. */
export function nameOf(index: number): string {
  return String.fromCharCode(65 + index);
}

function accountProblems(run: Run, { records, index }: Participant, account: Account): readonly string[] {
  const problems: string[] = [];
  const { neighbour, equivalent, reservedIn, reservedOut, limitReceived } = account;
  const other = run.participants.find(({ key }) => key === neighbour);
  const mirror = other?.records.account(records.self, equivalent);
  const name = `${nameOf(index)} with ${nameOf(other?.index ?? 0)}`;
  if (reservedIn !== 0n || reservedOut !== 0n)
    problems.push(`${name}: ${reservedIn} in and ${reservedOut} out are held`);
  if (mirror?.balance !== -account.balance) problems.push(`${name}: ${account.balance} here, ${mirror?.balance} there`);
  if (mirror?.limitGiven !== limitReceived)
    problems.push(`${name}: the limit is ${limitReceived}, not ${mirror?.limitGiven}`);
  const own = records.line(records.self, neighbour, equivalent);
  if (own?.acked === false) problems.push(`${name}: a trust line is not acknowledged`);
  return problems;
}

/** Payer and receiver say the same of every payment, and it is over. */
function paymentProblems(run: Run, { records, index }: Participant): readonly string[] {
  const problems: string[] = [];
  for (const payment of records.payments()) {
    const receiver = run.participants.find(({ key }) => key === payment.receiver);
    const isPaid = receiver?.records.paid(keyOf(index), payment.paymentId) !== undefined;
    if (payment.state !== 'COMMITTED' && payment.state !== 'ABORTED') problems.push(`a payment is ${payment.state}`);
    else if (isPaid !== (payment.state === 'COMMITTED')) {
      problems.push(`a payment is ${payment.state} at the payer, ${isPaid ? 'paid' : 'not paid'} at the receiver`);
    }
  }
  return problems;
}
