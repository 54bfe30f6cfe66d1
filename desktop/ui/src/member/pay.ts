/** A payment from the moment that it is confirmed until it is proven how it ended, whatever happens to the page meanwhile. */
import type { Result } from '#node/api/contract.ts';
import { formatAmount } from '#protocol/amount.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { MAX_PAYMENT_HOPS } from '#protocol/limits.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { AskError } from '../ask-error.ts';
import type { Desk } from './acts.ts';
import type { Paid } from './payments.ts';
import { type WaitingPayment, withPayment } from './queue.ts';
import type { Someone } from './who.ts';

/** What is to be paid, and how it is shown until that is done. */
export interface PaymentOrder {
  readonly id: PaymentId;
  readonly to: Someone;
  readonly equivalent: string;
  readonly amount: bigint;
  readonly sealedMemo: Uint8Array | null;
  readonly memo: string;
}

/** Pays; with the same id it is one payment. What the hub cannot be told now stays in the queue. Throws `AskError`. */
export async function payOnce(desk: Desk, order: PaymentOrder): Promise<Result<'pay'>> {
  const { id, to, equivalent, amount, memo } = order;
  const waiting: WaitingPayment = {
    ...{ kind: 'payment', phase: 'new', id, to, equivalent, memo, madeAtMs: Date.now() },
    amount: formatAmount(amount),
  };
  return withPayment(id, async () => {
    const wanted = { ...order, paymentId: id, receiver: to.publicKey as PublicKey };
    await desk.member.payments.refuseOther(wanted);
    await desk.queue.put(waiting);
    await desk.memos.keep(id, memo);
    try {
      const paid = await desk.member.pay(wanted);
      return await ended(desk, waiting, paid);
    } catch (error) {
      return interrupted(desk, waiting, error);
    }
  });
}

/** How a payment of the queue stands. Throws `AskError`. */
export async function settle({ member }: Desk, { id }: WaitingPayment): Promise<'paid' | 'open' | 'over'> {
  return (await member.payments.standing(id as PaymentId)).state;
}

async function ended(desk: Desk, waiting: WaitingPayment, paid: Paid): Promise<Result<'pay'>> {
  switch (paid.state) {
    case 'paid':
      await desk.queue.remove(waiting);
      return { ...(await shownBy(desk, waiting)), state: 'COMMITTED', refusal: null };
    case 'refused':
      await desk.queue.remove(waiting);
      return { ...(await shownBy(desk, waiting)), state: 'ABORTED', refusal: desk.names.fill(paid.why) ?? NO_ROUTE };
    case 'open':
      await desk.queue.put({ ...waiting, phase: 'open' });
      return { ...(await shownBy(desk, waiting)), state: 'PREPARE_IN_PROGRESS', refusal: null };
  }
}

/** The hub is away, or does not take it. What was signed and may have been sent stays until it is proven how it ended. */
async function interrupted(desk: Desk, waiting: WaitingPayment, error: unknown): Promise<Result<'pay'>> {
  const isAway = error instanceof AskError && error.code === 'unreachable';
  const isSigned = await desk.member.payments.hasSigned(waiting.id as PaymentId);
  if (!isSigned && !isAway) {
    await desk.queue.remove(waiting);
    throw error;
  }
  await desk.queue.put({ ...waiting, phase: isSigned ? 'open' : 'asks' });
  if (!isAway) throw error;
  return { ...viewOf(waiting), state: isSigned ? 'PREPARE_IN_PROGRESS' : 'NEW' };
}

/** As the hub has it, where it has it; what it says of the end is not asked. */
async function shownBy(desk: Desk, waiting: WaitingPayment): Promise<Result<'pay'>> {
  try {
    const told = desk.names.fill(await desk.hub.read<Result<'pay'>>('GET', `/payments/${waiting.id}`));
    const { to: receiver, equivalent, amount } = waiting;
    return { ...told, paymentId: waiting.id, receiver, equivalent, amount };
  } catch (error) {
    if (error instanceof AskError) return viewOf(waiting);
    throw error;
  }
}

function viewOf({ id, to, equivalent, amount, madeAtMs }: WaitingPayment): Result<'pay'> {
  return {
    ...{
      paymentId: id,
      receiver: to,
      equivalent,
      amount,
      state: 'NEW',
      hops: null,
      routes: [],
      txId: null,
      attempts: 0,
    },
    ...{ createdAtMs: madeAtMs, finishedAtMs: null, ms: null, refusal: null },
  };
}

const NO_ROUTE: NonNullable<Result<'pay'>['refusal']> = {
  ...{ code: 'no-route', text: '', hop: null, limit: null, maxNow: null, retry: true },
  facts: { maxHops: MAX_PAYMENT_HOPS },
};
