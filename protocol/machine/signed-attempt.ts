/**
 * A payment of which the payer made and signed the attempt itself (§11.4): a participant whose host runs its machine. Each
 * attempt needs the payer, so none follows by itself; the payer looks what became of one before it signs the next.
 */
import type { PayCommand, SignedAttempt } from '../event.ts';
import { LIFETIME_BASE_MS, LIFETIME_PER_HOP_MS, MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { hopsOf, packetFlaw, type Route, txIdOf } from '../packet.ts';
import type { Payment, PlannedRoute } from '../payment.ts';
import { type Refusal, refuse } from '../refusals.ts';
import { signFirst } from './attempt.ts';
import { launch, newPayment, tell, whyNotSend, whyNotStart } from './pay.ts';
import type { Turn } from './turn.ts';

/** Begins a payment with this attempt, or goes on with one of which no attempt can be committed any more (rule 11). */
export function startSigned(turn: Turn, command: PayCommand, signed: SignedAttempt, known: Payment | undefined): void {
  const { paymentId, receiver, equivalent, amount } = command;
  const same = known?.receiver === receiver && known.equivalent === equivalent && known.amount === amount;
  if (known !== undefined && same && (known.state !== 'ABORTED' || turn.positions(txIdOf(signed.header)).length > 0)) {
    tell(turn, known);
    return;
  }
  const isReused = known !== undefined && !same;
  const refusal = isReused ? refuse('id-reused', { paymentId }) : begin(turn, command, signed, known);
  if (refusal !== null) turn.notify({ type: 'refused', refusal });
}

/** Why it does not begin, or null. */
function begin(
  turn: Turn,
  command: PayCommand,
  { header, routes }: SignedAttempt,
  known: Payment | undefined,
): Refusal | null {
  const planned: readonly PlannedRoute[] = routes.map(({ nodes, amount: part }) => ({ nodes, amount: part }));
  const payment: Payment = { ...(known ?? newPayment(turn, command)), chosenRoutes: planned };
  const refusal =
    whyNotStart(turn, { ...command, routes: planned }) ??
    attemptFlaw(turn, command, { header, routes }) ??
    whyNotSend(turn, payment, planned)?.refusal;
  if (refusal !== undefined) return refusal;
  const attempt = { txId: txIdOf(header), header, routes };
  const signatures = signFirst(turn, attempt);
  if (signatures === null) return refuse('bad-document', { why: 'it is not signed' });
  launch(turn, payment, planned, attempt, signatures);
  return null;
}

/** Is it the attempt of this payment, in the form that others take, made now and for no longer than it needs? */
function attemptFlaw(turn: Turn, command: PayCommand, { header, routes }: SignedAttempt): Refusal | null {
  const bad = (why: string): Refusal => refuse('bad-route', { why });
  const { paymentId, receiver, equivalent, amount } = command;
  const isOfIt =
    header.network === turn.records.network &&
    header.kind === 'pay' &&
    header.payer === turn.self &&
    header.paymentId === paymentId &&
    header.receiver === receiver &&
    header.equivalent === equivalent &&
    header.total === amount;
  if (!isOfIt) return bad('the attempt is not of this payment');
  if (routes.length !== header.routeDigests.length) return bad('its header lists other routes');
  const flaw = routes.map((route) => packetFlaw(header, route)).find((found) => found !== null);
  if (flaw !== undefined) return bad(flaw);
  if (Math.abs(header.createdAtMs - turn.nowMs) > MAX_CLOCK_SKEW_MS) {
    return header.createdAtMs > turn.nowMs ? refuse('from-the-future', {}) : refuse('expired', {});
  }
  return header.expiresAtMs - header.createdAtMs > lifetimeMs(routes) ? refuse('lifetime-too-long', {}) : null;
}

/** The shortest life that the longest of the routes needs. */
function lifetimeMs(routes: readonly Route[]): number {
  return LIFETIME_BASE_MS + LIFETIME_PER_HOP_MS * Math.max(...routes.map(hopsOf));
}
