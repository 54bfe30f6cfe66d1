/** A participant whose host signs for it: delegations and what is signed under them, with real keys. */
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { accountsRoot, type CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import { delegatedStatement, encodeDelegated, type Use } from '#protocol/delegation/delegated-signature.ts';
import { ALL_RIGHTS, type Delegation, delegationStatement } from '#protocol/delegation/delegation.ts';
import { type MandateRecord, newMandate, useMandate } from '#protocol/delegation/mandate.ts';
import { VERSION } from '#protocol/limits.ts';
import type { Signature } from '#protocol/packet.ts';
import { signWith, type TransactionStatement } from '#protocol/statement.ts';
import { type Person, THEN_MS } from './people.ts';

/** What `participant` lets `host` do over these accounts, for an hour around `THEN_MS`. */
export function mandateOf(
  participant: Person,
  host: Person,
  accounts: readonly CappedAccount[],
  change: Partial<Delegation> = {},
): MandateRecord {
  const delegation: Delegation = {
    version: VERSION,
    network: 'geo-test',
    participant: participant.key,
    delegate: host.key,
    rights: ALL_RIGHTS,
    accountsRoot: accountsRoot(accounts),
    cap: accounts.reduce((sum, { cap }) => sum + cap, 0n),
    notBeforeMs: THEN_MS - 1_800_000,
    notAfterMs: THEN_MS + 1_800_000,
    seq: THEN_MS,
    ...change,
  };
  return newMandate(delegation, participant.sign(delegationStatement(delegation)), accounts);
}

/** The host's signature under a mandate, whatever that allows. */
export function delegated(
  { delegation, participantSignature }: MandateRecord,
  host: Person,
  statement: TransactionStatement,
  use: Use | null,
): Signature {
  const sign = signWith(nodeEd25519, host.seed);
  const signature = sign(delegatedStatement(statement, { delegation, use }));
  return encodeDelegated({ delegation, participantSignature, use, signature });
}

/** The host's signature on a prepare or a commit, using the mandate up; throws where it does not reach. */
export function delegatedUse(
  mandate: MandateRecord,
  host: Person,
  statement: Parameters<typeof useMandate>[1],
): { readonly signature: Signature; readonly after: MandateRecord } {
  const used = useMandate(mandate, statement);
  if (used === null) throw new Error('the mandate does not reach so far');
  return { signature: delegated(mandate, host, statement, used.use), after: used.after };
}
