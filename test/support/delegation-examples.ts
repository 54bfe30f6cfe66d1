/** A delegation and what is signed under it, for golden vectors: person 4 hosts person 2, who stands between persons 1 and 3. */
import type { CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import type { Use } from '#protocol/delegation/delegated-signature.ts';
import { RIGHTS } from '#protocol/delegation/delegation.ts';
import { useMandate } from '#protocol/delegation/mandate.ts';
import type { Certificate, Signature } from '#protocol/packet.ts';
import type { About, PrepareStatement, TransactionStatement } from '#protocol/statement.ts';
import { delegated, delegatedUse, mandateOf } from './hosted.ts';
import { committed, type Person, person } from './people.ts';

const [a, m, c, host] = [1, 2, 3, 4].map(person) as [Person, Person, Person, Person];
const AMOUNT = 1_250_000_000n;

/** Three, so that the tree has a leaf that stands higher than the others. */
export const accounts: readonly CappedAccount[] = [
  { neighbour: a.key, equivalent: 'UAH', cap: 2n * AMOUNT },
  { neighbour: a.key, equivalent: 'hour', cap: AMOUNT },
  { neighbour: c.key, equivalent: 'UAH', cap: 3n * AMOUNT },
].toSorted((x, y) => (`${x.neighbour} ${x.equivalent}` < `${y.neighbour} ${y.equivalent}` ? -1 : 1));
export const mandate = mandateOf(m, host, accounts);
const forwardOnly = mandateOf(m, host, accounts, { rights: RIGHTS.forward });

/** A signature that stands where one of `statement.signer` would. */
export interface DelegatedExample {
  readonly name: string;
  readonly statement: TransactionStatement & { readonly about: About };
  readonly signature: Signature;
  readonly isValid: boolean;
}

function prepareIn(
  { txId, header, route }: Certificate,
  position: number,
): PrepareStatement & { readonly about: About } {
  const about = { header, routes: [route] };
  const base = { domain: 'geo/1/prepare', network: header.network, txId, routeIndex: 0, position } as const;
  return { ...base, signer: m.key, about };
}

const prepare = prepareIn(committed([a, m, c]), 1);
const receiving = committed([a, m]);
const commit = {
  domain: 'geo/1/commit',
  network: receiving.header.network,
  txId: receiving.txId,
  signer: m.key,
  about: { header: receiving.header, routes: [receiving.route] },
} as const;
const abort = { ...prepare, domain: 'geo/1/abort' } as const;
const throughHost = { ...prepareIn(committed([host, m, c]), 1), domain: 'geo/1/abort' } as const;
const decline = {
  domain: 'geo/1/decline',
  network: prepare.network,
  txId: prepare.txId,
  signer: m.key,
  about: prepare.about,
} as const;
const paying = prepareIn(committed([m, c]), 0);
const { use } = useMandate(mandate, prepare) as { use: Use };

export const delegatedExamples: readonly DelegatedExample[] = [
  { name: 'a prepare in the middle', statement: prepare, ...under(prepare), isValid: true },
  { name: 'a commit of the receiver', statement: commit, ...under(commit), isValid: true },
  { name: 'an ABORT', statement: abort, signature: delegated(mandate, host, abort, null), isValid: true },
  { name: 'a DECLINE', statement: decline, signature: delegated(mandate, host, decline, null), isValid: true },
  { name: 'the own signature', statement: prepare, signature: m.sign(prepare), isValid: true },
  { name: 'the first signature of a payment', statement: paying, ...under(paying), isValid: false },
  { name: 'a commit without the right', statement: commit, ...under(commit, forwardOnly), isValid: false },
  {
    name: 'an ABORT of what the delegate owes',
    statement: throughHost,
    signature: delegated(mandate, host, throughHost, null),
    isValid: false,
  },
  { name: 'no use', statement: prepare, signature: delegated(mandate, host, prepare, null), isValid: false },
  { name: 'less used than the packet takes', ...using({ ...use, used: AMOUNT - 1n }) },
  { name: 'more used than the cap', ...using({ ...use, used: mandate.delegation.cap + 1n }) },
  { name: 'an account left out', ...using({ ...use, accounts: use.accounts.slice(0, 1) }) },
  {
    name: 'signed by somebody else than the delegate',
    statement: prepare,
    signature: delegatedUse(mandate, c, prepare).signature,
    isValid: false,
  },
];

function under(statement: Parameters<typeof useMandate>[1], of = mandate): { readonly signature: Signature } {
  return { signature: delegatedUse(of, host, statement).signature };
}

function using(other: Use): Omit<DelegatedExample, 'name'> {
  return { statement: prepare, signature: delegated(mandate, host, prepare, other), isValid: false };
}
