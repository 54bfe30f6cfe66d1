/** §11.3: what a host may sign for its participant, and every way of taking more than that. The chain is A–M–C, H hosts M. */
import { describe, expect, it } from 'vitest';
import { certificateFlaw } from '#protocol/certificate.ts';
import type { CappedAccount } from '#protocol/delegation/accounts-tree.ts';
import { decodeDelegated, type Use, type UsedAccount } from '#protocol/delegation/delegated-signature.ts';
import { ALL_RIGHTS, type Delegation, RIGHTS } from '#protocol/delegation/delegation.ts';
import { type MandateRecord, mandateFor, useMandate } from '#protocol/delegation/mandate.ts';
import { MAX_COMMIT_SIGNATURE_BYTES, MAX_DELEGATION_LIFETIME_MS, MAX_PART_SIGNATURE_BYTES } from '#protocol/limits.ts';
import { type Certificate, type Header, type Route, routeDigestOf } from '#protocol/packet.ts';
import type { About, PrepareStatement, TransactionStatement } from '#protocol/statement.ts';
import { keyOf } from '#simulations/signatures.ts';
import { delegated, delegatedUse, mandateOf } from '#test/support/hosted.ts';
import { committed, person, THEN_MS, verify } from '#test/support/people.ts';

const [a, m, c, host, other] = [1, 2, 3, 4, 5].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const AMOUNT = 1_250_000_000n;

const account = (neighbour: typeof a, cap: bigint): CappedAccount => ({
  neighbour: neighbour.key,
  equivalent: 'UAH',
  cap,
});
const both = [account(a, 2n * AMOUNT), account(c, 3n * AMOUNT)];
const mandate = mandateOf(m, host, both);

/** The statement of M at its place in a payment along the people. */
function statementIn(certificate: Certificate, position: number): PrepareStatement & { readonly about: About } {
  const { txId, header, route } = certificate;
  const about = { header, routes: [route] };
  const { network } = header;
  return { domain: 'geo/1/prepare', network, txId, routeIndex: 0, position, signer: m.key, about };
}

const forwarding = committed([a, m, c]);
const prepare = statementIn(forwarding, 1);
const receiving = committed([a, m]);
const commitOf = ({ txId, header, route }: Certificate): Extract<TransactionStatement, { domain: 'geo/1/commit' }> => ({
  ...{ domain: 'geo/1/commit', network: header.network, txId, signer: m.key },
  about: { header, routes: [route] },
});

function usePrepare(of: MandateRecord, statement = prepare) {
  return delegatedUse(of, host, statement).signature;
}

describe('what is delegated counts', () => {
  it('a prepare in the middle of a route, in a whole certificate', () => {
    const signatures = forwarding.signatures.with(1, usePrepare(mandate));
    expect(certificateFlaw({ ...forwarding, signatures }, verify)).toBeNull();
    expect(certificateFlaw({ ...forwarding, signatures: signatures.toReversed() }, verify)).not.toBeNull();
  });

  it('a commit of the receiver', () => {
    const { signature } = delegatedUse(mandate, host, commitOf(receiving));
    expect(certificateFlaw({ ...receiving, commit: signature }, verify)).toBeNull();
  });

  it('both ends of a clearing', () => {
    const ring = committed([m, a, m], { kind: 'clear' });
    const first = statementIn(ring, 0);
    const { signature, after } = delegatedUse(mandate, host, first);
    const { signature: commit } = delegatedUse(after, host, commitOf(ring));
    expect(verify(first, signature) && verify(commitOf(ring), commit)).toBe(true);
    const clearingOnly = mandateOf(m, host, both, { rights: RIGHTS.clear });
    expect(verify(first, usePrepare(clearingOnly, first))).toBe(true);
    const payingOnly = mandateOf(m, host, both, { rights: RIGHTS.forward | RIGHTS.receive });
    expect(verify(first, usePrepare(payingOnly, first))).toBe(false);
  });

  it('ABORT and DECLINE, which cost nothing', () => {
    const abort = { ...prepare, domain: 'geo/1/abort' } as const;
    expect(verify(abort, delegated(mandate, host, abort, null))).toBe(true);
    expect(verify({ ...abort, position: 0 }, delegated(mandate, host, abort, null))).toBe(false);
    const { about, network, txId, signer } = prepare;
    const decline = { domain: 'geo/1/decline', network, txId, signer, about } as const;
    expect(verify(decline, delegated(mandate, host, decline, null))).toBe(true);
    expect(verify(decline, delegated(mandate, host, abort, null))).toBe(false);
  });

  it('the own signature goes on counting, and is not a delegated one', () => {
    const own = m.sign(prepare);
    expect(verify(prepare, own)).toBe(true);
    expect(decodeDelegated(own)).toBeNull();
  });
});

describe('what is not delegated does not', () => {
  it('the first signature of a payment', () => {
    const paying = statementIn(committed([m, c]), 0);
    expect(verify(paying, usePrepare(mandate, paying))).toBe(false);
  });

  it.each<[string, Partial<Delegation>]>([
    ['another participant', { participant: other.key }],
    ['another network', { network: 'geo' }],
    ['no right to pass on', { rights: ALL_RIGHTS - RIGHTS.forward }],
    ['before its time', { notBeforeMs: THEN_MS + 1 }],
    ['after its time', { notAfterMs: THEN_MS - 1 }],
    ['a time that is too long', { notAfterMs: THEN_MS - 1_800_000 + MAX_DELEGATION_LIFETIME_MS + 1 }],
    ['a time that ends before it begins', { notBeforeMs: THEN_MS + 1_800_001 }],
    ['the participant as delegate of itself', { delegate: m.key }],
    ['another delegate', { delegate: other.key }],
    ['other accounts', { accountsRoot: '00'.repeat(32) }],
  ])('under a delegation with %s', (_, change) => {
    expect(verify(prepare, usePrepare({ ...mandateOf(m, host, both, change) }))).toBe(false);
  });

  it('receiving without that right', () => {
    const forwardOnly = mandateOf(m, host, both, { rights: RIGHTS.forward });
    expect(verify(commitOf(receiving), delegatedUse(forwardOnly, host, commitOf(receiving)).signature)).toBe(false);
  });

  it('under a delegation that the participant did not sign, or with a signature of another', () => {
    const forged = { ...mandate, participantSignature: host.sign(prepare) };
    expect(verify(prepare, usePrepare(forged))).toBe(false);
    expect(verify(prepare, delegatedUse(mandate, other, prepare).signature)).toBe(false);
    expect(verify({ ...prepare, signer: c.key }, usePrepare(mandate))).toBe(false);
  });

  it('without the packet, which would have to be judged', () => {
    const { about: _, ...bare } = prepare;
    expect(verify(bare, usePrepare(mandate))).toBe(false);
  });

  it('an ABORT of a hop whose debtor is the delegate', () => {
    const throughHost = committed([host, m, c]);
    const abort = { ...statementIn(throughHost, 1), domain: 'geo/1/abort' } as const;
    expect(verify(abort, delegated(mandate, host, abort, null))).toBe(false);
    expect(verify(abort, m.sign(abort))).toBe(true);
    const outward = { ...statementIn(committed([a, m, host]), 1), domain: 'geo/1/abort' } as const;
    expect(verify(outward, delegated(mandate, host, outward, null))).toBe(true);
  });
});

describe('what is used up', () => {
  const { use } = useMandate(mandate, prepare) as { use: Use };
  const [first, second] = use.accounts as readonly [UsedAccount, UsedAccount];
  const withAccounts = (...accounts: UsedAccount[]): Use => ({ ...use, accounts });

  it.each<[string, Use | null]>([
    ['nothing said', null],
    ['less than the packet', { ...use, used: AMOUNT - 1n }],
    ['more than the cap of all', { ...use, used: mandate.delegation.cap + 1n }],
    ['an account left out', withAccounts(first)],
    ['less over an account', withAccounts({ ...first, used: AMOUNT - 1n }, second)],
    ['more than the cap of an account', withAccounts({ ...first, used: first.cap + 1n }, second)],
    ['a cap raised', withAccounts({ ...first, cap: first.cap + 1n }, second)],
    ['the proof of another', withAccounts({ ...first, proof: second.proof }, second)],
    ['another equivalent', withAccounts({ ...first, equivalent: 'HOUR' }, second)],
  ])('%s', (_, wrong) => expect(verify(prepare, delegated(mandate, host, prepare, wrong))).toBe(false));

  it('is said as it is, and counts on', () => {
    expect(use).toMatchObject({ counter: 1, used: AMOUNT });
    expect([first.used, second.used]).toEqual([AMOUNT, AMOUNT]);
    const { after } = delegatedUse(mandate, host, prepare);
    const again = useMandate(after, commitOf(receiving)) as { use: Use; after: MandateRecord };
    expect(again.use).toMatchObject({ counter: 2, used: 2n * AMOUNT });
    expect(again.use.accounts.map(({ used }) => used)).toEqual([2n * AMOUNT]);
    // A is used up, C has room.
    expect(useMandate(again.after, prepare)).toBeNull();
  });

  it('ends with the cap of all, or where an account is not named', () => {
    const tight = mandateOf(m, host, both, { cap: 2n * AMOUNT - 1n });
    const { after } = delegatedUse(tight, host, prepare);
    expect(useMandate(after, prepare)).toBeNull();
    expect(useMandate(mandateOf(m, host, [account(a, AMOUNT)]), prepare)).toBeNull();
  });

  it('no signature with a use stands where none is needed', () => {
    const abort = { ...prepare, domain: 'geo/1/abort' } as const;
    expect(verify(abort, delegated(mandate, host, abort, use))).toBe(false);
  });
});

it('the newest that covers the packet is used', () => {
  const older = mandateOf(m, host, both, { seq: 1, notAfterMs: THEN_MS + 10 });
  const newer = mandateOf(m, host, both, { seq: 2, notBeforeMs: THEN_MS + 5 });
  expect(mandateFor([newer, older], THEN_MS)).toBe(older);
  expect(mandateFor([newer, older], THEN_MS + 7)).toBe(newer);
  expect(mandateFor([older], THEN_MS + 11)).toBeNull();
});

it('the largest ones fit where they stand', () => {
  const many = Array.from({ length: 1_022 }, (_, at) => ({
    neighbour: keyOf(100 + (at % 100)),
    equivalent: `ABCDEFGHIJKLMN${String(at).padStart(2, '0').slice(-2)}`,
    cap: 2n ** 62n,
  }));
  const wide = [...many, ...both.map((one) => ({ ...one, cap: 2n ** 62n }))];
  const big = mandateOf(m, host, wide, { cap: 2n ** 63n - 1n, network: 'n'.repeat(32) });
  expect(usePrepare(big).length).toBeLessThanOrEqual(MAX_PART_SIGNATURE_BYTES);
  const neighbours = Array.from({ length: 8 }, (_, at) => person(20 + at));
  const split = mandateOf(m, host, [...many.slice(0, 1_016), ...neighbours.map((one) => account(one, 2n ** 62n))], {
    cap: 2n ** 63n - 1n,
  });
  const routes = neighbours.map(({ key }, index): Route => {
    return { salt: '0f'.repeat(16), index, amount: 2n ** 58n, nodes: [a.key, key, m.key] };
  });
  const header: Header = {
    ...receiving.header,
    total: 2n ** 61n,
    routeDigests: routes.map(routeDigestOf),
  };
  const statement = { ...commitOf(receiving), about: { header, routes } };
  const { signature } = delegatedUse(split, host, statement);
  expect(signature.length).toBeLessThanOrEqual(MAX_COMMIT_SIGNATURE_BYTES);
  expect(verify(statement, signature)).toBe(true);
});
