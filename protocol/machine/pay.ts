/**
 * The payer (§4.6): attempts one after another until one is committed or none is left. Rule 11 keeps it to one payment.
 */
import { formatAmount, MAX_AMOUNT } from '../amount.ts';
import { unreachable } from '../bug.ts';
import type { PayCommand } from '../event.ts';
import type { PublicKey } from '../identity.ts';
import {
  BUSY_WAIT_MS,
  MAX_ATTEMPTS,
  MAX_BUSY_WAITS,
  MAX_PAYMENT_HOPS,
  MAX_PROBES_AT_ONCE,
  MAX_ROUTES,
  MAX_SEARCH_ROUNDS,
} from '../limits.ts';
import { hopsOf, type Route, type Signature, type TxId, txIdOf } from '../packet.ts';
import {
  type NewPayment,
  type Payment,
  type PaymentDecline,
  type PaymentInProgress,
  type PlannedRoute,
  type RefusedHop,
  rememberedPayment,
} from '../payment.ts';
import type { Abort, CommittedPosition, PreparedPosition } from '../position.ts';
import { type Refusal, type RefusalCode, refuse } from '../refusals.ts';
import { choosePayment } from '../routing/choose.ts';
import { moved } from '../routing/estimate.ts';
import { type Attempt, makeHeader, makeRoute, prepareFirst, signFirst } from './attempt.ts';
import { callBack } from './cancel.ts';
import { keepEvidence } from './evidence.ts';
import { judgeIndexers } from './hints.ts';
import { certificateOf } from './outbox.ts';
import { whyNotOut } from './reserve.ts';
import {
  askForHops,
  awaitsProbes,
  beginSearch,
  endSearch,
  learnRefusal,
  mayProbe,
  namedRoutes,
  ownRefusals,
  probeAlong,
  sceneOf,
  stoppingOf,
} from './search.ts';
import { startSigned } from './signed-attempt.ts';
import type { Turn } from './turn.ts';

/** As many as one search meets at most. */
const MOST_REFUSED_HOPS = 2 * MAX_PROBES_AT_ONCE * MAX_SEARCH_ROUNDS;

/** Begins a payment, or tells again how the one with this id stands. */
export function startPayment(turn: Turn, command: PayCommand): void {
  const { paymentId, receiver, equivalent, amount } = command;
  const known = turn.payment(paymentId);
  if (command.signed !== undefined) {
    startSigned(turn, command, command.signed, known);
    return;
  }
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
  const payment = newPayment(turn, command);
  turn.savePayment(payment);
  tell(turn, payment);
  tryNext(turn, payment);
}

/** A payment that nothing was done for yet. */
export function newPayment(turn: Turn, command: PayCommand): NewPayment {
  const { paymentId, receiver, equivalent, amount, sealedMemo, randomness, routes } = command;
  return {
    type: 'payment',
    state: 'NEW',
    ...{ paymentId, receiver, equivalent, amount, sealedMemo, randomness, chosenRoutes: routes },
    createdAtMs: turn.nowMs,
    attempts: 0,
    busyWaits: 0,
    refusedHops: [],
    closest: null,
    decline: null,
  };
}

export function whyNotStart(turn: Turn, { receiver, amount, routes }: PayCommand): Refusal | null {
  if (receiver === turn.self) return refuse('to-self', { what: 'payment' });
  if (turn.node.isFrozen) return refuse('node-restored', {});
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

export function tell(turn: Turn, payment: Payment): void {
  const refusal = payment.state === 'ABORTED' ? payment.refusal : null;
  turn.notify({ type: 'payment', paymentId: payment.paymentId, state: payment.state, refusal });
}

/** Goes on with a payment that no attempt is under way for: sends, asks, waits if all ways are only busy, or ends it. */
export function tryNext(turn: Turn, payment: Payment): void {
  if (payment.state === 'COMMITTED' || payment.state === 'ABORTED') return;
  if (turn.node.isFrozen) {
    const frozen = { from: turn.self, to: payment.receiver, refusal: refuse('node-restored', {}) };
    abortPayment(turn, closer(payment, [frozen]));
  } else if (payment.chosenRoutes !== null) tryChosen(turn, payment, payment.chosenRoutes);
  else if (payment.attempts >= MAX_ATTEMPTS) abortPayment(turn, payment);
  else look(turn, payment);
}

/** Routes that the person chose are tried once. */
function tryChosen(turn: Turn, payment: Payment, routes: readonly PlannedRoute[]): void {
  const refused = payment.attempts === 0 ? whyNotSend(turn, payment, routes) : null;
  if (payment.attempts === 0 && refused === null) sendAttempt(turn, payment, routes);
  else abortPayment(turn, refused === null ? payment : closer(payment, [refused]));
}

/** Looks for routes in what is known, and asks when that is not enough (§6.4). */
function look(turn: Turn, payment: NewPayment | PaymentInProgress): void {
  const { paymentId: id, receiver, equivalent, amount, randomness } = payment;
  const asked = { id, receiver, equivalent, wanted: amount, asked: amount, randomness };
  const search = turn.search(id) ?? beginSearch(turn, { ...asked, purpose: 'payment' }, payment.refusedHops);
  const scene = sceneOf(turn, search);
  const choice = choosePayment(scene, amount, mayProbe(search));
  if (choice.type === 'send') {
    const routes = namedRoutes(scene, choice.routes);
    const refused = whyNotSend(turn, payment, routes);
    if (refused === null) sendAttempt(turn, payment, routes);
    else giveWay(turn, closer(payment, [refused]));
    return;
  }
  // From now on it waits for answers, also after a start.
  if (payment.state !== 'NEW') turn.savePayment({ ...common(payment), state: 'NEW' });
  if (choice.type === 'probe') {
    if (!awaitsProbes(search)) probeAlong(turn, search, namedRoutes(scene, choice.routes));
  } else if (search.awaits.length === 0 && !askForHops(turn, search)) {
    const refused = [...search.refusals, ...ownRefusals(turn, search, scene, amount)];
    giveWay(turn, closer(payment, stoppingOf(scene, choice.routes, refused)));
  }
}

/** The own first hop is known exactly: a route that fails there is not sent. */
export function whyNotSend(turn: Turn, payment: Payment, planned: readonly PlannedRoute[]): RefusedHop | null {
  const wanted = new Map<PublicKey, bigint>();
  for (const { nodes, amount } of planned) {
    const to = nodes[1] as PublicKey;
    wanted.set(to, (wanted.get(to) ?? 0n) + amount);
  }
  for (const [to, amount] of wanted) {
    const hop = { from: null, to, number: 0, amount };
    const refusal = whyNotOut(turn, { kind: 'pay', equivalent: payment.equivalent, createdAtMs: turn.nowMs }, hop);
    if (refusal !== null) return { from: turn.self, to, refusal };
  }
  return null;
}

/** Remembers refusing hops, and which one came closest. */
function closer<P extends Payment>(payment: P, refused: readonly RefusedHop[]): P {
  const closest = closestOf(payment.closest === null ? refused : [payment.closest, ...refused]);
  return { ...payment, refusedHops: [...payment.refusedHops, ...refused].slice(-MOST_REFUSED_HOPS), closest };
}

/** The hop that would let most pass, the first of equal ones; null when there is none. */
export function closestOf(refused: readonly RefusedHop[]): RefusedHop | null {
  let closest: RefusedHop | null = null;
  for (const hop of refused) if (closest === null || room(hop.refusal) > room(closest.refusal)) closest = hop;
  return closest;
}

/** What a refusing hop would let pass; −1 when it is not a matter of amount. */
function room(refusal: Refusal): bigint {
  return 'maxNow' in refusal ? refusal.maxNow : -1n;
}

/** Would the hop carry the amount if other payments did not hold it just now? */
function isBusy(refusal: Refusal, amount: bigint): boolean {
  if (refusal.code === 'too-much-open' || refusal.code === 'too-old' || refusal.code === 'account-unsure') return true;
  return refusal.code === 'insufficient' && refusal.maxNow + refusal.reserved >= amount;
}

/** No way is left: waits and looks again if other payments hold one just now, else ends the payment. */
function giveWay(turn: Turn, payment: Payment): void {
  const lasting = payment.refusedHops.filter(({ refusal }) => !isBusy(refusal, payment.amount));
  if (lasting.length === payment.refusedHops.length || payment.busyWaits >= MAX_BUSY_WAITS) {
    abortPayment(turn, payment);
    return;
  }
  const busyWaits = payment.busyWaits + 1;
  turn.savePayment({ ...common(payment), state: 'NEW', refusedHops: lasting, busyWaits });
  // What refused now may carry it then.
  endSearch(turn, { id: payment.paymentId });
  turn.schedule({ type: 'route-again', paymentId: payment.paymentId }, turn.nowMs + BUSY_WAIT_MS * busyWaits);
}

function abortPayment(turn: Turn, payment: Payment): void {
  const refusal = payment.closest?.refusal ?? refuse('no-route', { maxHops: MAX_PAYMENT_HOPS });
  const aborted: Payment = { ...common(payment), state: 'ABORTED', refusal, finishedAtMs: turn.nowMs };
  turn.savePayment(aborted);
  endSearch(turn, { id: payment.paymentId });
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
  const attempt = { txId: txIdOf(header), header, routes };
  const signatures = signFirst(turn, attempt);
  if (signatures === null) {
    const refused = { from: turn.self, to: receiver, refusal: refuse('bad-document', { why: 'it is not signed' }) };
    abortPayment(turn, closer(payment, [refused]));
  } else launch(turn, payment, planned, attempt, signatures);
}

/** The attempt begins. */
export function launch(
  turn: Turn,
  payment: Payment,
  planned: readonly PlannedRoute[],
  attempt: Attempt,
  signatures: readonly Signature[],
): void {
  const { paymentId } = payment;
  const { txId } = attempt;
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
  prepareFirst(turn, attempt, signatures);
}

/** A route of the payer's own attempt is released. When all are, the next attempt may begin; before, the others are called back. */
export function routeAborted(turn: Turn, position: PreparedPosition, abort: Abort): void {
  const payment = turn.payment(position.header.paymentId);
  if (payment?.state !== 'PREPARE_IN_PROGRESS' || payment.txId !== position.txId) return;
  const abortedRoutes = [...payment.abortedRoutes, position.route.index];
  const refused = refusedBy(position.route, abort);
  const noted: PaymentInProgress = { ...closer(payment, [refused]), abortedRoutes };
  // A route that was called back, or came too late, says nothing about its hops.
  if (payment.chosenRoutes === null && !isFinal(position.route, abort)) {
    const search = turn.search(payment.paymentId);
    const learned = ownShareAdded(payment, refused, position.route);
    // A single way is sent over without probes: whoever named one that is not there is known by this alone.
    if (search !== undefined) judgeIndexers(turn, search, refused, refused.refusal);
    learnRefusal(turn, search, payment.equivalent, learned);
  }
  turn.savePayment(noted);
  if (abortedRoutes.length === payment.routes.length) {
    if (endedByReceiver(turn, position.txId)) abortPayment(turn, noted);
    else tryNext(turn, noted);
    return;
  }
  callBack(turn, position, abort, abortedRoutes.length === 1);
}

/** The hop a cause speaks of; a cause without one is laid to the hop into the participant that aborted first. */
function refusedBy(route: Route, abort: Abort): RefusedHop {
  const { cause } = abort;
  const said = 'hop' in cause ? cause.hop : abort.restsOn.length;
  // A cause is not signed: one that names a hop outside the route must not end the search without learning anything.
  const hop = said < hopsOf(route) ? said : 0;
  return { from: route.nodes[hop] as PublicKey, to: route.nodes[hop + 1] as PublicKey, refusal: cause };
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

/** What other routes of the attempt held of the hop is free again when it has ended. */
function ownShareAdded({ routes }: PaymentInProgress, refused: RefusedHop, route: Route): RefusedHop {
  const { from, to, refusal } = refused;
  if (refusal.code !== 'insufficient') return refused;
  let others = 0n;
  for (const [index, { nodes, amount }] of routes.entries()) {
    const passes = index !== route.index && nodes.some((node, at) => node === from && nodes[at + 1] === to);
    if (passes) others += amount;
  }
  // Some of them may not have come so far.
  const maxNow = refusal.maxNow + (others < refusal.reserved ? others : refusal.reserved);
  return { from, to, refusal: { ...refusal, maxNow } };
}

/** Did the receiver refuse every route of an attempt in a way that it would refuse others? */
function endedByReceiver(turn: Turn, txId: TxId): boolean {
  return turn.positions(txId).every((known) => {
    if (known.position !== 0 || known.state !== 'aborted' || known.downstreamAbort === null) return true;
    return isFinal(known.route, known.downstreamAbort);
  });
}

function isFinal(route: Route, { cause, restsOn }: Abort): boolean {
  return 1 + restsOn.length === hopsOf(route) && FINAL_CODES.has(cause.code);
}

/** Holding the receiver's DECLINE, the payer may try again although hops of this attempt are still held (rule 11). */
export function receiveDecline(turn: Turn, decline: PaymentDecline): void {
  const { txId, signer } = decline;
  const header = turn.positions(txId)[0]?.header;
  if (header === undefined || header.receiver !== signer || header.payer !== turn.self) return;
  const payment = turn.payment(header.paymentId);
  if (payment?.state !== 'PREPARE_IN_PROGRESS' || payment.txId !== txId) return;
  const expired = { from: turn.self, to: signer, refusal: refuse('expired', {}) };
  abortPayment(turn, { ...closer(payment, [expired]), decline });
}

/** A certificate of one route proves the whole payment. */
export function paymentCommitted(turn: Turn, position: CommittedPosition): void {
  const payment = turn.payment(position.header.paymentId);
  if (payment === undefined) {
    // Records were lost. The same payment id asked for again is this payment, and not another one.
    turn.savePayment(rememberedPayment(position));
    return;
  }
  keepLie(turn, payment, position);
  if (payment.state === 'COMMITTED') return;
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
  endSearch(turn, { id: payment.paymentId });
  learnMoved(turn, payment.equivalent, routes);
  tell(turn, committed);
}

/** What went over a hop is there no more, and may come back over it. */
function learnMoved(turn: Turn, equivalent: string, routes: readonly PlannedRoute[]): void {
  for (const { nodes, amount } of routes) {
    for (let at = 1; at + 1 < nodes.length; at++) {
      const [from, to] = [nodes[at] as PublicKey, nodes[at + 1] as PublicKey];
      turn.learn(moved(turn.hopEstimate(from, to, equivalent), amount));
      turn.learn(moved(turn.hopEstimate(to, from, equivalent), -amount));
    }
  }
}

/** The receiver committed what it had declined, or one payment twice (rule 11). */
function keepLie(turn: Turn, payment: Payment, position: CommittedPosition): void {
  const { txId, header } = position;
  const certificate = certificateOf(position);
  const { decline } = payment;
  if (decline?.txId === txId) {
    const { network } = header;
    keepEvidence(turn, header.receiver, 'commit-and-decline', [
      { type: 'certificate', certificate },
      { type: 'decline', network, ...decline },
    ]);
  }
  if (payment.state !== 'COMMITTED' || payment.txId === txId) return;
  const other = turn.positions(payment.txId).find((known) => known.position === 0 && known.state === 'committed');
  if (other?.state !== 'committed') return;
  keepEvidence(turn, header.receiver, 'two-commits', [
    { type: 'certificate', certificate: certificateOf(other) },
    { type: 'certificate', certificate },
  ]);
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
