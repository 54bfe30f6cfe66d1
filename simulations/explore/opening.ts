/**
 * What every participant of a scenario has on its disk before anything happens: trust lines that both ends know, and
 * debts of long ago.
 */
import { type Account, emptyAccount } from '#protocol/account.ts';
import { VERSION } from '#protocol/limits.ts';
import type { DurableRecord } from '#protocol/records.ts';
import { DEFAULT_POLICY, type SignedTrustLine, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { EPOCH_MS } from '../scenario.ts';
import { fastSignatures, keyOf } from '../signatures.ts';
import { EQUIVALENT, type Scenario } from './scenarios.ts';

export const NETWORK = 'geo-exploration';

/** The records of one participant. */
export function openingRecords(scenario: Scenario, self: number): readonly DurableRecord[] {
  const accounts = new Map<number, Account>();
  const change = (neighbour: number, changed: (account: Account) => Account) =>
    accounts.set(neighbour, changed(accounts.get(neighbour) ?? emptyAccount(keyOf(neighbour), EQUIVALENT)));
  const records: DurableRecord[] = [];
  for (const [owner, other, limit] of scenario.lines) {
    if (owner !== self && other !== self) continue;
    records.push({ type: 'line', signed: signedLine(owner, other, limit), acked: true, conflicting: null });
    if (owner === self) change(other, (account) => ({ ...account, limitGiven: limit }));
    else change(owner, (account) => ({ ...account, limitReceived: limit }));
  }
  for (const [debtor, creditor, amount] of scenario.debts) {
    if (debtor === self) change(creditor, (account) => ({ ...account, balance: account.balance - amount }));
    if (creditor === self) change(debtor, (account) => ({ ...account, balance: account.balance + amount }));
  }
  return [...records, ...accounts.values()];
}

function signedLine(from: number, to: number, limit: bigint): SignedTrustLine {
  const line: TrustLine = {
    version: VERSION,
    network: NETWORK,
    from: keyOf(from),
    to: keyOf(to),
    equivalent: EQUIVALENT,
    seq: EPOCH_MS - 1_000,
    limit,
    status: 'active',
    policy: DEFAULT_POLICY,
    createdAtMs: EPOCH_MS - 1_000,
  };
  return { line, signature: fastSignatures.signAs(from)(trustLineStatement(line)) };
}
