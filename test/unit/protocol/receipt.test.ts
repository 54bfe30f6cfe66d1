import { describe, expect, it } from 'vitest';
import type { PublicKey } from '#protocol/identity.ts';
import type { Certificate, PaymentId } from '#protocol/packet.ts';
import { receiptOf, verifyReceipt } from '#protocol/receipt.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { committed, person, THEN_MS, verify } from '#test/support/people.ts';

const people = [person(1), person(2), person(3)];
const certificate = committed(people);

function whyNot(bytes: Uint8Array): string {
  const read = verifyReceipt(bytes, verify);
  if (!isRefusal(read)) throw new Error('the receipt was taken');
  expect(read.code).toBe('bad-receipt');
  return read.why;
}

it('says who paid whom how much', () => {
  expect(verifyReceipt(receiptOf(certificate), verify)).toEqual({
    network: 'geo-test',
    kind: 'pay',
    payer: people[0]?.key,
    receiver: people[2]?.key,
    equivalent: 'UAH',
    total: 1_250_000_000n,
    routeAmount: 1_250_000_000n,
    hops: 2,
    paymentId: 'ab'.repeat(32),
    txId: certificate.txId,
    createdAtMs: THEN_MS,
    expiresAtMs: THEN_MS + 34_000,
  });
});

it('one route proves the whole payment', () => {
  const one = committed(people, { total: 2_000_000_000n });
  expect(verifyReceipt(receiptOf(one), verify)).toMatchObject({ total: 2_000_000_000n, routeAmount: 1_250_000_000n });
});

it('proves a clearing', () => {
  const ring = committed([person(1), person(2), person(3), person(1)], { kind: 'clear' });
  expect(verifyReceipt(receiptOf(ring), verify)).toMatchObject({ kind: 'clear', payer: person(1).key, hops: 3 });
});

describe('refuses', () => {
  const bytes = receiptOf(certificate);

  it('a receipt cut or changed at any byte', () => {
    for (let at = 0; at < bytes.length; at++) {
      whyNot(bytes.subarray(0, at));
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      whyNot(changed);
    }
    whyNot(Uint8Array.of(...bytes, 0));
  });

  it('a receipt that lacks a signature or has another', () => {
    const [first, second] = certificate.signatures as [Uint8Array, Uint8Array];
    const altered = (change: Partial<Certificate>): string => whyNot(receiptOf({ ...certificate, ...change }));
    expect(altered({ signatures: [first] })).toBe('a certificate lacks signatures');
    expect(altered({ signatures: [first, second, second] })).toBe('a certificate lacks signatures');
    expect(altered({ signatures: [second, first] })).toBe('position 0 did not sign the packet');
    expect(altered({ signatures: [first, first] })).toBe('position 1 did not sign the packet');
    expect(altered({ commit: first })).toBe('a certificate is not signed by the receiver');
  });

  it('a route that is not the header’s', () => {
    const other = committed([person(1), person(4), person(3)]);
    expect(whyNot(receiptOf({ ...other, header: certificate.header }))).toBe(
      'the route is not the one its header lists',
    );
    expect(whyNot(receiptOf(committed(people, { payer: person(9).key })))).toContain('ends of the route');
    expect(whyNot(receiptOf(committed(people, { total: 1n })))).toBe('the route carries more than the total');
    expect(whyNot(receiptOf(committed(people, { expiresAtMs: THEN_MS })))).toBe('it expires before it was created');
  });

  it('signatures made for another payment', () => {
    const other = committed(people, { paymentId: 'cd'.repeat(32) as PaymentId });
    expect(whyNot(receiptOf({ ...certificate, commit: other.commit }))).toContain('not signed by the receiver');
    expect(whyNot(receiptOf({ ...certificate, signatures: other.signatures }))).toContain('position 0');
  });

  it('a receiver whose key may not sign', () => {
    const smallOrder = `01${'00'.repeat(31)}` as PublicKey;
    const one = committed(people, { receiver: smallOrder });
    expect(whyNot(receiptOf(one))).toContain('ends of the route');
    const forged = { ...person(3), key: smallOrder };
    expect(whyNot(receiptOf(committed([person(1), person(2), forged])))).toContain('not signed by the receiver');
  });
});
