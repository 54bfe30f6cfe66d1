import { describe, expect, it } from 'vitest';
import { asPaymentId, newPaymentId, paymentIdOf } from '#node/payment-id.ts';
import { person } from '#test/support/people.ts';

describe('the id of a payment', () => {
  it('is the same for the same text, and another for any other text, payer or network', () => {
    const [alice, bob] = [person(1).key, person(2).key];
    const ids = [
      paymentIdOf('geo', alice, 'rent-3'),
      paymentIdOf('geo', alice, 'rent-4'),
      paymentIdOf('geo', alice, 'rent-3 '),
      paymentIdOf('geo', bob, 'rent-3'),
      paymentIdOf('geo-test', alice, 'rent-3'),
      paymentIdOf('geo', alice, '","'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(paymentIdOf('geo', alice, 'rent-3')).toBe(ids[0]);
    // For ever: changing it would pay twice what was named before.
    expect(ids[0]).toBe('8ee41b51fe622ee6eb99cff4425d223d67a2646d5bd08ebbccfeff712088e39f');
  });

  it('is random when nobody gives one', () => {
    expect(newPaymentId()).not.toBe(newPaymentId());
    expect(asPaymentId(newPaymentId())).not.toBeNull();
    expect(asPaymentId('rent-3')).toBeNull();
  });
});
