/** Operations on payments: paying, looking ahead, asking to be paid, receipts. */
import { randomBytes } from 'node:crypto';
import { formatAmount } from '#protocol/amount.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import type { PayCommand } from '#protocol/event.ts';
import { excerpt } from '#protocol/excerpt.ts';
import { type Invoice, makeInvoice, readInvoice } from '#protocol/invoice.ts';
import { MAX_ADDRESSES, VERSION } from '#protocol/limits.ts';
import { previewPayment as previewRoutes } from '#protocol/machine/preview.ts';
import { sealMemo } from '#protocol/memo.ts';
import { type Certificate, hopsOf, type PaymentId, type TxId } from '#protocol/packet.ts';
import type { Payment } from '#protocol/payment.ts';
import { type Receipt, receiptOf, verifyReceipt as verifyReceiptBytes } from '#protocol/receipt.ts';
import { isRefusal, refuse } from '#protocol/refusals.ts';
import { asPaymentId, newPaymentId, paymentIdOf } from '../../payment-id.ts';
import { type AnyRefusal, isAnyRefusal, refuseHere } from '../../refusals.ts';
import type { NodeContext, ParticipantContext } from '../context.ts';
import { DEFAULT_WAIT_MS, type Result } from '../contract.ts';
import {
  type Caller,
  command,
  findWho,
  type Handler,
  type ParticipantHandler,
  parseMoney,
  whyNotToCome,
  within,
} from '../handler.ts';
import { viewPreview } from '../view-preview.ts';
import { viewParticipant, viewPayment } from '../views.ts';

const DAY_MS = 86_400_000;
const REQUEST_LIFETIME_MS = 30 * DAY_MS;

type Order = Pick<PayCommand, 'paymentId' | 'receiver' | 'equivalent' | 'amount' | 'sealedMemo'>;

export const pay: Handler<'pay'> = async (context, { to, id, memo, waitMs, ...written }, caller) => {
  const resolved = await findWho(context, to);
  if (isAnyRefusal(resolved)) return resolved;
  const { publicKey: receiver } = resolved;
  const money = parseMoney(context, written);
  if (isRefusal(money)) return money;
  const sealedMemo = memo === undefined || memo === '' ? null : sealMemo(memo, receiver, randomBytes(32));
  if (isRefusal(sealedMemo)) return sealedMemo;
  const paymentId = id === undefined ? newPaymentId() : idOf(context, id);
  return carryOut(context, { paymentId, receiver, ...money, sealedMemo }, waitMs, caller);
};

/** The payment id that a text stands for, when a payment is begun. */
function idOf({ config, identity }: ParticipantContext, text: string): PaymentId {
  return paymentIdOf(config.network, identity.publicKey, text);
}

/** Begins the payment unless it has begun, and waits for its end. */
async function carryOut(
  context: NodeContext,
  order: Order,
  waitMs = DEFAULT_WAIT_MS,
  caller: Caller,
): Promise<Result<'pay'> | AnyRefusal> {
  const { driver, tokens, clock } = context;
  const { paymentId } = order;
  const isNew = driver.records.payment(paymentId) === undefined;
  if (caller !== null && isNew) {
    const refusal = await tokens.charge(caller.hash, order, clock.nowMs());
    if (refusal !== null) return refusal;
  }
  const ended = whenEnded(context, paymentId);
  try {
    const randomness = randomBytes(32).toString('hex');
    const refusal = await command(context, { type: 'pay', ...order, randomness, routes: null });
    if (refusal !== null) {
      if (caller !== null && isNew) await tokens.uncharge(caller.hash, paymentId);
      return refusal;
    }
    await within(context, ended.happened, waitMs);
  } finally {
    ended.cancel();
  }
  return viewPayment(context, driver.records.payment(paymentId) as Payment);
}

/** Listens from now on for the final state of a payment. Told only when that state is on disk. */
function whenEnded({ events }: ParticipantContext, id: PaymentId): { happened: Promise<void>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = events.subscribe(({ happening }) => {
    if (happening.type !== 'payment' || happening.paymentId !== id) return;
    if (happening.state === 'COMMITTED' || happening.state === 'ABORTED') resolve();
  });
  return { happened: promise, cancel };
}

/** A payment by the text that was its id, or by its payment id. */
function findPayment(context: ParticipantContext, id: string): Payment | undefined {
  const { records } = context.driver;
  const spelled = asPaymentId(id);
  return (spelled && records.payment(spelled)) ?? records.payment(idOf(context, id));
}

/** A payment of this participant by the transaction of one of its attempts. */
function paymentOfAttempt({ driver }: ParticipantContext, id: string): Payment | undefined {
  const txId = asPaymentId(id) as TxId | null;
  const own = txId === null ? undefined : driver.records.positions(txId).find(({ position }) => position === 0);
  return own && driver.records.payment(own.header.paymentId);
}

export const getPayment: ParticipantHandler<'getPayment'> = (context, { id }) => {
  const payment = findPayment(context, id) ?? paymentOfAttempt(context, id);
  return payment === undefined ? refuse('unknown-transaction', { id: excerpt(id) }) : viewPayment(context, payment);
};

/** The machine itself says what it would do. */
export const previewPayment: ParticipantHandler<'previewPayment'> = async (context, { to, ...written }) => {
  const resolved = await findWho(context, to);
  if (isAnyRefusal(resolved)) return resolved;
  const { publicKey: receiver } = resolved;
  const money = parseMoney(context, written);
  if (isRefusal(money)) return money;
  const { equivalent, amount } = money;
  if (receiver === context.identity.publicKey) return refuse('to-self', { what: 'payment' });
  const order = { receiver, equivalent, amount };
  return viewPreview(context, order, previewRoutes(context.driver.records, order, context.clock.nowMs()));
};

export const makeRequest: Handler<'makeRequest'> = (context, input) => {
  const { clock, config, identity, host } = context;
  const equivalent = parseEquivalent(input.equivalent);
  if (isRefusal(equivalent)) return equivalent;
  const money = input.amount === undefined ? null : parseMoney(context, { equivalent, amount: input.amount });
  if (isRefusal(money)) return money;
  const nowMs = clock.nowMs();
  const expiresAtMs = input.expiresAtMs ?? nowMs + REQUEST_LIFETIME_MS;
  const past = whyNotToCome(context, expiresAtMs);
  if (past !== null) return past;
  const invoice: Invoice = {
    version: VERSION,
    network: config.network,
    payee: identity.publicKey,
    equivalent,
    amount: money?.amount ?? null,
    memo: input.memo ?? '',
    paymentId: newPaymentId(),
    addresses: host.addresses().slice(0, MAX_ADDRESSES),
    createdAtMs: nowMs,
    expiresAtMs,
  };
  const link = makeInvoice(invoice, context.sign);
  return isRefusal(link) ? link : viewInvoice(context, link, invoice);
};

export const readRequest: ParticipantHandler<'readRequest'> = (context, { link }) => {
  const invoice = readInvoice(link, context.verify, context.config.network);
  return isRefusal(invoice) ? invoice : viewInvoice(context, link.replace(/\s+/g, ''), invoice);
};

function viewInvoice(context: ParticipantContext, link: string, invoice: Invoice): Result<'readRequest'> {
  const { paymentId, payee, equivalent, amount, memo, createdAtMs, expiresAtMs } = invoice;
  const payment = context.driver.records.payment(paymentId);
  return {
    link,
    paymentId,
    payee: viewParticipant(context, payee),
    equivalent,
    amount: amount === null ? null : formatAmount(amount),
    memo,
    createdAtMs,
    expiresAtMs,
    expired: expiresAtMs <= context.clock.nowMs(),
    payment: payment === undefined ? null : viewPayment(context, payment),
  };
}

export const payRequest: Handler<'payRequest'> = async (context, { link, amount: written, waitMs }, caller) => {
  const invoice = readInvoice(link, context.verify, context.config.network);
  if (isRefusal(invoice)) return invoice;
  const { paymentId, payee: receiver, equivalent } = invoice;
  const money = written === undefined ? null : parseMoney(context, { equivalent, amount: written });
  if (isRefusal(money)) return money;
  const amount = invoice.amount ?? money?.amount;
  if (amount === undefined) return refuseHere('amount-needed', { equivalent });
  if (money !== null && money.amount !== amount) return refuseHere('amount-fixed', { equivalent, amount });
  const isNew = context.driver.records.payment(paymentId) === undefined;
  if (isNew && invoice.expiresAtMs <= context.clock.nowMs()) {
    return refuseHere('request-expired', { expiredAtMs: invoice.expiresAtMs });
  }
  return carryOut(context, { paymentId, receiver, equivalent, amount, sealedMemo: null }, waitMs, caller);
};

export const getReceipt: ParticipantHandler<'getReceipt'> = (context, { id }) => {
  const { records } = context.driver;
  const payment = findPayment(context, id);
  if (payment !== undefined && payment.state !== 'COMMITTED') return refuseHere('no-receipt', { state: payment.state });
  const txId = payment?.txId ?? (asPaymentId(id) as TxId | null);
  const positions = txId === null ? [] : records.positions(txId);
  if (positions.length === 0) return refuse('unknown-transaction', { id: excerpt(id) });
  for (const position of positions) {
    if (position.state !== 'committed') continue;
    const { txId, header, route, signatures, commit } = position;
    const certificate: Certificate = { txId, header, route, signatures, commit };
    const { network, kind, payer, receiver, equivalent, total, paymentId, createdAtMs, expiresAtMs } = header;
    const facts = { network, kind, payer, receiver, equivalent, total, paymentId, createdAtMs, expiresAtMs };
    return {
      fileName: `geo-${txId.slice(0, 16)}.receipt`,
      base64: Buffer.from(receiptOf(certificate)).toString('base64'),
      facts: viewReceipt(context, { ...facts, txId, routeAmount: route.amount, hops: hopsOf(route) }),
    };
  }
  return refuseHere('no-receipt', { state: positions[0]?.state ?? '' });
};

export const verifyReceipt: ParticipantHandler<'verifyReceipt'> = (context, { base64 }) => {
  const receipt = verifyReceiptBytes(Uint8Array.from(Buffer.from(base64, 'base64')), context.verify);
  return isRefusal(receipt) ? receipt : { valid: true, facts: viewReceipt(context, receipt) };
};

function viewReceipt(context: ParticipantContext, receipt: Receipt): Result<'verifyReceipt'>['facts'] {
  const { txId, paymentId, network, kind, payer, receiver, equivalent, total, routeAmount, hops, createdAtMs } =
    receipt;
  return {
    txId,
    paymentId,
    network,
    kind,
    payer: viewParticipant(context, payer),
    receiver: viewParticipant(context, receiver),
    equivalent,
    total: formatAmount(total),
    routeAmount: formatAmount(routeAmount),
    hops,
    createdAtMs,
  };
}
