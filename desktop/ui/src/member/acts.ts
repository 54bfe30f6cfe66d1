/** What a node does for its owner and a hub must not do for its members: made, signed and judged in the browser. */
import type { Input, Result } from '#node/api/contract.ts';
import { formatAmount, parseAmount, parseLimit } from '#protocol/amount.ts';
import { makeCard, type SuggestedLimit } from '#protocol/card.ts';
import { parseEquivalent } from '#protocol/equivalent.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import { type Invoice, makeInvoice, readInvoice } from '#protocol/invoice.ts';
import { MAX_ADDRESSES, VERSION } from '#protocol/limits.ts';
import { sealMemo } from '#protocol/memo.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { verifyReceipt } from '#protocol/receipt.ts';
import type { Verify } from '#protocol/statement.ts';
import { AskError } from '../ask-error.ts';
import type { WholeState } from '../carrier.ts';
import type { Signer } from './documents.ts';
import type { Hub } from './hub.ts';
import type { Member, Wanted } from './member.ts';
import type { Memos } from './memos.ts';
import type { Names } from './names.ts';
import { type PaymentOrder, payOnce } from './pay.ts';
import { policyOf } from './policy.ts';
import type { Queue, WaitingLine, WaitingPayment } from './queue.ts';
import { randomHex } from './random.ts';
import { refused } from './refused.ts';
import { findWho, type Someone } from './who.ts';

const PRECISION = 8;
const REQUEST_LIFETIME_MS = 30 * 86_400_000;

type Card = Result<'setTrustLine'>;

/** What all of it is made with. */
export interface Desk {
  readonly signer: Signer;
  readonly hub: Hub;
  readonly member: Member;
  readonly queue: Queue;
  readonly names: Names;
  readonly memos: Memos;
  readonly verify: Verify;
  /** As it was read last; read now where it never was. Throws `AskError`. */
  readonly state: () => Promise<WholeState>;
}

/** Each throws `AskError`. */
export function actsOf(desk: Desk) {
  return {
    getId: async (): Promise<Result<'getId'>> => {
      const { participant, addresses } = (await desk.state()).parts.getStatus;
      return { participant, network: desk.signer.network, addresses, card: await ownCard(desk, null, null) };
    },
    makeCard: async ({ suggestedLimit, expiresAtMs }: Input<'makeCard'>): Promise<Result<'makeCard'>> => {
      const suggested = suggestedLimit === undefined ? null : moneyOf(suggestedLimit);
      return { card: await ownCard(desk, suggested, expiresAtMs ?? null) };
    },
    makeRequest: (input: Input<'makeRequest'>) => makeRequest(desk, input),
    readRequest: ({ link }: Input<'readRequest'>) => readRequest(desk, link),
    confirmRestored: ({ regardless }: Input<'confirmRestored'>) => desk.member.confirmRestored(regardless === true),
    setTrustLine: (input: Input<'setTrustLine'>) => setTrustLine(desk, input),
    closeTrustLine: (input: Input<'closeTrustLine'>) => closeTrustLine(desk, input),
    pay: async (input: Input<'pay'>): Promise<Result<'pay'>> => {
      const to = await who(desk, input.to);
      const id = await paymentIdOf(desk.signer, input.id ?? randomHex(32));
      return payOnce(desk, {
        id,
        to,
        ...moneyOf(input),
        sealedMemo: sealed(to, input.memo ?? ''),
        memo: input.memo ?? '',
      });
    },
    payRequest: (input: Input<'payRequest'>) => payRequest(desk, input),
    verifyReceipt: async ({ base64 }: Input<'verifyReceipt'>): Promise<Result<'verifyReceipt'>> => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const {
        expiresAtMs: _,
        payer,
        receiver,
        total,
        routeAmount,
        ...facts
      } = refused(verifyReceipt(bytes, desk.verify));
      const amounts = { total: formatAmount(total), routeAmount: formatAmount(routeAmount) };
      const [from, to] = [await called(desk, payer), await called(desk, receiver)];
      return { valid: true, facts: { ...facts, ...amounts, payer: from, receiver: to } };
    },
  };
}

/** Who is meant by a text. */
export async function who({ hub, verify, signer, state }: Desk, text: string): Promise<Someone> {
  const { contacts } = (await state()).parts.listContacts;
  return findWho({ hub, verify, network: signer.network, contacts }, text);
}

/** Somebody by key, with the name that the member knows. */
async function called({ state, names }: Desk, publicKey: PublicKey): Promise<Someone> {
  const { parts } = await state();
  const known = [parts.getStatus.participant, ...parts.listContacts.contacts].find(
    (one) => one.publicKey === publicKey,
  );
  const pid = pidOf(publicKey);
  return { pid, publicKey, name: known?.name ?? names.of(pid) };
}

function moneyOf({ equivalent, amount }: { equivalent: string; amount: string }): SuggestedLimit {
  return { equivalent: refused(parseEquivalent(equivalent)), amount: refused(parseAmount(amount, PRECISION)) };
}

function sealed({ publicKey }: Someone, memo: string): Uint8Array | null {
  if (memo === '') return null;
  return refused(sealMemo(memo, publicKey as PublicKey, crypto.getRandomValues(new Uint8Array(32))));
}

/** As a node names payments: the same text of the same payer always gives the same id. */
async function paymentIdOf({ network, publicKey }: Signer, text: string): Promise<PaymentId> {
  const named = new TextEncoder().encode(JSON.stringify(['geo/payment-id', network, publicKey, text]));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', named));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') as PaymentId;
}

async function ownCard(
  { signer, state }: Desk,
  suggestedLimit: SuggestedLimit | null,
  expiresAtMs: number | null,
): Promise<string> {
  const { participant, addresses } = (await state()).parts.getStatus;
  return makeCard(
    {
      version: VERSION,
      network: signer.network,
      publicKey: signer.publicKey,
      name: participant.name ?? participant.pid.slice(0, 8),
      addresses: addresses.slice(0, MAX_ADDRESSES),
      suggestedLimit,
      createdAtMs: Date.now(),
      expiresAtMs,
    },
    signer.sign,
  );
}

async function makeRequest(desk: Desk, input: Input<'makeRequest'>): Promise<Result<'makeRequest'>> {
  const { amount, memo = '', expiresAtMs = Date.now() + REQUEST_LIFETIME_MS } = input;
  const equivalent = refused(parseEquivalent(input.equivalent));
  const { addresses } = (await desk.state()).parts.getStatus;
  const invoice: Invoice = {
    version: VERSION,
    network: desk.signer.network,
    payee: desk.signer.publicKey,
    equivalent,
    amount: amount === undefined ? null : refused(parseAmount(amount, PRECISION)),
    memo,
    paymentId: randomHex(32) as PaymentId,
    addresses: addresses.slice(0, MAX_ADDRESSES),
    createdAtMs: Date.now(),
    expiresAtMs,
  };
  return viewInvoice(desk, refused(makeInvoice(invoice, desk.signer.sign)), invoice);
}

async function readRequest(desk: Desk, link: string): Promise<Result<'readRequest'>> {
  const invoice = refused(readInvoice(link, desk.verify, desk.signer.network));
  return viewInvoice(desk, link.replace(/\s+/g, ''), invoice);
}

async function viewInvoice(desk: Desk, link: string, invoice: Invoice): Promise<Result<'readRequest'>> {
  const { paymentId, payee, equivalent, amount, memo, createdAtMs, expiresAtMs } = invoice;
  return {
    ...{ link, paymentId, equivalent, memo, createdAtMs, expiresAtMs, payment: null },
    payee: await called(desk, payee),
    amount: amount === null ? null : formatAmount(amount),
    expired: expiresAtMs <= Date.now(),
  };
}

/** Pays what was to be paid earlier: it is the same payment. Throws `AskError`. */
export async function payAgain(
  desk: Desk,
  { id, to, equivalent, amount, memo }: WaitingPayment,
): Promise<Result<'pay'>> {
  const money = moneyOf({ equivalent, amount });
  return payOnce(desk, { id: id as PaymentId, to, ...money, memo, sealedMemo: sealed(to, memo) });
}

/** What a payment would be, as far as it is known without the hub. Throws `AskError`. */
export async function previewAlone(desk: Desk, input: Input<'previewPayment'>): Promise<Result<'previewPayment'>> {
  return { ...(await orderedIn(desk, input)), payable: true, route: null, firstHop: null, refusal: null };
}

/** Whom and how much is meant: what is confirmed is what is signed, whatever the hub answers. Throws `AskError`. */
export async function orderedIn(
  desk: Desk,
  input: Input<'previewPayment'>,
): Promise<Pick<Result<'previewPayment'>, 'to' | 'equivalent' | 'amount'>> {
  const { equivalent, amount } = moneyOf(input);
  return { to: desk.names.fill(await who(desk, input.to)), equivalent, amount: formatAmount(amount) };
}

async function payRequest(desk: Desk, { link, amount: written }: Input<'payRequest'>): Promise<Result<'pay'>> {
  const { paymentId: id, payee, equivalent, ...invoice } = refused(readInvoice(link, desk.verify, desk.signer.network));
  const typed = written === undefined ? null : refused(parseAmount(written, PRECISION));
  const amount = invoice.amount ?? typed;
  if (amount === null) throw new AskError('amount-needed', '', { equivalent });
  if (typed !== null && typed !== amount)
    throw new AskError('amount-fixed', '', { equivalent, amount: formatAmount(amount) });
  const order: PaymentOrder = { id, to: await called(desk, payee), equivalent, amount, sealedMemo: null, memo: '' };
  const isBegun = (await desk.queue.all()).some((one) => one.kind === 'payment' && one.id === id);
  if (!isBegun && invoice.expiresAtMs <= Date.now()) {
    throw new AskError('request-expired', '', { expiredAtMs: invoice.expiresAtMs });
  }
  await desk.memos.keep(id, invoice.memo);
  return payOnce(desk, order);
}

async function setTrustLine(desk: Desk, input: Input<'setTrustLine'>): Promise<Card> {
  const to = await who(desk, input.who);
  const equivalent = refused(parseEquivalent(input.equivalent));
  const limit = refused(parseLimit(input.limit, PRECISION));
  const { status = 'active', policy } = input;
  return setLine(desk, to, equivalent, (before) => ({ limit, status, policy: policyOf(before, policy) }));
}

async function closeTrustLine(desk: Desk, input: Input<'closeTrustLine'>): Promise<Card> {
  const to = await who(desk, input.who);
  return setLine(desk, to, input.equivalent, (before) => ({
    limit: refused(parseLimit(before?.limit ?? '0', PRECISION)),
    status: 'closed',
    policy: policyOf(before, undefined),
  }));
}

/** Signs the line, keeps it, and hands it in; where the hub is away it is handed in later. */
async function setLine(
  desk: Desk,
  to: Someone,
  equivalent: string,
  wish: (before: Card['given']) => Pick<Wanted, 'limit' | 'status' | 'policy'>,
): Promise<Card> {
  const { trustLines } = (await desk.state()).parts.listTrustLines;
  const before = trustLines.find((card) => card.neighbour.publicKey === to.publicKey && card.equivalent === equivalent);
  const wanted = wish(before?.given ?? null);
  const { member, queue } = desk;
  const signed = member.signTrustLine({ to: to.publicKey as PublicKey, equivalent, ...wanted }, before);
  const line: WaitingLine = {
    ...{ kind: 'line', id: `${to.pid}:${equivalent}`, to, equivalent, ...signed, madeAtMs: Date.now(), refusal: null },
    limit: formatAmount(wanted.status === 'closed' ? 0n : wanted.limit),
  };
  return queue.alone(line, async () => {
    await queue.put(line);
    try {
      const card = await member.handInTrustLine(signed);
      await queue.remove(line);
      return desk.names.fill(card);
    } catch (error) {
      if (error instanceof AskError && error.code === 'unreachable') return asItWillBe(line, wanted, before);
      await queue.remove(line);
      throw error;
    }
  });
}

function asItWillBe(
  { to, equivalent, seq, madeAtMs }: WaitingLine,
  wanted: Pick<Wanted, 'limit' | 'status' | 'policy'>,
  before: Card | undefined,
): Card {
  const { limit, status, policy } = wanted;
  const { dailyLimit } = policy;
  const blocked = policy.blocked.map((publicKey) => ({ pid: pidOf(publicKey), publicKey, name: null }));
  const shown = { ...policy, dailyLimit: dailyLimit === null ? null : formatAmount(dailyLimit), blocked };
  const standing = { seq, createdAtMs: madeAtMs, acked: false, conflicting: false, announced: false };
  return {
    neighbour: to,
    equivalent,
    given: { limit: formatAmount(limit), status, policy: shown, ...standing },
    received: before?.received ?? null,
  };
}

/** Hands in what was signed earlier. That it is there already, or something newer, is as good. Throws `AskError`. */
export async function handInLine({ member }: Desk, line: WaitingLine): Promise<void> {
  try {
    await member.handInTrustLine(line);
  } catch (error) {
    if (!(error instanceof AskError) || error.code !== 'bad-document') throw error;
    const { trustLines } = (await member.state()).parts.listTrustLines;
    const there = trustLines.find(
      (card) => card.neighbour.publicKey === line.to.publicKey && card.equivalent === line.equivalent,
    );
    if ((there?.given?.seq ?? 0) < line.seq) throw error;
  }
}
