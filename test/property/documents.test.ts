/** Documents from anywhere: a refusal or a value, never a throw, and nothing but what was signed. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeCard, readCard } from '#protocol/card.ts';
import { makeInvoice, readInvoice } from '#protocol/invoice.ts';
import { openMemo, sealMemo } from '#protocol/memo.ts';
import { receiptOf, verifyReceipt } from '#protocol/receipt.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { alice, card, carol, invoice, payment } from '#test/support/examples.ts';
import { verify } from '#test/support/people.ts';

const cardLink = makeCard(card, alice.sign);
const invoiceLink = makeInvoice(invoice, carol.sign) as string;
const receipt = receiptOf(payment);

const base64url = fc.string({ unit: fc.constantFrom(...'ABCabc019-_'), maxLength: 400 });
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  base64url.map((text) => `geo:card/${text}`),
  base64url.map((text) => `geo:pay/${text}`),
);

/** A text with a piece of it replaced, and mostly not the same any more. */
function damaged(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(text.length), fc.nat(4), fc.oneof(base64url, fc.string({ maxLength: 6 })))
    .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
}

it('reads no link but the one that was made', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, damaged(cardLink), damaged(invoiceLink)), (link) => {
      const asCard = readCard(link, verify, 'geo-test');
      if (isRefusal(asCard)) expect(asCard.input.length).toBeLessThan(500);
      else expect([asCard, link.replace(/\s/gu, '')]).toEqual([card, cardLink]);
      const asInvoice = readInvoice(link, verify, 'geo-test');
      if (!isRefusal(asInvoice)) expect([asInvoice, link.replace(/\s/gu, '')]).toEqual([invoice, invoiceLink]);
    }),
    { numRuns: 2_000 },
  );
});

it('takes no bytes for a receipt but those of one', () => {
  const changed = fc
    .tuple(fc.nat(receipt.length), fc.uint8Array({ maxLength: 8 }))
    .map(([at, put]) => Uint8Array.of(...receipt.subarray(0, at), ...put, ...receipt.subarray(at + put.length)));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 1_000 }), changed), (bytes) => {
      if (!isRefusal(verifyReceipt(bytes, verify))) expect(bytes).toEqual(receipt);
    }),
    { numRuns: 1_000 },
  );
});

it('opens what was sealed, for every text that is one line, and nothing else', () => {
  const random = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), random, (text, random32) => {
      const sealed = sealMemo(text, carol.key, random32);
      if (isRefusal(sealed)) expect(sealed.code).toBe('bad-memo');
      else expect([openMemo(sealed, carol.seed), openMemo(sealed, alice.seed)]).toEqual([text, null]);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(openMemo(bytes, carol.seed)).toBeNull();
    }),
    { numRuns: 200 },
  );
});
