/**
 * How an attempt ended, by what proves it and not by what the hub says (protocol rule 11): a hub that says “aborted” cannot
 * make a member pay twice, and one that says “paid” cannot make it believe that.
 */
import type { HandedAttempt } from '#protocol/delegation/handed-in.ts';
import { decodeMessage } from '#protocol/link.ts';
import { type Route, txIdOf } from '#protocol/packet.ts';
import { verifyReceipt } from '#protocol/receipt.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';

/** `paid`: a certificate proves it. `over`: it can never be paid, or the receiver has said so. `open`: neither is proven. */
export type Outcome =
  | { readonly state: 'paid'; readonly receipt: Uint8Array }
  | { readonly state: 'over' }
  | { readonly state: 'open' };

/** What the hub shows of an attempt: the receipt, ABORTs as messages, a DECLINE as message. */
export interface Shown {
  readonly receipt: Uint8Array | null;
  readonly aborts: readonly Uint8Array[];
  readonly decline: Uint8Array | null;
}

/** Judges what is shown of an own attempt. Whatever proves nothing is as if it had not been shown. */
export function outcomeOf(attempt: HandedAttempt, { receipt, aborts, decline }: Shown, verify: Verify): Outcome {
  if (receipt !== null && isReceiptOf(attempt, receipt, verify)) return { state: 'paid', receipt };
  const isDeclined = decline !== null && isDeclinedBy(attempt, decline, verify);
  const areAborted = attempt.routes.every((route) => aborts.some((abort) => isAbortOf(attempt, route, abort, verify)));
  return { state: isDeclined || areAborted ? 'over' : 'open' };
}

function isReceiptOf({ header }: HandedAttempt, bytes: Uint8Array, verify: Verify): boolean {
  const receipt = verifyReceipt(bytes, verify);
  return !isRefusal(receipt) && receipt.txId === txIdOf(header);
}

/** The creditor of the own first hop has waived it. */
function isAbortOf({ header, routes }: HandedAttempt, route: Route, bytes: Uint8Array, verify: Verify): boolean {
  const message = decodeMessage(bytes);
  if (isRefusal(message) || message.type !== 'abort') return false;
  const { txId, routeIndex, position, signer, signature } = message;
  const isOfIt = txId === txIdOf(header) && routeIndex === route.index && position === 1 && signer === route.nodes[1];
  const { network } = header;
  const about = { header, routes };
  return isOfIt && verify({ domain: 'geo/1/abort', network, txId, routeIndex, position, signer, about }, signature);
}

function isDeclinedBy({ header, routes }: HandedAttempt, bytes: Uint8Array, verify: Verify): boolean {
  const message = decodeMessage(bytes);
  if (isRefusal(message) || message.type !== 'decline') return false;
  const { txId, signer, signature } = message;
  const about = { header, routes };
  const statement = { domain: 'geo/1/decline', network: header.network, txId, signer, about } as const;
  return txId === txIdOf(header) && signer === header.receiver && verify(statement, signature);
}
