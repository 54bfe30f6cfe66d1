/**
 * Invoices (§13.3): "pay me", signed by the payee. The payer pays with the invoice's payment id, so that one payer pays
 * an invoice once, however often the link is opened (rule 11).
 */

import { addressesShape } from './addresses.ts';
import { amount, encode, literal, nullable, record, text } from './codec.ts';
import { badLink, fromLink, toLink } from './document-link.ts';
import type { PublicKey } from './identity.ts';
import { MAX_INVOICE_MEMO_CHARACTERS, VERSION } from './limits.ts';
import { lineFlaw } from './memo.ts';
import {
  equivalentShape,
  networkShape,
  type PaymentId,
  paymentIdShape,
  publicKeyShape,
  type Signature,
  signatureShape,
  timeShape,
} from './packet.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import type { DocumentStatement, Sign, Verify } from './statement.ts';

/** A request to be paid. */
export interface Invoice {
  readonly version: typeof VERSION;
  readonly network: string;
  readonly payee: PublicKey;
  readonly equivalent: string;
  /** 1 … 2⁶³−1, 10⁻⁸ units; null: the payer says how much. */
  readonly amount: bigint | null;
  /** What for: one line of 0 … 120 characters, readable by whoever has the link. */
  readonly memo: string;
  /** 32 random bytes in hex, new for each invoice. */
  readonly paymentId: PaymentId;
  /** Where the payee can be dialled, as on a card. */
  readonly addresses: readonly string[];
  readonly createdAtMs: number;
  /** Honest payers do not pay it later. Judging that is the payer's business, see `readInvoice`. */
  readonly expiresAtMs: number;
}

interface SignedInvoice {
  readonly invoice: Invoice;
  readonly signature: Signature;
}

export const invoiceShape = record<Invoice>({
  version: literal(VERSION),
  network: networkShape,
  payee: publicKeyShape,
  equivalent: equivalentShape,
  amount: nullable(amount()),
  memo: text(4 * MAX_INVOICE_MEMO_CHARACTERS),
  paymentId: paymentIdShape,
  addresses: addressesShape,
  createdAtMs: timeShape,
  expiresAtMs: timeShape,
});

export const signedInvoiceShape = record<SignedInvoice>({ invoice: invoiceShape, signature: signatureShape });

function invoiceStatement(invoice: Invoice): DocumentStatement {
  return { domain: 'geo/1/invoice', signer: invoice.payee, bytes: encode(invoiceShape, invoice) };
}

/**
 * The invoice as a link `geo:pay/…`, signed by `sign`, which must sign as `invoice.payee`. Equal invoices give equal
 * links. Times or addresses outside their ranges are a bug and throw.
 *
 * @returns the link, or `bad-memo` for a memo that is too long or holds characters that do not show.
 */
export function makeInvoice(invoice: Invoice, sign: Sign): string | Refusal<'bad-memo'> {
  const refusal = lineFlaw(invoice.memo, MAX_INVOICE_MEMO_CHARACTERS);
  if (refusal !== null) return refusal;
  if (invoice.expiresAtMs <= invoice.createdAtMs) throw new RangeError('an invoice expires before it was made');
  return toLink('pay', signedInvoiceShape, { invoice, signature: sign(invoiceStatement(invoice)) });
}

/**
 * The invoice in a link, with white space and line breaks anywhere in it.
 *
 * A pure function of the link: an expired invoice is still read, since only the payer has a clock; compare
 * `expiresAtMs`.
 *
 * @returns the invoice, or `bad-link` saying why: damaged, another network, not signed by the payee.
 */
export function readInvoice(link: string, verify: Verify, network: string): Invoice | Refusal<'bad-link'> {
  const signed = fromLink('pay', signedInvoiceShape, link);
  if (isRefusal(signed)) return signed;
  const { invoice, signature } = signed;
  const no = (why: string): Refusal<'bad-link'> => badLink('pay', link, why);
  if (invoice.network !== network) return no(`it is of the network "${invoice.network}", not of "${network}"`);
  const memo = lineFlaw(invoice.memo, MAX_INVOICE_MEMO_CHARACTERS);
  if (memo !== null) return no(`its memo cannot be shown: ${memo.why}`);
  if (invoice.expiresAtMs <= invoice.createdAtMs) return no('it expires before it was made');
  if (!verify(invoiceStatement(invoice), signature)) return no('it is damaged or forged: its payee has not signed it');
  return invoice;
}
