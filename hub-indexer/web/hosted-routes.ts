/** Routes by which members act: what they hand in signed, and what they need to know before they sign. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { findWho, waitUntil } from '#node/api/handler.ts';
import { quoteOf } from '#node/api/quote-of.ts';
import { equivalent, payment, quote, trustCard } from '#node/api/schemas.ts';
import { viewPayment, viewQuote, viewTrustCard } from '#node/api/views.ts';
import { type AnyRefusal, isAnyRefusal } from '#node/refusals.ts';
import { formatAmount, parseAmount } from '#protocol/amount.ts';
import { readHanded } from '#protocol/delegation/handed-in.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import { bytesToHex } from '#protocol/hex.ts';
import { type PublicKey, parsePid, pidOf } from '#protocol/identity.ts';
import { encodeMessage } from '#protocol/link.ts';
import { abortMessage } from '#protocol/machine/outbox.ts';
import { headerShape, type TxId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import { receiptOf } from '#protocol/receipt.ts';
import { isRefusal, refuse } from '#protocol/refusals.ts';
import type { HostedMember } from '../members/hosted-member.ts';
import { blockedBy, blockedOver } from './blocked.ts';
import { addBooksRoutes } from './books-routes.ts';
import { isWebRefusal } from './codes.ts';
import { documentText, lineParams, publicKeyText } from './forms.ts';
import { readAttempt, readTrustLine, takeAttempt, takeMandate, takeTrustLine, untilDecided } from './handed-in.ts';
import { addMoveRoutes, type Release } from './move-routes.ts';
import { Refused } from './node-errors.ts';
import { addRoute } from './routes.ts';
import { Turnstile } from './turnstile.ts';

/** A payment that has not ended by then is told as it stands. */
const PAYMENT_WAIT_MS = 20_000;
/** So long a neighbour that is connected may take to say that it has a trust line, and a member of this hub to have it. */
const ACK_WAIT_MS = 5_000;
/** So long the receiver may take to say that it declines. */
const DECLINE_WAIT_MS = 5_000;
/** So long others are asked before routes are told. */
const CAPACITY_WAIT_MS = 2_000;

const documentBody = z.strictObject({ document: documentText });
const key = publicKeyText;
const hexText = z.string().regex(/^(?:[0-9a-f]{2})*$/);

const mandate = z.object({
  seq: z.number().int(),
  delegate: key,
  rights: z.number().int(),
  notBeforeMs: z.number().int(),
  notAfterMs: z.number().int(),
  cap: z.string(),
  used: z.string(),
  counter: z.number().int(),
  accounts: z.array(z.object({ neighbour: key, equivalent, cap: z.string(), used: z.string() })),
});
const mandates = z.object({
  present: z.boolean().describe('May others reach the member now?'),
  mandates: z.array(mandate),
});

const capacity = z.object({
  quote,
  nowMs: z.number().int().describe('The clock of the hub: an attempt is made at about this time'),
  routes: z.array(z.object({ nodes: z.array(key), amount: z.string() })).describe('None: it cannot be paid now'),
});

const evidence = z.object({
  txId: key,
  state: z.enum(['PREPARE_IN_PROGRESS', 'COMMITTED', 'ABORTED', 'NEW']),
  receipt: hexText.nullable().describe('The certificate, when it was paid'),
  aborts: z.array(hexText).describe('The ABORT of each route that was refused, as messages of the protocol'),
  decline: hexText.nullable(),
});

const bytesOf = (base64url: string): Uint8Array => Uint8Array.from(Buffer.from(base64url, 'base64url'));

/** What anybody may know of the hub: whom to name in what is signed for it. */
export type HubCard = z.input<typeof hubCard>;

const hubCard = z.object({
  publicKey: key,
  network: z.string(),
  admission: z.enum(['open', 'invitation']),
  nowMs: z.number().int(),
});

export interface HostedRoutes {
  /** The machine of a member. */
  readonly memberOf: (publicKey: PublicKey) => HostedMember;
  /** Of anybody; undefined: is no member here. */
  readonly findMember: (publicKey: PublicKey) => HostedMember | undefined;
  /** What anybody may know of the hub now. */
  readonly card: () => HubCard;
  readonly release: Release;
}

export function addHostedRoutes(scope: FastifyInstance, { memberOf, findMember, card, release }: HostedRoutes): void {
  addRoute(scope, {
    ...{ method: 'GET', path: '/hub', name: 'getHub', access: 'anyone' },
    summary: 'Which hub this is, and whom it takes',
    input: {},
    result: hubCard,
    handle: card,
  });
  addMandateRoutes(scope, memberOf);
  addDeclineRoute(scope, memberOf);
  addMoveRoutes(scope, memberOf, release);
  addTrustLineRoutes(scope, memberOf, findMember);
  addPaymentRoutes(scope, memberOf);
  addBooksRoutes(scope, memberOf);
}

function addMandateRoutes(scope: FastifyInstance, memberOf: (publicKey: PublicKey) => HostedMember): void {
  addRoute(scope, {
    ...{ method: 'PUT', path: '/participants/me/mandate', name: 'giveMandate', access: 'signed' },
    summary: 'Let the hub pass on, receive and clear for you, within what you signed (§11)',
    input: { body: documentBody },
    result: mandates,
    async handle({ body }, { member }) {
      const hosted = memberOf(member.publicKey);
      const refusal = await takeMandate(hosted, bytesOf(body.document));
      if (isWebRefusal(refusal)) return refusal;
      return refusal === null ? viewMandates(hosted) : new Refused(hosted.context, refusal);
    },
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/participants/me/mandate', name: 'getMandates', access: 'member' },
    summary: 'What the hub may sign for you, and how far that is used up',
    input: {},
    result: mandates,
    handle: (_given, { member }) => viewMandates(memberOf(member.publicKey)),
  });
}

function viewMandates(hosted: HostedMember): z.input<typeof mandates> {
  const all = [...hosted.signer.mandates()].toSorted((a, b) => b.delegation.seq - a.delegation.seq);
  return {
    present: hosted.isPresent(),
    mandates: all.slice(0, 10).map(({ delegation, used, counter, accounts, usedOver }) => {
      const { seq, delegate, rights, notBeforeMs, notAfterMs, cap } = delegation;
      return {
        ...{ seq, delegate, rights, notBeforeMs, notAfterMs, counter },
        cap: formatAmount(cap),
        used: formatAmount(used),
        accounts: accounts.map((account, at) => ({
          ...account,
          cap: formatAmount(account.cap),
          used: formatAmount(usedOver[at] as bigint),
        })),
      };
    }),
  };
}

function addTrustLineRoutes(
  scope: FastifyInstance,
  memberOf: HostedRoutes['memberOf'],
  findMember: HostedRoutes['findMember'],
): void {
  const take = async (hosted: HostedMember, document: string, id: string | null, isClosing: boolean) => {
    const signed = readTrustLine(bytesOf(document));
    if (isRefusal(signed)) return new Refused(hosted.context, signed);
    const { to, equivalent, status, seq } = signed.line;
    const isOther = id !== null && id !== `${pidOf(to)}:${equivalent}`;
    const isOpen = isClosing && status !== 'closed';
    const refusal: AnyRefusal | null =
      isOther || isOpen
        ? refuse('bad-document', { why: isOther ? 'it is another trust line' : 'it does not close the line' })
        : await takeTrustLine(hosted, signed);
    if (refusal !== null) return new Refused(hosted.context, refusal);
    const { context, records } = hosted;
    context.keepLinked(to);
    const isAcked = (): boolean => records.line(hosted.publicKey, to, equivalent)?.acked === true;
    // Whoever is not connected learns of it later, and nobody waits for that.
    if (records.linked.has(to)) await waitUntil(context, isAcked, ACK_WAIT_MS);
    const other = findMember(to);
    const isThere = (): boolean => (other?.records.line(hosted.publicKey, to, equivalent)?.signed.line.seq ?? 0) >= seq;
    // Whose page is opened now finds it.
    if (other !== undefined) await waitUntil(other.context, isThere, ACK_WAIT_MS);
    return viewTrustCard(context, to, equivalent);
  };
  addRoute(scope, {
    ...{ method: 'POST', path: '/trustlines', name: 'openTrustLine', access: 'signed', action: 'trust-lines' },
    summary: 'Let somebody owe you up to a limit: the trust line, signed by you',
    input: { body: documentBody },
    result: trustCard,
    handle: ({ body }, { member }) => take(memberOf(member.publicKey), body.document, null, false),
  });
  addRoute(scope, {
    ...{ method: 'PATCH', path: '/trustlines/:id', name: 'changeTrustLine', access: 'signed', action: 'trust-lines' },
    summary: 'Another limit or policy: the whole trust line, signed by you',
    input: { params: lineParams, body: documentBody },
    result: trustCard,
    handle: ({ params, body }, { member }) => take(memberOf(member.publicKey), body.document, params.id, false),
  });
  addRoute(scope, {
    ...{ method: 'DELETE', path: '/trustlines/:id', name: 'closeTrustLine', access: 'signed', action: 'trust-lines' },
    summary: 'No new debt over it: the trust line with status closed, signed by you',
    input: { params: lineParams, body: documentBody },
    result: trustCard,
    handle: ({ params, body }, { member }) => take(memberOf(member.publicKey), body.document, params.id, true),
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/trustlines/:id', name: 'getTrustLine', access: 'member' },
    summary: 'Both directions of trust with one neighbour in one equivalent',
    input: { params: lineParams },
    result: trustCard,
    handle({ params }, { member }) {
      const { context } = memberOf(member.publicKey);
      const [pid, unit] = params.id.split(':') as [string, string];
      const parsed = parsePid(pid);
      const known = [...context.driver.records.accounts()].find(
        (account) => pidOf(account.neighbour) === parsed && account.equivalent === unit,
      );
      if (known === undefined) return new Refused(context, refuse('no-account', { neighbour: pid, equivalent: unit }));
      return viewTrustCard(context, known.neighbour, known.equivalent);
    },
  });
}

const capacityQuery = z.strictObject({
  to: z.string().min(1).max(4_096),
  equivalent: z.string().max(64),
  amount: z.string().max(64),
});

function addPaymentRoutes(scope: FastifyInstance, memberOf: (publicKey: PublicKey) => HostedMember): void {
  const turnstile = new Turnstile();
  addRoute(scope, {
    ...{ method: 'GET', path: '/payments/capacity', name: 'getCapacity', access: 'member' },
    summary: 'Whether an amount can be paid now, and over which routes: what an attempt is made of',
    input: { querystring: capacityQuery },
    result: capacity,
    async handle({ querystring }, { member }) {
      const hosted = memberOf(member.publicKey);
      const { context } = hosted;
      const unit = parseEquivalent(querystring.equivalent);
      if (isRefusal(unit)) return new Refused(context, unit);
      const amount = parseAmount(querystring.amount, 8);
      if (typeof amount !== 'bigint') return new Refused(context, amount);
      const who = await findWho(context, querystring.to, CAPACITY_WAIT_MS);
      if (isAnyRefusal(who)) return new Refused(context, who);
      const order = { receiver: who.publicKey, equivalent: unit, most: amount };
      const quote = () => quoteOf(context, order, CAPACITY_WAIT_MS, ({ routes }) => routes.length > 0);
      const told = await turnstile.ask(context, quote, (answer) => !isAnyRefusal(answer) && answer.routes.length > 0);
      if (isAnyRefusal(told)) return new Refused(context, told);
      const blocked = told.routes.length === 0 ? blockedBy(context.driver.records, told.stoppedBy, unit) : null;
      if (blocked !== null) return blocked;
      const routes = told.routes.map((route) => ({ nodes: [...route.nodes], amount: formatAmount(route.amount) }));
      return { quote: viewQuote(context, told), nowMs: context.clock.nowMs(), routes };
    },
  });
  addRoute(scope, {
    ...{ method: 'POST', path: '/payments', name: 'pay', access: 'signed', action: 'payments' },
    summary: 'Pay: one attempt, signed by you. What it came to is told by its state',
    input: { body: documentBody },
    result: payment,
    async handle({ body }, { member }) {
      const hosted = memberOf(member.publicKey);
      const { context } = hosted;
      const attempt = readAttempt(bytesOf(body.document));
      if (isRefusal(attempt)) return new Refused(context, attempt);
      const blocked = blockedOver(context.driver.records, attempt.routes, attempt.header.equivalent);
      if (blocked !== null) return blocked;
      const refusal = await takeAttempt(hosted, attempt);
      if (refusal !== null) return new Refused(context, refusal);
      const { paymentId } = attempt.header;
      await untilDecided(context, paymentId, PAYMENT_WAIT_MS);
      return viewPayment(context, context.driver.records.payment(paymentId) as Payment);
    },
  });
  addRoute(scope, {
    ...{ method: 'GET', path: '/payments/attempts/:txId', name: 'getEvidence', access: 'member' },
    summary: 'What proves how an attempt of yours ended: its receipt, or the ABORT of each route',
    input: { params: z.strictObject({ txId: key }) },
    result: evidence,
    handle({ params }, { member }) {
      const { context } = memberOf(member.publicKey);
      return (
        evidenceOf(context, params.txId as TxId) ??
        new Refused(context, refuse('unknown-transaction', { id: params.txId }))
      );
    },
  });
}

function addDeclineRoute(scope: FastifyInstance, memberOf: (publicKey: PublicKey) => HostedMember): void {
  addRoute(scope, {
    ...{ method: 'POST', path: '/payments/attempts/decline', name: 'askForDecline', access: 'signed' },
    summary: 'The receiver’s word that it never commits an attempt of yours that is over: its header, in base64url',
    input: { body: documentBody },
    result: z.object({ decline: hexText.nullable() }),
    async handle({ body }, { member }) {
      const hosted = memberOf(member.publicKey);
      const header = readHanded(headerShape, bytesOf(body.document));
      if (isRefusal(header)) return new Refused(hosted.context, header);
      if (header.payer !== member.publicKey) {
        return new Refused(hosted.context, refuse('bad-document', { why: 'it is of another participant' }));
      }
      const decline = await hosted.askForDecline(header, DECLINE_WAIT_MS);
      return { decline: decline && bytesToHex(encodeMessage(decline)) };
    },
  });
}

function evidenceOf({ driver }: HostedMember['context'], txId: TxId): z.input<typeof evidence> | null {
  const own = driver.records.positions(txId).filter(({ position }) => position === 0);
  const [first] = own;
  if (first === undefined) return null;
  const payment = driver.records.payment(first.header.paymentId);
  const paid = own.find((position) => position.state === 'committed');
  const receipt =
    paid?.state === 'committed'
      ? receiptOf({ txId, header: paid.header, route: paid.route, signatures: paid.signatures, commit: paid.commit })
      : null;
  const aborts = own.flatMap((position) => {
    const abort = position.state === 'aborted' ? position.downstreamAbort : null;
    return abort === null ? [] : [bytesToHex(encodeMessage(abortMessage(abort)))];
  });
  const decline =
    payment?.decline?.txId === txId ? bytesToHex(encodeMessage({ type: 'decline', ...payment.decline })) : null;
  const isAborted = own.every(({ state }) => state === 'aborted') || decline !== null;
  const state = receipt !== null ? 'COMMITTED' : isAborted ? 'ABORTED' : 'PREPARE_IN_PROGRESS';
  return { txId, state, receipt: receipt && bytesToHex(receipt), aborts, decline };
}
