/**
 * The payer (§4.6): attempts one after another until one is committed or none is left. Rule 11 keeps it to one payment.
 */
import { formatAmount, MAX_AMOUNT } from '../amount.ts';
import { unreachable } from '../bug.ts';
import type { PayCommand } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import { BUSY_WAIT_MS, MAX_ATTEMPTS, MAX_BUSY_WAITS, MAX_PAYMENT_HOPS, MAX_ROUTES } from '../limits.ts';
import { hopsOf, type PacketKind, type Route, txIdOf } from '../packet.ts';
import type { NewPayment, Payment, PaymentDecline, PaymentInProgress, PlannedRoute, RefusedHop } from '../payment.ts';
import { type Abort, type CommittedPosition, downstreamOf, type PreparedPosition } from '../position.ts';
import { type Refusal, type RefusalCode, refuse } from '../refusals.ts';
import { chooseRoute } from '../route.ts';
import { makeHeader, makeRoute, prepareFirst } from './attempt.ts';
import { whyNotOut } from './reserve.ts';
import type { Turn } from './turn.ts';

/** Begins a payment, or tells again how the one with this id stands. */
export function startPayment(turn: Turn, command: PayCommand): void {
  const { paymentId, receiver, equivalent, amount } = command;
  const known = turn.payment(paymentId);
  if (known !== undefined) {
    const same = known.receiver === receiver && known.equivalent === equivalent && known.amount === amount;
    if (same) tell(turn, known);
    else turn.notify({ type: 'refused', refusal: refuse('id-reused', { paymentId }) });
    return;
  }
  const refusal = whyNotStart(turn, command);
  if (refusal !== null) {
    turn.notify({ type: 'refused', refusal });
    return;
  }
  const payment: NewPayment = {
    type: 'payment',
    state: 'NEW',
    paymentId,
    receiver,
    equivalent,
    amount,
    sealedMemo: command.sealedMemo,
    createdAtMs: turn.nowMs,
    randomness: command.randomness,
    chosenRoutes: command.routes,
    attempts: 0,
    busyWaits: 0,
    refusedHops: [],
    closest: null,
    decline: null,
  };
  turn.savePayment(payment);
  tell(turn, payment);
  tryNext(turn, payment);
}

function whyNotStart(turn: Turn, { receiver, amount, routes }: PayCommand): Refusal | null {
  if (receiver === turn.self) return refuse('to-self', { what: 'payment' });
  if (turn.node.restoredAtMs !== null) return refuse('node-restored', {});
  if (amount < 1n || amount > MAX_AMOUNT) {
    return refuse('bad-amount', {
      input: formatAmount(amount),
      why: 'it is out of range',
      limit: `0.00000001 to ${formatAmount(MAX_AMOUNT)}`,
    });
  }
  return routes === null ? null : whyNotRoutes(turn.self, receiver, amount, routes);
}

/** Chosen routes must be ones that neighbours take: a packet that they drop would hold its first hop for ever. */
function whyNotRoutes(
  payer: PublicKey,
  receiver: PublicKey,
  amount: bigint,
  routes: readonly PlannedRoute[],
): Refusal | null {
  if (routes.length < 1 || routes.length > MAX_ROUTES)
    return refuse('bad-route', { why: `there are 1 to ${MAX_ROUTES} routes` });
  for (const { nodes, amount: part } of routes) {
    const hops = nodes.length - 1;
    if (nodes[0] !== payer || nodes[hops] !== receiver)
      return refuse('bad-route', { why: 'a route goes from payer to receiver' });
    if (hops > MAX_PAYMENT_HOPS) return refuse('bad-route', { why: `a route has at most ${MAX_PAYMENT_HOPS} hops` });
    if (new Set(nodes).size !== nodes.length)
      return refuse('bad-route', { why: 'a participant stands on a route once' });
    if (part < 1n) return refuse('bad-route', { why: 'each route carries something' });
  }
  const total = routes.reduce((sum, route) => sum + route.amount, 0n);
  return total === amount ? null : refuse('bad-route', { why: 'the routes carry the amount together' });
}

function tell(turn: Turn, payment: Payment): void {
  const refusal = payment.state === 'ABORTED' ? payment.refusal : null;
  turn.notify({ type: 'payment', paymentId: payment.paymentId, state: payment.state, refusal });
}

/** Chooses the next way and sends it, waits if all ways are only busy, or ends the payment. */
export function tryNext(turn: Turn, payment: Payment): void {
  if (payment.state === 'COMMITTED' || payment.state === 'ABORTED') return;
  if (turn.node.restoredAtMs !== null) {
    abortPayment(
      turn,
      closer(payment, { from: turn.self, to: payment.receiver, refusal: refuse('node-restored', {}) }),
    );
    return;
  }
  let searched = payment;
  for (;;) {
    const planned = searched.attempts < MAX_ATTEMPTS ? planRoutes(turn, searched) : null;
    if (planned === null) {
      waitOrAbort(turn, searched);
      return;
    }
    const refused = whyNotSend(turn, searched, planned);
    if (refused === null) {
      sendAttempt(turn, searched, planned);
      return;
    }
    if (searched.chosenRoutes !== null) {
      abortPayment(turn, closer(searched, refused));
      return;
    }
    searched = closer(searched, refused);
  }
}

function planRoutes(turn: Turn, payment: Payment): readonly PlannedRoute[] | null {
  if (payment.chosenRoutes !== null) return payment.attempts === 0 ? payment.chosenRoutes : null;
  const avoid = payment.refusedHops;
  const nodes = chooseRoute(turn.records, payment.receiver, payment.equivalent, avoid);
  return nodes === null ? null : [{ nodes, amount: payment.amount }];
}

/** The own first hop is known exactly: a route that fails there is not sent. */
function whyNotSend(turn: Turn, payment: Payment, planned: readonly PlannedRoute[]): RefusedHop | null {
  const wanted = new Map<PublicKey, bigint>();
  for (const { nodes, amount } of planned) {
    const to = nodes[1] as PublicKey;
    wanted.set(to, (wanted.get(to) ?? 0n) + amount);
  }
  for (const [to, amount] of wanted) {
    const refusal = whyNotOut(turn, { kind: 'pay', equivalent: payment.equivalent }, { to, number: 0, amount });
    if (refusal !== null) return { from: turn.self, to, refusal };
  }
  return null;
}

/** Remembers a refusing hop, and whether it is the one that came closest. */
function closer<P extends Payment>(payment: P, refused: RefusedHop): P {
  const closest =
    payment.closest === null || room(refused.refusal) > room(payment.closest.refusal) ? refused : payment.closest;
  return { ...payment, refusedHops: [...payment.refusedHops, refused], closest };
}

/** What a refusing hop would let pass; −1 when it is not a matter of amount. */
function room(refusal: Refusal): bigint {
  return 'maxNow' in refusal ? refusal.maxNow : -1n;
}

/** Would the hop carry the amount if other payments did not hold it just now? */
function isBusy(refusal: Refusal, amount: bigint): boolean {
  if (refusal.code === 'too-much-open') return true;
  return refusal.code === 'insufficient' && refusal.maxNow + refusal.reserved >= amount;
}

function waitOrAbort(turn: Turn, payment: Payment): void {
  const lasting = payment.refusedHops.filter(({ refusal }) => !isBusy(refusal, payment.amount));
  const busy = lasting.length < payment.refusedHops.length;
  if (
    !busy ||
    payment.busyWaits >= MAX_BUSY_WAITS ||
    payment.chosenRoutes !== null ||
    payment.attempts >= MAX_ATTEMPTS
  ) {
    abortPayment(turn, payment);
    return;
  }
  const waiting: NewPayment = {
    ...common(payment),
    state: 'NEW',
    refusedHops: lasting,
    busyWaits: payment.busyWaits + 1,
  };
  turn.savePayment(waiting);
  turn.schedule({ type: 'route-again', paymentId: payment.paymentId }, turn.nowMs + BUSY_WAIT_MS * waiting.busyWaits);
}

function abortPayment(turn: Turn, payment: Payment): void {
  const refusal = payment.closest?.refusal ?? refuse('no-route', { maxHops: MAX_PAYMENT_HOPS });
  const aborted: Payment = { ...common(payment), state: 'ABORTED', refusal, finishedAtMs: turn.nowMs };
  turn.savePayment(aborted);
  tell(turn, aborted);
}

/** What every state of a payment has. */
function common(payment: Payment): Omit<NewPayment, 'state'> {
  const { type, paymentId, receiver, equivalent, amount, sealedMemo, createdAtMs, randomness } = payment;
  const { chosenRoutes, attempts, busyWaits, refusedHops, closest, decline } = payment;
  return {
    type,
    paymentId,
    receiver,
    equivalent,
    amount,
    sealedMemo,
    createdAtMs,
    randomness,
    chosenRoutes,
    attempts,
    busyWaits,
    refusedHops,
    closest,
    decline,
  };
}

function sendAttempt(turn: Turn, payment: Payment, planned: readonly PlannedRoute[]): void {
  const routes = planned.map(({ nodes, amount }, index) => makeRoute(payment, index, nodes, amount));
  const { paymentId, receiver, equivalent, amount: total, sealedMemo } = payment;
  const header = makeHeader(turn, { kind: 'pay', paymentId, receiver, equivalent, total, sealedMemo }, routes);
  const txId = txIdOf(header);
  const underWay: PaymentInProgress = {
    ...common(payment),
    attempts: payment.attempts + 1,
    state: 'PREPARE_IN_PROGRESS',
    txId,
    routes: planned,
    abortedRoutes: [],
  };
  turn.savePayment(underWay);
  turn.notify({ type: 'payment', paymentId, state: 'ROUTED', refusal: null });
  tell(turn, underWay);
  for (const route of routes) prepareFirst(turn, txId, header, route);
}

/** A route of the payer's own attempt is released. When all are, the next attempt may begin; before, the others are called back. */
export function routeAborted(turn: Turn, position: PreparedPosition, abort: Abort): void {
  if (position.header.kind === ('clear' satisfies PacketKind)) return;
  const payment = turn.payment(position.header.paymentId);
  if (payment?.state !== 'PREPARE_IN_PROGRESS' || payment.txId !== position.txId) return;
  const abortedRoutes = [...payment.abortedRoutes, position.route.index];
  const noted: PaymentInProgress = { ...withRefusal(payment, position.route, abort), abortedRoutes };
  turn.savePayment(noted);
  if (abortedRoutes.length === payment.routes.length) {
    if (isFinal(position.route, abort)) abortPayment(turn, noted);
    else tryNext(turn, noted);
    return;
  }
  for (const other of turn.positions(position.txId)) {
    const to = downstreamOf(other);
    if (other.position === 0 && other.state === 'prepared' && to !== null) {
      turn.send(to, { type: 'cancel', txId: other.txId, routeIndex: other.route.index });
    }
  }
}

/** The hop a cause speaks of; a cause without one is laid to the hop into the participant that aborted first. */
function withRefusal(payment: PaymentInProgress, route: Route, abort: Abort): PaymentInProgress {
  const { cause } = abort;
  const said = 'hop' in cause ? cause.hop : abort.restsOn.length;
  // A cause is not signed: one that names a hop outside the route must not end the search without learning anything.
  const hop = said < hopsOf(route) ? said : 0;
  return closer(payment, {
    from: route.nodes[hop] as PublicKey,
    to: route.nodes[hop + 1] as PublicKey,
    refusal: cause,
  });
}

/** Refusals that another route would meet as well, when it is the receiver who refuses. */
const FINAL_CODES: ReadonlySet<RefusalCode> = new Set([
  'already-paid',
  'expired',
  'too-little-time',
  'lifetime-too-long',
  'from-the-future',
  'cancelled',
  'amounts-do-not-add-up',
]);

function isFinal(route: Route, { cause, restsOn }: Abort): boolean {
  const refuser = 1 + restsOn.length;
  return refuser === hopsOf(route) && FINAL_CODES.has(cause.code);
}

/** Holding the receiver's DECLINE, the payer may try again although hops of this attempt are still held (rule 11). */
export function receiveDecline(turn: Turn, decline: PaymentDecline): void {
  const { txId, signer } = decline;
  const header = turn.positions(txId)[0]?.header;
  if (header === undefined || header.receiver !== signer || header.payer !== turn.self) return;
  const payment = turn.payment(header.paymentId);
  if (payment?.state !== 'PREPARE_IN_PROGRESS' || payment.txId !== txId) return;
  abortPayment(turn, { ...closer(payment, { from: turn.self, to: signer, refusal: refuse('expired', {}) }), decline });
}

/** A certificate of one route proves the whole payment. */
export function paymentCommitted(turn: Turn, position: CommittedPosition): void {
  const payment = turn.payment(position.header.paymentId);
  if (payment === undefined || payment.state === 'COMMITTED') return;
  const routes =
    payment.state === 'PREPARE_IN_PROGRESS' && payment.txId === position.txId ? payment.routes : [position.route];
  const committed: Payment = {
    ...common(payment),
    state: 'COMMITTED',
    txId: position.txId,
    routes,
    finishedAtMs: turn.nowMs,
  };
  turn.savePayment(committed);
  tell(turn, committed);
}

/** Every state of a payment that can be waiting when its node starts. */
export function resumePayment(turn: Turn, payment: Payment): void {
  switch (payment.state) {
    case 'NEW':
      turn.schedule({ type: 'route-again', paymentId: payment.paymentId }, turn.nowMs + BUSY_WAIT_MS);
      return;
    case 'PREPARE_IN_PROGRESS':
    case 'COMMITTED':
    case 'ABORTED':
      return;
    default:
      unreachable(payment);
  }
}
