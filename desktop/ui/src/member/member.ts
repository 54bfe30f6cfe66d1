/** What a member of a hub does from a browser: allow the hub its part, trust, pay. Each act is made and signed here. */
import type { Result } from '#node/api/contract.ts';
import { formatAmount, parseLimit } from '#protocol/amount.ts';
import { fromBase64url, toBase64url } from '#protocol/base64url.ts';
import { encode } from '#protocol/codec.ts';
import {
  type HandedAttempt,
  handedAttemptShape,
  handedMandateShape,
  readHanded,
} from '#protocol/delegation/handed-in.ts';
import { hexToBytes } from '#protocol/hex.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId } from '#protocol/packet.ts';
import { txIdOf } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Verify } from '#protocol/statement.ts';
import { DEFAULT_POLICY, type LinePolicy, type LineStatus, signedTrustLineShape } from '#protocol/trust-line.ts';
import { AskError } from '../ask-error.ts';
import { capFor, makeAttempt, makeMandate, makeTrustLine, type Order, type Signer } from './documents.ts';
import type { Hub, Kept } from './hub.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** All of what a page shows first, as the hub tells it. */
export interface MemberState {
  readonly cursor: string;
  readonly parts: {
    readonly getStatus: Result<'getStatus'>;
    readonly listContacts: Result<'listContacts'>;
    readonly getBalance: Result<'getBalance'>;
    readonly listTrustLines: Result<'listTrustLines'>;
    readonly listHeld: Result<'listHeld'>;
    readonly getClearing: Result<'getClearing'>;
    readonly getHistory: Result<'getHistory'>;
  };
}

interface Mandates {
  readonly mandates: readonly {
    readonly seq: number;
    readonly notAfterMs: number;
    readonly accounts: readonly {
      readonly neighbour: string;
      readonly equivalent: string;
      readonly cap: string;
      readonly used: string;
    }[];
  }[];
}

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
/** What says nothing of an attempt: it is worth while to ask again. */
const PASSING: ReadonlySet<string> = new Set([
  'unreachable',
  'too-often',
  'signature-stale',
  'token-expired',
  'failed',
]);
/** A mandate is made anew when less than this is left of it. */
const RENEWED_MS = 5 * 86_400_000;
/** … or when less than this part of a cap is left: one in so many. */
const CAP_LEFT = 4n;
const PRECISION = 8;

export class Member {
  readonly #signer: Signer;
  readonly #hub: Hub;
  readonly #kept: Kept;
  readonly #verify: Verify;

  constructor(signer: Signer, hub: Hub, kept: Kept, verify: Verify) {
    this.#signer = signer;
    this.#hub = hub;
    this.#kept = kept;
    this.#verify = verify;
  }

  state(): Promise<MemberState> {
    return this.#hub.read<MemberState>('GET', '/participants/me/state');
  }

  /** Lets the hub do its part over the accounts that there are now, if what it has does not reach. */
  async renewMandate(): Promise<void> {
    const { parts } = await this.state();
    const { mandates } = await this.#hub.read<Mandates>('GET', '/participants/me/mandate');
    const accounts = parts.listTrustLines.trustLines.map(({ neighbour, equivalent, given, received }) => ({
      neighbour: neighbour.publicKey as PublicKey,
      equivalent,
      cap: capFor(limitIn(given?.limit), limitIn(received?.limit)),
    }));
    const [newest] = mandates;
    const nowMs = Date.now();
    if (accounts.length === 0) return;
    const isEnough =
      newest !== undefined &&
      newest.notAfterMs - nowMs > RENEWED_MS &&
      accounts.every((account) => {
        const known = newest.accounts.find(
          ({ neighbour, equivalent }) => neighbour === account.neighbour && equivalent === account.equivalent,
        );
        if (known === undefined || limitIn(known.cap) < account.cap) return false;
        return (limitIn(known.cap) - limitIn(known.used)) * CAP_LEFT >= account.cap;
      });
    if (isEnough) return;
    const handed = makeMandate(this.#signer, accounts, Math.max(nowMs, (newest?.seq ?? 0) + 1), nowMs);
    const document = toBase64url(encode(handedMandateShape, handed));
    await this.#hub.act('PUT', '/participants/me/mandate', { document });
  }

  /** Lets somebody owe the member up to a limit. */
  async trust(
    to: PublicKey,
    equivalent: string,
    limit: bigint,
    status: LineStatus = 'active',
    policy: LinePolicy = DEFAULT_POLICY,
  ): Promise<Result<'setTrustLine'>> {
    const { parts } = await this.state();
    const known = parts.listTrustLines.trustLines.find(
      (card) => card.neighbour.publicKey === to && card.equivalent === equivalent,
    );
    const wanted = { to, equivalent, limit, status, policy };
    const signed = makeTrustLine(this.#signer, wanted, known?.given?.seq ?? 0, Date.now());
    const document = toBase64url(encode(signedTrustLineShape, signed));
    const card = await this.#hub.act<Result<'setTrustLine'>>('POST', '/trustlines', { document });
    await this.renewMandate();
    return card;
  }

  /** Pays, over whatever routes the hub finds; the same order again is the same payment. */
  async pay(order: Order): Promise<Paid> {
    let why: Extract<Paid, { state: 'refused' }>['why'] = null;
    for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
      const before = await this.#standing(order.paymentId);
      if (before.state !== 'over') return before;
      const { receiver: to, equivalent, amount } = order;
      const query = new URLSearchParams({ to, equivalent, amount: formatAmount(amount) });
      const { quote, routes } = await this.#hub.read<Capacity>('GET', `/payments/capacity?${query}`);
      if (routes.length === 0) return { state: 'refused', why: why ?? quote.stoppedBy };
      const planned = routes.map(({ nodes, amount: part }) => ({ nodes, amount: limitIn(part) }));
      const salts = planned.map(() => randomHex(16));
      const attempt = makeAttempt(this.#signer, order, planned, salts, Date.now());
      this.#keep(attempt);
      why = (await this.#handIn(attempt)).refusal;
    }
    const end = await this.#standing(order.paymentId);
    return end.state === 'over' ? { state: 'refused', why } : end;
  }

  /** How all attempts of a payment stand, by what proves it; `over` too when there was none. */
  async #standing(paymentId: PaymentId): Promise<Outcome> {
    for (const attempt of this.#attempts(paymentId)) {
      const shown = await this.#evidenceOf(attempt);
      const outcome = outcomeOf(
        attempt,
        {
          receipt: shown.receipt === null ? null : hexToBytes(shown.receipt),
          aborts: shown.aborts.map(hexToBytes),
          decline: shown.decline === null ? null : hexToBytes(shown.decline),
        },
        this.#verify,
      );
      if (outcome.state !== 'over') return outcome;
    }
    return { state: 'over' };
  }

  #handIn(attempt: HandedAttempt): Promise<Result<'pay'>> {
    const document = toBase64url(encode(handedAttemptShape, attempt));
    return this.#hub.act('POST', '/payments', { document });
  }

  /**
   * What the hub shows of an attempt. One that it does not know got lost on the way, or with a hub that died: the very
   * same is handed in again, for another one could be paid beside it. Where that is refused, nothing is shown.
   */
  async #evidenceOf(attempt: HandedAttempt): Promise<Evidence> {
    const path = `/payments/attempts/${txIdOf(attempt.header)}`;
    try {
      return await this.#hub.read<Evidence>('GET', path);
    } catch (error) {
      if (!isUnknown(error)) throw error;
    }
    try {
      await this.#handIn(attempt);
      return await this.#hub.read<Evidence>('GET', path);
    } catch (error) {
      if (!(error instanceof AskError) || PASSING.has(error.code)) throw error;
      return { receipt: null, aborts: [], decline: null };
    }
  }

  /** Before it is sent: whatever becomes of the page, the browser knows what it signed. */
  #keep(attempt: HandedAttempt): void {
    const { paymentId } = attempt.header;
    const all = [...this.#attempts(paymentId), attempt];
    const texts = all.map((one) => toBase64url(encode(handedAttemptShape, one)));
    this.#kept.set(nameOf(paymentId), JSON.stringify(texts));
  }

  #attempts(paymentId: PaymentId): readonly HandedAttempt[] {
    const texts = JSON.parse(this.#kept.get(nameOf(paymentId)) ?? '[]') as readonly string[];
    return texts.flatMap((text) => {
      const attempt = readHanded(handedAttemptShape, fromBase64url(text));
      return isRefusal(attempt) ? [] : [attempt];
    });
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof AskError && error.code === 'unknown-transaction';
}

const nameOf = (paymentId: PaymentId): string => `geo-attempts-${paymentId}`;

function limitIn(text: string | undefined): bigint {
  const limit = text === undefined ? 0n : parseLimit(text, PRECISION);
  return typeof limit === 'bigint' ? limit : 0n;
}

export function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
