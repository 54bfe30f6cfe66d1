import { expect, it } from 'vitest';
import { encode } from '#protocol/codec.ts';
import { toLink } from '#protocol/document-link.ts';
import { type Invoice, invoiceShape, makeInvoice, readInvoice, signedInvoiceShape } from '#protocol/invoice.ts';
import { VERSION } from '#protocol/limits.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const bob = person(2);
const invoice: Invoice = {
  version: VERSION,
  network: 'geo-test',
  payee: bob.key,
  equivalent: 'UAH',
  amount: 1_250_000_000n,
  memo: 'Kava & pyrih, 2 січня ☕️',
  paymentId: '7e'.repeat(32) as PaymentId,
  addresses: ['/ip4/127.0.0.1/tcp/4002'],
  createdAtMs: THEN_MS,
  expiresAtMs: THEN_MS + 3_600_000,
};

/** The link of an invoice with a right signature, whatever it says. */
function linkOf(unchecked: Invoice, sign = bob.sign): string {
  const bytes = encode(invoiceShape, unchecked);
  const signature = sign({ domain: 'geo/1/invoice', signer: unchecked.payee, bytes });
  return toLink('pay', signedInvoiceShape, { invoice: unchecked, signature });
}

function whyNot(link: string, network = 'geo-test'): string {
  const read = readInvoice(link, verify, network);
  if (!isRefusal(read)) throw new Error('the invoice was taken');
  expect(read.code).toBe('bad-link');
  return read.why;
}

it('gives back what went in', () => {
  const link = makeInvoice(invoice, bob.sign);
  expect(link).toBe(linkOf(invoice));
  expect(link).toMatch(/^geo:pay\/[A-Za-z0-9_-]+$/);
  expect(readInvoice(`${linkOf(invoice)}\r\n`, verify, 'geo-test')).toEqual(invoice);
  const open: Invoice = { ...invoice, amount: null, memo: '', addresses: [] };
  expect(readInvoice(makeInvoice(open, bob.sign) as string, verify, 'geo-test')).toEqual(open);
  const longest: Invoice = { ...invoice, memo: '🌻'.repeat(120) };
  expect(readInvoice(makeInvoice(longest, bob.sign) as string, verify, 'geo-test')).toEqual(longest);
});

it('makes none with a memo that cannot be shown', () => {
  for (const [memo, why] of [
    ['x'.repeat(121), 'it has 121 characters'],
    ['🌻'.repeat(121), 'it has 121 characters'],
    ['a\nb', 'it contains U+000A, which does not show'],
    ['\u001b[31mred', 'it contains U+001B, which does not show'],
    ['pay \u202eecila', 'it contains U+202E, which does not show'],
    ['\ud800', 'it contains U+D800, which does not show'],
  ] as const) {
    expect(makeInvoice({ ...invoice, memo }, bob.sign)).toMatchObject({ code: 'bad-memo', why });
  }
});

it('is a bug when it expires before it was made', () => {
  expect(() => makeInvoice({ ...invoice, expiresAtMs: THEN_MS }, bob.sign)).toThrow('expires');
});

it('refuses what the payee has not signed, other networks, and damage anywhere', () => {
  const link = linkOf(invoice);
  expect(whyNot(linkOf(invoice, person(3).sign))).toBe('it is damaged or forged: its payee has not signed it');
  expect(whyNot(link, 'geo')).toBe('it is of the network "geo-test", not of "geo"');
  expect(whyNot(link.replace('pay', 'card'))).toBe('it holds a contact card');
  expect(whyNot(linkOf({ ...invoice, memo: 'a\u2028b' }))).toContain('its memo cannot be shown');
  expect(whyNot(linkOf({ ...invoice, expiresAtMs: THEN_MS }))).toBe('it expires before it was made');
  for (let at = 'geo:pay/'.length; at < link.length; at++) {
    whyNot(`${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`);
    whyNot(link.slice(0, at));
  }
});

it('does not take a signature of another use', () => {
  const bytes = encode(invoiceShape, invoice);
  const signature = bob.sign({ domain: 'geo/1/contact-card', signer: bob.key, bytes });
  expect(whyNot(toLink('pay', signedInvoiceShape, { invoice, signature }))).toContain('forged');
});
