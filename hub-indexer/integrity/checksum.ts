/**
 * Checksums of books: sha256 over the canonical encoding (§1.1) of accounts in the order of their keys, whatever the
 * order in which they were read. Equal checksums mean equal books: a member's before and after it moved to another host,
 * or all of a hub before and after it was restored.
 *
 * Not in it: `standing` and `comparedAtMs`, which a mere start changes.
 */
import { hash } from 'node:crypto';
import type { Account } from '#protocol/account.ts';
import { amountOrZero, bytes, encode, hex, list, record, signedAmount, text, uint } from '#protocol/codec.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { equivalentShape, publicKeyShape, timeShape } from '#protocol/packet.ts';
import type { Records } from '#protocol/records.ts';

type Summed = Omit<Account, 'type' | 'standing' | 'comparedAtMs'>;

/** Negative only in broken books, which have a checksum too. */
const anyAmount = signedAmount();

const accountShape = record<Summed>({
  neighbour: publicKeyShape,
  equivalent: equivalentShape,
  limitGiven: amountOrZero(),
  limitReceived: amountOrZero(),
  balance: anyAmount,
  reservedIn: anyAmount,
  reservedOut: anyAmount,
  day: uint(),
  dayIn: anyAmount,
  entries: uint(),
  journalHead: hex(32),
  latestMs: timeShape,
  closedUntilMs: timeShape,
  refuseUntilMs: timeShape,
});

const MOST = Number.MAX_SAFE_INTEGER;
const digestShape = bytes(32, 32);

const participantShape = record<{
  domain: string;
  participant: PublicKey;
  accounts: readonly Uint8Array[];
}>({ domain: text(32), participant: publicKeyShape, accounts: list(digestShape, 0, MOST) });

const stateShape = record<{ domain: string; participants: readonly Uint8Array[] }>({
  domain: text(32),
  participants: list(digestShape, 0, MOST),
});

/** Accounts are never changed but replaced: each is encoded once. */
const digests = new WeakMap<Account, Uint8Array>();

function digestOf(account: Account): Uint8Array {
  let digest = digests.get(account);
  if (digest === undefined) {
    digest = hash('sha256', encode(accountShape, account), 'buffer');
    digests.set(account, digest);
  }
  return digest;
}

function inOrder(a: Account, b: Account): number {
  if (a.neighbour !== b.neighbour) return a.neighbour < b.neighbour ? -1 : 1;
  return a.equivalent < b.equivalent ? -1 : 1;
}

/** The accounts of a participant as they were when its digest was made. */
interface Summary {
  readonly accounts: readonly Account[];
  readonly digest: Uint8Array;
}

const summaries = new WeakMap<Records, Summary>();

function participantDigest(records: Records): Uint8Array {
  const accounts = [...records.accounts()];
  const known = summaries.get(records);
  if (known?.accounts.length === accounts.length && accounts.every((account, at) => account === known.accounts[at]))
    return known.digest;
  const parts = {
    domain: 'geo-hub/1/participant',
    participant: records.self,
    accounts: accounts.toSorted(inOrder).map(digestOf),
  };
  const digest = hash('sha256', encode(participantShape, parts), 'buffer');
  summaries.set(records, { accounts, digest });
  return digest;
}

/** Of one participant's books, in hex. */
export function participantChecksum(records: Records): string {
  return Buffer.from(participantDigest(records)).toString('hex');
}

/** Of the books of all, in hex. Cheap for those whose `participantChecksum` was asked a moment ago. */
export function stateChecksum(participants: Iterable<Records>): string {
  const sorted = [...participants].sort((a, b) => (a.self < b.self ? -1 : 1));
  const parts = { domain: 'geo-hub/1/state', participants: sorted.map(participantDigest) };
  return hash('sha256', encode(stateShape, parts), 'hex');
}
