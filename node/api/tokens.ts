/**
 * Tokens: what programs other than the owner's own tools may do with this node. A token has a scope, may have caps on
 * what it pays in a day, may expire, and can be revoked. Only the hash of its secret is stored.
 */
import { createHash, randomBytes } from 'node:crypto';
import { excerpt } from '#protocol/excerpt.ts';
import { parseName } from '#protocol/name.ts';
import type { PaymentId } from '#protocol/packet.ts';
import type { PaymentState } from '#protocol/payment.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import { type NodeRefusal, refuseHere } from '../refusals.ts';
import type { Documents } from '../store/store.ts';
import type { Scope } from './contract.ts';

/** An amount in 10⁻⁸ units. */
interface Money {
  readonly equivalent: string;
  readonly amount: bigint;
}

/** A token as it is stored, under the hash of its secret. */
export interface Token {
  readonly hash: string;
  readonly name: string;
  readonly scope: Scope;
  /** Empty: no bound. Otherwise what is not named here cannot be paid. */
  readonly dailyCaps: readonly Money[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  /** What it paid on one UTC day (days since 1970): the sum of what is committed, and payments that may still be. */
  readonly day: number;
  readonly spent: readonly Money[];
  readonly open: readonly (Money & { readonly paymentId: PaymentId })[];
}

const DAY_MS = 86_400_000;
const SECRET_BYTES = 32;
/** Lets people and secret scanners see what a string is. */
const PREFIX = 'geo_';

export class Tokens {
  readonly #documents: Documents<Token>;
  readonly #stateOf: (paymentId: PaymentId) => PaymentState | undefined;
  readonly #byHash = new Map<string, Token>();

  private constructor(documents: Documents<Token>, stateOf: (paymentId: PaymentId) => PaymentState | undefined) {
    this.#documents = documents;
    this.#stateOf = stateOf;
  }

  /** Reads the tokens from the store. `stateOf` tells how a payment of this node stands. */
  static async open(
    documents: Documents<Token>,
    stateOf: (paymentId: PaymentId) => PaymentState | undefined,
  ): Promise<Tokens> {
    const tokens = new Tokens(documents, stateOf);
    for await (const [, token] of documents.entries()) tokens.#byHash.set(token.hash, token);
    return tokens;
  }

  all(): IterableIterator<Token> {
    return this.#byHash.values();
  }

  /** The token with this secret, unless there is none or it has expired. */
  find(secret: string, nowMs: number): Token | 'unknown' | 'expired' {
    const token = this.#byHash.get(hashOf(secret));
    if (token === undefined) return 'unknown';
    return this.isGood(token.hash, nowMs) ? token : 'expired';
  }

  /** Is the token still good? */
  isGood(hash: string, nowMs: number): boolean {
    const token = this.#byHash.get(hash);
    return token !== undefined && (token.expiresAtMs === null || token.expiresAtMs > nowMs);
  }

  /** Makes a token; `secret` exists nowhere else. */
  async make(
    wanted: Pick<Token, 'name' | 'scope' | 'dailyCaps' | 'expiresAtMs'>,
    nowMs: number,
  ): Promise<{ secret: string; token: Token } | Refusal<'bad-name'> | NodeRefusal<'token-exists'>> {
    const name = parseName(wanted.name);
    if (isRefusal(name)) return name;
    if (this.#named(name) !== undefined) return refuseHere('token-exists', { name });
    const secret = PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
    const token: Token = { ...wanted, name, hash: hashOf(secret), createdAtMs: nowMs, day: 0, spent: [], open: [] };
    this.#byHash.set(token.hash, token);
    await this.#documents.put(token.hash, token);
    return { secret, token };
  }

  async revoke(name: string): Promise<NodeRefusal<'unknown-token'> | null> {
    const token = this.#named(name);
    if (token === undefined) return refuseHere('unknown-token', { name: excerpt(name) });
    this.#byHash.delete(token.hash);
    await this.#documents.delete(token.hash);
    return null;
  }

  /**
   * Books a payment that this token is about to begin, or refuses it; on disk when it resolves. A payment that is
   * aborted later does not count. The same payment again counts once.
   */
  async charge(
    hash: string,
    payment: Money & { readonly paymentId: PaymentId },
    nowMs: number,
  ): Promise<NodeRefusal<'daily-cap'> | null> {
    const before = this.#byHash.get(hash);
    if (before === undefined || before.dailyCaps.length === 0) return null;
    const token = this.#settled(before, Math.floor(nowMs / DAY_MS));
    if (token.open.some(({ paymentId }) => paymentId === payment.paymentId)) return null;
    const { equivalent, amount } = payment;
    const cap = sumOf(token.dailyCaps, equivalent);
    const spent = sumOf(token.spent, equivalent) + sumOf(token.open, equivalent);
    if (spent + amount > cap) return refuseHere('daily-cap', { equivalent, cap, spent, asked: amount });
    await this.#save({ ...token, open: [...token.open, payment] });
    return null;
  }

  /** The payment was refused before it began. */
  async uncharge(hash: string, paymentId: PaymentId): Promise<void> {
    const token = this.#byHash.get(hash);
    if (token === undefined || !token.open.some((open) => open.paymentId === paymentId)) return;
    await this.#save({ ...token, open: token.open.filter((open) => open.paymentId !== paymentId) });
  }

  /** Memory first, so that two payments at once cannot both use what is left. */
  async #save(token: Token): Promise<void> {
    this.#byHash.set(token.hash, token);
    await this.#documents.put(token.hash, token);
  }

  /** The token with its finished payments counted or dropped. */
  #settled(token: Token, day: number): Token {
    if (token.day !== day) return { ...token, day, spent: [], open: [] };
    let spent = token.spent;
    const open = token.open.filter((payment) => {
      const state = this.#stateOf(payment.paymentId);
      if (state === 'COMMITTED') spent = plus(spent, payment);
      return state !== 'COMMITTED' && state !== 'ABORTED';
    });
    return { ...token, spent, open };
  }

  #named(name: string): Token | undefined {
    for (const token of this.#byHash.values()) if (token.name === name) return token;
    return undefined;
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function sumOf(list: readonly Money[], equivalent: string): bigint {
  return list.reduce((sum, money) => (money.equivalent === equivalent ? sum + money.amount : sum), 0n);
}

function plus(list: readonly Money[], { equivalent, amount }: Money): readonly Money[] {
  const others = list.filter((money) => money.equivalent !== equivalent);
  return [...others, { equivalent, amount: sumOf(list, equivalent) + amount }];
}
