/**
 * Payments of a member: each attempt is signed in the browser, kept before it is sent, and over only when what proves it says so.
 */
import type { Result } from '#node/api/contract.ts';
import { formatAmount, parseLimit } from '#protocol/amount.ts';
import { toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import { type HandedAttempt, handedAttemptShape } from '#protocol/delegation/handed-in.ts';
import { hexToBytes } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { headerShape, type PaymentId, txIdOf } from '#protocol/packet.ts';
import type { Verify } from '#protocol/statement.ts';
import { AskError } from '../ask-error.ts';
import type { Attempts } from './attempts.ts';
import { makeAttempt, type Order, type Signer } from './documents.ts';
import type { Hub } from './hub.ts';
import { type Outcome, outcomeOf, type Shown } from './outcome.ts';
import { isPassing } from './passing.ts';
import { randomHex } from './random.ts';
import { refused } from './refused.ts';

interface Capacity {
  readonly quote: Result<'quotePayment'>;
  readonly routes: readonly { readonly nodes: readonly PublicKey[]; readonly amount: string }[];
}

interface Evidence {
  readonly receipt: string | null;
  readonly aborts: readonly string[];
  readonly decline: string | null;
}

/** How a payment came out: proven, or what the hub says of why not. */
export type Paid =
  | { readonly state: 'paid'; readonly receipt: Uint8Array }
  | { readonly state: 'refused'; readonly why: Result<'pay'>['refusal'] }
  /** Nothing proves yet how it ended: it must not be paid anew under another id. */
  | { readonly state: 'open' };

const MOST_ATTEMPTS = 4;
const PRECISION = 8;

export class Payments {
  readonly #signer: Signer;
  readonly #hub: Hub;
  readonly #attempts: Attempts;
  readonly #verify: Verify;

  constructor(signer: Signer, hub: Hub, attempts: Attempts, verify: Verify) {
    this.#signer = signer;
    this.#hub = hub;
    this.#attempts = attempts;
    this.#verify = verify;
  }

  /** Pays, over whatever routes the hub finds; the same order again is the same payment. Throws `AskError`. */
  async pay(order: Order): Promise<Paid> {
    await this.refuseOther(order);
    let why: Extract<Paid, { state: 'refused' }>['why'] = null;
    for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
      const before = await this.standing(order.paymentId);
      if (before.state !== 'over') return before;
      const { receiver: to, equivalent, amount } = order;
      const query = new URLSearchParams({ to, equivalent, amount: formatAmount(amount) });
      const { quote, routes } = await this.#hub.read<Capacity>('GET', `/payments/capacity?${query}`);
      if (routes.length === 0) return { state: 'refused', why: why ?? quote.stoppedBy };
      const planned = routes.map(({ nodes, amount: part }) => ({
        nodes,
        amount: refused(parseLimit(part, PRECISION)),
      }));
      const salts = planned.map(() => randomHex(16));
      const made = makeAttempt(this.#signer, order, planned, salts, Date.now());
      await this.#attempts.keep(made);
      why = (await this.#send(made)).refusal;
    }
    const end = await this.standing(order.paymentId);
    return end.state === 'over' ? { state: 'refused', why } : end;
  }

  /** Throws `AskError` where something else was to be paid under the same id (§4.6). */
  async refuseOther({ paymentId, receiver, equivalent, amount }: Order): Promise<void> {
    const isOther = (await this.#attempts.of(paymentId)).some(({ attempt: { header } }) => {
      return header.receiver !== receiver || header.equivalent !== equivalent || header.total !== amount;
    });
    if (isOther) throw new AskError('id-reused', '', { paymentId });
  }

  /**
   * How all attempts of a payment stand, by what proves it; `over` too when there was none. One that may not have reached
   * the hub is sent now, if it is not too late. Throws `AskError`.
   */
  async standing(paymentId: PaymentId): Promise<Outcome> {
    for (const { attempt, isSent, proof } of await this.#attempts.of(paymentId)) {
      // What was never sent, and is too late to be, is known to nobody.
      if (!isSent && isLate(attempt)) continue;
      if (!isSent) await this.#send(attempt);
      const outcome = await this.#outcome(attempt, proof);
      if (outcome.state !== 'over') return outcome;
    }
    return { state: 'over' };
  }

  /** What is proven once stays so, whatever the hub shows later. */
  async #outcome(attempt: HandedAttempt, proof: Shown | null): Promise<Outcome> {
    if (proof !== null) return outcomeOf(attempt, proof, this.#verify);
    let shown = shownIn((await this.#evidenceOf(attempt)) ?? (await this.#sentAgain(attempt)));
    let outcome = outcomeOf(attempt, shown, this.#verify);
    if (outcome.state === 'open') {
      shown = { ...shown, decline: await this.#declined(attempt) };
      outcome = outcomeOf(attempt, shown, this.#verify);
    }
    if (outcome.state !== 'open') await this.#attempts.proven(attempt, shown);
    return outcome;
  }

  /** The receiver's word that an attempt past its time is never committed; null: it has not given it. */
  async #declined(attempt: HandedAttempt): Promise<Uint8Array | null> {
    if (!isLate(attempt)) return null;
    const document = toBase64url(encode(headerShape, attempt.header));
    const { decline } = await this.#hub.act<{ readonly decline: string | null }>('POST', '/payments/attempts/decline', {
      document,
    });
    return decline === null ? null : hexToBytes(decline);
  }

  /** Was anything signed for it that may have left this browser? */
  async hasSigned(paymentId: PaymentId): Promise<boolean> {
    return (await this.#attempts.of(paymentId)).some(({ isSent }) => isSent);
  }

  async #send(attempt: HandedAttempt): Promise<Result<'pay'>> {
    await this.#attempts.sending(attempt);
    const document = toBase64url(encode(handedAttemptShape, attempt));
    return this.#hub.act<Result<'pay'>>('POST', '/payments', { document });
  }

  /** What the hub shows of an attempt; null: it says that it knows none. */
  async #evidenceOf({ header }: HandedAttempt): Promise<Evidence | null> {
    try {
      return await this.#hub.read<Evidence>('GET', `/payments/attempts/${txIdOf(header)}`);
    } catch (error) {
      if (error instanceof AskError && error.code === 'unknown-transaction') return null;
      throw error;
    }
  }

  /** The connection broke as it was sent. The same attempt again is the same; null: too late, and nothing proves how it is. */
  async #sentAgain(attempt: HandedAttempt): Promise<Evidence | null> {
    if (isLate(attempt)) return null;
    try {
      await this.#send(attempt);
      return await this.#evidenceOf(attempt);
    } catch (error) {
      // Refused for good: nothing is shown of it.
      if (error instanceof AskError && !isPassing(error)) return null;
      throw error;
    }
  }
}

/** What the hub shows of an attempt; of one that never came there, nothing. */
function shownIn(evidence: Evidence | null): Shown {
  return {
    receipt: evidence?.receipt ? hexToBytes(evidence.receipt) : null,
    aborts: evidence?.aborts.map(hexToBytes) ?? [],
    decline: evidence?.decline ? hexToBytes(evidence.decline) : null,
  };
}

const isLate = ({ header }: HandedAttempt): boolean => header.expiresAtMs <= Date.now();
