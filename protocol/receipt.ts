/**
 * Receipts (§13.4): the certificate of a payment as a file, which anyone can check off line.
 */
import { certificateFlaw } from './certificate.ts';
import { decode, encode } from './codec.ts';
import type { PublicKey } from './identity.ts';
import { MAX_DEPTH, MAX_FRAME_BYTES } from './limits.ts';
import { type Certificate, certificateShape, hopsOf, type PacketKind, type PaymentId, type TxId } from './packet.ts';
import { isRefusal, type Refusal, refuse } from './refusals.ts';
import type { Verify } from './statement.ts';

/** What a valid receipt proves. Amounts are 10⁻⁸ units. */
export interface Receipt {
  readonly network: string;
  /** `clear`: a ring of debts was cleared, and payer and receiver are the same. */
  readonly kind: PacketKind;
  readonly payer: PublicKey;
  readonly receiver: PublicKey;
  readonly equivalent: string;
  /** What the receiver got over all routes: one route's certificate proves the whole payment. */
  readonly total: bigint;
  /** What went over the route of this receipt. */
  readonly routeAmount: bigint;
  readonly hops: number;
  readonly paymentId: PaymentId;
  readonly txId: TxId;
  /** When the payer says it was made. The receiver committed before `expiresAtMs`, if it is honest. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** The receipt of a route: the canonical bytes of its certificate. */
export function receiptOf(certificate: Certificate): Uint8Array {
  return encode(certificateShape, certificate);
}

/**
 * What the bytes prove. A pure function of the bytes: form, the prepare signature of every participant but the last,
 * and the receiver's commit. It never lapses (rule 8).
 *
 * @returns the receipt, or `bad-receipt` saying what is wrong.
 */
export function verifyReceipt(bytes: Uint8Array, verify: Verify): Receipt | Refusal<'bad-receipt'> {
  const no = (why: string): Refusal<'bad-receipt'> =>
    refuse('bad-receipt', {
      input: `${bytes.length} bytes`,
      why,
      limit: 'the certificate of a payment, signed by all on its route',
    });
  const certificate = decode(certificateShape, bytes, { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_DEPTH });
  if (isRefusal(certificate)) {
    const { where, why } = certificate;
    return no(`it is damaged: ${where === '' ? '' : `${where}: `}${why}`);
  }
  const flaw = certificateFlaw(certificate, verify);
  if (flaw !== null) return no(flaw);
  const { txId, header, route } = certificate;
  const { network, kind, payer, receiver, equivalent, total, paymentId, createdAtMs, expiresAtMs } = header;
  return {
    network,
    kind,
    payer,
    receiver,
    equivalent,
    total,
    routeAmount: route.amount,
    hops: hopsOf(route),
    paymentId,
    txId,
    createdAtMs,
    expiresAtMs,
  };
}
